"""Features are kept while there is room, those asked for last longest."""

import numpy as np

from folioscope.domain.patches import PatchGrid
from folioscope.inference.feature_cache import FeatureCache
from folioscope.inference.qwen_towers import Seen


def seen(values: int) -> Seen:
    return Seen(PatchGrid(1, 1), np.zeros((1, values), np.float32))


def test_what_was_asked_for_last_stays():
    cache = FeatureCache(most_bytes=1_000)
    for key in "abc":
        cache.put(key, seen(80))  # 320 bytes each
    assert cache.get("a") is not None
    cache.put("d", seen(80))
    assert cache.get("b") is None
    assert all(cache.get(key) is not None for key in "acd")


def test_a_page_put_again_takes_its_room_once():
    cache = FeatureCache(most_bytes=1_000)
    for _ in range(10):
        cache.put("a", seen(80))
    cache.put("b", seen(80))
    cache.put("c", seen(80))
    assert all(cache.get(key) is not None for key in "abc")


def test_what_is_larger_than_all_room_is_not_kept():
    cache = FeatureCache(most_bytes=1_000)
    cache.put("a", seen(80))
    cache.put("large", seen(1_000))
    assert cache.get("large") is None
    cache.put("b", seen(80))
    assert cache.get("b") is not None


def test_nothing_is_left_after_clearing():
    cache = FeatureCache()
    cache.put("a", seen(8))
    cache.clear()
    assert cache.get("a") is None
