"""The picture that is searched with, as a chip in the field."""

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QWidget

from folioscope.gui.asked_picture import PICTURE_ENDINGS
from folioscope.gui.parts import Button
from folioscope.gui.words import tr

_AROUND_PX = 46  # cross, gap and the chip's own margins
_LEAST_PX = 40


class PictureChip(Button):
    """Its name, cut in the middle where there is little room; a click or Delete lifts it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", icon_name="x", kind="chip")
        self.setParent(parent)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross comes last
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._name = ""
        self.hide()

    def show_name(self, name: str) -> None:
        """Show the picture of that name; hides itself where there is none."""
        self._name = name
        self.setVisible(bool(name))
        self.setToolTip(tr("{name}: a click removes it").format(name=name))

    def fit(self, most_px: int) -> int:
        """Take at most that much room; returns how much it takes."""
        metrics = QFontMetrics(self.font())
        room = max(_LEAST_PX, most_px - _AROUND_PX)
        shown = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)
        self.setText(shown.replace("&", "&&") + " ")
        self.setAccessibleName(tr("Picture {name}, Delete removes").format(name=self._name))
        self.resize(self.sizeHint())
        return self.width()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lift the picture with Delete."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)


def dropped_picture(held: QMimeData | None) -> str:
    """Return the path of the one picture that is held, empty where something else is."""
    if held is None or not held.hasUrls():
        return ""
    paths = [url.toLocalFile() for url in held.urls() if url.isLocalFile()]
    is_picture = len(paths) == 1 and paths[0].lower().endswith(PICTURE_ENDINGS)
    return paths[0] if is_picture else ""
