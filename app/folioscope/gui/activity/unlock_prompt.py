"""Asks for a file's password, inside the window."""

from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from folioscope.gui.parts import Button, ElidedLabel, Label, painted
from folioscope.gui.words import tr


class UnlockPrompt(QFrame):
    """A line with a field; sends ``unlock(path, password)`` and stays until told."""

    unlock = Signal(str, str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        painted("note", self)
        self._path = ""
        self._name = ElidedLabel("", "label", where=Qt.TextElideMode.ElideMiddle)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(tr("Password"))
        self.field.setFixedWidth(200)
        self.field.returnPressed.connect(self._send)
        self._wrong = Label(tr("That is not the password."), "small", tone="bad")
        self._button = Button(tr("Unlock"), kind="primary")
        self._button.clicked.connect(self._send)
        cancel = Button(tr("Cancel"), kind="quiet")
        cancel.clicked.connect(self.close_prompt)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addWidget(self._name, 1)
        for widget in (self._wrong, self.field, self._button, cancel):
            layout.addWidget(widget)
        self.hide()

    def ask(self, path: str) -> None:
        """Ask for the password of a file."""
        self._path = path
        name = PurePath(path).name
        self._name.show_text(tr("Password of {name}").format(name=name))
        self.field.setAccessibleName(self._name.full_text())
        self.field.clear()
        self._wrong.hide()
        self._set_busy(is_busy=False)
        self.show()
        self.field.setFocus()

    def tell_wrong(self) -> None:
        """Say that the password does not open the file."""
        self._set_busy(is_busy=False)
        self._wrong.show()
        self.field.selectAll()
        self.field.setFocus()

    def is_asking_for(self, path: str) -> bool:
        """Whether it still asks for this file."""
        return not self.isHidden() and self._path == path

    def close_prompt(self) -> None:
        """Go away, and forget what was typed."""
        self.field.clear()
        self.hide()
        self.closed.emit()

    def _send(self) -> None:
        if self.field.text():
            self._set_busy(is_busy=True)
            self.unlock.emit(self._path, self.field.text())

    def _set_busy(self, *, is_busy: bool) -> None:
        self._button.setDisabled(is_busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_prompt()
        else:
            super().keyPressEvent(event)
