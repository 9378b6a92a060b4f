"""Keeps looking at pages going behind everything else, and tells how far it is."""

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from folioscope.gui.job_runner import JobHandle, Lane
from folioscope.gui.library_session import LibrarySession
from folioscope.services.look_api import LookPhase, LookState

POLL_MS = 500
GROWTH_MS = 10_000  # how often at most results are asked for again while pages are looked at
NOTE_MS = 1000  # how often at most the service hears that somebody is there
_SIGNS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class LookController(QObject):
    """One run at a time in a lane of its own. Pausing holds it, closing the window ends it."""

    state_changed = Signal(object)
    grown = Signal()  # pages can be found by look that could not be before
    failed = Signal(object)
    device_moved = Signal(str)  # why another device runs the model from now on

    def __init__(self, session: LibrarySession, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._handle: JobHandle | None = None
        self._wants_run = False
        self._stands_back = False
        self._last = LookState()
        self._told_done = -1
        self._since_told = QElapsedTimer()
        self._since_noted = QElapsedTimer()
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._look)

    @property
    def is_running(self) -> bool:
        """Whether a run is under way, paused or waiting or not."""
        return self._handle is not None

    def state(self) -> LookState:
        """Return the last snapshot."""
        return self._last

    def start(self) -> None:
        """Look at what is missing, if a visual model is chosen; again after a run under way."""
        services = self._session.services()
        if services is None or self._session.is_read_only:
            return
        if self._handle is not None:
            self._wants_run = True
            return
        self._wants_run = False
        self._look()
        if services.look.state().phase is LookPhase.OFF:
            return
        self._handle = self._session.submit(
            lambda services, ctx: services.look.run(ctx),
            otherwise=self.failed.emit,
            lane=Lane.LOOK,
        )
        if self._handle is not None:
            self._told_done = -1
            self._since_told.start()
            self._handle.finished.connect(self._end)
            self._poll.start()

    def restart(self) -> None:
        """End the run under way and begin one with the model that is chosen now."""
        if self._handle is not None:
            self._handle.cancel()
        self.start()

    def _end(self) -> None:
        self._handle = None
        self._poll.stop()
        self._look()
        self.grown.emit()
        if self._wants_run:
            self.start()

    def pause(self) -> None:
        """Hold the run."""
        if self._handle is not None:
            self._handle.token.pause()
            self._look()

    def resume(self) -> None:
        """Let it go on."""
        if self._handle is not None:
            self._handle.token.resume()
            self._look()

    def stand_back(self, *, is_on: bool) -> None:
        """Hold the run while a model is measured, unless the user holds it anyway."""
        token = self._handle.token if self._handle is not None else None
        if token is None:
            self._stands_back = False
        elif is_on and not token.is_paused:
            self._stands_back = True
            token.pause()
        elif not is_on and self._stands_back:
            self._stands_back = False
            token.resume()

    def go_on(self) -> None:
        """Look on battery too for now."""
        services = self._session.services()
        if services is not None:
            services.look.go_on()
            self._look()

    def note_activity(self) -> None:
        """Pass on that somebody uses the window; seldom enough to cost nothing."""
        if self._since_noted.isValid() and self._since_noted.elapsed() < NOTE_MS:
            return
        services = self._session.services()
        if services is not None and self._handle is not None:
            self._since_noted.start()
            services.look.note_user_activity()

    def _look(self) -> None:
        services = self._session.services()
        if services is None:
            return
        state = services.look.state()
        if state != self._last:
            before, self._last = self._last, state
            self.state_changed.emit(state)
            is_same_model = before.model == state.model
            if is_same_model and before.device and state.device not in ("", before.device):
                self.device_moved.emit(state.device)
        if state.done != self._told_done and self._since_told.elapsed() >= GROWTH_MS:
            self._told_done = state.done
            self._since_told.restart()
            self.grown.emit()


class ActivityWatch(QObject):
    """Sees what reaches the window from outside. Filters the window's handle, not every widget:
    that way few events cross into Python."""

    def __init__(self, window: QWidget, looking: LookController) -> None:
        super().__init__(window)
        self._looking = looking
        self._window = window
        window.installEventFilter(self)
        self._attach()

    def _attach(self) -> None:
        handle = self._window.windowHandle()  # None until the window was shown once
        if handle is not None:
            self._window.removeEventFilter(self)
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note signs of the user, and let every event pass."""
        if event.type() in _SIGNS:
            self._looking.note_activity()
        elif event.type() == QEvent.Type.Show and watched is self._window:
            self._attach()
        return False
