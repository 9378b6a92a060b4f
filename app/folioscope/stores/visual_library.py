"""Vectors of visual models of a library on disk: kept in a file a model, searched in memory."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage, VisualQuery
from folioscope.domain.errors import LibraryDamagedError, StoreError
from folioscope.domain.pages import Float32, PageRef
from folioscope.domain.protocols import Access
from folioscope.domain.queries import PageFilter
from folioscope.stores import visual_file
from folioscope.stores.file_table import newest_first
from folioscope.stores.index_reading import give_back_memory
from folioscope.stores.library_index import LibraryIndex
from folioscope.stores.maxsim import maxsim_coded
from folioscope.stores.page_table import PageTable, Rows
from folioscope.stores.pooling import few, pooled
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.single_codes import SingleCodes
from folioscope.stores.sketches import ASKED_ROWS, SketchCodes
from folioscope.stores.visual_blobs import look_of, unpack_body, unpack_single
from folioscope.stores.visual_checks import (
    checked_embedding,
    checked_page,
    checked_query,
    common_dims,
)
from folioscope.stores.visual_file import VisualFile
from folioscope.stores.visual_source import MISSING
from folioscope.stores.visual_table import VisualTable

_CLOSELY = 2000  # pages looked at closely after a scan of first numbers


class VisualLibrary:
    """A VisualKeeping and VisualSource in a library's folder. Safe from any thread."""

    def __init__(self, directory: Path, access: Access, index: LibraryIndex) -> None:
        self._directory = directory
        self._access = access
        self._index = index
        self._files: dict[Path, VisualFile] = {}
        self._tables: dict[str, VisualTable] = {}
        self._lock = threading.RLock()  # of files and tables; the index's own is taken before it

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()

    # keeping

    def put(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages, all or none."""
        self._check_is_writable()
        dims = common_dims(checked_embedding(ref, found) for ref, found in pages)
        kept = [(ref, pooled(found)) for ref, found in pages if self._index.has_page(ref)]
        self._keep(model, dims, kept)

    def put_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None:
        """Keep pages that another store has pooled, all or none."""
        self._check_is_writable()
        dims = common_dims(checked_page(ref, found) for ref, found in pages)
        self._keep(model, dims, [page for page in pages if self._index.has_page(page[0])])

    def _keep(
        self, model: str, dims: tuple[int, int], kept: Sequence[tuple[PageRef, VisualPage]]
    ) -> None:
        if not kept:
            return
        with self._lock, self._file(model).writing() as connection:
            known = _facts(connection, model)
            if known is not None:
                dims = common_dims([dims, (known.dim, known.row_dim)])
            visual_file.put_facts(connection, model, dims)
            for ref, page in kept:
                visual_file.put_page(connection, ref, page)

    def pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch pages; one that cannot be read counts as not there."""
        with self._lock, self._file(model).reading() as connection:
            known = _facts(connection, model)
            if connection is None or known is None:
                return [None] * len(refs)
            return [_read_page(connection, known.dim, ref) for ref in refs]

    def missing(self, model: str, *, limit: int) -> list[PageRef]:
        """List pages without vectors of that model."""
        shelves = self._index.shelves(with_vectors=False)
        with self._index.lock, self._lock:
            table = self._table(model, with_codes=False)
            mask = shelves.files.passing(shelves.pages, PageFilter())
            if table is not None:
                mask &= table.rows_of(shelves.pages) < 0
            rows = newest_first(shelves.files, shelves.pages, mask)
            return shelves.pages.refs(rows[:limit])

    def counts(self) -> dict[str, int]:
        """Count the pages that have vectors; those of a damaged file are not counted."""
        shelves = self._index.shelves(with_vectors=False)
        counts: dict[str, int] = {}
        with self._index.lock, self._lock:
            for model in self._models():
                with contextlib.suppress(LibraryDamagedError):
                    if (table := self._table(model, with_codes=False)) is not None:
                        found = table.rows_of(shelves.pages) >= 0
                        counts[model] = int((found & shelves.pages["is_alive"]).sum())
        return {model: count for model, count in counts.items() if count}

    def sizes(self) -> dict[str, int]:
        """Tell how many bytes the file of each model takes without its free room."""
        with self._lock:
            return {model: self._file(model).live_bytes for model in self._models()}

    def drop(self, model: str) -> None:
        """Forget a model; its room is free at once."""
        self._check_is_writable()
        with self._lock:
            self._tables.pop(model, None)
            self._file(model).delete()

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget what was kept of documents."""
        gone = list(ids)
        self._in_each_file(lambda _: set(gone))

    def tidy(self, kept: set[str] | None) -> None:
        """Forget all documents but those (None: none), and give room back to the disk."""
        if kept is not None:
            self._in_each_file(lambda connection: visual_file.document_ids(connection) - kept)
        with self._lock:
            for path in visual_file.files_in(self._directory):
                with contextlib.suppress(LibraryDamagedError):
                    self._opened(path).shrink()

    def refresh(self) -> bool:
        """Take in what other processes wrote; True when anything changed."""
        with self._lock:
            before = {model: table.facts for model, table in self._tables.items()}
            for model in before:
                with contextlib.suppress(LibraryDamagedError):
                    self._table(model, with_codes=False)
            return before != {model: table.facts for model, table in self._tables.items()}

    # search

    def prepare(self, model: str) -> None:
        """Load what a search by this model would wait for, and let go of any other's."""
        with self._lock, contextlib.suppress(LibraryDamagedError):
            for other in [m for m, t in self._tables.items() if t.codes is not None]:
                if other != model:
                    del self._tables[other]
            self._table(model, with_codes=True)

    def nearest(self, pages: PageTable, query: VisualQuery, rows: Rows, *, limit: int) -> Rows:
        """Return the nearest rows that have a vector."""
        with self._lock:
            table, codes = self._asked(query)
            if table is None or codes is None:
                return rows[:0]
            places = table.rows_of(pages)[rows]
            rows, own = rows[places >= 0], places[places >= 0].astype(np.intp)
            closely = max(_CLOSELY, 4 * limit)
            if len(own) > closely:
                scores = codes.scan(_asked_by(query))[own]
                if codes.is_scan_exact:
                    return rows[_top(scores, limit)]
                near = _top(scores, closely)
                rows, own = rows[near], own[near]
            return rows[_top(codes.at(own, _asked_by(query)), limit)]

    def cosines(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the cosine of each row."""
        found = np.full(len(rows), MISSING)
        with self._lock:
            table, codes = self._asked(query)
            if table is not None and codes is not None:
                own = table.rows_of(pages)[rows]
                has = np.flatnonzero(own >= 0)
                found[has] = codes.at(own[has].astype(np.intp), _asked_by(query))
        return found

    def late(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the late-interaction score of each row."""
        scores = np.full(len(rows), MISSING)
        if query.rows is None or not len(query.rows):
            return scores
        with self._lock:
            table, _ = self._asked(query)
            if table is None:
                return scores
            own = table.rows_of(pages)[rows]
            has = np.flatnonzero(own >= 0)
            found = self._rows(query, table.ids.values[own[has]].tolist())
        scores[has] = maxsim_coded(query.rows, found)
        return scores

    def _rows(self, query: VisualQuery, ids: Sequence[int]) -> list[RowCodes]:
        """Return the rows of pages; what cannot be read is as not there."""
        dim = 0 if query.rows is None else query.rows.shape[1]
        nothing = RowCodes(np.zeros((0, dim), np.int8), np.zeros(0, np.float32))
        blobs: list[bytes | None] = [None] * len(ids)
        file = self._file(query.model)
        with contextlib.suppress(LibraryDamagedError), file.reading() as connection:
            if connection is not None:
                blobs = list(visual_file.read_bodies(connection, ids))
        found = []
        for blob in blobs:
            try:
                rows = nothing if blob is None else unpack_body(blob).rows
            except visual_file.UNREADABLE:
                rows = nothing
            found.append(rows if len(rows) else nothing)
        return found

    def _asked(
        self, query: VisualQuery
    ) -> "tuple[VisualTable | None, SingleCodes | SketchCodes | None]":
        """Return what a search looks at; a damaged file is as none, for the rest still serves."""
        table: VisualTable | None = None
        with contextlib.suppress(LibraryDamagedError):
            table = self._table(query.model, with_codes=True)
        if table is None:
            return None, None
        checked_query(query, (table.facts.dim, table.facts.row_dim))
        return table, table.codes

    def _table(self, model: str, *, with_codes: bool) -> VisualTable | None:
        """Return what is known of a model now, None when nothing is kept of it."""
        with self._file(model).reading() as connection:
            facts = _facts(connection, model)
            if connection is None or facts is None:
                self._tables.pop(model, None)
                return None
            table = self._tables.get(model)
            if table is not None and table.facts.birth == facts.birth:
                table.take_in(connection, facts)
                if not table.is_worn and (table.codes is not None or not with_codes):
                    return table
                with_codes = with_codes or table.codes is not None
            table = self._tables[model] = VisualTable(facts, has_codes=with_codes)
            table.take_in(connection, facts)
            if len(table.ids) > _CLOSELY:
                give_back_memory()
            return table

    # files

    def _file(self, model: str) -> VisualFile:
        return self._opened(visual_file.file_of(self._directory, model))

    def _opened(self, path: Path) -> VisualFile:
        if path not in self._files:
            self._files[path] = VisualFile(path, self._access)
        return self._files[path]

    def _models(self) -> Iterator[str]:
        for path in visual_file.files_in(self._directory):
            facts = None
            with contextlib.suppress(LibraryDamagedError), self._opened(path).reading() as found:
                facts = None if found is None else visual_file.read_facts(found)
            if facts is not None:
                yield facts.fingerprint

    def _in_each_file(self, choose: Callable[[sqlite3.Connection], set[str]]) -> None:
        """Forget documents in every file; in a damaged one nothing is found anyway."""
        with self._lock:
            for path in visual_file.files_in(self._directory):
                with contextlib.suppress(LibraryDamagedError):
                    with self._opened(path).reading() as connection:
                        gone = set() if connection is None else choose(connection)
                    if gone:
                        with self._opened(path).writing() as connection:
                            visual_file.delete_documents(connection, gone)

    def _check_is_writable(self) -> None:
        if self._access is not Access.WRITE:
            raise StoreError("The library is open for reading only.")


def _facts(connection: sqlite3.Connection | None, model: str) -> visual_file.Facts | None:
    """Return what a file says of itself; of another model than its name says it is damaged."""
    facts = None if connection is None else visual_file.read_facts(connection)
    if facts is not None and facts.fingerprint != model:
        raise visual_file.damaged()
    return facts


def _read_page(connection: sqlite3.Connection, dim: int, ref: PageRef) -> VisualPage | None:
    try:
        row = visual_file.read_page(connection, ref)
        if row is None:
            return None
        single = unpack_single(row[0], dim) if dim else None
        return look_of(single, unpack_body(row[1]))
    except visual_file.UNREADABLE:
        return None


def _asked_by(query: VisualQuery) -> Float32:
    """Return what pages are proposed by: the query's vector, or its rows where it has none."""
    if query.rows is None or len(query.single):
        return query.single
    return few(query.rows, ASKED_ROWS)


def _top(scores: Float32, limit: int) -> Rows:
    if len(scores) <= limit:
        return np.arange(len(scores))
    return np.argpartition(-scores, limit - 1)[:limit]
