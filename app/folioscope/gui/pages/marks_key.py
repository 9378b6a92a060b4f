"""The key that bares the page while it is held."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from folioscope.gui.pages.page_canvas import PageCanvas


class MarksKey:
    """Hides the marks of a canvas from press to release of H."""

    def __init__(self, canvas: PageCanvas) -> None:
        self._canvas = canvas

    def press(self, event: QKeyEvent) -> bool:
        """Hide the marks if this is the key; returns whether it is."""
        if event.key() != Qt.Key.Key_H or event.modifiers():
            return False
        if not event.isAutoRepeat():
            self._canvas.hide_marks(hidden=True)
        return True

    def release(self, event: QKeyEvent) -> bool:
        """Show them again if this is the key."""
        if event.key() != Qt.Key.Key_H:
            return False
        if not event.isAutoRepeat():
            self._canvas.hide_marks(hidden=False)
        return True
