"""Waiting for the window to stand there before heavy work begins."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

# opening a library imports databases for seconds; the first keys come before that
_CALM_MS = 50


class AfterFirstPaint(QObject):
    """Calls ``then`` once, shortly after ``window`` was painted for the first time."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Wait for the paint, let everything pass."""
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(_CALM_MS, self._then)
        return False
