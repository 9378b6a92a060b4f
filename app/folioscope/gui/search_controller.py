"""What is asked, when it is asked, and which answer counts."""

from PySide6.QtCore import QObject, QTimer, Signal

from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults
from folioscope.gui.asked_picture import AskedPicture
from folioscope.gui.job_runner import JobHandle, Lane
from folioscope.gui.library_session import LibrarySession
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services

DEBOUNCE_MS = 150
SLOW_MS = 400  # before that nothing is said of waiting
_LIMIT = 200


class SearchController(QObject):
    """Asks 150 ms after the last key; the newest question wins, stale answers are dropped.

    ``answered(results, is_repeat)``: a repeat is the same question over a grown library.
    """

    asked_anew = Signal()  # what was found no longer answers what is asked
    picture_changed = Signal()
    waiting = Signal()  # an answer takes its time
    answered = Signal(object, bool)
    failed = Signal(object)

    def __init__(self, session: LibrarySession, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._text = ""
        self._scope = PageFilter()
        self._picture: AskedPicture | None = None
        self._handle: JobHandle | None = None
        self._wants_repeat = False
        self._has_failed = False  # then what is asked has no answer yet, however often it is
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self.waiting)
        session.opened.connect(self._ask)

    @property
    def text(self) -> str:
        """The words asked for, without blanks around them."""
        return self._text

    @property
    def scope(self) -> PageFilter:
        """The filters set beside the field."""
        return self._scope

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited."""
        return self._handle is not None or self._timer.isActive()

    def set_text(self, text: str) -> None:
        """Take what is in the field now, and ask soon."""
        if text.strip() == self._text:
            return
        self._text = text.strip()
        self._timer.start()
        self.asked_anew.emit()

    def set_picture(self, picture: AskedPicture | None) -> None:
        """Ask for pages that look like a picture, or no longer."""
        if picture is self._picture:
            return
        self._picture = picture
        if picture is not None:
            self._text = ""
        self.picture_changed.emit()
        self._timer.stop()
        self.asked_anew.emit()
        self._ask()

    @property
    def picture(self) -> AskedPicture | None:
        """The picture asked for, alone or beside words; None where words are."""
        return self._picture

    def ask_now(self) -> None:
        """Ask without waiting for another key, if a question is waiting."""
        if self._timer.isActive():
            self._timer.stop()
            self._ask()

    def set_scope(self, scope: PageFilter) -> None:
        """Change the filters, and ask at once."""
        if scope != self._scope:
            self._scope = scope
            self._timer.stop()
            self.asked_anew.emit()
            self._ask()

    def repeat(self) -> None:
        """Ask the same again because the library grew; never in the way of a new question."""
        if self._timer.isActive():
            return
        if self._handle is not None:
            self._wants_repeat = True
            return
        self._ask(is_repeat=not self._has_failed)

    def _ask(self, _opened: object = None, *, is_repeat: bool = False) -> None:
        self._wants_repeat = self._has_failed = False
        text, scope, picture = self._text, self._scope, self._picture

        def work(services: Services, ctx: JobContext) -> SearchResults:
            search = services.search
            if picture is not None:
                asked = picture.load(services, ctx.token)
                return search.search_picture(
                    asked, scope=scope, text=text, limit=_LIMIT, token=ctx.token
                )
            if text:
                return search.search(text, scope=scope, limit=_LIMIT, token=ctx.token)
            return search.browse(scope=scope, token=ctx.token)

        handle = self._session.submit(work, lane=Lane.SEARCH)
        self._handle = handle
        if handle is None:
            return  # asked again when the library is open
        if not is_repeat:
            self._slow.start()
        handle.succeeded.connect(lambda found: self.answered.emit(found, is_repeat))
        handle.failed.connect(self._fail)
        handle.finished.connect(lambda: self._end(handle))

    def _fail(self, error: Exception) -> None:
        self._has_failed = True
        self.failed.emit(error)

    def _end(self, handle: JobHandle) -> None:
        if self._handle is handle:
            self._handle = None
            self._slow.stop()
            if self._wants_repeat and not self._timer.isActive():
                self._ask(is_repeat=not self._has_failed)
