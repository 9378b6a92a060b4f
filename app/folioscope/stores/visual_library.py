"""Vectors of visual models of a library on disk: kept in ``visual.sqlite``, searched in memory."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage, VisualQuery
from folioscope.domain.errors import LibraryDamagedError
from folioscope.domain.pages import Float32, PageRef
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.stores import visual_file
from folioscope.stores.file_table import newest_first
from folioscope.stores.library_index import LibraryIndex
from folioscope.stores.maxsim import maxsim_coded
from folioscope.stores.page_table import PageTable, Rows
from folioscope.stores.pooling import pooled
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.single_codes import SingleCodes
from folioscope.stores.visual_blobs import look_of, unpack_body, unpack_single
from folioscope.stores.visual_checks import checked_embedding, checked_query, common_dims
from folioscope.stores.visual_source import MISSING
from folioscope.stores.visual_table import VisualTable

_CLOSELY = 2000  # pages looked at closely after a scan of first numbers


class VisualLibrary:
    """A VisualKeeping and VisualSource in a library's folder. Safe from any thread."""

    def __init__(self, directory: Path, access: Access, index: LibraryIndex) -> None:
        self._file = visual_file.VisualFile(directory, access)
        self._index = index
        self._tables: dict[str, VisualTable] = {}
        self._lock = threading.RLock()  # of the tables

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # keeping

    def put(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages, all or none."""
        dims = common_dims(checked_embedding(ref, found) for ref, found in pages)
        kept = [(ref, pooled(found)) for ref, found in pages if self._index.has_page(ref)]
        if not kept:
            return
        with self._file.writing() as connection:
            known = visual_file.read_models(connection).get(model)
            if known is not None:
                dims = common_dims([dims, (known.dim, known.row_dim)])
            number = visual_file.put_model(connection, model, known, dims)
            for ref, page in kept:
                visual_file.put_page(connection, number, ref, page)

    def pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch pages; one that cannot be read counts as not there."""
        with self._file.reading() as connection:
            known = visual_file.read_models(connection).get(model) if connection else None
            if connection is None or known is None:
                return [None] * len(refs)
            return [_read_page(connection, known, ref) for ref in refs]

    def missing(self, model: str, *, limit: int) -> list[PageRef]:
        """List pages without vectors of that model."""
        shelves = self._index.shelves(with_vectors=False)
        with self._index.lock, self._lock:
            table = self._table(model, with_codes=False)
            mask = shelves.files.passing(shelves.pages, StoreQuery().filter)
            if table is not None:
                mask &= table.rows_of(shelves.pages) < 0
            rows = newest_first(shelves.files, shelves.pages, mask)
        return shelves.pages.refs(rows[:limit])

    def counts(self) -> dict[str, int]:
        """Count the pages that have vectors."""
        shelves = self._index.shelves(with_vectors=False)
        with self._file.reading() as connection:
            models = list(visual_file.read_models(connection)) if connection else []
        counts: dict[str, int] = {}
        with self._index.lock, self._lock:
            for model in models:
                table = self._table(model, with_codes=False)
                if table is not None:
                    found = table.rows_of(shelves.pages) >= 0
                    counts[model] = int((found & shelves.pages["is_alive"]).sum())
        return {model: count for model, count in counts.items() if count}

    def drop(self, model: str) -> None:
        """Forget a model and give its room back."""
        with self._file.writing() as connection:
            visual_file.delete_model(connection, model)
        with self._lock:
            self._tables.pop(model, None)
        self._file.shrink()

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget what was kept of documents; from a damaged file nothing is found anyway."""
        with contextlib.suppress(LibraryDamagedError):
            with self._file.reading() as connection:
                if connection is None:
                    return
            with self._file.writing() as connection:
                visual_file.delete_documents(connection, ids)

    def tidy(self, kept: set[str] | None) -> None:
        """Forget all documents but those (None: none), and give room back to the disk."""
        with contextlib.suppress(LibraryDamagedError):
            with self._file.reading() as connection:
                if connection is None:
                    return
                gone = set() if kept is None else visual_file.document_ids(connection) - kept
            if gone:
                self.remove_documents(gone)
            self._file.shrink()

    def refresh(self) -> bool:
        """Take in what other processes wrote; True when anything changed."""
        with self._lock:
            before = dict(self._tables)
            changed = False
            for model, table in before.items():
                stamp = table.stamp
                changed |= self._table(model, with_codes=False) is not table or table.stamp != stamp
        return changed

    # search

    def prepare(self, model: str) -> None:
        """Load what a search by this model would wait for."""
        with self._lock, contextlib.suppress(LibraryDamagedError):
            self._table(model, with_codes=True)

    def nearest(self, pages: PageTable, query: VisualQuery, rows: Rows, *, limit: int) -> Rows:
        """Return the nearest rows that have a vector."""
        with self._lock:
            table, codes = self._asked(query)
            if table is None or codes is None:
                return rows[:0]
            own = table.rows_of(pages)[rows]
            rows, own = rows[own >= 0], own[own >= 0]
            scores = codes.scan(query.single)[own]
            if not codes.is_scan_exact:
                near = _top(scores, max(_CLOSELY, 4 * limit))
                rows, scores = rows[near], codes.at(own[near].astype(np.intp), query.single)
            return rows[_top(scores, limit)]

    def cosines(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the cosine of each row."""
        found = np.full(len(rows), MISSING)
        with self._lock:
            table, codes = self._asked(query)
            if table is not None and codes is not None:
                own = table.rows_of(pages)[rows]
                has = np.flatnonzero(own >= 0)
                found[has] = codes.at(own[has].astype(np.intp), query.single)
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
            ids = table.ids.values[own[has]].tolist()
        scores[has] = maxsim_coded(query.rows, self._rows(ids, query.rows.shape[1]))
        return scores

    def _rows(self, ids: Sequence[int], dim: int) -> list[RowCodes]:
        nothing = RowCodes(np.zeros((0, dim), np.int8), np.zeros(0, np.float32))
        blobs: list[bytes | None] = [None] * len(ids)
        with contextlib.suppress(LibraryDamagedError), self._file.reading() as connection:
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

    def _asked(self, query: VisualQuery) -> tuple[VisualTable | None, SingleCodes | None]:
        """Return what a search looks at; a damaged file is as none, for the rest still serves."""
        table: VisualTable | None = None
        with contextlib.suppress(LibraryDamagedError):
            table = self._table(query.model, with_codes=True)
        if table is None:
            return None, None
        checked_query(query, (table.model.dim, table.model.row_dim))
        return table, table.codes

    def _table(self, model: str, *, with_codes: bool) -> VisualTable | None:
        """Return what is known of a model now, None when nothing is kept of it."""
        with self._file.reading() as connection:
            known = visual_file.read_models(connection).get(model) if connection else None
            if connection is None or known is None:
                self._tables.pop(model, None)
                return None
            table = self._tables.get(model)
            if table is not None and table.model.number == known.number:
                table.take_in(connection)
                table.model = known
                if not table.is_worn and (table.codes is not None or not with_codes):
                    return table
                with_codes = with_codes or table.codes is not None
            table = self._tables[model] = VisualTable(known, has_codes=with_codes)
            table.take_in(connection)
            return table


def _read_page(
    connection: sqlite3.Connection, model: visual_file.Model, ref: PageRef
) -> VisualPage | None:
    try:
        row = visual_file.read_page(connection, model, ref)
        return row and look_of(unpack_single(row[0], model.dim), unpack_body(row[1]))
    except visual_file.UNREADABLE:
        return None


def _top(scores: Float32, limit: int) -> Rows:
    if len(scores) <= limit:
        return np.arange(len(scores))
    return np.argpartition(-scores, limit - 1)[:limit]
