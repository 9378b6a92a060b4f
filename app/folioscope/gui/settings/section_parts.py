"""What pages of the settings are made of."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from folioscope.gui.parts import Item, Label, column, painted, row


class Section(QWidget):
    """A page of the settings: title, a sentence, then what is put below."""

    def __init__(self, title: str, intro: str = "") -> None:
        super().__init__()
        self.setMaximumWidth(1040)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 28, 24, 24)
        self._layout.setSpacing(10)
        self._layout.addWidget(Label(title, "display", wrap=True))
        if intro:
            self._layout.addWidget(Label(intro, tone="muted", wrap=True))
        self._layout.addSpacing(6)
        self._layout.addStretch(1)

    def put(self, widget: QWidget) -> None:
        """Add a widget below the others."""
        self._layout.insertWidget(self._layout.count() - 1, widget)

    def shown(self) -> None:
        """Bring up to date what is shown; called whenever the page comes into sight."""


def card(*items: Item) -> QFrame:
    """Put widgets on a card, below each other."""
    frame = painted("card", QFrame())
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(column(*items, gap=10, margins=(16, 14, 16, 14)))
    return frame


def setting(title: str, about: str, control: QWidget) -> QWidget:
    """Put a control beside what it is and does."""
    texts = column(Label(title, "label"), Label(about, "small", tone="muted", wrap=True), gap=2)
    return row((texts, 1), control, gap=16)


def fact(name: str, value: QWidget) -> QWidget:
    """Put a value beside its name."""
    label = Label(name, tone="muted")
    label.setMinimumWidth(170)
    return row(label, (value, 1), gap=16)
