"""What every view of one page has: the page, who reads it, and the keys that go through it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.marks_key import MarksKey
from folioscope.gui.pages.page_canvas import PageCanvas
from folioscope.gui.pages.page_reader import PageAction, PageReader, action_of, keeps_key
from folioscope.services.api import Services


class ReadingView(QWidget):
    """A page and its keys; ``_perform`` is where a kind of view says what an action does."""

    open_requested = Signal(object)  # SearchResult, as all of these
    reveal_requested = Signal(object)
    copy_text_requested = Signal(object)
    unlock_requested = Signal(object)

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.canvas = PageCanvas()
        self.reader = PageReader(services, runner, self.canvas, self)
        self._marks_key = MarksKey(self.canvas)

    def _perform(self, action: PageAction) -> None:
        # no abstract method: Qt's classes have a metaclass of their own, which ABC's cannot join
        raise NotImplementedError(f"{type(self).__name__} does nothing on {action}.")

    def reload(self) -> None:
        """Draw the page again, as when its file was unlocked."""
        self.reader.reload()

    def next_match(self) -> None:
        """Go to the next match, on over pages."""
        self._perform(PageAction.NEXT_MATCH)

    def previous_match(self) -> None:
        """Go to the previous match."""
        self._perform(PageAction.PREVIOUS_MATCH)

    def next_page(self) -> None:
        """Show the document's next page, a hit or not."""
        self._perform(PageAction.NEXT_PAGE)

    def previous_page(self) -> None:
        """Show the document's previous page."""
        self._perform(PageAction.PREVIOUS_PAGE)

    def event(self, event: QEvent) -> bool:
        """Keep keys that mean the page here and the results elsewhere."""
        if keeps_key(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the key asks; while H is held, the page is bare."""
        action = action_of(event)
        if action is not None:
            self._perform(action)
        elif not self._marks_key.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Show the marks again."""
        if not self._marks_key.release(event):
            super().keyReleaseEvent(event)
