"""A second look: the best pages are read again together with the words, when that is asked."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from folioscope.domain.errors import ModelMissingError
from folioscope.domain.results import SearchResults
from folioscope.gui.job_runner import JobHandle, Lane
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.search_controller import SearchController
from folioscope.gui.sentences import translated
from folioscope.jobs.progress import Progress


class SecondLook(QObject):
    """One at a time; a new question ends it. Its order holds until something else is asked."""

    changed = Signal()
    ordered = Signal(object)
    model_missing = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        session: LibrarySession,
        searches: SearchController,
        *,
        found: Callable[[], SearchResults | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._searches = searches
        self._found = found
        self._handle: JobHandle | None = None
        self._is_wanted = False
        self.progress = Progress(0)
        self.holds_order = False
        searches.asked_anew.connect(self.forget)
        searches.answered.connect(self._begin_if_wanted)

    @property
    def is_running(self) -> bool:
        """Whether pages are being read again."""
        return self._handle is not None

    def start(self) -> None:
        """Read the answer's best pages again, once it is there."""
        if self._handle is not None or self.holds_order:
            return
        self._is_wanted = True
        if self._searches.is_asking:
            self._searches.ask_now()
            self._is_wanted = True  # asking anew took it back
        else:
            self._begin_if_wanted()

    def _begin_if_wanted(self, _found: object = None, _is_repeat: object = None) -> None:
        found = self._found()
        if not self._is_wanted or found is None:
            return
        self._is_wanted = False
        if not can_look_again(found):
            return
        handle = self._session.submit(
            lambda services, ctx: services.search.rerank(found, ctx),
            then=self._take,
            otherwise=self._tell,
            lane=Lane.SECOND_LOOK,
        )
        if handle is None:
            return
        self._handle, self.progress = handle, Progress(0)
        handle.progressed.connect(self._show)
        handle.finished.connect(self._end)
        self.changed.emit()

    def _show(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _take(self, found: SearchResults) -> None:
        self.holds_order = True
        self.ordered.emit(found)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, ModelMissingError):
            self.model_missing.emit(translated(error.what))
        else:
            self.failed.emit(error)

    def _end(self) -> None:
        self._handle = None
        self.changed.emit()

    def cancel(self) -> bool:
        """Leave the results as they are; False where nothing was under way."""
        self._is_wanted = False
        if self._handle is None:
            return False
        self._handle.cancel()
        return True

    def forget(self) -> None:
        """Let go of an order that belongs to an earlier question."""
        self.cancel()
        if self.holds_order:
            self.holds_order = False
            self.changed.emit()


def can_look_again(found: SearchResults) -> bool:
    """Whether there are pages to be read again together with words."""
    return bool(found.query.text.strip()) and bool(found.results or found.weaker)
