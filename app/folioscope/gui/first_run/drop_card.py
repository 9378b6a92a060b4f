"""Where files are dropped: a card on the first run, a veil over the window later."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from folioscope.gui.parts import Button, Label, column, row
from folioscope.gui.theme import colour, radius_px, theme_signals
from folioscope.gui.words import tr
from folioscope.services.api import DropSummary

_PAGE_W, _PAGE_H = 73.0, 96.0


def held_words(summary: DropSummary) -> tuple[str, str]:
    """Say what would be added: a title and a line below."""
    if not summary.folders and not summary.files:
        return tr("Folioscope cannot read these %Ln files", n=summary.unreadable), ""
    folders = tr("%Ln folders", n=summary.folders)
    files = tr("%Ln files", n=summary.files)
    if summary.folders and summary.files:
        what = tr("{folders} and {files}").format(folders=folders, files=files)
    else:
        what = folders if summary.folders else files
    title = tr("Add {what}").format(what=what)
    return title, tr("They are read where they are. You can search while they are being read.")


class PagesDrawing(QWidget):
    """Three sheets of paper, one with a matched part."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(190, 118)
        theme_signals().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sheets."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, self.height() / 2)
        for turn, shift in ((-9.0, -44.0), (9.0, 44.0), (0.0, 0.0)):
            painter.save()
            painter.translate(middle + QPointF(shift, 3 if turn else 0))
            painter.rotate(turn)
            self._sheet(painter, is_matched=not turn)
            painter.restore()

    def _sheet(self, painter: QPainter, *, is_matched: bool) -> None:
        paper = QRectF(-_PAGE_W / 2, -_PAGE_H / 2, _PAGE_W, _PAGE_H)
        painter.setPen(QPen(colour("line"), 1.2))
        painter.setBrush(QColor("#FFFFFF"))
        painter.drawRoundedRect(paper, 4, 4)
        painter.setPen(QPen(QColor("#D9D9DF"), 4, c=Qt.PenCapStyle.RoundCap))
        for number, share in enumerate((0.6, 0.85, 0.8, 0.85, 0.85, 0.85, 0.5)):
            y = paper.top() + 14 + number * 11.5
            left = paper.left() + 11
            painter.drawLine(QPointF(left, y), QPointF(left + share * (_PAGE_W - 22), y))
        if is_matched:
            frame = QRectF(-29, -8, 58, 25)
            painter.setPen(QPen(colour("mark_deep"), 1))
            painter.setBrush(colour("wash_multiply"))
            painter.drawRoundedRect(frame, 4, 4)
            painter.setPen(QPen(colour("mark_bright"), 2))
            painter.drawRoundedRect(frame.adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)


class DropCard(QFrame):
    """The dashed card; blue while files are held over it."""

    add_folder = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_held = False
        self.setMinimumHeight(292)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title = Label("", "title")
        self._line = Label("", tone="muted", wrap=True)
        self._add = Button(tr("Add folder…"), icon_name="folder-plus", kind="primary")
        self._add.clicked.connect(self.add_folder)
        paste = Label(tr("or paste a picture with Ctrl+V"), "small", tone="muted")
        self._buttons = row(None, self._add, paste, None, gap=10)
        for label in (self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(1)
        layout.addWidget(row(None, PagesDrawing(), None))
        layout.addSpacing(12)
        layout.addWidget(column(self._title, self._line, 8, self._buttons, gap=6))
        layout.addStretch(1)
        theme_signals().changed.connect(self.update)
        self.show_rest()

    def show_rest(self) -> None:
        """Say what can be dropped."""
        self._is_held = False
        self._title.setText(tr("Drop folders, PDFs or pictures here"))
        self._line.setText(
            tr("They are read where they are. Nothing is copied, nothing leaves this computer.")
        )
        self._buttons.show()
        self.update()

    def show_held(self, summary: DropSummary | None) -> None:
        """Say what is held over it; None while that is being counted."""
        self._is_held = True
        self._buttons.hide()
        title, line = held_words(summary) if summary else (tr("Drop to add"), "")
        self._title.setText(title)
        self._line.setText(line)
        self.update()

    def title(self) -> str:
        """Return what it says."""
        return self._title.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground and outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour("selected" if self._is_held else "surface"))
        if self._is_held:
            painter.setPen(QPen(colour("accent"), 2))
        else:
            painter.setPen(QPen(colour("control"), 1.4, Qt.PenStyle.DashLine))
        radius = radius_px("drop")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
