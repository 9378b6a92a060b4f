"""How fast work goes, and how long it will take; silent until it holds for three seconds."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from folioscope.domain.documents import SourceFile
from folioscope.services.api import Pace

_WINDOW_S = 12.0
_STEADY_S = 3.0


class PaceKeeper:
    """Counts done against total; the rate is that of the last seconds. Safe from any thread.

    ``window_s``: how far back the rate looks; work of slow steps needs more than the usual.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, window_s: float = _WINDOW_S
    ) -> None:
        self._clock = clock
        self._window_s = window_s
        self._guard = threading.Lock()
        self._marks: deque[tuple[float, int]] = deque()
        self._done = 0
        self._total = 0

    def expect(self, total: int) -> None:
        """Set how much there is to do in all."""
        with self._guard:
            self._total = total

    def add(self, count: int) -> None:
        """Note that so much more is done."""
        with self._guard:
            now = self._clock()
            self._done += count
            self._marks.append((now, self._done))  # the first mark is where the rate starts
            while len(self._marks) > 2 and self._marks[1][0] < now - self._window_s:
                self._marks.popleft()

    def rest(self) -> None:
        """Forget the rate, so that a rest does not count as slowness."""
        with self._guard:
            self._marks.clear()

    def pace(self) -> Pace:
        """Return how far it is."""
        with self._guard:
            total = max(self._total, self._done)
            rate = self._rate()
            left_s = (total - self._done) / rate if rate else None
            return Pace(self._done, total, rate, left_s)

    def _rate(self) -> float | None:
        if len(self._marks) < 3:
            return None
        (first_at, first), (last_at, last) = self._marks[0], self._marks[-1]
        if last_at - first_at < _STEADY_S or last <= first:
            return None
        return (last - first) / (last_at - first_at)


class Expectation:
    """How many pages a run will read; files not opened yet are guessed from their bytes."""

    def __init__(self) -> None:
        self._unopened: dict[str, int] = {}
        self._pages = 0
        self._bytes = 0

    def begin(self, files: Iterable[SourceFile]) -> None:
        """Start over with these files."""
        self._unopened = {f.path: f.size_bytes for f in files}
        self._pages = self._bytes = 0

    def learn(self, file: SourceFile, pages: int) -> None:
        """Take in how many pages a file has."""
        self._unopened.pop(file.path, None)
        self._pages += pages
        self._bytes += file.size_bytes

    def pages(self) -> int:
        """Return the pages known and guessed."""
        left_bytes = sum(self._unopened.values())
        guessed = left_bytes * self._pages // self._bytes if self._bytes else 0
        return self._pages + max(len(self._unopened), guessed)
