"""Results, panel and large page: which of them shows which page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from folioscope.domain.results import SearchResult
from folioscope.gui.answer_area import AnswerArea
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.page_actions import PageActions
from folioscope.gui.pages.page_panel import PagePanel
from folioscope.gui.results.results_view import ResultsView
from folioscope.gui.window_frame import WindowFrame

if TYPE_CHECKING:
    from folioscope.gui.pages.large_page import LargePage


class PageViews(QObject):
    """The panel follows the chosen page unless it was closed; Enter shows the page large."""

    like_asked = Signal(object)  # SearchResult
    box_asked = Signal(object, object)  # SearchResult and Box, to be found elsewhere

    def __init__(
        self,
        answers: AnswerArea,
        *,
        session: LibrarySession,
        frame: WindowFrame,
        stack: QStackedWidget,
        actions: PageActions,
        ask_password: Callable[[str], None],
    ) -> None:
        super().__init__(stack)
        self._answers = answers
        self._session = session
        self.panel = PagePanel(session.services, session.runner)
        frame.set_panel(self.panel)
        self._large: LargePage | None = None
        self._frame, self._stack = frame, stack
        self._actions = actions
        self._ask_password = ask_password
        self._is_asked = False
        self._was_closed = False
        self._connect()

    def _connect(self) -> None:
        view = self._answers.view
        view.current_changed.connect(self._follow)
        view.activated.connect(self.show_large)
        view.like_requested.connect(self.like_asked)
        view.peek_requested.connect(lambda _result: self.toggle_panel())
        for inner in (view.grid, view.documents):
            inner.clicked.connect(lambda _index: self.open_panel())
        self.panel.closed.connect(self.close_panel)
        self.panel.large_requested.connect(self.show_large)
        self.panel.box_requested.connect(self._draw_box)
        self.panel.unlock_requested.connect(self._unlock)
        for sender in (view, self.panel):
            self._connect_actions(sender)

    def _connect_actions(self, sender: "ResultsView | PagePanel | LargePage") -> None:
        sender.open_requested.connect(self._actions.open)
        sender.reveal_requested.connect(self._actions.reveal)
        sender.copy_text_requested.connect(self._actions.copy_text)

    def large(self) -> "LargePage":
        """Return the large page, made when it is first asked for: the window is up sooner."""
        if self._large is None:
            from folioscope.gui.pages import large_page

            self._large = large_page.LargePage(self._session.services, self._session.runner)
            self._stack.addWidget(self._large)
            self._large.back_requested.connect(self.close_large)
            self._large.unlock_requested.connect(self._unlock)
            self._large.box_asked.connect(self.box_asked)
            self._large.like_requested.connect(self.like_asked)
            self._connect_actions(self._large)
        return self._large

    def _unlock(self, result: SearchResult) -> None:
        self.close_large()
        self._ask_password(result.path)

    def set_asked(self, *, is_asked: bool) -> None:
        """Say whether something was asked: then the best page comes up beside the results."""
        self._is_asked = is_asked

    def _follow(self, result: SearchResult | None) -> None:
        if result is None:
            self._frame.show_panel(is_on=False)
            return
        wants = self._is_asked and not self._was_closed and self._frame.has_room_for_panel
        if self._frame.is_panel_open or wants:
            self._show(result)

    def _show(self, result: SearchResult) -> None:
        found = self._answers.found()
        if found is not None:
            self.panel.show_result(result, found)
            self._frame.show_panel(is_on=True)

    # --- panel -----------------------------------------------------------------------------

    def open_panel(self) -> None:
        """Show the chosen page beside the results."""
        self._was_closed = False
        result = self._answers.view.current()
        if result is not None:
            self._show(result)

    def close_panel(self) -> bool:
        """Close the panel; False if it is not open. It stays closed until asked for."""
        if not self._frame.is_panel_open:
            return False
        had_focus = self._holds_focus(self.panel)
        self._was_closed = True
        self._frame.show_panel(is_on=False)
        if had_focus:
            self._answers.view.setFocus()
        return True

    def toggle_panel(self) -> None:
        """Show or hide the page beside the results."""
        if not self.close_panel():
            self.open_panel()

    @staticmethod
    def _holds_focus(widget: QWidget) -> bool:
        focused = widget.window().focusWidget()
        return focused is not None and (focused is widget or widget.isAncestorOf(focused))

    # --- large page ------------------------------------------------------------------------

    @property
    def is_large(self) -> bool:
        """Whether a page fills the window."""
        return self._large is not None and self._stack.currentWidget() is self._large

    def show_large(self, result: SearchResult) -> None:
        """Show a page in the whole window."""
        found = self._answers.found()
        if found is not None:
            large = self.large()
            large.open(result, found)
            self._stack.setCurrentWidget(large)
            large.setFocus()

    def _draw_box(self, result: SearchResult) -> None:
        self.show_large(result)
        if self._large is not None and not self._large.boxes.is_on:
            self._large.boxes.switch()

    def close_large(self) -> bool:
        """Go back to the results; False if no page is large."""
        if not self.is_large:
            return False
        if self._large is not None:
            self._answers.view.choose(self._large.current())
        self._stack.setCurrentIndex(0)
        self._answers.view.setFocus()
        return True
