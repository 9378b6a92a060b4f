"""What can be done with a page: open it, show its file, copy its text or place."""

from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from folioscope.domain.pages import PageText
from folioscope.domain.results import SearchResult
from folioscope.gui.library_session import LibrarySession, sentence_of
from folioscope.gui.words import number, tr
from folioscope.system.desktop import open_at_page, reveal_in_folder


class PageActions(QObject):
    """Carries out wishes in the background; ``tell`` gets a sentence when one fails."""

    def __init__(
        self,
        session: LibrarySession,
        *,
        tell: Callable[[str], None],
        parent: QObject | None = None,
        open_page: Callable[[str, int], None] = open_at_page,
        reveal: Callable[[str], None] = reveal_in_folder,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tell = tell
        self._open_page = open_page
        self._reveal = reveal

    def _complain(self, error: Exception) -> None:
        self._tell(sentence_of(error))

    def open(self, result: SearchResult) -> None:
        """Open the file in the system's viewer, at the page where the viewer takes one."""
        if result.is_away:
            self._tell(away_sentence())
            return
        path, page = result.path, result.page_number
        self._session.submit(
            lambda _services, _ctx: self._open_page(path, page), otherwise=self._complain
        )

    def reveal(self, result: SearchResult) -> None:
        """Show the file in the system's file manager."""
        self.reveal_path(result.path)

    def reveal_path(self, path: str) -> None:
        """Show a file or folder in the system's file manager."""
        self._session.submit(lambda _services, _ctx: self._reveal(path), otherwise=self._complain)

    def copy_text(self, result: SearchResult) -> None:
        """Put the page's text on the clipboard."""
        ref = result.ref
        self._session.submit(
            lambda services, _ctx: services.pages.text(ref),
            then=_copy,
            otherwise=self._complain,
        )

    def copy_place(self, result: SearchResult) -> None:
        """Put file and page on the clipboard."""
        QGuiApplication.clipboard().setText(place_of(result))


def place_of(result: SearchResult) -> str:
    """Name a page as people do."""
    name = PurePath(result.path).name
    return tr("{name}, page {page}").format(name=name, page=number(result.page_number))


def away_sentence() -> str:
    """Say why an away page does not open."""
    return tr("The drive is not connected. This page can be found, and opened when it is back.")


def _copy(text: PageText) -> None:
    QGuiApplication.clipboard().setText(text.plain)
