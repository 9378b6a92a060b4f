"""What the two faces, window and command line, may ask of the services.

Everything here may be called from any thread but blocks; the window calls it from jobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from folioscope.domain.documents import Failure, FileState
from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.pages import PageImage, PageRef, PageText
from folioscope.domain.protocols import Cancellation, PageCount, StoreStats, VerifyReport
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults
from folioscope.jobs.progress import JobContext
from folioscope.services.look_api import LookService, ModelsService, RemoteModelsService
from folioscope.services.store_api import StoreService


class SearchService(Protocol):
    """Finds pages."""

    def search(
        self,
        text: str,
        *,
        scope: PageFilter,
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        """Answer a query; ``scope`` holds the filters set outside of it. QueryError if empty."""
        ...

    def search_picture(
        self,
        picture: PictureQuery,
        *,
        scope: PageFilter,
        text: str = "",
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        """Find pages that look like a picture, or a part of one, and with a text also say that.

        Raises ModelMissingError where the library uses no visual model.
        """
        ...

    def rerank(self, found: SearchResults, ctx: JobContext) -> SearchResults:
        """Read the best 20 results again together with the query, and order them by that.

        Reports progress in pages; Cancelled leaves ``found`` as it was. Raises
        ModelMissingError where no reranker is installed.
        """
        ...

    def browse(self, *, scope: PageFilter, token: Cancellation | None = None) -> SearchResults:
        """All pages that pass, newest file first, when nothing is asked."""
        ...


class IndexPhase(StrEnum):
    """What indexing is doing."""

    IDLE = "idle"
    SCANNING = "scanning"
    READING = "reading"
    RECOGNISING = "recognising"  # OCR, behind the pages that need none
    TIDYING = "tidying"  # compaction
    BLOCKED = "blocked"  # cannot go on: ``message`` says why; it goes on by itself or on retry


@dataclass(frozen=True, slots=True)
class Pace:
    """How far one kind of work is. ``per_second`` and ``left_s`` are None until steady for 3 s."""

    done: int = 0
    total: int = 0
    per_second: float | None = None
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class IndexState:
    """A snapshot of indexing. ``reading`` counts pages, ``recognising`` pages for OCR.

    ``may_pass``: it is blocked by a server that is away, and goes on once that is back.
    """

    phase: IndexPhase = IndexPhase.IDLE
    is_paused: bool = False
    reading: Pace = field(default_factory=Pace)
    recognising: Pace = field(default_factory=Pace)
    current_file: str = ""
    message: str = ""
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did. ``failed`` names the files with a failure (locked ones among them)."""

    files_read: int
    pages_read: int
    files_relinked: int
    files_removed: int
    failed: tuple[str, ...]
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class DropSummary:
    """What would be added: counted for the words over the drop target."""

    folders: int
    files: int
    unreadable: int


class IndexingService(Protocol):
    """Keeps the library in step with its folders."""

    def summarise(self, paths: Sequence[str]) -> DropSummary:
        """Look at dropped paths without reading them; fast enough for a drag."""
        ...

    def add(self, paths: Sequence[str]) -> None:
        """Remember folders or single files as part of the library; the next run reads them."""
        ...

    def run(self, ctx: JobContext, *, only: Sequence[str] = ()) -> IndexReport:
        """Scan the folders (or ``only`` these paths), read what changed, OCR, compact.

        Resumes what an earlier run left. Cancelled ends it within 200 ms with all committed
        work kept. ctx.token.pause() holds it.
        """
        ...

    def state(self) -> IndexState:
        """Take a snapshot; never blocks."""
        ...

    def retry(self, paths: Sequence[str]) -> None:
        """Mark failed files to be read again by the next run."""
        ...

    def unlock(self, path: str, password: str) -> bool:
        """Try a password; on success it is kept in memory and the file marked to be read."""
        ...

    def rebuild(self, *, for_everybody: bool = False) -> None:
        """Mark everything to be read again and take the present fingerprint.

        Raises SharedLibraryError where others use the library, unless it is ``for_everybody``.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileReport:
    """A file of the Activity view."""

    path: str
    folder: str
    state: FileState
    failures: tuple[Failure, ...]
    is_away: bool


class LibraryService(Protocol):
    """Facts about the library and its upkeep."""

    @property
    def name(self) -> str:
        """The library's name, that of its folder unless the user gave one."""
        ...

    @property
    def directory(self) -> str: ...
    def folders(self) -> list[PageCount]: ...
    def failures(self) -> list[FileReport]:
        """Files (and pages of files) that failed or are locked."""
        ...

    def left_out(self) -> list[FileReport]:
        """Files that are listed but not supported."""
        ...

    def remove(self, paths: Sequence[str]) -> int:
        """Forget folders or files; returns how many pages went. Files on disk are not touched."""
        ...

    def stats(self) -> StoreStats: ...
    def refresh(self) -> bool:
        """Take in what another process wrote."""
        ...

    def compact(self, ctx: JobContext) -> None: ...
    def verify(self, ctx: JobContext) -> VerifyReport: ...
    def repair(self, ctx: JobContext) -> VerifyReport: ...


@dataclass(frozen=True, slots=True)
class DocumentView:
    """What the page view says of a document."""

    name: str
    paths: tuple[str, ...]
    page_count: int
    title: str
    is_away: bool
    is_locked: bool


class PageService(Protocol):
    """Pictures and texts of pages."""

    def preview(self, ref: PageRef) -> bytes | None:
        """A JPEG of 320 px on the longer side from the cache, or None. Fast, never renders."""
        ...

    def render(
        self, ref: PageRef, *, longest_px: int, token: Cancellation | None = None
    ) -> PageImage:
        """Render the page from its file; raise DocumentError when it is away or locked."""
        ...

    def text(self, ref: PageRef) -> PageText: ...
    def document(self, ref: PageRef) -> DocumentView: ...
    def save_pasted(self, png: bytes) -> str:
        """Keep a pasted picture in the library's own folder for them; returns its path."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """All services of one open library."""

    search: SearchService
    indexing: IndexingService
    library: LibraryService
    pages: PageService
    look: LookService
    models: ModelsService
    store: StoreService
    remote: RemoteModelsService
