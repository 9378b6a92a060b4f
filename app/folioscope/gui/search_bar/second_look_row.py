"""The offer of a second look beside the counts, and how far one is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from folioscope.gui.parts import Button, Label
from folioscope.gui.theme import font
from folioscope.gui.words import number, tr
from folioscope.jobs.progress import Progress


class SecondLookRow(QWidget):
    """A link while one can be taken, progress and Cancel while it is, a word once it was."""

    asked = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ask = Button(tr("Second look"), kind="link")
        self.ask.setToolTip(tr("Read the best pages again together with your words (Ctrl+Enter)"))
        self.told = Label("", "small", tone="muted")
        self.cancel = Button(tr("Cancel"), kind="link")
        self.cancel.setToolTip(tr("Leave the results as they are (Esc)"))
        for link, signal in ((self.ask, self.asked), (self.cancel, self.cancelled)):
            link.setFont(font("small"))
            link.clicked.connect(signal)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self.ask, self.told, self.cancel):
            layout.addWidget(part)
        self.show_rest(is_offered=False, is_done=False)

    def show_rest(self, *, is_offered: bool, is_done: bool) -> None:
        """Show whether one can be taken, or that it was."""
        self.ask.setVisible(is_offered and not is_done)
        self.cancel.hide()
        self.told.setText(tr("Read again") if is_done else "")
        self.told.setVisible(is_done)
        self.setVisible(is_offered or is_done)

    @property
    def is_busy(self) -> bool:
        """Whether it shows progress."""
        return self.cancel.isVisibleTo(self)

    def show_progress(self, progress: Progress) -> None:
        """Show which page is read."""
        had_focus = self.ask.hasFocus()
        page, count = progress.done + 1, progress.total
        told = tr("Loading the model")
        if count:
            told = tr("Reading page {page} of {count} again")
            told = told.format(page=number(min(page, count)), count=number(count))
        self.told.setText(told)
        self.ask.hide()
        self.told.show()
        self.cancel.show()
        self.show()
        if had_focus:
            self.cancel.setFocus()
