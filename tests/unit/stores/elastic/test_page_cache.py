"""Pages that searches know: what is kept, for how long, and in how much memory."""

import dataclasses

import numpy as np
import pytest

from folioscope.domain.pages import LOOK_COUNT, PageRef, PageVectors, TextSource
from folioscope.stores.elastic.page_cache import PageCache, PageShelf, Proposed
from folioscope.stores.elastic.page_codes import (
    PageCodes,
    page_codes,
    stacked,
    stamp_of,
    whitened,
)
from folioscope.stores.elastic.page_documents import FoundPage
from folioscope.stores.page_facts import PageFacts
from folioscope.stores.statistics import LibraryStatistics, default_statistics
from folioscope.stores.views import CodedViews, VectorBatch

DIM = 16


@pytest.fixture(scope="module")
def statistics() -> LibraryStatistics:
    return default_statistics(DIM)


def vectors(seed: int, *, regions: int = 3, has_page: bool = True) -> PageVectors:
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((regions + 2, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return PageVectors(rows[0] if has_page else None, rows[1], rows[2:])


def fetched(number: int, *, words: tuple[str, ...] = (), with_vectors: bool = True) -> FoundPage:
    looks = np.zeros(LOOK_COUNT, np.float32)
    facts = PageFacts("d", number, TextSource.LAYER, 1.0, 0.5, 1, len(words), looks)
    own = vectors(number) if with_vectors else None
    return FoundPage(PageRef("d", number), "g", facts, (1.0, 1.0), words, own)


def proposed(number: int, seq_no: int = 0) -> Proposed:
    return Proposed(f"d:{number}", "g", seq_no, 1)


def test_a_page_that_was_written_again_is_not_known(statistics: LibraryStatistics) -> None:
    shelf = PageShelf(statistics)
    shelf.take({proposed(1): fetched(1)}, with_words=True)
    asked = [proposed(1), proposed(1, seq_no=9), proposed(2)]
    assert list(shelf.find(asked, with_words=True, with_vectors=True)) == [proposed(1)]


def test_what_one_search_left_out_is_fetched_and_adds_to_what_is_known(
    statistics: LibraryStatistics,
) -> None:
    shelf = PageShelf(statistics)
    one = proposed(1)
    shelf.take({one: fetched(1, words=("tea",), with_vectors=False)}, with_words=True)
    assert not shelf.find([one], with_words=False, with_vectors=True)
    shelf.take({one: fetched(1)}, with_words=False)
    (known,) = shelf.find([one], with_words=True, with_vectors=True).values()
    assert known.tokens is not None
    assert known.tokens.tolist() == [shelf.vocabulary.number_of("tea")]
    assert shelf.size_bytes == known.size_bytes


def test_memory_is_bounded_and_what_was_asked_last_stays(statistics: LibraryStatistics) -> None:
    size = PageShelf(statistics)
    size.take({proposed(0): fetched(0)}, with_words=True)
    shelf = PageShelf(statistics, most_bytes=3 * size.size_bytes)
    for number in range(3):
        shelf.take({proposed(number): fetched(number)}, with_words=True)
    shelf.find([proposed(0)], with_words=True, with_vectors=True)
    shelf.take({proposed(3): fetched(3)}, with_words=True)
    asked = [proposed(number) for number in range(4)]
    known = shelf.find(asked, with_words=True, with_vectors=True)
    assert set(known) == {proposed(0), proposed(2), proposed(3)}
    assert shelf.size_bytes == 3 * size.size_bytes


def test_other_statistics_begin_anew(statistics: LibraryStatistics) -> None:
    cache = PageCache()
    shelf = cache.shelf(statistics)
    shelf.take({proposed(1): fetched(1)}, with_words=True)
    assert cache.shelf(statistics) is shelf
    newer = cache.shelf(dataclasses.replace(statistics, version=1))
    assert not newer.find([proposed(1)], with_words=True, with_vectors=True)
    assert shelf.find([proposed(1)], with_words=True, with_vectors=True)


def codes_of(pages: list[PageVectors], statistics: LibraryStatistics) -> list[PageCodes]:
    batch = VectorBatch.of(pages, DIM)
    views = whitened(batch, statistics)
    return list(page_codes(batch.has_page, batch.region_counts, views, stamp_of(statistics)))


def test_codes_score_as_those_of_a_local_library(statistics: LibraryStatistics) -> None:
    pages = [vectors(1), vectors(2, regions=0), vectors(3, has_page=False), vectors(4, regions=7)]
    packed = [codes.packed() for codes in codes_of(pages, statistics)]
    here, there = CodedViews(statistics), CodedViews(statistics)
    here.append(VectorBatch.of(pages, DIM))
    there.append_coded(stacked(PageCodes.unpacked(data) for data in packed))
    asked = vectors(9).title
    own, other = (views.exact(asked, np.arange(4)) for views in (here, there))
    for column in ("page", "region", "title", "region_index"):
        np.testing.assert_array_equal(getattr(own, column), getattr(other, column))


def test_damaged_codes_are_told(statistics: LibraryStatistics) -> None:
    (codes,) = codes_of([vectors(1)], statistics)
    data = bytearray(codes.packed())
    data[20] ^= 1
    with pytest.raises(ValueError, match="not what was written"):
        PageCodes.unpacked(bytes(data))


def test_codes_tell_by_which_statistics_they_were_made(statistics: LibraryStatistics) -> None:
    white = statistics.whitening
    turned = dataclasses.replace(white[0], mean=white[0].mean + np.float32(0.1))
    other = dataclasses.replace(statistics, whitening=(turned, *white[1:]))
    same = dataclasses.replace(statistics, version=7)
    assert stamp_of(other) != stamp_of(statistics) == stamp_of(same)
