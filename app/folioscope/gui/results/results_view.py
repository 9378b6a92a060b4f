"""The results in either shape; both show the same model with the same selection."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Signal, SignalInstance
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QWidget

from folioscope.domain.results import SearchResult, SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.results.documents_view import DocumentsView
from folioscope.gui.results.page_grid import PageGrid
from folioscope.gui.results.result_item_view import ResultItemView
from folioscope.gui.results.result_model import ResultListModel
from folioscope.gui.results.thumbnails import ThumbnailLoader
from folioscope.gui.words import number, tr
from folioscope.services.api import Services


class ResultsView(QWidget):
    """Shows an answer. A newer one takes its place; the chosen page stays where it is."""

    current_changed = Signal(object)  # SearchResult, or None
    activated = Signal(object)  # Enter or a double click: to be shown large
    open_requested = Signal(object)  # Ctrl+Enter: in the system's viewer
    peek_requested = Signal(object)  # Space
    reveal_requested = Signal(object)
    copy_text_requested = Signal(object)
    like_requested = Signal(object)

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.loader = ThumbnailLoader(services, runner, self)
        self.model = ResultListModel(self)
        self.grid = PageGrid(self.model, self.loader, self)
        self.documents = DocumentsView(self.model, self.loader, self)
        self.documents.setSelectionModel(self.grid.selectionModel())
        self._is_replacing = False
        self._asked: str | None = None
        self._said: SearchResult | None = None
        layout = QStackedLayout(self)
        layout.addWidget(self.grid)
        layout.addWidget(self.documents)
        self._stack = layout
        self.setFocusProxy(self.grid)
        self.grid.selectionModel().currentChanged.connect(self._tell_current)
        for view in (self.grid, self.documents):
            view.large_chosen.connect(lambda index: self._tell(self.activated, index))
            view.open_chosen.connect(lambda index: self._tell(self.open_requested, index))
            view.peeked.connect(lambda index: self._tell(self.peek_requested, index))

    @property
    def view(self) -> ResultItemView:
        """The view in sight."""
        return self.documents if self._stack.currentWidget() is self.documents else self.grid

    def current(self) -> SearchResult | None:
        """Return the chosen page."""
        return self.model.result(self.view.currentIndex().row())

    def selected(self) -> tuple[SearchResult, ...]:
        """Return all selected pages, best first."""
        rows = sorted(index.row() for index in self.grid.selectionModel().selectedRows())
        return tuple(self.model.results[row] for row in rows)

    def set_results(self, results: SearchResults, *, show_weaker: bool) -> None:
        """Show an answer; the weaker ones behind the others when asked, or when alone."""
        shows_weaker = show_weaker or results.no_good_match
        shown = results.results + (results.weaker if shows_weaker else ())
        self._set_heading(self._heading(results) if shows_weaker else "")
        chosen = self.current()
        place = self._place_of(chosen)
        starts_anew = self._starts_at_the_top(results)
        self._is_replacing = True
        self.loader.retry_failed()
        self.model.replace(shown, weaker_from=len(results.results))
        is_other = starts_anew or chosen is None or self.model.row_of(chosen.ref) < 0
        if is_other:
            self.documents.close_all()
        for view in (self.grid, self.documents):
            view.doItemsLayout()
        self._is_replacing = False
        self._choose_again(None if is_other else chosen, place)

    def _starts_at_the_top(self, results: SearchResults) -> bool:
        """Whether the first page is chosen: after another query, and in a list of all pages
        that nobody has moved in yet."""
        asked, self._asked = self._asked, results.query.raw
        is_untouched = (
            self.view.currentIndex().row() <= 0 and self.view.verticalScrollBar().value() == 0
        )
        return asked != results.query.raw or (is_untouched and not results.query.raw)

    def _heading(self, results: SearchResults) -> str:
        if not results.weaker:
            return ""
        if results.no_good_match or not results.results:
            return tr("Closest pages")
        return tr("Weaker matches ({count})").format(count=number(len(results.weaker)))

    def _set_heading(self, text: str) -> None:
        self.grid.set_heading(text)
        self.documents.set_heading(text)

    def _place_of(self, chosen: SearchResult | None) -> int:
        """Return how far below the upper edge the chosen page is, -1 when out of sight."""
        if chosen is None:
            return -1
        rect = self.view.visualRect(self.view.currentIndex())
        seen = rect.intersects(self.view.viewport().rect())
        return rect.top() if seen else -1

    def _choose_again(self, chosen: SearchResult | None, place: int) -> None:
        row = self.model.row_of(chosen.ref) if chosen is not None else 0
        index = self.model.index(max(row, 0))
        bar = self.view.verticalScrollBar()
        if chosen is None:
            bar.setValue(0)
        elif place >= 0:
            bar.setValue(bar.value() + self.view.visualRect(index).top() - place)
        if index != self.view.currentIndex() or not self.grid.selectionModel().hasSelection():
            value = bar.value()
            self.view.setCurrentIndex(index)
            if chosen is not None and place < 0:
                bar.setValue(value)  # it was out of sight before, and may stay there
        self._tell_current(index)

    def set_mode(self, documents: bool) -> None:  # noqa: FBT001  (a switch of two states)
        """Show pages, or documents."""
        had_focus = self.view.hasFocus()
        self._stack.setCurrentWidget(self.documents if documents else self.grid)
        self.setFocusProxy(self.view)
        self.view.scrollTo(self.view.currentIndex())
        if had_focus:
            self.view.setFocus()

    def set_tile_width(self, px: int) -> None:
        """Wish for tiles of this width."""
        self.grid.set_tile_width(px)

    def choose(self, result: SearchResult) -> bool:
        """Choose a page, such as the one left in the large view; False when it is not shown."""
        row = self.model.row_of(result.ref)
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row))
        return row >= 0

    def _tell(self, signal: SignalInstance, index: QModelIndex) -> None:
        result = self.model.result(index.row())
        if result is not None:
            signal.emit(result)

    def _tell_current(self, index: QModelIndex) -> None:
        result = self.model.result(index.row()) if index.isValid() else None
        if not self._is_replacing and result is not self._said:
            self._said = result
            self.current_changed.emit(result)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the page under the pointer, or the chosen one."""
        point = self.view.viewport().mapFromGlobal(event.globalPos())
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.view.currentIndex() if by_key else self.view.indexAt(point)
        result = self.model.result(index.row()) if index.isValid() else None
        if result is None:
            return
        where = event.globalPos()
        if by_key:
            where = self.view.viewport().mapToGlobal(self.view.visualRect(index).center())
        self._menu(result).popup(QPoint(where))

    def _menu(self, result: SearchResult) -> QMenu:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        page = number(result.page_number)
        for text, signal in (
            (tr("Show large"), self.activated),
            (tr("Open at page {page}").format(page=page), self.open_requested),
            (tr("Show in folder"), self.reveal_requested),
            (tr("Copy text"), self.copy_text_requested),
            (tr("More like this page"), self.like_requested),
        ):
            action = QAction(text, menu)
            action.triggered.connect(lambda _on=False, s=signal: s.emit(result))
            menu.addAction(action)
        return menu
