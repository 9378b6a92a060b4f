"""Runs a window and looks at its event loop from inside, in a process of its own.

``python -m tests.benchmarks.window_probe bare|app STARTED SECONDS [ARGUMENT…]`` prints one JSON
object: ``interactive_s``, from STARTED (as of time.time()) to the first idle moment behind the
first paint, and ``stalls_ms``, by how much ticks came late in the SECONDS after that. ``app`` runs
Folioscope with the arguments, just as its own command does.
"""

import json
import os
import runpy
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

TICK_MS = 5
SMALLEST_WINDOW_PX = 400  # a splash screen is no window to work in


class FirstPaint(QObject):
    """Calls back at the first idle moment behind the first paint of a window."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then = then
        self._seen = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Look for the paint and let every event pass."""
        if not self._seen and event.type() == QEvent.Type.Paint and _is_window(watched):
            self._seen = True
            QTimer.singleShot(0, lambda: QTimer.singleShot(0, self._then))
        return False


def _is_window(watched: QObject) -> bool:
    return (
        isinstance(watched, QWidget)
        and watched.isWindow()
        and min(watched.width(), watched.height()) >= SMALLEST_WINDOW_PX
    )


class Probe:
    """Waits for the window, then notes how late ticks come, then prints and quits."""

    def __init__(self, app: QApplication, started: float, seconds: float) -> None:
        self._app = app
        self._started = started
        self._seconds = seconds
        self._filter = FirstPaint(self._interactive)
        self._tick = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK_MS)
        self._tick.timeout.connect(self._ticked)
        self._since = QElapsedTimer()
        self._stalls_ms: list[float] = []
        self._interactive_s = 0.0

    def begin(self) -> None:
        """Watch for the first paint."""
        self._app.installEventFilter(self._filter)

    def _interactive(self) -> None:
        self._interactive_s = time.time() - self._started
        self._app.removeEventFilter(self._filter)  # it would slow down what is measured next
        self._since.start()
        self._tick.start()
        QTimer.singleShot(int(self._seconds * 1000), self._finish)

    def _ticked(self) -> None:
        self._stalls_ms.append(self._since.nsecsElapsed() / 1e6 - TICK_MS)
        self._since.restart()

    def _finish(self) -> None:
        self._tick.stop()
        told = {"interactive_s": self._interactive_s, "stalls_ms": self._stalls_ms}
        print(json.dumps(told), flush=True)
        self._app.closeAllWindows()
        self._app.quit()


def main(kind: str, started: float, seconds: float, arguments: list[str]) -> None:
    """Run the window with the probe in it."""
    run_loop = QApplication.exec
    probes: list[Probe] = []

    def probed() -> int:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        probes.append(Probe(app, started, seconds))
        probes[0].begin()
        return run_loop()

    if kind == "bare":
        app = QApplication(sys.argv[:1])
        window = QMainWindow()
        window.resize(1280, 800)
        window.show()
        os._exit(probed() if app else 1)
    QApplication.exec = staticmethod(probed)  # type: ignore[method-assign,assignment]
    sys.argv = ["folioscope", *arguments]
    runpy.run_module("folioscope", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
