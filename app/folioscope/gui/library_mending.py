"""What befalls a library is told in notes, each with what mends it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QInputDialog, QLineEdit, QMessageBox

from folioscope.domain.errors import SharedLibraryError
from folioscope.gui.library_notes import OPENING, READING, opening_note, reading_note
from folioscope.gui.library_session import Work
from folioscope.gui.sentences import translated
from folioscope.gui.words import tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow

Act = Callable[[], None]


class LibraryMending:
    """Repairs, or reads anew; what others share, too, only once somebody said yes to that."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def tell_not_opened(self, error: Exception) -> None:
        """Tell why the library could not be opened, with what can be done."""
        window, session = self._window, self._window.session
        can = session.can_repair
        window.foot.strip.sentence.show_text("")
        note = opening_note(
            error,
            retry=session.open,
            repair=self._opening(_repair) if can else None,
            rebuild=self._opening(_rebuild) if can else None,
            renew=self._asking(error, self._opening(_renew)) if can else None,
            give_secret=self._ask_secret if session.can_give_secret else None,
            leave_server=session.open_here if session.can_open_here else None,
        )
        window.notes.tell(note)

    def _ask_secret(self) -> None:
        value, is_given = QInputDialog.getText(
            self._window,
            tr("Another key or password"),
            tr("The API key, or the password of the user. It is kept in this computer's keyring."),
            QLineEdit.EchoMode.Password,
        )
        if is_given and value.strip():
            self._window.notes.withdraw(OPENING)
            self._window.session.open_with_secret(value)

    def tell_reading_failed(self, error: Exception) -> None:
        """Tell why reading ended."""
        window = self._window
        note = reading_note(
            error, retry=self._read_again, repair=window.repair, rebuild=window.indexing.rebuild
        )
        window.notes.tell(note)

    def tell_shared(self, error: Exception) -> None:
        """Ask whether what was wanted is to be done to everybody who shares the library."""
        self._asking(error, lambda: self._window.indexing.rebuild(for_everybody=True))()

    def _read_again(self) -> None:
        self._window.notes.withdraw(READING)
        self._window.indexing.run()

    def _opening(self, how: Work) -> Act:
        def mend() -> None:
            self._window.notes.withdraw(OPENING)
            self._window.session.open(mend=how)

        return mend

    def _asking(self, error: Exception, go_on: Act) -> Act:
        def ask() -> None:
            if isinstance(error, SharedLibraryError) and self._is_wanted_for_all(error):
                go_on()

        return ask

    def _is_wanted_for_all(self, error: SharedLibraryError) -> bool:
        text = tr(
            "{shared}\n\nEverything that was read into it is dropped, for all of them. Each of "
            "them has to read their own files again. Do that for everybody?"
        )
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        told = text.format(shared=translated(error.what))
        title = tr("Read everything again")
        return QMessageBox.question(self._window, title, told, yes | no, no) == yes


def _repair(services: Services, ctx: JobContext) -> None:
    services.library.repair(ctx)


def _rebuild(services: Services, _ctx: JobContext) -> None:
    services.indexing.rebuild()


def _renew(services: Services, _ctx: JobContext) -> None:
    services.indexing.rebuild(for_everybody=True)
