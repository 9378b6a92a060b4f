"""The default library: SQLite knows what there is, LanceDB keeps the vectors."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from folioscope.domain.documents import Document, FileState, SourceFile
from folioscope.domain.errors import StoreError
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
from folioscope.stores import file_rows, page_rows, renewing, schema, settling
from folioscope.stores.candidates import find_candidates, find_refs
from folioscope.stores.checking import check, with_damage
from folioscope.stores.code_cache import CodeCache
from folioscope.stores.database import Database
from folioscope.stores.errors import told
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.library_index import LibraryIndex
from folioscope.stores.mending import mend
from folioscope.stores.opening import (
    CATALOGUE,
    VECTORS,
    open_catalogue,
    read_stats,
    stored_fingerprint,
)
from folioscope.stores.putting import put_pages
from folioscope.stores.sql_words import Vocabulary
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.visual_library import VisualLibrary
from folioscope.stores.visual_mending import check_visuals, mend_visuals
from folioscope.stores.visual_storing import VisualStoring
from folioscope.stores.write_lock import WriteLock


class LanceVectorStore(VisualStoring):
    """A VectorStore in a folder. Safe from any thread.

    Several processes (or objects) may read while one writes; ``refresh`` takes in what it
    wrote. The first ``search`` loads vectors into memory, ``warm_up`` does it ahead.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = Path(directory)
        self._lock = WriteLock(self._directory)
        self._vectors = LanceVectors(self._directory / VECTORS)
        self._codes = CodeCache(self._directory)
        self._vocabulary = Vocabulary()
        self._guard = threading.RLock()  # one writing thread at a time, settling included
        self._access: Access | None = None
        self._database_: Database | None = None
        self._index_: LibraryIndex | None = None
        self._visuals_: VisualLibrary | None = None
        self._fingerprint = ""

    # lifecycle

    def open(self, access: Access, *, fingerprint: str) -> None:
        """Open, creating the library when writing. An empty fingerprint accepts any."""
        if self._database_ is not None:
            raise StoreError("The library is open already.")
        if access is Access.WRITE:
            with told(self._directory):
                self._directory.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        try:
            self._open(access, fingerprint)
        except BaseException:
            self.close()
            raise

    def _open(self, access: Access, fingerprint: str) -> None:
        database = self._database_ = Database(self._directory / CATALOGUE, access)
        self._access = access
        found = open_catalogue(database, access, self._vectors, fingerprint=fingerprint)
        self._fingerprint = found.fingerprint
        if access is Access.WRITE:
            self._vectors.tidy(found.generation)
            self._codes.tidy(keep=found.codes)
        index = self._index_ = LibraryIndex(database, self._vectors, self._codes)
        self._visuals_ = VisualLibrary(self._directory, access, index)

    def close(self) -> None:
        """Close; another process may write from now on."""
        if self._database_ is not None:
            self._database_.close()
        if self._visuals_ is not None:
            self._visuals_.close()
        self._vectors.close()
        self._database_ = self._index_ = self._visuals_ = self._access = None
        self._lock.release()

    @property
    def fingerprint(self) -> str:
        """The fingerprint the library was made with, or was renewed with since."""
        if self._database_ is not None:
            with self._database_.reading() as connection:
                self._fingerprint = stored_fingerprint(connection)
        return self._fingerprint

    def renew(self, fingerprint: str) -> None:
        """Forget all documents and take another fingerprint; files are to be read again."""
        with self._guard:
            with self._database.writing() as connection:
                renewing.renew(connection, fingerprint=fingerprint)
            self._vocabulary.forget()
            self._index.forget()

    def refresh(self) -> bool:
        """Take in what other processes wrote; True when anything changed. Cheap if not."""
        return self._index.refresh() | self._visuals.refresh()

    def warm_up(self) -> None:
        """Load what the first search would wait for."""
        self._index.shelves(with_vectors=True)

    @property
    def statistics(self) -> LibraryStatistics:
        """What whitens vectors and ranks looks at present."""
        return self._index.shelves(with_vectors=False).statistics

    def value(self, key: str) -> bytes | None:
        """Return a small value."""
        with self._database.reading() as connection:
            return schema.value(connection, f"{schema.OF_USER}{key}")

    def values(self) -> dict[str, bytes]:
        """Return all small values by key."""
        with self._database.reading() as connection:
            return schema.user_values(connection)

    def set_value(self, key: str, value: bytes) -> None:
        """Keep a small value."""
        with self._guard, self._database.writing() as connection:
            schema.set_value(connection, f"{schema.OF_USER}{key}", value)

    # files

    def put_files(self, files: Iterable[SourceFile]) -> None:
        """Insert or replace by path, all or none.

        A document whose last path now leads elsewhere is hidden until a path leads to it
        again; compaction deletes it.
        """
        new = list(files)
        with self._guard:
            with self._database.writing() as connection:
                touched = file_rows.put_files(connection, new)
                file_rows.relink(connection, touched, lost=True)
            self._index.refresh()

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget paths; a document without any path left goes with its pages."""
        with self._guard:
            with self._database.writing() as connection:
                touched = file_rows.remove_files(connection, set(paths))
                kept = {i for i in touched if file_rows.has_files(connection, i)}
                for document_id in touched - kept:
                    page_rows.drop_document(connection, document_id)
                file_rows.relink(connection, kept, lost=True)
            self._visuals.remove_documents(touched - kept)
            self._index.refresh()

    def files(
        self,
        *,
        folder: str | None = None,
        states: frozenset[FileState] | None = None,
        document_id: str | None = None,
    ) -> list[SourceFile]:
        """List files, by path; ``folder`` is the added folder they belong to."""
        with self._database.reading() as connection:
            return file_rows.list_files(
                connection, folder=folder, states=states, document_id=document_id
            )

    def page_counts(self) -> list[PageCount]:
        """Count the pages of each folder; copies within it count once."""
        with self._database.reading() as connection:
            return file_rows.count_pages(connection)

    # documents and pages

    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        """List the committed documents (of these ids)."""
        with self._database.reading() as connection:
            return file_rows.list_documents(connection, ids)

    def staged_pages(self, document_id: str) -> frozenset[int]:
        """Page indices put for a document that is not committed yet; survives a kill."""
        with self._database.reading() as connection:
            return page_rows.staged_indices(connection, document_id)

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        """Keep pages of a document under way; nobody finds them before the commit."""
        with self._guard:
            self._settle_if_due()
            self._put(pages, document_id=document_id)

    def commit_document(self, document: Document) -> None:
        """Make a document appear with all its staged pages, replacing an older version.

        Without staged pages an older version keeps its own.
        """
        with self._guard:
            with self._database.writing() as connection:
                owner = file_rows.document_number(connection, document.document_id)
                page_rows.publish_staged(connection, owner)
                file_rows.put_document(connection, document)
                schema.note_change(connection, "d", document=document.document_id)
            self._index.refresh()
            with self._database.reading() as connection:
                is_due = settling.are_statistics_due(connection)
            if is_due:  # the pages have doubled
                self.refresh_statistics()

    def discard_staged(self, document_id: str) -> None:
        """Forget the pages of a document under way."""
        with self._guard, self._database.writing() as connection:
            owner = file_rows.document_number(connection, document_id)
            page_rows.drop_staged(connection, owner)

    def replace_pages(self, pages: Sequence[PageRecord]) -> None:
        """Replace pages of committed documents, all or none."""
        with self._guard:
            self._settle_if_due()
            self._put(pages, document_id=None)
            self._index.refresh()

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget documents with their pages; their files stay listed."""
        gone = list(ids)
        with self._guard:
            with self._database.writing() as connection:
                for document_id in gone:
                    page_rows.drop_document(connection, document_id)
            self._visuals.remove_documents(gone)
            self._index.refresh()

    def pages(self, refs: Sequence[PageRef], *, with_vectors: bool = False) -> list[PageRecord]:
        """Fetch pages in the order asked, leaving out those that are gone."""
        if not with_vectors:
            with self._database.reading() as connection:
                rows = (page_rows.read_page(connection, ref) for ref in refs)
                return [row[1] for row in rows if row]

        def read() -> list[PageRecord]:
            with self._database.reading() as connection:  # all of one state of the library
                rows = [page_rows.read_page(connection, ref) for ref in refs]
                found = [row for row in rows if row]
                vectors = self._index.vectors_of(connection, [page_id for page_id, _ in found])
            known = ((record, vectors.get(page_id)) for page_id, record in found)
            return [replace(record, vectors=own) for record, own in known if own is not None]

        return self._index.steadily(read)

    def page_refs(self, query_filter: StoreQuery, *, limit: int | None = None) -> list[PageRef]:
        """List pages that pass the query's filter: newest file first, then by page."""
        shelves = self._index.shelves(with_vectors=False)
        with self._index.lock, self._database.reading():
            return find_refs(shelves, query_filter, limit=limit)

    def waiting_for_ocr(self, *, limit: int) -> list[PageRef]:
        """Pages that OCR has still to read, fewest-page documents first."""
        with self._database.reading() as connection:
            return page_rows.read_waiting(connection, limit=limit)

    # search

    def search(self, query: StoreQuery, *, limit: int) -> Candidates:
        """Propose up to ``limit`` pages for each kind of evidence, every column filled."""
        needs_vectors = query.vector is not None
        shelves = self._index.shelves(with_vectors=needs_vectors)
        if query.visual is not None:
            self._visuals.prepare(query.visual.model)

        def find() -> Candidates:
            with self._index.lock, self._database.reading():
                return find_candidates(shelves, query, limit=limit, visuals=self._visuals)

        return self._index.steadily(find)

    # upkeep

    def refresh_statistics(self, token: Cancellation | None = None) -> None:
        """Compute whitening and percentiles anew from the library's own pages."""
        with self._guard, told(self._directory):
            renewing.renew_statistics(self._database, self._index, token)

    def packed_statistics(self) -> bytes | None:
        """Return whitening and percentiles as they are, None while the shipped ones serve."""
        with self._database.reading() as connection:
            return renewing.packed_statistics(connection)

    def put_statistics(self, packed: bytes) -> None:
        """Take the statistics of another store."""
        with self._guard, told(self._directory):
            renewing.carry_statistics(self._database, self._index, packed)

    def compact(self, token: Cancellation | None = None) -> None:
        """Give back the room of what was removed or replaced; refresh statistics."""
        with self._guard:
            with self._database.writing() as connection:
                settling.drop_hidden(connection)
            self._index.refresh()
            settling.settle(self._database, self._vectors)
            settling.rewrite_vectors(self._database, self._vectors, token)
            settling.purge_postings(self._database, token)
            with self._database.reading() as connection:
                is_stale = settling.are_statistics_stale(connection)
            if is_stale:
                self.refresh_statistics(token)
            with self._database.writing() as connection:
                settling.prune(connection)
                self._vocabulary.forget()
                kept = settling.visuals_to_keep(connection)
            self._visuals.tidy(kept)
            settling.shrink(self._database)
            self._index.refresh()

    def needs_compaction(self) -> bool:
        """Whether enough is dead, or lies in pieces, for a compaction to pay."""
        with self._database.reading() as connection:
            return settling.is_compaction_due(connection, self._vectors)

    def verify(self, token: Cancellation | None = None) -> VerifyReport:
        """Read everything and tell what cannot be read."""
        found = check(self._database, self._vectors, token)
        return with_damage(found, check_visuals(self._directory, token))

    def repair(self, token: Cancellation | None = None) -> VerifyReport:
        """Drop what cannot be read; its files become WAITING so that they are read again.

        Also for a library that could not be opened: it stays closed, to be opened afterwards.
        """
        if self._access is Access.READ:
            raise StoreError("The library is open for reading only.")
        was_open, fingerprint = self._database_ is not None, self._fingerprint
        if was_open:
            self.close()
        self._lock.acquire()
        try:
            report = mend(self._directory, self._vectors, fingerprint=fingerprint, token=token)
            seen = mend_visuals(self._directory, token)
            report = replace(report, messages=(*report.messages, *seen))
        finally:
            self._vectors.close()
            self._vocabulary.forget()
            self._lock.release()
        if was_open:
            self.open(Access.WRITE, fingerprint=fingerprint)
        return report

    def stats(self) -> StoreStats:
        """Count documents, pages, files and bytes."""
        with self._database.reading() as connection:
            return read_stats(connection, self._directory, self._vectors)

    @property
    def _database(self) -> Database:
        if self._database_ is None:
            raise StoreError("The library is not open.")
        return self._database_

    @property
    def _index(self) -> LibraryIndex:
        if self._index_ is None:
            raise StoreError("The library is not open.")
        return self._index_

    @property
    def _visuals(self) -> VisualLibrary:
        if self._visuals_ is None:
            raise StoreError("The library is not open.")
        return self._visuals_

    def _put(self, pages: Sequence[PageRecord], *, document_id: str | None) -> None:
        try:
            with self._database.writing() as connection:
                put_pages(connection, self._vocabulary, pages, document_id=document_id)
        except BaseException:
            self._vocabulary.forget()  # numbers that were given are undone
            raise

    def _settle_if_due(self) -> None:
        with self._database.reading() as connection:
            is_due = settling.is_settling_due(connection)
        if is_due:
            settling.settle(self._database, self._vectors)
            self._index.refresh()
