"""The search field: icons, earlier queries, and a wave under what was not understood."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
)
from PySide6.QtWidgets import QLineEdit

from folioscope.gui.icons import pixmap
from folioscope.gui.parts import Button
from folioscope.gui.search_bar.earlier_queries import EarlierQueries
from folioscope.gui.search_bar.picture_chip import PictureChip, dropped_picture
from folioscope.gui.theme import colour, font, scaled, size_px, theme_signals
from folioscope.gui.words import tr

_CHIP_LEFT_PX = 33


class SearchField(QLineEdit):
    """A line edit that sends where the keyboard wants to go from it."""

    down_pressed = Signal()
    entered = Signal()
    second_look_asked = Signal()
    escaped = Signal()
    picture_pasted = Signal()
    picture_wanted = Signal()  # to be chosen from the files
    picture_dropped = Signal(str)
    picture_lifted = Signal()

    def __init__(self, earlier: EarlierQueries) -> None:
        super().__init__()
        self._earlier = earlier
        self._waves: list[tuple[int, int]] = []
        self._is_composing = False
        self.setObjectName("search")
        self.setFont(font("body"))
        self.setFixedHeight(scaled(size_px("search")))
        self.setMinimumWidth(120)
        self.setMaxLength(1000)
        self.setPlaceholderText(tr("Search pages"))
        self.setAccessibleName(tr("Search pages"))
        self.picture_chip = PictureChip(self)
        self.picture_chip.clicked.connect(self.picture_lifted)
        self.picture_button = Button(
            icon_name="image-up", kind="icon", tip=tr("Find pages that look like a picture")
        )
        self.picture_button.setParent(self)
        self.picture_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.picture_button.clicked.connect(self.picture_wanted)
        self.clear_button = Button(icon_name="x", kind="icon", tip=tr("Clear"))
        self.clear_button.setParent(self)
        self.clear_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clear_button.clicked.connect(self.clear)
        self.clear_button.hide()
        self.textChanged.connect(self._show_clear)
        theme_signals().changed.connect(self._wave)

    def _show_clear(self, text: str) -> None:
        self.clear_button.setVisible(bool(text))

    def show_picture(self, name: str) -> None:
        """Show the picture that is searched with; none where the name is empty."""
        self.picture_chip.show_name(name)
        self._place_parts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the buttons at the end."""
        super().resizeEvent(event)
        self._place_parts()

    def _place_parts(self) -> None:
        side = self.clear_button.sizeHint().height()
        top = (self.height() - side) // 2
        self.picture_button.move(self.width() - side - 4, top)
        self.clear_button.move(self.width() - 2 * side - 4, top)
        chip = self.picture_chip
        wide = chip.fit(self.width() // 2) if not chip.isHidden() else 0
        chip.move(_CHIP_LEFT_PX, (self.height() - chip.height()) // 2)
        self.setTextMargins(wide + 4 if wide else 0, 0, 0, 0)

    # --- pictures dropped ------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a picture; leave other files to the window, which adds them."""
        if dropped_picture(event.mimeData()):
            event.acceptProposedAction()
            self.setPlaceholderText(tr("Drop to find pages that look like it"))
        elif event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on taking it."""
        if dropped_picture(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dragMoveEvent(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Ask for words again."""
        self.setPlaceholderText(tr("Search pages"))
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Search with the picture."""
        self.setPlaceholderText(tr("Search pages"))
        if path := dropped_picture(event.mimeData()):
            event.acceptProposedAction()
            self.picture_dropped.emit(path)
        else:
            super().dropEvent(event)

    # --- keys ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go down into the grid, up into earlier queries, and leave what Qt does to Qt."""
        key = event.key()
        if key == Qt.Key.Key_Up:
            self._recall(self._earlier.older(self.text()))
        elif key == Qt.Key.Key_Down:
            newer = self._earlier.newer()
            if newer is None:
                self.down_pressed.emit()
            else:
                self._recall(newer)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._earlier.note(self.text())
            ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.second_look_asked if ctrl else self.entered).emit()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key == Qt.Key.Key_Backspace and not self.text() and not self.picture_chip.isHidden():
            self.picture_lifted.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and not self._pastes_text():
            self.picture_pasted.emit()
        else:
            super().keyPressEvent(event)

    def _pastes_text(self) -> bool:
        held = QGuiApplication.clipboard().mimeData()
        return held is None or held.hasText() or not (held.hasImage() or held.hasUrls())

    def _recall(self, text: str | None) -> None:
        if text is not None:
            self.setText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remember the query once the user looks at what it found."""
        self._earlier.note(self.text())
        super().focusOutEvent(event)

    # --- waves -----------------------------------------------------------------------------

    def show_problems(self, spans: Sequence[tuple[int, int]]) -> None:
        """Draw a wave under these ranges of characters; never while somebody composes."""
        self._waves = list(spans)
        self._wave()

    def _wave(self) -> None:
        if self._is_composing:
            return
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(colour("bad"))
        kind = QInputMethodEvent.AttributeType.TextFormat
        # starts count from the cursor
        marks = [
            QInputMethodEvent.Attribute(kind, start - self.cursorPosition(), end - start, look)
            for start, end in self._waves
            if end <= len(self.text())
        ]
        super().inputMethodEvent(QInputMethodEvent("", marks))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Watch whether an input method is composing: a wave would wipe what it shows."""
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the magnifying glass over the field."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.drawPixmap(11, (self.height() - 16) // 2, pixmap("search"))
