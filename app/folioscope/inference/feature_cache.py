"""What a vision tower made of pages, kept while there is room, so that a second query is cheap."""

import threading
from collections import OrderedDict

from folioscope.inference.qwen_towers import Seen

_MOST_BYTES = 256_000_000  # some 50 pages at 768 patches


class FeatureCache:
    """Keeps the pages that were asked for last. Safe from any thread."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Seen] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Seen | None:
        """Return a page's features, which count as used just now."""
        with self._lock:
            seen = self._kept.get(key)
            if seen is not None:
                self._kept.move_to_end(key)
            return seen

    def put(self, key: str, seen: Seen) -> None:
        """Keep a page's features, letting go of those that were not asked for longest."""
        with self._lock:
            self._forget(key)
            self._kept[key] = seen
            self._bytes += seen.features.nbytes
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._kept)))

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _forget(self, key: str) -> None:
        seen = self._kept.pop(key, None)
        if seen is not None:
            self._bytes -= seen.features.nbytes
