"""A window over fake services, as tests of the whole window use it."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent

from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.main_window import MainWindow
from folioscope.gui.window_memory import WindowMemory
from folioscope.services.updates import Updates
from folioscope.settings.store import SettingsStore
from folioscope.update_rooms import updates_of
from tests.gui.fakes import Fakes


class WindowDesk:
    """The window, the fakes behind it, and what both remember."""

    def __init__(
        self, folder: Path, fakes: Fakes | None = None, *, updates: Updates | None = None
    ) -> None:
        self.folder = folder
        self._is_closed = False
        self.fakes = fakes or Fakes()
        self.settings = SettingsStore(folder / "settings.json")
        self.fakes.models.settings = self.settings
        self.memory = WindowMemory(folder / "window.ini")
        self.runner = JobRunner()
        self.session = LibrarySession(self.fakes.opener(), self.runner)
        self.window = MainWindow(
            self.session,
            library_name="Research",
            settings=self.settings,
            memory=self.memory,
            updates=lambda: updates or updates_of(self.settings),
        )
        self.window.complete()
        self.window.resize(1440, 900)

    def show(self) -> None:
        """Put the window on the screen and make it the active one."""
        self.window.show()
        self.window.activateWindow()

    @property
    def shown(self) -> list[str]:
        """Names of the pages shown as results."""
        model = self.window.centre.answers.view.model
        return [f"{r.path.rpartition('/')[2]} {r.page_number}" for r in model.results]

    def close(self) -> bool:
        """End everything, once; whether all work ended in time."""
        if self._is_closed:
            return True
        self._is_closed = True
        self.fakes.indexing.gate.set()
        self.fakes.look.gate.set()
        self.fakes.store.gate.set()
        for gate in self.fakes.search.gates.values():
            gate.set()
        self.window.close()
        done = self.runner.shutdown()
        self.window.deleteLater()
        # deleted here and now: windows left to the interpreter's end go in no safe order
        QCoreApplication.sendPostedEvents(self.window, QEvent.Type.DeferredDelete)
        return done
