"""What panel and large page have in common: the way through the document, kept on a canvas."""

from collections.abc import Callable
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from folioscope.domain.errors import FolioscopeError
from folioscope.domain.pages import PageRef, PageText
from folioscope.domain.results import SearchResult, SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.heat_source import HeatSource
from folioscope.gui.pages.marks import Marks, marks_of
from folioscope.gui.pages.page_canvas import PageCanvas
from folioscope.gui.pages.page_loader import PageLoader
from folioscope.gui.pages.tour import NOWHERE, PageTour
from folioscope.gui.results.result_words import file_name, spoken
from folioscope.gui.sentences import translated
from folioscope.gui.words import number, tr
from folioscope.services.api import DocumentView, Services


class PageAction(Enum):
    """What a key does while a page has the focus."""

    NEXT_MATCH = auto()
    PREVIOUS_MATCH = auto()
    NEXT_PAGE = auto()
    PREVIOUS_PAGE = auto()
    ZOOM_IN = auto()
    ZOOM_OUT = auto()
    FIT = auto()
    TURN = auto()
    COPY_TEXT = auto()
    COPY_PLACE = auto()
    SELECT_ALL = auto()
    OPEN = auto()
    LARGE = auto()
    BOX = auto()
    CLOSE = auto()


_Key = Qt.Key
_PLAIN = {
    _Key.Key_F3: PageAction.NEXT_MATCH,
    _Key.Key_N: PageAction.NEXT_PAGE,
    _Key.Key_P: PageAction.PREVIOUS_PAGE,
    _Key.Key_PageDown: PageAction.NEXT_PAGE,
    _Key.Key_PageUp: PageAction.PREVIOUS_PAGE,
    _Key.Key_Plus: PageAction.ZOOM_IN,
    _Key.Key_Equal: PageAction.ZOOM_IN,
    _Key.Key_Minus: PageAction.ZOOM_OUT,
    _Key.Key_0: PageAction.FIT,
    _Key.Key_R: PageAction.TURN,
    _Key.Key_B: PageAction.BOX,
    _Key.Key_Escape: PageAction.CLOSE,
    _Key.Key_Return: PageAction.LARGE,
    _Key.Key_Enter: PageAction.LARGE,
}
_WITH_SHIFT = {_Key.Key_F3: PageAction.PREVIOUS_MATCH, _Key.Key_Plus: PageAction.ZOOM_IN}
_WITH_CTRL = {
    _Key.Key_C: PageAction.COPY_TEXT,
    _Key.Key_A: PageAction.SELECT_ALL,
    _Key.Key_Return: PageAction.OPEN,
    _Key.Key_Enter: PageAction.OPEN,
    _Key.Key_Plus: PageAction.ZOOM_IN,
    _Key.Key_Equal: PageAction.ZOOM_IN,
    _Key.Key_Minus: PageAction.ZOOM_OUT,
    _Key.Key_0: PageAction.FIT,
}
_WITH_BOTH = {_Key.Key_C: PageAction.COPY_PLACE, _Key.Key_Plus: PageAction.ZOOM_IN}


def action_of(event: QKeyEvent) -> PageAction | None:
    """Return what a key asks for, None when it is none of ours."""
    keypad = Qt.KeyboardModifier.KeypadModifier
    modifiers = event.modifiers() & ~keypad
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    tables = {ctrl: _WITH_CTRL, shift: _WITH_SHIFT, ctrl | shift: _WITH_BOTH}
    table = tables.get(modifiers, _PLAIN if not modifiers else {})
    return table.get(Qt.Key(event.key()))


def override_of(event: QEvent) -> PageAction | None:
    """Return which of our actions a key asks for that a shortcut of the window wants too."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return None
    return action_of(event)


def keeps_key(event: QEvent) -> bool:
    """Whether a page takes a key that means something else elsewhere in the window."""
    return override_of(event) in (PageAction.COPY_TEXT, PageAction.COPY_PLACE)


def bind_matches(owner: QWidget, step: Callable[[int], object]) -> None:
    """Let F3 and Shift+F3 step through the matches while ``owner`` is in sight."""
    for keys, way in (("F3", 1), ("Shift+F3", -1)):
        shortcut = QShortcut(QKeySequence(keys), owner)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(partial(step, way))


class PageReader(QObject):
    """Moves through a document and keeps canvas and facts in step with it."""

    page_changed = Signal()  # another page, or the same of another answer
    facts_changed = Signal()  # the document's facts, or why it cannot be drawn
    match_changed = Signal()
    marks_changed = Signal()  # the page's text told more

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        canvas: PageCanvas,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self.heat = HeatSource(services, runner, self)
        self.tour = PageTour(self, known_heat=self.heat.known)
        self.loader = PageLoader(services, runner, self)
        self._text: PageText | None = None
        self.document: DocumentView | None = None
        self.failure = ""
        self._aspects: dict[PageRef, float] = {}
        self.tour.page_changed.connect(self._show_page)
        self.tour.match_changed.connect(self._show_match)
        self.tour.marks_changed.connect(self._show_marks)
        self.loader.preview_arrived.connect(self._show_preview)
        self.loader.picture_arrived.connect(self._show_picture)
        self.loader.text_arrived.connect(self._take_text)
        self.loader.document_arrived.connect(self._take_document)
        self.loader.failed.connect(self._take_failure)
        self.heat.arrived.connect(self.tour.take_heat)
        canvas.needs_px.connect(self.loader.sharpen)

    @property
    def result(self) -> SearchResult:
        """The page in sight; of a page that is no hit, without strength and reasons."""
        return self.tour.result

    @property
    def is_away(self) -> bool:
        """Whether the file cannot be reached now."""
        return self.result.is_away or (self.document is not None and self.document.is_away)

    @property
    def is_locked(self) -> bool:
        """Whether the file needs a password."""
        return self.document is not None and self.document.is_locked

    def start(self, result: SearchResult, results: SearchResults) -> None:
        """Show a hit."""
        self.tour.start(result, results)

    def follow(self, result: SearchResult, results: SearchResults) -> None:
        """Show a hit, or stay if it is in sight already and only the answer around it is new."""
        shown = self.result
        if result.ref == shown.ref and marks_of(result) == marks_of(shown) != Marks():
            self.tour.adopt(result, results)
        elif result is not shown:
            self.start(result, results)

    def reload(self) -> None:
        """Draw the page again, as when its file was unlocked or its drive is back."""
        self._load()

    def stop(self) -> None:
        """Give up what is under way, as when nobody looks."""
        self.loader.stop()
        self.heat.stop()

    def resume(self) -> None:
        """Go on after ``stop``."""
        if self.loader.is_stopped and self.result is not NOWHERE:
            self._load()

    def place(self) -> str:
        """Return what names the page in a text: “file, page 16”."""
        page = number(self.result.page_number)
        return tr("{name}, page {page}").format(name=file_name(self.result), page=page)

    def perform(self, action: PageAction) -> bool:
        """Do what concerns the page alone; False for what the window must do."""
        steps: dict[PageAction, Callable[[], object]] = {
            PageAction.NEXT_MATCH: lambda: self.tour.step_match(1),
            PageAction.PREVIOUS_MATCH: lambda: self.tour.step_match(-1),
            PageAction.NEXT_PAGE: lambda: self.tour.step_page(1),
            PageAction.PREVIOUS_PAGE: lambda: self.tour.step_page(-1),
            PageAction.ZOOM_IN: self.canvas.zoom_in,
            PageAction.ZOOM_OUT: self.canvas.zoom_out,
            PageAction.FIT: self.canvas.fit,
            PageAction.TURN: self.canvas.turn,
            PageAction.COPY_PLACE: lambda: QGuiApplication.clipboard().setText(self.place()),
            PageAction.SELECT_ALL: self._choose_all,
        }
        if action is PageAction.COPY_TEXT and not self.canvas.selection.is_empty:
            QGuiApplication.clipboard().setText(self.canvas.selection.words())
            return True
        if action not in steps:
            return False
        steps[action]()
        return True

    @property
    def text(self) -> PageText:
        """The words of the page, none until they are loaded."""
        return self._text or PageText()

    def _choose_all(self) -> None:
        self.canvas.selection.choose_all()
        self.canvas.viewport().update()

    def _show_page(self) -> None:
        result = self.result
        self._text = None
        aspect = self._aspects.get(result.ref, result.aspect)
        self.canvas.show_page(aspect, self.tour.marks)
        self.canvas.set_current(self.tour.match)
        self.canvas.setAccessibleName(spoken(result))
        self._load()
        self.page_changed.emit()

    def _load(self) -> None:
        self.document, self.failure = None, ""
        self.loader.load(self.result.ref, longest_px=max(320, self.canvas.wanted_px()))
        self.heat.ask(self.result.ref, self.tour.query)

    def _show_match(self) -> None:
        self.canvas.set_current(self.tour.match)
        self.match_changed.emit()

    def _show_marks(self) -> None:
        self.canvas.set_marks(self.tour.marks)
        self.canvas.set_current(self.tour.match)
        self.marks_changed.emit()

    def _show_preview(self, ref: PageRef, image: QImage) -> None:
        if not self.canvas.has_picture:
            self._show_picture(ref, image)

    def _show_picture(self, ref: PageRef, image: QImage) -> None:
        self._aspects[ref] = image.width() / max(1, image.height())
        self.canvas.show_picture(image)

    def _take_text(self, ref: PageRef, text: PageText) -> None:
        self._text = text
        self.canvas.set_text(text)
        self.tour.take_text(ref, text)
        self.marks_changed.emit()

    def _take_document(self, _ref: PageRef, document: DocumentView) -> None:
        self.document = document
        self.facts_changed.emit()

    def _take_failure(self, _ref: PageRef, error: Exception) -> None:
        known = isinstance(error, FolioscopeError)
        self.failure = translated(str(error)) if known else tr("This page could not be drawn.")
        self.facts_changed.emit()
