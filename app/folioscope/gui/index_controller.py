"""Keeps indexing going, and tells how far it is."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from folioscope.domain.errors import FolioscopeError, SharedLibraryError
from folioscope.gui.job_runner import JobHandle, Lane
from folioscope.gui.library_session import LibrarySession, Work, sentence_of
from folioscope.gui.words import tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import IndexReport, IndexState, Services

POLL_MS = 250
REFRESH_MS = 2000  # how often writings of other processes are looked for
GROWTH_MS = 1500  # how often at most results are asked for again while pages come in


class IndexController(QObject):
    """One run at a time; adding files ends a run and starts one that knows of them.

    ``library_changed``: pages came or went, by this process or another one.
    """

    state_changed = Signal(object)
    library_changed = Signal()
    run_ended = Signal(object)
    rested = Signal()  # nothing is read any more: all is done, stopped or failed
    failed = Signal(object)
    could_not = Signal(str)
    rebuilding = Signal()  # all is read again from now on
    is_shared = Signal(object)  # what was wanted would be done to others, too

    def __init__(self, session: LibrarySession, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._handle: JobHandle | None = None
        self._wants_run = False
        self._is_stopped = False
        self._last = IndexState()
        self._told_done = (0, 0)
        self._since_told = QElapsedTimer()
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._look)
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._refresh_library)
        self._is_refreshing = False
        self._is_away = False
        session.opened.connect(self._begin)

    # --- running ---------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether a run is under way, paused or not."""
        return self._handle is not None

    @property
    def is_stopped(self) -> bool:
        """Whether the user stopped reading before it was done."""
        return self._is_stopped

    def _begin(self, _services: Services) -> None:
        self._refresh.start()
        self.run()

    def run(self) -> None:
        """Bring the library in step with its folders; once more if a run is under way."""
        self._is_stopped = False
        if self._session.is_read_only:
            return
        if self._handle is not None:
            self._wants_run = True
            return
        self._wants_run = False
        self._handle = self._session.submit(
            lambda services, ctx: services.indexing.run(ctx),
            then=self.run_ended.emit,
            otherwise=self.failed.emit,
            lane=Lane.INDEX,
        )
        if self._handle is not None:
            self._told_done = (0, 0)
            self._since_told.start()
            self._handle.finished.connect(self._end)
            self._poll.start()

    def _end(self) -> None:
        self._handle = None
        self._poll.stop()
        self._look()
        self.library_changed.emit()
        if self._wants_run:
            self.run()
        else:
            self.rested.emit()

    def pause(self) -> None:
        """Hold the run at its next step."""
        if self._handle is not None:
            self._handle.token.pause()
            self._look()

    def resume(self) -> None:
        """Let the run go on, or start one if it was stopped."""
        if self._handle is None:
            self.run()
            return
        self._handle.token.resume()
        self._look()

    def stop(self) -> None:
        """End the run; what is read stays."""
        if self._handle is not None:
            self._is_stopped = True
            self._wants_run = False
            self._handle.cancel()

    def restart(self, _done: object = None) -> None:
        """End the run under way, if there is one, and begin another that knows what changed."""
        if self._handle is not None:
            self._handle.cancel()  # all it committed stays; the next run goes on from there
        self.run()

    # --- intents ---------------------------------------------------------------------------

    def add(self, paths: Sequence[str]) -> None:
        """Take folders or files into the library and read them."""
        known = tuple(paths)
        if known:
            self._change(lambda services, _ctx: services.indexing.add(known))

    def add_picture(self, png: bytes) -> None:
        """Keep a pasted picture and read it."""

        def work(services: Services, _ctx: JobContext) -> None:
            services.indexing.add([services.pages.save_pasted(png)])

        self._change(work)

    def retry(self, paths: Sequence[str]) -> None:
        """Read failed files again."""
        known = tuple(paths)
        self._change(lambda services, _ctx: services.indexing.retry(known))

    def remove(self, paths: Sequence[str]) -> None:
        """Forget folders or files."""
        known = tuple(paths)
        self._change(lambda services, _ctx: services.library.remove(known))

    def rebuild(self, *, for_everybody: bool = False) -> None:
        """Read everything again; what others share as well only ``for_everybody``."""
        self._change(
            lambda services, _ctx: services.indexing.rebuild(for_everybody=for_everybody),
            then=self._rebuild_begun,
        )

    def _rebuild_begun(self, _done: object) -> None:
        self.restart()
        self.rebuilding.emit()

    def _change(self, work: Work, *, then: Callable[[Any], None] | None = None) -> None:
        if self._session.is_read_only:
            self.tell_read_only()
            return
        self._session.submit(work, then=then or self.restart, otherwise=self._tell_not_changed)

    def _tell_not_changed(self, error: Exception) -> None:
        if isinstance(error, SharedLibraryError):
            self.is_shared.emit(error)
        else:
            self.could_not.emit(sentence_of(error))

    def tell_read_only(self) -> None:
        """Say why nothing can be added or changed here."""
        self.could_not.emit(tr("This library is only searched from here; nothing is changed."))

    # --- watching --------------------------------------------------------------------------

    def state(self) -> IndexState:
        """Return the last snapshot."""
        return self._last

    def _look(self) -> None:
        services = self._session.services()
        if services is None:
            return
        state = services.indexing.state()
        if state != self._last:
            self._last = state
            self.state_changed.emit(state)
        done = (state.reading.done, state.recognising.done)
        if done != self._told_done and self._since_told.elapsed() >= GROWTH_MS:
            self._told_done = done
            self._since_told.restart()
            self.library_changed.emit()

    def _refresh_library(self) -> None:
        if self._is_refreshing:
            return
        self._is_refreshing = True
        handle = self._session.submit(
            lambda services, _ctx: services.library.refresh(),
            then=self._tell_refreshed,
            otherwise=self._note_away,
        )
        if handle is not None:
            handle.finished.connect(self._end_refresh)

    def _tell_refreshed(self, has_changed: bool) -> None:  # noqa: FBT001  (a Qt slot)
        was_away, self._is_away = self._is_away, False
        if has_changed or was_away:
            self.library_changed.emit()

    def _note_away(self, _error: Exception) -> None:
        self._is_away = True  # what was asked meanwhile is asked again once it is back

    def _end_refresh(self) -> None:
        self._is_refreshing = False


def is_worth_telling(report: IndexReport) -> bool:
    """Whether a run did anything that a list of what was done should name."""
    return bool(report.files_read or report.files_relinked or report.files_removed)


def needs_note(error: object) -> bool:
    """Whether an error of a run is one with its own note and actions."""
    return isinstance(error, FolioscopeError)
