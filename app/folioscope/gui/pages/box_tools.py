"""What can be done with a box that was drawn: buttons below it, help beside the page."""

from PySide6.QtCore import QPoint, QRectF, QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from folioscope.gui.parts import Button, Label, painted
from folioscope.gui.theme import size_px
from folioscope.gui.words import tr

_GAP_PX = 14


class BoxTools(QFrame):
    """Floats under the box, over it where there is no room below."""

    find_asked = Signal()
    copy_asked = Signal()
    clear_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        painted("pill", self)
        self.seek = Button(tr("Find this elsewhere"), icon_name="scan-search", kind="primary")
        self.copy = Button(tr("Copy picture"), icon_name="copy", kind="quiet")
        self.clear = Button(icon_name="x", kind="icon", tip=tr("Clear (Esc)"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        for button, signal in (
            (self.seek, self.find_asked),
            (self.copy, self.copy_asked),
            (self.clear, self.clear_asked),
        ):
            button.clicked.connect(signal)
            layout.addWidget(button)
        self.hide()

    def stand_by(self, box: QRectF, room: QSize) -> None:
        """Stand by a box in a view of that size, always in sight."""
        size = self.sizeHint()
        below = round(box.bottom()) + _GAP_PX
        above = round(box.top()) - _GAP_PX - size.height()
        top = below if below + size.height() <= room.height() else max(4, above)
        left = round(box.center().x() - size.width() / 2)
        most = max(4, room.width() - size.width() - 4)
        self.setGeometry(min(max(4, left), most), top, size.width(), size.height())
        self.move(QPoint(self.x(), min(top, max(4, room.height() - size.height() - 4))))
        self.show()
        self.raise_()


class BoxHelp(QWidget):
    """Beside the page while a box is drawn: what it is for, how far look reaches, the keys."""

    def __init__(self) -> None:
        super().__init__()
        painted("panel", self)
        self.setFixedWidth(size_px("inspector"))
        about = tr(
            "Drag to draw, drag the handles to correct. "
            "Folioscope looks for pages that have something like it."
        )
        keys = tr("Enter finds, Esc clears, arrow keys move the box, Shift and arrow keys size it.")
        self.reach = Label("", "small", tone="muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(Label(tr("Find this elsewhere"), "title", wrap=True))
        layout.addWidget(Label(about, "small", tone="muted", wrap=True))
        layout.addWidget(self.reach)
        layout.addStretch(1)
        layout.addWidget(Label(keys, "small", tone="muted", wrap=True))

    def show_reach(self, done: int, total: int) -> None:
        """Say how much of the library can be searched by look."""
        told = tr("{percent} % of pages can be searched by look.")
        self.reach.setText(told.format(percent=int(100 * done / total)) if total else "")
