"""One page over the whole window: neighbours, page, and what is known of it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from folioscope.domain.results import SearchResult, SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.box_mode import BoxMode
from folioscope.gui.pages.film_strip import FilmStrip
from folioscope.gui.pages.inspector import Inspector
from folioscope.gui.pages.large_bar import LargeBar
from folioscope.gui.pages.page_reader import PageAction, bind_matches, override_of
from folioscope.gui.pages.reading_view import ReadingView
from folioscope.gui.parts import painted, rule
from folioscope.services.api import Services

_LEAST_FOR_STRIP_PX = 1000
_LEAST_FOR_INSPECTOR_PX = 760


class LargePage(ReadingView):
    """Neighbours go first in narrow windows, then the inspector becomes a drawer."""

    back_requested = Signal()
    like_requested = Signal(object)  # SearchResult
    box_asked = Signal(object, object)  # SearchResult and Box

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, runner, parent)
        painted("page", self)
        self.strip = FilmStrip(services, runner)
        self.bar = LargeBar(self.reader)
        self._middle = QWidget()
        self._beside = QHBoxLayout(self._middle)
        self.inspector = Inspector(self.reader, self._middle)
        self.boxes = BoxMode(self.canvas, services, self.inspector)
        self._strip_rule = rule(upright=True)
        self._is_drawer_open = False
        self._compose()
        self._connect()

    def _compose(self) -> None:
        beside = self._beside
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        for part in (self.strip, self._strip_rule, self.canvas, self.boxes.help, self.inspector):
            beside.addWidget(part, 1 if part is self.canvas else 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(rule())
        layout.addWidget(self._middle, 1)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        reader = self.reader
        reader.page_changed.connect(self._show_page)
        bind_matches(self, reader.tour.step_match)
        self.strip.page_chosen.connect(reader.tour.go_to_page)
        self.bar.back_asked.connect(self.back_requested)
        self.bar.action_asked.connect(self._perform)
        self.bar.inspector_asked.connect(self._toggle_drawer)
        self.inspector.open_asked.connect(lambda: self.open_requested.emit(reader.result))
        self.inspector.reveal_asked.connect(lambda: self.reveal_requested.emit(reader.result))
        self.inspector.copy_asked.connect(lambda: self.copy_text_requested.emit(reader.result))
        self.inspector.like_asked.connect(lambda: self.like_requested.emit(reader.result))
        self.boxes.find_asked.connect(lambda box: self.box_asked.emit(reader.result, box))
        self.boxes.switched.connect(self._arrange)
        note = self.inspector.note
        note.unlock_asked.connect(lambda: self.unlock_requested.emit(reader.result))

    def open(self, result: SearchResult, results: SearchResults) -> None:
        """Show a hit large."""
        shown = len(results.results) or len(results.weaker)
        self.bar.show_count(shown)
        self.reader.start(result, results)
        self.canvas.setFocus()

    def current(self) -> SearchResult:
        """Return the page in sight, which may be a neighbour of the one opened."""
        return self.reader.result

    def _show_page(self) -> None:
        tour = self.reader.tour
        self.strip.show_page(tour.result.ref, tour.page_count, tour.hit_pages)

    def _perform(self, action: PageAction) -> None:
        if action is PageAction.CLOSE and self._is_drawer_open:
            self._toggle_drawer()
        elif action is PageAction.CLOSE:
            self.back_requested.emit()
        elif action is PageAction.BOX:
            self.boxes.switch()
        elif action is PageAction.OPEN:
            self.open_requested.emit(self.reader.result)
        elif not self.reader.perform(action) and action is PageAction.COPY_TEXT:
            self.copy_text_requested.emit(self.reader.result)

    def event(self, event: QEvent) -> bool:
        """Keep keys that mean the page here and the results elsewhere."""
        # events come while the window is still being made, so what it is is asked last
        is_escape = override_of(event) is PageAction.CLOSE
        if is_escape and (self._is_drawer_open or self.boxes.is_on):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the key asks, of a box that is being drawn first."""
        if not self.boxes.press(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the page what room there is."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        has_strip = self.width() >= _LEAST_FOR_STRIP_PX
        beside = self.width() >= _LEAST_FOR_INSPECTOR_PX
        for part in (self.strip, self._strip_rule):
            part.setVisible(has_strip)
        self.bar.show_inspector_button(shown=not beside)
        if beside:
            self._is_drawer_open = False
            self._beside.addWidget(self.inspector)
        else:
            self._beside.removeWidget(self.inspector)
            wide = self.inspector.width()
            self.inspector.setGeometry(self._middle.width() - wide, 0, wide, self._middle.height())
            self.inspector.raise_()
        is_drawing = self.boxes.is_on
        self.bar.box.setChecked(is_drawing)
        self.boxes.help.setVisible(is_drawing and beside)
        self.inspector.setVisible((beside and not is_drawing) or self._is_drawer_open)

    def _toggle_drawer(self) -> None:
        self._is_drawer_open = not self._is_drawer_open
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on with what was given up."""
        super().showEvent(event)
        self.reader.resume()

    def hideEvent(self, event: QHideEvent) -> None:
        """Give up what is under way; nobody looks."""
        super().hideEvent(event)
        self.boxes.leave()
        self.reader.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Let go of H when the window loses the keyboard, or its release is never heard."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.canvas.hide_marks(hidden=False)
