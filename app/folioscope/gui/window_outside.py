"""What reaches a window from outside: files to search in, later starts, newer versions."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QFileOpenEvent, QGuiApplication

from folioscope.domain.updates import UpdateState
from folioscope.gui.library_notes import newer_note
from folioscope.gui.update_controller import MakeUpdates, UpdateController

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow
    from folioscope.gui.searching_in import SearchingIn
    from folioscope.gui.start import SingleWindow, WindowStart

_CAN_RAISE = ("xcb", "windows", "cocoa")
_CALM_MS = 10_000  # so long nobody asks for newer versions: the library opens first


class WindowOutside(QObject):
    """Joins them to the window; nothing happens before ``begin``."""

    def __init__(self, window: "MainWindow", updates: MakeUpdates) -> None:
        super().__init__(window)
        self._window = window
        self._single: SingleWindow | None = None
        self._searching: SearchingIn | None = None
        self.updates = UpdateController(updates, window.session.runner, parent=self)
        self.updates.found.connect(self._tell_newer)

    def begin(self, start: "WindowStart", *, calm_ms: int = _CALM_MS) -> None:
        """Search in what it was started with, listen for later starts, look for versions."""
        from folioscope.gui import searching_in
        from folioscope.gui.start import SingleWindow

        self._searching = searching_in.SearchingIn(self._window, start.paths)
        self._single = SingleWindow(start, parent=self)
        self._single.asked.connect(self._searching.ask)
        self._single.asked.connect(self._come_to_front)
        self.listen()
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.stop_listening)  # the loop that would answer is over
            app.installEventFilter(self)
        QTimer.singleShot(calm_ms, self.updates.begin)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Search in files that macOS hands to a program that runs already."""
        if isinstance(event, QFileOpenEvent) and event.file() and self._searching is not None:
            self._searching.ask([event.file()])
            return True
        return False

    def listen(self) -> None:
        """Take what later starts on the library name."""
        if self._single is not None:
            self._single.open()

    def stop_listening(self) -> None:
        """Let a later start have a window of its own."""
        if self._single is not None:
            self._single.close()

    def _come_to_front(self, _paths: object) -> None:
        window = self._window
        if window.isMinimized():
            window.showNormal()
        if QGuiApplication.platformName() in _CAN_RAISE:  # others only warn that they cannot
            window.raise_()
        window.activateWindow()

    def _tell_newer(self, state: UpdateState) -> None:
        self._window.notes.tell(newer_note(state, show=self._window.show_about))
        if state.release is not None:
            self.updates.note_told(state.release.version)
