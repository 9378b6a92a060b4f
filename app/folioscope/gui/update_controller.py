"""Looks for newer versions behind the window's back, if that was turned on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from folioscope.domain.updates import UpdateStanding, UpdateState
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane
from folioscope.jobs.progress import JobContext

if TYPE_CHECKING:  # it is loaded when it is first needed: the window is up sooner
    from folioscope.services.updates import Updates

MakeUpdates = Callable[[], "Updates"]
_HOUR_MS = 3_600_000  # how often it is seen whether a day is over


class UpdateController(QObject):
    """One question at a time. ``found``: a newer version that nobody was told of yet."""

    changed = Signal(object)
    failed = Signal(object)
    found = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self, updates: MakeUpdates, runner: JobRunner, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._updates = updates
        self._runner = runner
        self._handle: JobHandle | None = None  # of what somebody asked for
        self._own: JobHandle | None = None  # of what is done by itself
        self._turns = 0  # how often the switch was turned: what was read before is out of date
        self.trouble: Exception | None = None  # of the last try
        self._timer = QTimer(self, interval=_HOUR_MS)
        self._timer.timeout.connect(self.look_if_due)

    def begin(self) -> None:
        """Look now and then from now on, where the user wants that."""
        self._timer.start()
        self.look_if_due()

    def look_if_due(self) -> None:
        """Look unless it is turned off, or was done within a day."""
        updates = self._updates

        def work(ctx: JobContext) -> UpdateState | None:
            asked = updates()
            return asked.check(ctx) if asked.is_due else None

        if self._own is None and not self._runner.is_closed:
            self._own = self._runner.submit(work, Lane.UPDATES)
            self._own.succeeded.connect(self._tell)
            self._own.failed.connect(self._fail)
            self._own.finished.connect(self._end_own)

    def reload(self) -> None:
        """Tell what is known; asks nobody."""
        updates = self._updates
        if not self._runner.is_closed:
            turns = self._turns
            handle = self._runner.submit(lambda _ctx: updates().state(), Lane.OTHER)
            handle.succeeded.connect(lambda state: self._show(state, turns))
            handle.failed.connect(self.failed)

    def check(self) -> None:
        """Look now, because somebody asked for it."""
        if self._handle is None and not self._runner.is_closed:
            updates = self._updates
            self._handle = self._runner.submit(lambda ctx: updates().check(ctx), Lane.UPDATES)
            self._handle.succeeded.connect(self._take)
            self._handle.failed.connect(self._fail)
            self._handle.cancelled.connect(self.reload)
            self._handle.finished.connect(self._end)
            self.busy_changed.emit(True)

    def cancel(self) -> None:
        """Stop looking."""
        for handle in (self._handle, self._own):
            if handle is not None:
                handle.cancel()

    def set_on(self, *, is_on: bool) -> None:
        """Turn looking on or off; turned off, it stops at once. Raises SettingsError."""
        if not is_on:
            self.cancel()
        state = self._updates().set_on(is_on=is_on)
        self._turns += 1
        self.changed.emit(state)

    def note_told(self, version: str) -> None:
        """Remember that the user was told of a version."""
        updates = self._updates
        self._runner.submit(lambda _ctx: updates().note_told(version), Lane.OTHER)

    def _end(self) -> None:
        self._handle = None
        self.busy_changed.emit(False)

    def _show(self, state: UpdateState, turns: int) -> None:
        if turns == self._turns:
            self.changed.emit(state)

    def _take(self, state: UpdateState) -> None:
        self.trouble = None
        self.changed.emit(state)

    def _fail(self, error: Exception) -> None:
        self.trouble = error
        self.failed.emit(error)

    def _end_own(self) -> None:
        self._own = None

    def _tell(self, state: UpdateState | None) -> None:
        if state is None:
            return
        self._take(state)
        if state.standing is UpdateStanding.NEWER and not state.is_told:
            self.found.emit(state)
