"""What a store keeps in memory to search, kept in step with the catalogue."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef, PageVectors
from folioscope.domain.protocols import Cancellation
from folioscope.stores.candidates import Shelves
from folioscope.stores.code_cache import LEAST_PAGES, CodeCache
from folioscope.stores.database import Database
from folioscope.stores.errors import told
from folioscope.stores.file_table import FileTable
from folioscope.stores.index_reading import (
    give_back_memory,
    heeding,
    put_into_table,
    read_all_facts,
    read_file_table,
    read_fresh_tokens,
    read_fresh_vectors,
    read_statistics,
    statistics_version,
)
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.page_rows import PageRow, is_committed, read_facts
from folioscope.stores.page_table import Bools, PageTable, Rows
from folioscope.stores.schema import DIM, GENERATION, last_change, number
from folioscope.stores.sql_words import SqlWords
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.views import CodedViews, VectorBatch, statistics_from

Ids = npt.NDArray[np.int64]
T = TypeVar("T")
_ATTEMPTS = 5  # to read a generation before another process replaces it
_APPEND = 1024  # pages whose vectors are taken in at once
_FETCHED = 4096  # up to so many pages are looked up by id, for more the table is read
_MOST_DEAD = 5000  # rows of removed pages that are carried along before all is loaded anew


@dataclass(eq=False)
class _State:
    """One state of the library: ``seq`` is the last change taken in."""

    seq: int
    pages: PageTable
    files: FileTable
    words: SqlWords
    statistics: LibraryStatistics
    views: CodedViews | None


class LibraryIndex:
    """Pages, files, words and vectors in memory. Safe from any thread."""

    def __init__(self, database: Database, vectors: LanceVectors, codes: CodeCache) -> None:
        self._database = database
        self._vectors = vectors
        self._codes = codes
        self._lock = threading.RLock()  # held while searching and while taking in changes
        self._loading = threading.RLock()
        self._state: _State | None = None

    def latest(self) -> int:
        """Return the number of the newest change of pages or documents."""
        with self._database.reading() as connection:
            return last_change(connection)

    def refresh(self) -> bool:
        """Take in what changed in the catalogue; True when anything did."""
        with self._database.reading() as connection:
            seq, version = last_change(connection), statistics_version(connection)
        state = self._state
        if state is None:
            return False
        if version != state.statistics.version or self._has_many_dead(state):
            self._reload(with_vectors=state.views is not None)
            return True
        if seq == state.seq:
            return False
        self.steadily(self._catch_up)
        return True

    def shelves(self, *, with_vectors: bool) -> Shelves:
        """Return what a search looks at, loading it first if need be."""
        state = self._state
        if state is None or (with_vectors and state.views is None):
            with self._loading:
                state = self._state
                if state is None or (with_vectors and state.views is None):
                    self._load(with_vectors=with_vectors)
        state = self._state
        assert state is not None
        return Shelves(state.pages, state.files, state.words, state.statistics, state.views)

    def has_page(self, ref: PageRef) -> bool:
        """Whether a page is in the library, be it hidden for want of a file."""
        with self._database.reading() as connection:
            return is_committed(connection, ref)

    @property
    def lock(self) -> "threading.RLock":
        """Held while the shelves are in use."""
        return self._lock

    def forget(self) -> None:
        """Drop all that is in memory."""
        with self._lock:
            self._state = None

    def make_statistics(self, token: Cancellation | None = None) -> LibraryStatistics | None:
        """Make statistics of all pages that can be found; None when there are none."""
        with self._database.reading() as connection:
            pages, dim = PageTable(), number(connection, DIM)
            for rows in read_all_facts(connection):
                _append_facts(pages, rows)
            if not len(pages):
                return None
            found = heeding(token, self._all_vectors(connection, pages["id"], dim))
            batches = (batch for _, batch in found)
            version = statistics_version(connection) + 1
            return statistics_from(batches, pages["looks"], version=version, dim=dim)

    def write_codes(
        self, statistics: LibraryStatistics, name: str, token: Cancellation | None = None
    ) -> None:
        """Keep coded vectors of a large library beside it."""
        with self._database.reading() as connection:
            rows = (row for part in read_all_facts(connection) for row in part)
            ids = np.fromiter((row[0] for row in rows), np.int64)
            if len(ids) < LEAST_PAGES:
                self._codes.tidy(keep="")
            else:
                batches = self._all_vectors(connection, ids, statistics.dim)
                self._codes.write(name, heeding(token, batches), statistics)

    # loading

    def _reload(self, *, with_vectors: bool) -> None:
        with self._loading:
            self._load(with_vectors=with_vectors)

    def _load(self, *, with_vectors: bool) -> None:
        """Load all beside the present state, then take its place and catch up."""
        state = self.steadily(lambda: self._loaded(with_vectors=with_vectors))
        with self._lock:
            self._state = state
        self.steadily(self._catch_up)

    def steadily(self, work: Callable[[], T]) -> T:
        """Do again what failed because another process compacted the library meanwhile."""
        for _ in range(_ATTEMPTS):
            before = self._generation()
            try:
                return work()
            except (RuntimeError, ValueError, OSError, StoreError):
                if before == self._generation():
                    raise
        raise StoreError("The library is being compacted.", hint="Try again in a moment.")

    def _generation(self) -> int:
        with self._database.reading() as connection:
            return number(connection, GENERATION)

    def _loaded(self, *, with_vectors: bool) -> _State:
        with self._database.reading() as connection, told(self._database.path.parent):
            seq, dim = last_change(connection), number(connection, DIM)
            statistics, name = read_statistics(connection, dim)
            words = SqlWords(self._database.connection)
            words.put_fresh(read_fresh_tokens(connection))
            pages = PageTable()
            for rows in read_all_facts(connection):
                _append_facts(pages, rows)
            views = None
            if with_vectors and dim:
                views, order = self._load_views(connection, pages, statistics, name)
                pages = pages.permuted(order)
            give_back_memory()
            files = read_file_table(connection)
            return _State(seq, pages, files, words, statistics, views)

    def _load_views(
        self,
        connection: sqlite3.Connection,
        pages: PageTable,
        statistics: LibraryStatistics,
        name: str,
    ) -> tuple[CodedViews, Rows]:
        """Return the views of all pages and, for each of their rows, the page's row."""
        views, order = CodedViews(statistics), np.zeros(0, np.intp)
        if self._codes.exists(name):
            try:
                views, order = _read_codes(self._codes, name, pages, statistics)
            except (ValueError, OSError):  # not whole: made from the raw vectors instead
                views = CodedViews(statistics)
        missing = np.ones(len(pages), bool)
        missing[order] = False
        ids = pages["id"]
        parts = [order]
        for found, batch in self._all_vectors(connection, ids[missing], statistics.dim):
            views.append(batch)
            parts.append(pages.rows_of_ids(np.array(found)).astype(np.intp))
            missing[parts[-1]] = False
        lost = np.flatnonzero(missing)  # their words are still found
        if len(lost):
            views.append(VectorBatch.missing(len(lost), statistics.dim))
        return views, np.concatenate([*parts, lost])

    def _all_vectors(
        self, connection: sqlite3.Connection, wanted: Ids, dim: int
    ) -> Iterator[tuple[list[int], VectorBatch]]:
        """Yield vectors of the wanted pages, each once: settled ones, then fresh ones."""
        missing = np.zeros(int(wanted.max(initial=0)) + 1, bool)
        missing[wanted] = True
        rows = connection.execute("SELECT id FROM fresh_vectors ORDER BY id")
        fresh = [row[0] for row in rows if row[0] < len(missing) and missing[row[0]]]
        missing[fresh] = False
        if missing.any():
            yield from self._settled_vectors(connection, missing, dim)
            self._check_is_there(connection, int(missing.sum()))
        for start in range(0, len(fresh), _APPEND):
            found = read_fresh_vectors(connection, fresh[start : start + _APPEND])
            yield list(found), VectorBatch.of(list(found.values()), dim)

    def _settled_vectors(
        self, connection: sqlite3.Connection, missing: Bools, dim: int
    ) -> Iterator[tuple[list[int], VectorBatch]]:
        """Yield vectors out of bulk, taking the pages that were found off ``missing``."""
        generation, wanted = number(connection, GENERATION), np.flatnonzero(missing).tolist()
        if len(wanted) <= _FETCHED:
            pages = self._vectors.fetch(generation, wanted)
            missing[list(pages)] = False
            if pages:
                yield list(pages), VectorBatch.of(list(pages.values()), dim)
            return
        for ids, batch in self._vectors.scan(generation):
            known = ids < len(missing)
            rows = np.flatnonzero(known & missing[np.where(known, ids, 0)])
            _, first = np.unique(ids[rows], return_index=True)
            rows = rows[np.sort(first)]
            if len(rows):
                missing[ids[rows]] = False
                yield ids[rows].tolist(), batch.taken(rows)

    # catching up

    def _catch_up(self) -> None:
        with self._lock, self._database.reading() as connection:
            state = self._state
            if state is None:
                return
            first = connection.execute("SELECT MIN(seq) FROM changes").fetchone()[0]
            latest = last_change(connection)
            if latest > state.seq and (first is None or first > state.seq + 1):
                self._state = None  # the changes in between are no longer told
                is_blind = state.views is None
            else:
                self._apply(connection, state)
                return
        self._reload(with_vectors=not is_blind)

    def _apply(self, connection: sqlite3.Connection, state: _State) -> None:
        rows = connection.execute(
            "SELECT seq, kind, page, document FROM changes WHERE seq > ? ORDER BY seq", (state.seq,)
        ).fetchall()
        if not rows:
            return
        last: dict[int, str] = {page: kind for _, kind, page, _ in rows if kind in "px"}
        gone = [page for page, kind in last.items() if kind == "x"]
        for page in gone:
            state.pages.remove(page)
        state.words.drop_fresh(gone)
        known = state.pages.rows_of_ids(np.fromiter(last, np.int64, len(last))) >= 0
        new = [
            page
            for (page, kind), is_known in zip(last.items(), known, strict=True)
            if kind == "p" and not is_known
        ]
        self._take_in(connection, state, new)
        for document_id in {document for *_, document in rows if document}:
            put_into_table(connection, state.files, document_id)
        if any(kind == "s" for _, kind, _, _ in rows):
            fresh = {r[0] for r in connection.execute("SELECT id FROM pages WHERE is_settled = 0")}
            state.words.drop_fresh([page for page in state.words.fresh if page not in fresh])
        state.seq = rows[-1][0]

    def _take_in(self, connection: sqlite3.Connection, state: _State, ids: Sequence[int]) -> None:
        rows = read_facts(connection, ids)
        if not rows:
            return
        state.words.put_fresh(read_fresh_tokens(connection, [row[0] for row in rows]))
        dim = number(connection, DIM)
        if state.views is None or state.statistics.dim != dim:
            if state.statistics.dim != dim:
                state.statistics, _ = read_statistics(connection, dim)
            _append_facts(state.pages, rows)
            return
        vectors = self.vectors_of(connection, [row[0] for row in rows])
        for start in range(0, len(rows), _APPEND):
            part = rows[start : start + _APPEND]
            _append_facts(state.pages, part)
            for row in _runs(part, vectors):
                known = [vectors[page_id] for page_id in row if page_id in vectors]
                batch = VectorBatch.of(known, dim) if known else VectorBatch.missing(len(row), dim)
                state.views.append(batch)

    def vectors_of(
        self, connection: sqlite3.Connection, ids: Sequence[int]
    ) -> dict[int, PageVectors]:
        """Return the vectors of pages by id; work for ``steadily``."""
        found = read_fresh_vectors(connection, ids)
        settled = [page_id for page_id in ids if page_id not in found]
        if settled:
            found |= self._vectors.fetch(number(connection, GENERATION), settled)
            self._check_is_there(connection, sum(i not in found for i in settled))
        return found

    def _check_is_there(self, connection: sqlite3.Connection, lost: int) -> None:
        if lost and not self._vectors.exists(number(connection, GENERATION)):
            raise StoreError(f"The vectors of {lost} pages are not there.")

    @staticmethod
    def _has_many_dead(state: _State) -> bool:
        dead = len(state.pages) - state.pages.alive
        return dead > max(_MOST_DEAD, state.pages.alive // 2)


def _append_facts(pages: PageTable, rows: Sequence[PageRow]) -> None:
    pages.append([row[0] for row in rows], [row[2] for row in rows])


def _read_codes(
    codes: CodeCache, name: str, pages: PageTable, statistics: LibraryStatistics
) -> tuple[CodedViews, Rows]:
    """Return views made of kept codes and, for each of their rows, the page's row."""
    views, order = CodedViews(statistics), [np.zeros(0, np.intp)]
    for ids, batch in codes.read(name, statistics.dim):
        rows = pages.rows_of_ids(ids).astype(np.intp)
        if (rows < 0).any():  # removed since
            batch, rows = batch.taken(np.flatnonzero(rows >= 0)), rows[rows >= 0]
        views.append_coded(batch)
        order.append(rows)
    return views, np.concatenate(order)


def _runs(rows: Sequence[PageRow], vectors: dict[int, PageVectors]) -> Iterator[list[int]]:
    """Cut pages into stretches that all have vectors, or all have none."""
    run: list[int] = []
    for page_id, _, _ in rows:
        if run and (page_id in vectors) != (run[-1] in vectors):
            yield run
            run = []
        run.append(page_id)
    if run:
        yield run
