"""The panel beside the results: the page chosen there, why it was found, what can be done."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from folioscope.domain.results import SearchResult, SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.page_parts import MatchStepper, PageNote, WhyRows
from folioscope.gui.pages.page_reader import PageAction, bind_matches
from folioscope.gui.pages.reading_view import ReadingView
from folioscope.gui.pages.word_chips import ChipRow
from folioscope.gui.parts import Button, ElidedLabel, Label, column, painted, row, rule
from folioscope.gui.results.result_words import file_name
from folioscope.gui.theme import bounds_px, scaled, size_px
from folioscope.gui.words import number, tr
from folioscope.services.api import Services

_NARROW_PX = 400  # below it, less important actions are icons


class PagePanel(ReadingView):
    """Shows one page of the results, and its neighbours with N and P."""

    closed = Signal()
    large_requested = Signal(object)  # SearchResult, as of the next
    box_requested = Signal(object)

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, runner, parent)
        painted("panel", self)
        self.setMinimumWidth(bounds_px("panel")[1])
        self._name = ElidedLabel("", "body_strong")
        self._place = Label("", "small", tone="muted")
        self.chips = ChipRow()
        self.stepper = MatchStepper()
        self.why = WhyRows()
        self.note = PageNote()
        self._open = Button("", icon_name="external-link", kind="primary")
        self._reveal = Button(tr("Show in folder"), icon_name="folder-open")
        self._reveal_icon = Button(icon_name="folder-open", kind="icon", tip=tr("Show in folder"))
        self._copy = Button(icon_name="copy", kind="icon", tip=tr("Copy text (Ctrl+C)"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self._head(), rule(), self.canvas, rule(), self._foot()):
            layout.addWidget(part, 1 if part is self.canvas else 0)
        self._connect()

    def _head(self) -> QWidget:
        zoom = Button(icon_name="zoom-in", kind="icon", tip=tr("Zoom in (+)"))
        zoom.clicked.connect(self.canvas.zoom_in)
        self._out = Button(icon_name="zoom-out", kind="icon", tip=tr("Zoom out (−)"))
        self._out.clicked.connect(self.canvas.zoom_out)
        self._out.hide()
        box = Button(
            icon_name="square-dashed-mouse-pointer",
            kind="icon",
            tip=tr("Draw a box to find it elsewhere (B)"),
        )
        box.clicked.connect(lambda: self._perform(PageAction.BOX))
        large = Button(icon_name="maximize", kind="icon", tip=tr("Large (Enter)"))
        large.clicked.connect(lambda: self._perform(PageAction.LARGE))
        close = Button(icon_name="x", kind="icon", tip=tr("Close (Esc)"))
        close.clicked.connect(self.closed)
        names = column(self._name, self._place, gap=1)
        parts = ((names, 1), self._out, zoom, box, large, close)
        head = row(*parts, gap=2, margins=(16, 8, 10, 8))
        head.setFixedHeight(scaled(size_px("toolbar")))
        return head

    def _foot(self) -> QWidget:
        found = row((self.chips, 1), self.stepper, gap=6)
        doing = (self._open, self._reveal, self._reveal_icon, None, self._copy)
        actions = row(*doing, gap=8, margins=(0, 6, 0, 0))
        return column(found, self.why, self.note, actions, gap=7, margins=(16, 12, 16, 14))

    def _connect(self) -> None:
        reader = self.reader
        reader.page_changed.connect(self._show_page)
        reader.marks_changed.connect(self._show_marks)
        reader.match_changed.connect(self._show_match)
        reader.facts_changed.connect(self._show_facts)
        self.stepper.stepped.connect(reader.tour.step_match)
        bind_matches(self, reader.tour.step_match)
        self.chips.lit.connect(self.canvas.light_only)
        self.chips.stepped.connect(reader.tour.step_word)
        self.canvas.zoomed.connect(lambda zoom: self._out.setVisible(zoom > 1))
        self._open.clicked.connect(lambda: self.open_requested.emit(reader.result))
        for button in (self._reveal, self._reveal_icon):
            button.clicked.connect(lambda: self.reveal_requested.emit(reader.result))
        self._copy.clicked.connect(lambda: self.copy_text_requested.emit(reader.result))
        self.note.unlock_asked.connect(lambda: self.unlock_requested.emit(reader.result))

    def show_result(self, result: SearchResult, results: SearchResults) -> None:
        """Show a page of an answer. The same page of a newer answer stays as it is zoomed."""
        self.reader.follow(result, results)

    def _show_page(self) -> None:
        result, tour = self.reader.result, self.reader.tour
        self._name.show_text(file_name(result))
        told = tr("Page {page} of {count}")
        page, count = number(result.page_number), number(tour.page_count)
        self._place.setText(told.format(page=page, count=count))
        self._open.say(tr("Open at page {page}").format(page=page))
        self._show_marks()
        self._show_facts()

    def _show_marks(self) -> None:
        self.chips.show_words(self.reader.tour.marks)
        self.why.show_reasons(self.reader)
        self._show_match()

    def _show_match(self) -> None:
        tour = self.reader.tour
        self.stepper.show_place(tour.match, len(tour.marks))

    def _show_facts(self) -> None:
        self.note.show_note(self.reader)
        reachable = not self.reader.is_away
        for button in (self._open, self._reveal, self._reveal_icon):
            button.setEnabled(reachable)

    def _perform(self, action: PageAction) -> None:
        result = self.reader.result
        asks = {
            PageAction.LARGE: self.large_requested,
            PageAction.BOX: self.box_requested,
            PageAction.OPEN: self.open_requested,
            PageAction.COPY_TEXT: self.copy_text_requested,
        }
        if self.reader.perform(action):
            return
        if action is PageAction.CLOSE:
            self.closed.emit()
        elif action in asks:
            asks[action].emit(result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give way in narrow windows."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_PX
        self._reveal.setVisible(not narrow)
        self._reveal_icon.setVisible(narrow)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give up what is under way."""
        self.reader.stop()
        super().closeEvent(event)
