"""A library in memory: exact, simple, the measure of the other stores."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from folioscope.domain.documents import Document, FileState, SourceFile
from folioscope.domain.errors import FingerprintMismatchError, LibraryMissingError, StoreError
from folioscope.domain.pages import LOOK_COUNT, PageRecord, PageRef, TextSource
from folioscope.domain.protocols import (
    Access,
    Cancellation,
    Health,
    PageCount,
    StoreStats,
    VerifyReport,
)
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.stores.candidates import Shelves, find_candidates, find_refs
from folioscope.stores.file_table import FileTable
from folioscope.stores.memory_shelf import Shelf, count_pages, waiting_pages
from folioscope.stores.memory_visuals import MemoryVisuals
from folioscope.stores.memory_words import MemoryWords
from folioscope.stores.page_facts import facts_of, tokens_of
from folioscope.stores.page_table import PageTable
from folioscope.stores.records import checked_dim, without_vectors
from folioscope.stores.statistics import (
    LibraryStatistics,
    carried_statistics,
    default_statistics,
    is_due,
)
from folioscope.stores.views import ExactViews, VectorBatch, statistics_from
from folioscope.stores.visual_storing import VisualStoring


class MemoryVectorStore(VisualStoring):
    """A VectorStore that keeps all in memory and nothing on disk. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._access: Access | None = None
        self._fingerprint: str | None = None
        self._values: dict[str, bytes] = {}
        self._files: dict[str, SourceFile] = {}
        self._shelves: dict[str, Shelf] = {}
        self._staged: dict[str, dict[int, PageRecord]] = defaultdict(dict)
        self._ids = count(1)
        self._is_stale = False
        self._pages = PageTable()
        self._table = FileTable()
        self._words = MemoryWords()
        self._statistics: LibraryStatistics | None = None
        self._views: ExactViews | None = None
        self._kept_visuals = MemoryVisuals(
            lambda: self.page_refs(StoreQuery()), self._has_page, self._writing
        )

    def open(self, access: Access, *, fingerprint: str) -> None:
        """Open; the first one to write makes the library."""
        with self._lock:
            if self._fingerprint is None:
                if access is Access.READ:
                    raise LibraryMissingError("There is no library yet.", hint="Add a folder.")
                self._fingerprint = fingerprint
            elif fingerprint and fingerprint != self._fingerprint:
                raise FingerprintMismatchError(
                    "This library was made with another model.", hint="Read its files again."
                )
            self._access = access

    def close(self) -> None:
        """Close; the contents stay."""
        self._access = None

    @property
    def fingerprint(self) -> str:
        """The fingerprint the library was made with."""
        return self._fingerprint or ""

    def renew(self, fingerprint: str) -> None:
        """Forget all documents and take another fingerprint; files are to be read again."""
        with self._writing():
            self._fingerprint = fingerprint
            for document_id in list(self._shelves):
                self._drop(document_id)
            self._staged.clear()
            self._statistics = self._views = None
            self._pages, self._words = PageTable(), MemoryWords()
            kept = (FileState.WAITING, FileState.UNSUPPORTED)
            anew = [f for f in self._files.values() if f.state not in kept]
            self.put_files(
                replace(f, state=FileState.WAITING, document_id="", failures=()) for f in anew
            )

    def refresh(self) -> bool:
        """Nobody else writes to it."""
        return False

    def value(self, key: str) -> bytes | None:
        """Return a small value."""
        return self._values.get(key)

    def values(self) -> dict[str, bytes]:
        """Return all small values by key."""
        return dict(self._values)

    def set_value(self, key: str, value: bytes) -> None:
        """Keep a small value."""
        with self._writing():
            self._values[key] = value

    # files

    def put_files(self, files: Iterable[SourceFile]) -> None:
        """Insert or replace by path, all or none."""
        new = list(files)
        with self._writing():
            touched = {self._files[f.path].document_id for f in new if f.path in self._files}
            self._files.update({f.path: f for f in new})
            for document_id in touched | {f.document_id for f in new}:
                self._relink(document_id)

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget paths; a document without any path left goes with its pages."""
        with self._writing():
            gone = [self._files.pop(path) for path in set(paths) if path in self._files]
            for document_id in {file.document_id for file in gone} - {""}:
                if self.files(document_id=document_id):
                    self._relink(document_id)
                else:
                    self._drop(document_id)
                    self._visuals.remove_documents([document_id])

    def files(
        self,
        *,
        folder: str | None = None,
        states: frozenset[FileState] | None = None,
        document_id: str | None = None,
    ) -> list[SourceFile]:
        """List files, by path."""
        with self._lock:
            return sorted(
                (
                    file
                    for file in self._files.values()
                    if folder in (None, file.folder)
                    and (states is None or file.state in states)
                    and document_id in (None, file.document_id)
                ),
                key=lambda file: file.path.encode("utf-8", "surrogateescape"),
            )

    def page_counts(self) -> list[PageCount]:
        """Count the pages of each folder; copies within it count once."""
        with self._lock:
            folders: dict[str, list[SourceFile]] = defaultdict(list)
            for file in self._files.values():
                folders[file.folder].append(file)
            return [
                count_pages(folder, files, self._shelves)
                for folder, files in sorted(folders.items())
            ]

    # documents and pages

    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        """List the committed documents (of these ids)."""
        with self._lock:
            wanted = self._shelves if ids is None else dict.fromkeys(ids)
            shown = (self._shown(i) for i in wanted)
            return [shelf.document for shelf in shown if shelf]

    def staged_pages(self, document_id: str) -> frozenset[int]:
        """Page indices put for a document that is not committed yet."""
        return frozenset(self._staged.get(document_id, ()))

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        """Keep pages of a document under way."""
        with self._writing():
            checked_dim(pages, self._statistics.dim if self._statistics else None)
            self._staged[document_id].update({p.ref.page_index: p for p in pages})

    def commit_document(self, document: Document) -> None:
        """Make a document appear with all its staged pages, replacing an older version."""
        with self._writing():
            document_id = document.document_id
            shelf = self._shelves.setdefault(document_id, Shelf(document))
            shelf.document = document
            if staged := self._staged.pop(document_id, {}):
                self._hide_pages(shelf)
                shelf.pages = {i: (next(self._ids), staged[i]) for i in sorted(staged)}
            if staged or shelf.is_hidden:
                self._show_pages(shelf.pages.values())
            shelf.is_hidden = False
            self._relink(document_id)

    def discard_staged(self, document_id: str) -> None:
        """Forget the pages of a document under way."""
        with self._writing():
            self._staged.pop(document_id, None)

    def replace_pages(self, pages: Sequence[PageRecord]) -> None:
        """Replace pages of committed documents, all or none."""
        with self._writing():
            checked_dim(pages, self._statistics.dim if self._statistics else None)
            for record in pages:
                shelf = self._shelves.get(record.ref.document_id)
                if shelf is None or record.ref.page_index not in shelf.pages:
                    raise StoreError("A page to be replaced is no longer in the library.")
            for record in pages:
                shelf, index = self._shelves[record.ref.document_id], record.ref.page_index
                self._hide(shelf.pages[index][0])
                shelf.pages[index] = next(self._ids), record
                if not shelf.is_hidden:
                    self._show_pages([shelf.pages[index]])

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget documents with their pages."""
        with self._writing():
            for document_id in list(ids):
                self._drop(document_id)
                self._visuals.remove_documents([document_id])

    def pages(self, refs: Sequence[PageRef], *, with_vectors: bool = False) -> list[PageRecord]:
        """Fetch pages in the order asked, leaving out those that are gone."""
        with self._lock:
            shelves = ((ref, self._shown(ref.document_id)) for ref in refs)
            found = [
                shelf.pages[ref.page_index][1]
                for ref, shelf in shelves
                if shelf and ref.page_index in shelf.pages
            ]
        return found if with_vectors else [without_vectors(record) for record in found]

    def page_refs(self, query_filter: StoreQuery, *, limit: int | None = None) -> list[PageRef]:
        """List pages that pass: newest file first, then by page."""
        with self._lock:
            return find_refs(self._all(), query_filter, limit=limit)

    def waiting_for_ocr(self, *, limit: int) -> list[PageRef]:
        """Pages that OCR has still to read, fewest-page documents first."""
        with self._lock:
            return waiting_pages(self._shelves.values())[:limit]

    # search

    def search(self, query: StoreQuery, *, limit: int) -> Candidates:
        """Propose up to ``limit`` pages for each kind of evidence."""
        with self._lock:
            return find_candidates(self._all(), query, limit=limit, visuals=self._visuals)

    @property
    def _visuals(self) -> MemoryVisuals:
        return self._kept_visuals

    def _has_page(self, ref: PageRef) -> bool:
        shelf = self._shelves.get(ref.document_id)
        return shelf is not None and ref.page_index in shelf.pages

    def _all(self) -> Shelves:
        statistics = self._statistics or default_statistics(1)
        return Shelves(self._pages, self._table, self._words, statistics, self._views)

    def refresh_statistics(self) -> None:
        """Compute whitening and percentiles anew from the library's own pages."""
        with self._writing():
            shown = self._shown_pages()
            if not shown:
                return
            dim = len(shown[0][1].vectors.title)
            vectors = VectorBatch.of([record.vectors for _, record in shown], dim)
            looks = np.array([r.looks for _, r in shown], np.float32).reshape(-1, LOOK_COUNT)
            version = self._statistics.version + 1 if self._statistics else 1
            self._take(statistics_from([vectors], looks, version=version, dim=dim))

    def _take(self, statistics: LibraryStatistics) -> None:
        self._is_stale, self._statistics = False, statistics
        self._pages, self._views = PageTable(), ExactViews(statistics)
        for page_id, record in self._shown_pages():
            self._append([page_id], [record])

    def packed_statistics(self) -> bytes | None:
        """Return whitening and percentiles as they are, None while the shipped ones serve."""
        known = self._statistics
        return known.packed() if known is not None and known.version else None

    def put_statistics(self, packed: bytes) -> None:
        """Take the statistics of another store."""
        with self._writing():
            dim = self._statistics.dim if self._statistics else None
            version = self._statistics.version + 1 if self._statistics else 1
            self._take(carried_statistics(packed, version=version, dim=dim))

    def compact(self, token: Cancellation | None = None) -> None:
        """Refresh statistics; there is nothing else to give back."""
        if token is not None:
            token.raise_if_cancelled()
        with self._writing():
            for document_id in [i for i, s in self._shelves.items() if s.is_hidden]:
                self._drop(document_id)
            if all(f.state is not FileState.WAITING for f in self._files.values()):
                self._visuals.keep_documents(set(self._shelves))
            self.refresh_statistics()

    def needs_compaction(self) -> bool:
        """Whether pages came or went since statistics were made."""
        return self._is_stale

    def verify(self, token: Cancellation | None = None) -> VerifyReport:
        """Memory does not go bad."""
        return VerifyReport(Health.SOUND, checked_pages=len(self._shown_pages()))

    def repair(self, token: Cancellation | None = None) -> VerifyReport:
        """Nothing is ever to be repaired."""
        return self.verify(token)

    def stats(self) -> StoreStats:
        """Count; there is nothing on disk."""
        with self._lock:
            shown = self._shown_pages()
            waiting = sum(r.text_source is TextSource.WAITING for _, r in shown)
            documents = sum(not s.is_hidden for s in self._shelves.values())
            return StoreStats(documents, len(shown), len(self._files), 0, 0, waiting)

    def _writing(self) -> threading.RLock:
        if self._access is not Access.WRITE:
            raise StoreError("The library is open for reading only.")
        return self._lock

    def _shown(self, document_id: str) -> Shelf | None:
        shelf = self._shelves.get(document_id)
        return None if shelf is None or shelf.is_hidden else shelf

    def _shown_pages(self) -> list[tuple[int, PageRecord]]:
        with self._lock:
            shown = (s for s in self._shelves.values() if not s.is_hidden)
            return sorted((p for s in shown for p in s.pages.values()), key=lambda p: p[0])

    def _relink(self, document_id: str) -> None:
        """Bring a document in line with its files after these changed."""
        shelf = self._shelves.get(document_id)
        if shelf is None:
            return
        files = self.files(document_id=document_id)
        had_files = self._table.has_files(document_id) or shelf.is_hidden
        should_hide = had_files and not files
        if should_hide and not shelf.is_hidden:
            self._hide_pages(shelf)
            self._table.remove(document_id)
        elif shelf.is_hidden and not should_hide:
            self._show_pages(shelf.pages.values())
        shelf.is_hidden = should_hide
        if not should_hide:
            self._table.put(document_id, shelf.document.kind, files)

    def _drop(self, document_id: str) -> None:
        self._staged.pop(document_id, None)
        shelf = self._shelves.pop(document_id, None)
        if shelf is not None:
            self._hide_pages(shelf)
            self._table.remove(document_id)

    def _hide_pages(self, shelf: Shelf) -> None:
        for page_id, _ in shelf.pages.values():
            self._hide(page_id)

    def _hide(self, page_id: int) -> None:
        self._is_stale = True
        self._pages.remove(page_id)
        self._words.remove(page_id)

    def _show_pages(self, pages: Iterable[tuple[int, PageRecord]]) -> None:
        shown = list(pages)
        self._is_stale = True
        self._append([page_id for page_id, _ in shown], [record for _, record in shown])
        statistics = self._statistics
        if statistics is not None and is_due(statistics.pages, pages=self._pages.alive):
            self.refresh_statistics()

    def _append(self, ids: Sequence[int], records: Sequence[PageRecord]) -> None:
        if not records:
            return
        if self._statistics is None:
            self._statistics = default_statistics(len(records[0].vectors.title))
        if self._views is None:
            self._views = ExactViews(self._statistics)
        texts = [tokens_of(record) for record in records]
        for page_id, text in zip(ids, texts, strict=True):
            self._words.put(page_id, text)
        self._pages.append(ids, [facts_of(*page) for page in zip(records, texts, strict=True)])
        vectors = [record.vectors for record in records]
        self._views.append(VectorBatch.of(vectors, self._statistics.dim))
