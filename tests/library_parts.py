"""A library of real parts, but for the encoder: its vectors are drawn from the words."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.reader import WorkerDocumentReader
from folioscope.documents.sniffing import claimed_kind, sniff
from folioscope.domain.pages import Float32, PageVectors
from folioscope.domain.protocols import Cancellation, EncoderSpec, PageUnits, VectorStore
from folioscope.domain.queries import PageFilter
from folioscope.domain.tokens import tokens
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import CancelToken
from folioscope.services.api import IndexReport
from folioscope.services.current_search import CurrentSearch
from folioscope.services.indexing import LibraryIndexer
from folioscope.services.indexing_run import Rooms
from folioscope.services.library import LibraryUpkeep
from folioscope.services.library_stores import LibraryStores
from folioscope.services.page_pictures import PagePictures
from folioscope.services.passwords import Passwords
from folioscope.services.searching import PageSearchService
from folioscope.settings.schema import DEFAULT_IGNORES
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.previews import SqlitePreviewStore

DIM = 32


@dataclass
class DrawnEncoder:
    """Adds up a random direction a word; ``before`` is called before each batch of pages."""

    before: Callable[[Sequence[PageUnits]], None] = lambda _pages: None
    batches: list[int] = field(default_factory=list)

    @property
    def spec(self) -> EncoderSpec:
        return EncoderSpec("drawn", "1", "float32", DIM, 512, "drawn")

    def open(self) -> None: ...
    def close(self) -> None: ...

    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        return _drawn(text)

    def embed_pages(
        self, pages: Sequence[PageUnits], *, token: Cancellation | None = None
    ) -> list[PageVectors]:
        self.before(pages)
        if token is not None:
            token.checkpoint()
        self.batches.append(len(pages))
        return [
            PageVectors(
                page=_drawn(page.page) if page.page else None,
                title=_drawn(page.title),
                regions=np.array([_drawn(t) for t in page.regions], np.float32).reshape(-1, DIM),
            )
            for page in pages
        ]


def _drawn(text: str) -> Float32:
    total = np.ones(DIM, np.float32)
    for token in tokens(text):
        seed = int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest())
        total += np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return (total / np.linalg.norm(total)).astype(np.float32)


@dataclass
class OpenParts:
    """The services of an open library, and what is behind them."""

    indexing: LibraryIndexer
    library: LibraryUpkeep
    pages: PagePictures
    search: CurrentSearch
    stores: LibraryStores
    encoder: DrawnEncoder
    reader: WorkerDocumentReader

    def index(self, *paths: Path, only: Sequence[str] = ()) -> IndexReport:
        """Add paths and run to the end."""
        if paths:
            self.indexing.add([str(path) for path in paths])
        return self.indexing.run(JobContext(), only=only)

    def found(self, query: str) -> list[tuple[str, int]]:
        """Return file name and page number of the hits that hold words of the query."""
        answer = self.search.search(query, scope=PageFilter(), limit=20)
        hits = (*answer.results, *answer.weaker)
        return [(Path(hit.path).name, hit.page_number) for hit in hits if hit.words]

    def reasons(self) -> dict[str, str]:
        """Return the first reason of each failed file, by name."""
        return {Path(f.path).name: f.failures[0].message for f in self.library.failures()}


@contextmanager
def open_parts(
    directory: Path,
    *,
    encoder: DrawnEncoder | None = None,
    fingerprint: str = "drawn",
    limits: ReadingLimits = ReadingLimits(page_timeout_s=20),  # noqa: B008  (frozen)
    reads_pictures: bool = False,
    make_store: Callable[[], VectorStore] | None = None,
    accept_any: bool = False,
) -> Iterator[OpenParts]:
    """Open a library in ``directory``, making it where there is none."""
    drawn, passwords = encoder or DrawnEncoder(), Passwords()
    stores = LibraryStores(
        make_store or (lambda: LanceVectorStore(directory)),
        previews=SqlitePreviewStore(directory / "previews.sqlite"),
        fingerprint=fingerprint,
    )
    if not (directory / "catalogue.sqlite").exists():
        stores.create()
    stores.open(accept_any=accept_any)
    reader = WorkerDocumentReader(limits)
    reader.open()
    rooms = Rooms(
        stores,
        reader,
        drawn,
        passwords,
        lambda path: sniff(path) is not None or bool(claimed_kind(path)),
        (str(directory),),
    )
    pasted = directory / "pasted"
    try:
        yield OpenParts(
            LibraryIndexer(
                rooms,
                ignore_patterns=lambda: DEFAULT_IGNORES,
                reads_pictures=lambda: reads_pictures,
                own_folder=pasted,
            ),
            LibraryUpkeep(stores, name=directory.name, directory=str(directory)),
            PagePictures(stores, reader, passwords=passwords, pasted_dir=pasted),
            CurrentSearch(PageSearchService(stores.reading, drawn), stores),
            stores,
            drawn,
            reader,
        )
    finally:
        reader.close()
        stores.close()


class Running:
    """A run of indexing in a thread of its own."""

    def __init__(self, parts: OpenParts) -> None:
        self.token = CancelToken()
        self.error: BaseException | None = None
        self.report: IndexReport | None = None
        self._thread = threading.Thread(target=self._run, args=(parts,))
        self._thread.start()

    def _run(self, parts: OpenParts) -> None:
        try:
            self.report = parts.indexing.run(JobContext(self.token))
        except BaseException as error:  # noqa: BLE001  (looked at by the test)
            self.error = error

    def join(self, timeout_s: float = 60) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)
        assert not self._thread.is_alive()
