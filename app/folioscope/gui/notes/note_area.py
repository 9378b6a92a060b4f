"""Notes across the top of the results: what happened, and what can be done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from folioscope.gui.icons import pixmap
from folioscope.gui.parts import Button, Item, Label, painted, row
from folioscope.gui.theme import theme_signals
from folioscope.gui.words import tr


@dataclass(frozen=True, slots=True)
class NoteAction:
    """A link in a note."""

    text: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence with its actions. A note with the same ``key`` replaces the older one."""

    key: str
    text: str
    actions: Sequence[NoteAction] = ()
    is_bad: bool = False
    can_close: bool = True


class NoteArea(QWidget):
    """Holds the notes, hides itself when there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._frames: dict[str, NoteFrame] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 8, 16, 8)
        self._layout.setSpacing(6)
        self.hide()

    def tell(self, note: Note) -> None:
        """Show a note."""
        self.withdraw(note.key)
        frame = NoteFrame(note, self)
        self._frames[note.key] = frame
        self._layout.addWidget(frame)
        self.show()

    def withdraw(self, key: str) -> None:
        """Take a note away, if it is there."""
        frame = self._frames.pop(key, None)
        if frame is not None:
            frame.hide()
            frame.deleteLater()
        self.setVisible(bool(self._frames))

    def texts(self) -> list[str]:
        """Return what is told at present."""
        return [frame.note.text for frame in self._frames.values()]

    def press(self, key: str, action: str) -> None:
        """Do what a link of a note does."""
        note = self._frames[key].note
        next(a for a in note.actions if a.text == action).act()


class NoteFrame(QFrame):
    """One note."""

    def __init__(self, note: Note, area: NoteArea) -> None:
        super().__init__()
        self.note = note
        painted("badnote" if note.is_bad else "note", self)
        self._sign = QLabel()
        text = Label(note.text, wrap=True)
        text.setAccessibleName(note.text)
        parts: list[Item] = [self._sign, (text, 1)]
        for action in note.actions:
            link = Button(action.text, kind="link")
            link.clicked.connect(action.act)
            parts.append(link)
        if note.can_close:
            close = Button(icon_name="x", kind="icon", tip=tr("Close"))
            close.clicked.connect(lambda: area.withdraw(note.key))
            parts.append(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(row(*parts, gap=10, margins=(12, 4, 6, 4)))
        self._dress()
        theme_signals().changed.connect(self._dress)

    def _dress(self) -> None:
        name, tint = ("triangle-alert", "bad") if self.note.is_bad else ("circle-alert", "warn")
        self._sign.setPixmap(QPixmap(pixmap(name, tint)))
