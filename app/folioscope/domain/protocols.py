"""What the rooms promise each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol, runtime_checkable

from folioscope.domain.documents import (
    Document,
    DocumentKind,
    Failure,
    FileState,
    SourceFile,
)
from folioscope.domain.embeddings import (
    Embedding,
    VisualPage,
)
from folioscope.domain.pages import (
    Float32,
    PageContent,
    PageImage,
    PageRecord,
    PageRef,
    PageVectors,
)
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates


class Cancellation(Protocol):
    """How long work learns that it is no longer wanted, or should wait. Safe from any thread."""

    @property
    def is_cancelled(self) -> bool: ...
    def raise_if_cancelled(self) -> None: ...
    def checkpoint(self) -> None:
        """Wait while paused; raise jobs.Cancelled once cancelled."""
        ...

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]: ...


# --- documents -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of a file before its pages are read. ``failures``: e.g. cut short."""

    kind: DocumentKind
    page_count: int
    title: str = ""
    failures: tuple[Failure, ...] = ()


class DocumentReader(Protocol):
    """Reads files in worker processes, with limits on time, memory, pages and pixels.

    Safe from any thread; several calls may run at once. Errors are DocumentError with a
    ``failure`` attribute of type Failure (see documents.errors).
    """

    def open(self) -> None:
        """Get ready; workers start on first use."""
        ...

    def close(self) -> None:
        """Stop all workers within two seconds."""
        ...

    def inspect(
        self, path: str, *, password: str = "", token: Cancellation | None = None
    ) -> DocumentFacts:
        """Tell kind, number of pages and title; raise DocumentError when it cannot be read."""
        ...

    def read_pages(
        self,
        path: str,
        page_indices: Sequence[int],
        *,
        password: str = "",
        token: Cancellation,
    ) -> Iterator[PageContent | Failure]:
        """Read pages in order, a few ahead; a page that fails yields its Failure instead."""
        ...

    def recognise(
        self, path: str, page_index: int, *, password: str = "", token: Cancellation
    ) -> PageContent:
        """Read the page with OCR in place of its text layer; raise DocumentError."""
        ...

    def render(
        self,
        path: str,
        page_index: int,
        *,
        longest_px: int,
        password: str = "",
        token: Cancellation | None = None,
    ) -> PageImage:
        """Render for the screen, ahead of all indexing work; raise DocumentError."""
        ...

    def picture(
        self,
        path: str,
        page_index: int,
        *,
        longest_px: int,
        password: str = "",
        token: Cancellation | None = None,
    ) -> PageImage:
        """Render for a visual model, behind everything else; raise DocumentError."""
        ...


# --- inference -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What shapes an encoder's vectors. ``fingerprint`` is a short text that names all of it."""

    name: str
    revision: str
    precision: str
    dim: int
    max_tokens: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class PageUnits:
    """The texts of a page that get a vector each. ``regions`` are in the order of the page's."""

    page: str
    regions: tuple[str, ...]
    title: str


class TextEncoder(Protocol):
    """Texts in, vectors out. Safe from any thread; runs are cancelled within 200 ms."""

    @property
    def spec(self) -> EncoderSpec: ...
    def open(self) -> None:
        """Load the model, making it first if need be; raise InferenceError."""
        ...

    def close(self) -> None: ...
    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        """Embed a query: float32 (dim,), of length 1."""
        ...

    def embed_pages(
        self, pages: Sequence[PageUnits], *, token: Cancellation | None = None
    ) -> list[PageVectors]:
        """Embed pages, batched across them; vectors have length 1."""
        ...


@runtime_checkable
class ManyQueriesEncoder(Protocol):
    """What a TextEncoder may do besides, where each request costs a way to a server."""

    def embed_queries(self, texts: Sequence[str], *, token: Cancellation | None = None) -> Float32:
        """Embed queries together: float32 (n, dim), rows of length 1."""
        ...


# --- stores --------------------------------------------------------------------------------


class Access(Enum):
    """How a store is opened."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Figures of a library. ``live_bytes`` is what compacting would leave.

    ``other_machines`` have files in it, too: it is shared.
    """

    documents: int
    pages: int
    files: int
    disk_bytes: int
    live_bytes: int
    pages_waiting_for_ocr: int
    other_machines: int = 0


class Health(StrEnum):
    """What verify found."""

    SOUND = "sound"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """``damaged``: documents whose pages must be read again. ``messages``: a sentence each."""

    health: Health
    checked_pages: int
    damaged: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageCount:
    """Pages of a folder that can be found, and how many of its files are away."""

    folder: str
    pages: int
    files: int
    is_away: bool


class VectorStore(Protocol):
    """Keeps files, documents and pages, and proposes pages for a query.

    All methods are safe from any thread. Reading never waits for writing. A store opened
    with Access.WRITE holds the library's write lock; a second writer gets LibraryBusyError.
    Errors are StoreError and its kin; disk full is DiskFullError and leaves all as it was.
    """

    def open(self, access: Access, *, fingerprint: str) -> None:
        """Open, creating the library when writing. An empty fingerprint accepts any.

        Raises LibraryMissingError when reading, FingerprintMismatchError, LibraryBusyError,
        LibraryDamagedError, StoreError.
        """
        ...

    def close(self) -> None: ...
    @property
    def fingerprint(self) -> str:
        """The fingerprint the library was made with."""
        ...

    def renew(self, fingerprint: str) -> None:
        """Forget all documents and take another fingerprint, all or nothing.

        Files and small values are kept; files that were read, or failed, become WAITING.
        """
        ...

    def refresh(self) -> bool:
        """Take in what other processes wrote; True when anything changed. Cheap if not."""
        ...

    # small values of the library, such as its folders
    def value(self, key: str) -> bytes | None: ...
    def set_value(self, key: str, value: bytes) -> None: ...

    # files
    def put_files(self, files: Iterable[SourceFile]) -> None:
        """Insert or replace by path, all or none."""
        ...

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget paths; a document without any path left goes with its pages."""
        ...

    def files(
        self,
        *,
        folder: str | None = None,
        states: frozenset[FileState] | None = None,
        document_id: str | None = None,
    ) -> list[SourceFile]:
        """List files, by path; ``folder`` is the added folder they belong to."""
        ...

    def page_counts(self) -> list[PageCount]:
        """Count the pages of each folder."""
        ...

    # documents and pages
    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        """List the committed documents (of these ids)."""
        ...

    def staged_pages(self, document_id: str) -> frozenset[int]:
        """Page indices put for a document that is not committed yet; survives a kill."""
        ...

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        """Keep pages of a document under way; nobody finds them before the commit."""
        ...

    def commit_document(self, document: Document) -> None:
        """Make a document appear with all its staged pages, replacing an older version."""
        ...

    def discard_staged(self, document_id: str) -> None: ...
    def replace_pages(self, pages: Sequence[PageRecord]) -> None:
        """Replace pages of committed documents, all or none."""
        ...

    def remove_documents(self, ids: Iterable[str]) -> None: ...
    def pages(self, refs: Sequence[PageRef], *, with_vectors: bool = False) -> list[PageRecord]:
        """Fetch pages in the order asked, leaving out those that are gone."""
        ...

    def page_refs(self, query_filter: "StoreQuery", *, limit: int | None = None) -> list[PageRef]:
        """List pages that pass the query's filter: newest file first, then by page."""
        ...

    def waiting_for_ocr(self, *, limit: int) -> list[PageRef]:
        """Pages that OCR has still to read, fewest-page documents first."""
        ...

    # vectors of visual models, kept beside the pages and by the models' fingerprints
    def put_visual(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages' vectors of a visual model, all or none; pages that are gone are passed over.

        They belong to the picture of a page, not to its text: replacing a page or reading its
        document again leaves them, removing the document drops them.
        """
        ...

    def visual_pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch what was kept of pages, in the order asked; None where there is nothing."""
        ...

    def visual_missing(self, model: str, *, limit: int) -> list[PageRef]:
        """Pages without vectors of that model: newest file first, then by page."""
        ...

    def visual_counts(self) -> dict[str, int]:
        """Count the pages that have vectors, by model."""
        ...

    # about how many bytes vectors take on disk, by model; 0 where it is not told
    def visual_sizes(self) -> dict[str, int]: ...
    def drop_visual(self, model: str) -> None:
        """Forget all vectors of a model."""
        ...

    # carrying a library over to another store, with nothing computed again
    def values(self) -> dict[str, bytes]:
        """Return all small values by key."""
        ...

    def put_visual_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None:
        """Keep what ``visual_pages`` of another store gave, as it is; else like ``put_visual``."""
        ...

    def packed_statistics(self) -> bytes | None:
        """Return whitening and percentiles as they are, None while the shipped ones serve."""
        ...

    def put_statistics(self, packed: bytes) -> None:
        """Take the statistics of another store; StoreError when they cannot be read."""
        ...

    # search
    def search(self, query: StoreQuery, *, limit: int) -> Candidates:
        """Propose up to ``limit`` pages for each kind of evidence, every column filled."""
        ...

    # upkeep
    def refresh_statistics(self) -> None:
        """Compute whitening and percentiles anew from the library's own pages."""
        ...

    def compact(self, token: Cancellation | None = None) -> None:
        """Give back the room of what was removed or replaced; refresh statistics."""
        ...

    def needs_compaction(self) -> bool: ...
    def verify(self, token: Cancellation | None = None) -> VerifyReport: ...
    def repair(self, token: Cancellation | None = None) -> VerifyReport:
        """Drop what cannot be read; its files become WAITING so that they are read again."""
        ...

    def stats(self) -> StoreStats: ...


class PreviewStore(Protocol):
    """Small pictures of pages, a disposable cache: losing it costs time and nothing else."""

    def open(self) -> None: ...
    def close(self) -> None: ...
    def put(self, previews: Sequence[tuple[PageRef, bytes]]) -> None:
        """Keep JPEG pictures; a full disk is reported once as DiskFullError."""
        ...

    def get(self, ref: PageRef) -> bytes | None: ...
    def remove_documents(self, ids: Iterable[str]) -> None: ...
    def compact(self) -> None: ...
