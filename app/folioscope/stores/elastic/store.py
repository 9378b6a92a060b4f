"""A library on an Elasticsearch server."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from folioscope.domain.documents import Document, FileState, SourceFile
from folioscope.domain.embeddings import Embedding, VisualPage
from folioscope.domain.errors import FingerprintMismatchError, LibraryMissingError, StoreError
from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.protocols import (
    Access,
    Cancellation,
    PageCount,
    StoreStats,
    VerifyReport,
)
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.domain.store_places import ElasticFacts, ElasticPlace, ElasticSecret
from folioscope.stores.elastic.committing import Committing
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.document_rows import shown
from folioscope.stores.elastic.kept_statistics import KeptStatistics
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.page_documents import FACT_FIELDS, UNREADABLE, record_of, ref_key
from folioscope.stores.elastic.searching import ServerSearch
from folioscope.stores.elastic.upkeep import Upkeep
from folioscope.stores.elastic.visuals import ServerVisuals
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.write_lock import WriteLock

_FETCHED = 100  # pages fetched together


class ElasticsearchVectorStore:
    """A VectorStore on a server, which several people may share. Safe from any thread.

    ``machine`` names this machine for good: files and small values are kept by it. Machines may
    write at once; on one machine the folder of the library, where there is one, lets one
    process write.
    """

    def __init__(
        self,
        place: ElasticPlace,
        secret: ElasticSecret,
        *,
        machine: str,
        directory: Path | None = None,
    ) -> None:
        self._place = place
        self._directory = directory
        self._lock = WriteLock(directory) if directory is not None else None
        self._connection = ElasticConnection(place, secret)
        self._library = ServerLibrary(self._connection, prefix=place.prefix, machine=machine)
        self._statistics = KeptStatistics(self._library)
        self._visuals = ServerVisuals(self._library)
        self._committing = Committing(self._library, self._statistics, self._visuals)
        self._search = ServerSearch(self._library, self._statistics, self._visuals)
        self._upkeep = Upkeep(self._library, self._statistics, self._visuals, self._committing)
        self._guard = threading.RLock()  # one writing thread at a time
        self._access: Access | None = None
        self._signature = ""

    # lifecycle

    def open(self, access: Access, *, fingerprint: str) -> None:
        """Open, creating the library when writing. An empty fingerprint accepts any."""
        if self._access is not None:
            raise StoreError("The library is open already.")
        if access is Access.WRITE:
            self._check_may_write()
        try:
            self._open(access, fingerprint)
        except BaseException:
            self.close()
            raise

    def _check_may_write(self) -> None:
        if self._place.is_read_only:
            raise StoreError(
                "This library may only be searched from here.",
                hint="It was chosen as read-only; choose it anew to write to it.",
            )
        if self._lock is not None and self._directory is not None:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()

    def _open(self, access: Access, fingerprint: str) -> None:
        self._connection.open()
        self._access = access
        if not self._library.load():
            if access is Access.READ:
                raise LibraryMissingError(
                    f"There is no library on {self._connection.server} under this name yet.",
                    hint="Check the prefix, or add a folder first.",
                )
            self._library.create(fingerprint)
        known = self._library.fingerprint
        if fingerprint and known and fingerprint != known:
            raise FingerprintMismatchError(
                "This library was made with another model.",
                hint="Read its files again: folioscope index --rebuild.",
            )
        if access is Access.WRITE:  # who was killed before may have left what nobody sees
            self._library.wrote(*self._library.read_indices)
            self._library.take_codes()
        self._statistics.load()
        self._signature = self._library.signature()

    def close(self) -> None:
        """Close; searches see then all that was written."""
        try:
            if self._access is Access.WRITE:
                self._library.settle()
        except StoreError:
            pass  # the server refreshes by itself
        finally:
            self._access = None
            self._connection.close()
            if self._lock is not None:
                self._lock.release()

    @property
    def fingerprint(self) -> str:
        """The fingerprint the library was made with, or was renewed with since."""
        return self._library.fingerprint

    @property
    def place(self) -> ElasticPlace:
        """Where the library is."""
        return self._place

    @property
    def facts(self) -> ElasticFacts:
        """What the server says of itself."""
        return self._connection.facts()

    def renew(self, fingerprint: str) -> None:
        """Forget all documents and take another fingerprint; files are to be read again."""
        with self._writing():
            self._library.renew(fingerprint)
            self._statistics.load()

    def refresh(self) -> bool:
        """Take in what others wrote; True when anything changed."""
        self._library.load()
        self._library.forget()
        self._library.files.forget()
        self._visuals.forget()
        before, self._signature = self._signature, self._library.signature()
        return self._statistics.load() | (before != self._signature)

    def warm_up(self) -> None:
        """Make ahead what the first search would wait for: the connection."""
        self._library.unlisted()

    @property
    def statistics(self) -> LibraryStatistics:
        """What whitens vectors and ranks looks at present."""
        return self._statistics.current()

    def value(self, key: str) -> bytes | None:
        """Return a small value of this machine."""
        return self._library.files.value(key)

    def values(self) -> dict[str, bytes]:
        """Return all small values by key."""
        self._library.settle(self._library.names.files)
        return self._library.files.values()

    def set_value(self, key: str, value: bytes) -> None:
        """Keep a small value of this machine."""
        with self._writing():
            self._library.files.set_value(key, value)
            self._library.wrote(self._library.names.files)

    # files

    def put_files(self, files: Iterable[SourceFile]) -> None:
        """Insert or replace by path; a document whose last path leads elsewhere is hidden."""
        new = list(files)
        with self._writing():
            old = self._library.files.get(file.path for file in new)
            self._library.files.put(new)
            self._library.wrote(self._library.names.files)
            self._committing.relink(file.document_id for file in (*old, *new))

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget paths; a document without any path left, on any machine, goes with its pages."""
        gone = list(paths)
        with self._writing():
            old = self._library.files.get(gone)
            self._library.files.remove(file.path for file in old)
            self._library.wrote(self._library.names.files)
            left = self._committing.relink(file.document_id for file in old)
            self._committing.remove(i for i, files in left.items() if not files.count)

    def files(
        self,
        *,
        folder: str | None = None,
        states: frozenset[FileState] | None = None,
        document_id: str | None = None,
    ) -> list[SourceFile]:
        """List files of this machine, by path; of a document that has none here, others' files.

        Those of other machines count as away.
        """
        self._library.settle(self._library.names.files)
        return self._library.files.listed(folder=folder, states=states, document_id=document_id)

    def page_counts(self) -> list[PageCount]:
        """Count the pages of each folder; copies within it count once."""
        self._library.settle(self._library.names.files)
        return self._upkeep.page_counts()

    # documents and pages

    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        """List the committed documents (of these ids)."""
        if ids is None:
            self._library.settle(self._library.names.documents)
            rows = self._library.documents.find(query=shown())
        else:
            wanted = list(dict.fromkeys(ids))
            known = self._library.documents.get(wanted)
            if len(wanted) > 1:  # of an answer: their files are asked for next
                self._library.settle(self._library.names.files)
                self._library.files.look_ahead(wanted)
            rows = [known[i] for i in wanted if i in known and known[i].is_shown]
        return [row.document for row in rows if row.document is not None]

    def staged_pages(self, document_id: str) -> frozenset[int]:
        """Page indices this machine has put for a document that is not committed yet."""
        return self._committing.staged(document_id)

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        """Keep pages of a document under way; nobody finds them before the commit."""
        with self._writing():
            self._committing.stage(document_id, pages)

    def commit_document(self, document: Document) -> None:
        """Make a document appear with all its staged pages, replacing an older version."""
        with self._writing():
            self._statistics.note_growth(self._committing.commit(document))
            if self._statistics.may_be_due and self._statistics.is_due(self._upkeep.pages()):
                self._statistics.refresh()

    def discard_staged(self, document_id: str) -> None:
        """Forget the pages of a document under way."""
        with self._writing():
            self._committing.discard(document_id)

    def replace_pages(self, pages: Sequence[PageRecord]) -> None:
        """Replace pages of committed documents; nothing is written unless all are there."""
        with self._writing():
            self._committing.replace_pages(pages)

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget documents with their pages; their files stay listed."""
        with self._writing():
            self._committing.remove(ids)

    def pages(self, refs: Sequence[PageRef], *, with_vectors: bool = False) -> list[PageRecord]:
        """Fetch pages in the order asked, leaving out those that are gone."""
        library = self._library
        library.settle(library.names.pages)
        rows = library.documents.get({ref.document_id for ref in refs})
        current = {row.generation for row in rows.values() if row.is_shown and row.generation}
        wanted = [ref for ref in dict.fromkeys(refs) if ref.document_id in rows]
        fields = [*FACT_FIELDS, *(["vectors"] if with_vectors else [])]
        found: dict[PageRef, PageRecord] = {}
        for start in range(0, len(wanted), _FETCHED):
            part = [ref_key(ref) for ref in wanted[start : start + _FETCHED]]
            query = {"bool": {"filter": [{"terms": {"ref": part}}]}}
            body = {"query": query, "size": 4 * len(part), "docvalue_fields": fields}
            for hit in library.connection.search(body, library.names.pages)["hits"]["hits"]:
                if hit["fields"]["generation"][0] in current:
                    found |= _read(hit)
        return [found[ref] for ref in refs if ref in found]

    def page_refs(self, query_filter: StoreQuery, *, limit: int | None = None) -> list[PageRef]:
        """List pages that pass the query's filter: newest file first, then by page."""
        return self._search.refs(query_filter, limit=limit)

    def waiting_for_ocr(self, *, limit: int) -> list[PageRef]:
        """Pages that OCR has still to read, fewest-page documents first."""
        return self._upkeep.waiting_for_ocr(limit=limit)

    # vectors of visual models

    def put_visual(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages' vectors of a visual model; pages that are gone are passed over."""
        with self._writing():
            self._visuals.put(model, pages)

    def put_visual_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None:
        """Keep what ``visual_pages`` of another store gave, as it is; else like ``put_visual``."""
        with self._writing():
            self._visuals.put_pages(model, pages)

    def visual_pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch what was kept of pages, in the order asked; None where there is nothing."""
        return self._visuals.pages(model, refs)

    def visual_missing(self, model: str, *, limit: int) -> list[PageRef]:
        """Pages without vectors of that model: newest file first, then by page."""
        return self._search.without_visual(model, limit=limit)

    def visual_counts(self) -> dict[str, int]:
        """Count the pages that have vectors, by model."""
        return self._search.visual_counts()

    def visual_sizes(self) -> dict[str, int]:
        """Tell about how many bytes the vectors take on the server, by model; 0 if it is silent."""
        return self._visuals.sizes()

    def drop_visual(self, model: str) -> None:
        """Forget all vectors of a model."""
        with self._writing():
            self._visuals.drop(model)

    # search

    def search(self, query: StoreQuery, *, limit: int) -> Candidates:
        """Propose up to ``limit`` pages for each kind of evidence, every column filled."""
        return self._search.find(query, limit=limit)

    # upkeep

    def packed_statistics(self) -> bytes | None:
        """Return whitening and percentiles as they are, None while the shipped ones serve."""
        return self._statistics.packed()

    def put_statistics(self, packed: bytes) -> None:
        """Take the statistics of another store, and whiten what pages are proposed by."""
        with self._writing():
            self._statistics.carry(packed)
            self._statistics.rewrite()

    def refresh_statistics(self, token: Cancellation | None = None) -> None:
        """Compute whitening and percentiles anew, and whiten what pages are proposed by.

        What was cancelled or killed while pages were whitened goes on where it stopped.
        """
        with self._writing():
            self._statistics.renew(token)

    def compact(self, token: Cancellation | None = None) -> None:
        """Give back the room of what was removed or replaced; refresh a small one's statistics."""
        with self._writing():
            self._upkeep.compact(token)

    def needs_compaction(self) -> bool:
        """Whether a compaction pays."""
        return self._upkeep.is_due()

    def verify(self, token: Cancellation | None = None) -> VerifyReport:
        """Read everything and tell what cannot be read."""
        return self._upkeep.verify(token)

    def repair(self, token: Cancellation | None = None) -> VerifyReport:
        """Drop what cannot be read; its files become WAITING so that they are read again."""
        with self._writing():
            return self._upkeep.repair(token)

    def stats(self) -> StoreStats:
        """Count documents, pages, files of this machine, and bytes."""
        return self._upkeep.stats()

    def _writing(self) -> threading.RLock:
        if self._access is not Access.WRITE:
            raise StoreError("The library is open for reading only.")
        return self._guard


def _read(hit: Any) -> dict[PageRef, PageRecord]:
    try:
        record = record_of(hit)
    except UNREADABLE:
        return {}
    return {record.ref: record}
