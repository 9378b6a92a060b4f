"""Folders, failures and figures of the library, asked for in the background."""

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from folioscope.domain.protocols import PageCount, StoreStats
from folioscope.gui.library_session import LibrarySession
from folioscope.jobs.progress import JobContext
from folioscope.services.api import FileReport, Services


@dataclass(frozen=True, slots=True)
class Facts:
    """What the window says of the library beside results."""

    name: str = ""
    directory: str = ""
    folders: list[PageCount] = field(default_factory=list)
    failed: list[FileReport] = field(default_factory=list)
    left_out: list[FileReport] = field(default_factory=list)
    stats: StoreStats | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever added."""
        return not self.folders and not (self.stats and (self.stats.files or self.stats.pages))


class LibraryFacts(QObject):
    """Asks once more when asked meanwhile; never twice at a time."""

    changed = Signal(object)

    def __init__(self, session: LibrarySession, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_asking = False
        self._wants_more = False
        session.opened.connect(self.reload)

    def reload(self, _opened: object = None) -> None:
        """Ask the library."""
        if self._is_asking:
            self._wants_more = True
            return
        handle = self._session.submit(_ask, then=self.changed.emit)
        if handle is not None:
            self._is_asking = True
            handle.finished.connect(self._end)

    def _end(self) -> None:
        self._is_asking = False
        if self._wants_more:
            self._wants_more = False
            self.reload()


def _ask(services: Services, _ctx: JobContext) -> Facts:
    library = services.library
    return Facts(
        name=library.name,
        directory=library.directory,
        folders=library.folders(),
        failed=library.failures(),
        left_out=library.left_out(),
        stats=library.stats(),
    )
