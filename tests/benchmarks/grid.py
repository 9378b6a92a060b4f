"""The grid with 50,000 results: ``python -m tests.benchmarks grid``.

Limits are those of a smooth window on two cores with software rendering: an answer is set
within 0.1 s, a scroll step is painted at 30 a second, and at a resize, where every page in sight
is scaled anew, at 20.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from folioscope.domain.pages import PageRef
from folioscope.domain.queries import ParsedQuery
from folioscope.domain.results import SearchResult, SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.results.results_view import ResultsView
from folioscope.gui.theme import SystemTheme
from tests.benchmarks.tables import show_table, within
from tests.gui.fakes import Fakes, result

RESULTS = 50_000
PAGES_A_DOCUMENT = 17
STEPS = 60
LIMITS_MS = {
    "set, first time": 100.0,
    "set again, 20 more in front": 100.0,
    "resize, painted": 50.0,
    "scroll step, painted": 33.0,
    "page down, painted": 60.0,
    "End, then Home": 80.0,
    "type-ahead": 50.0,
    "to documents, painted": 400.0,
    "documents: scroll step, painted": 33.0,
}
MEMORY_LIMIT_MB = 160.0


def made_results(count: int) -> tuple[SearchResult, ...]:
    """Make hits of many documents that share their marks, as answers do not, only to save time."""
    base = result(1)
    return tuple(
        replace(
            base,
            ref=PageRef(f"{number // PAGES_A_DOCUMENT:064x}", number % PAGES_A_DOCUMENT),
            paths=(f"/home/me/Reports/report {number // PAGES_A_DOCUMENT}.pdf",),
            page_count=PAGES_A_DOCUMENT,
        )
        for number in range(count)
    )


def took_ms(act: Callable[[], object]) -> float:
    """Return how long something takes on the GUI thread, painting included."""
    started = time.perf_counter()
    act()
    QApplication.sendPostedEvents()
    return (time.perf_counter() - started) * 1000


class GridBench:
    """A window with many results, and what is done to it."""

    def __init__(self, count: int) -> None:
        self.runner = JobRunner()
        services = Fakes().services()
        self.view = ResultsView(lambda: services, self.runner)
        self.view.resize(1000, 800)
        self.view.show()
        QTest.qWaitForWindowExposed(self.view)
        self.results = made_results(count)
        self.rows: dict[str, list[float]] = {}

    def measure(self, name: str, act: Callable[[], object], *, times: int = 1) -> None:
        """Do something and note how long each time took."""
        self.rows[name] = [took_ms(act) for _ in range(times)]

    def settle(self) -> None:
        """Wait until all pictures of what is in sight are there."""
        QTest.qWait(300)
        while self.runner.open_jobs:
            QTest.qWait(20)
        QTest.qWait(200)

    def _answer(self, results: tuple[SearchResult, ...]) -> SearchResults:
        return SearchResults(ParsedQuery("map", "map"), results=results)

    def _painted(self, act: Callable[[], object]) -> None:
        act()
        self.view.view.viewport().repaint()

    def _scroll(self) -> None:
        """Scroll by two notches; what comes into sight is painted, the rest is moved."""
        bar = self.view.view.verticalScrollBar()
        bar.setValue(bar.value() + 120)
        QApplication.sendPostedEvents()

    def run(self) -> None:
        """Go through all that a user does."""
        view = self.view
        self.measure(
            "set, first time",
            lambda: view.set_results(self._answer(self.results[20:]), show_weaker=False),
        )
        self.settle()
        self.measure(
            "set again, 20 more in front",
            lambda: view.set_results(self._answer(self.results), show_weaker=False),
        )
        widths = iter(range(700, 700 + 7 * STEPS, 7))
        self.measure("resize, painted", lambda: view.grid.resize(next(widths), 800), times=STEPS)
        view.grid.resize(view.size())
        self.measure("scroll step, painted", self._scroll, times=STEPS)
        self.settle()
        press = Qt.Key.Key_PageDown
        self.measure(
            "page down, painted",
            lambda: self._painted(lambda: QTest.keyClick(view.grid, press)),
            times=STEPS,
        )
        self.measure("End, then Home", self._to_both_ends, times=10)
        self.measure("type-ahead", lambda: view.grid.keyboardSearch("report 29"), times=10)
        self.measure("to documents, painted", lambda: self._painted(self._to_documents))
        self.settle()
        self.measure("documents: scroll step, painted", self._scroll, times=STEPS)

    def _to_both_ends(self) -> None:
        for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
            self._painted(lambda key=key: QTest.keyClick(self.view.grid, key))  # type: ignore[misc]

    def _to_documents(self) -> None:
        self.view.set_mode(documents=True)


def main() -> int:
    """Measure; exit code 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=RESULTS)
    count = parser.parse_args().results
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    SystemTheme(app)
    bench = GridBench(count)
    process = psutil.Process()
    before_mb = process.memory_info().rss / 2**20
    bench.run()
    grown_mb = process.memory_info().rss / 2**20 - before_mb
    threads = threading.active_count()
    bench.runner.shutdown()
    show_table(
        [f"{count:,} results, ms", "median", "max"],
        [[name, statistics.median(took), max(took)] for name, took in bench.rows.items()],
    )
    print(f"pictures kept: {bench.view.loader.kept_bytes / 2**20:.1f} MB, threads {threads}\n")
    held = [
        within(name, statistics.median(bench.rows[name]), limit, unit=" ms")
        for name, limit in LIMITS_MS.items()
    ]
    held.append(within("memory grown", grown_mb, MEMORY_LIMIT_MB, unit=" MB"))
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
