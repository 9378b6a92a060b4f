"""What a store keeps in memory to search, kept in step with the catalogue."""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from folioscope.domain.documents import DocumentKind, SourceFile
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import LOOK_COUNT, MultiVector, PageVectors
from folioscope.stores.candidates import Shelves
from folioscope.stores.database import Database
from folioscope.stores.errors import told
from folioscope.stores.file_rows import SELECT_FILES, list_files, read_file
from folioscope.stores.file_table import FileTable
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.page_blobs import unpack_vectors
from folioscope.stores.page_rows import PageRow, read_facts
from folioscope.stores.page_table import PageTable
from folioscope.stores.schema import DIM, GENERATION, DocumentState, last_change, number
from folioscope.stores.sql_words import SqlWords
from folioscope.stores.statistics import (
    LibraryStatistics,
    default_statistics,
    unpack_statistics,
)
from folioscope.stores.views import CodedViews, VectorBatch, statistics_from
from folioscope.stores.word_source import TokenIds

T = TypeVar("T")
_ATTEMPTS = 5  # to read a generation before another process replaces it
_APPEND = 1024  # pages whose vectors are taken in at once
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

    def __init__(self, database: Database, vectors: LanceVectors) -> None:
        self._database = database
        self._vectors = vectors
        self._lock = threading.RLock()  # held while searching and while taking in changes
        self._loading = threading.Lock()
        self._state: _State | None = None

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
        return Shelves(
            state.pages, state.files, state.words, state.statistics, state.views, self._multis
        )

    @property
    def lock(self) -> "threading.RLock":
        """Held while the shelves are in use."""
        return self._lock

    def forget(self) -> None:
        """Drop all that is in memory."""
        with self._lock:
            self._state = None

    def make_statistics(self) -> LibraryStatistics | None:
        """Make statistics of all pages that can be found; None when there are none."""
        with self._database.reading() as connection:
            rows = read_facts(connection)
            dim = number(connection, DIM)
            version = statistics_version(connection) + 1
            if not rows:
                return None
            wanted = {page_id for page_id, _, _ in rows}
            batches = (batch for _, batch in self._all_vectors(connection, wanted, dim))
            looks = np.array([f.looks for _, _, f in rows], np.float32).reshape(-1, LOOK_COUNT)
            return statistics_from(batches, looks, version=version, dim=dim)

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
            statistics = read_statistics(connection, dim)
            rows = {row[0]: row for row in read_facts(connection)}
            state = _State(
                seq=seq,
                pages=PageTable(),
                files=_read_files(connection),
                words=SqlWords(self._database.connection),
                statistics=statistics,
                views=CodedViews(statistics) if with_vectors and dim else None,
            )
            state.words.put_fresh(_fresh_tokens(connection, rows.values()))
            if state.views is None:
                _append_facts(state.pages, rows.values())
                return state
            for ids, batch in self._all_vectors(connection, set(rows), dim):
                _append_facts(state.pages, [rows.pop(page_id) for page_id in ids])
                state.views.append(batch)
            for row in rows.values():  # vectors lost; the words still find it
                _append_facts(state.pages, [row])
                state.views.append(VectorBatch.missing(1, dim))
            return state

    def _all_vectors(
        self, connection: sqlite3.Connection, wanted: set[int], dim: int
    ) -> Iterator[tuple[list[int], VectorBatch]]:
        """Yield vectors of the wanted pages, each once: settled ones, then fresh ones."""
        missing = set(wanted)
        fresh = [
            row[0]
            for row in connection.execute("SELECT id FROM fresh_vectors ORDER BY id")
            if row[0] in missing
        ]
        missing.difference_update(fresh)
        if missing:
            for ids, batch in self._vectors.scan(number(connection, GENERATION)):
                rows = [i for i, page_id in enumerate(ids.tolist()) if page_id in missing]
                if rows:
                    found = ids[rows].tolist()
                    missing.difference_update(found)
                    yield found, batch.taken(np.array(rows, np.intp))
            self._check_is_there(connection, missing)
        for start in range(0, len(fresh), _APPEND):
            part = fresh[start : start + _APPEND]
            found = _fresh_vectors(connection, part)
            yield list(found), VectorBatch.of(list(found.values()), dim)

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
            _put_document(connection, state.files, document_id)
        if any(kind == "s" for _, kind, _, _ in rows):
            fresh = {r[0] for r in connection.execute("SELECT id FROM pages WHERE is_settled = 0")}
            state.words.drop_fresh([page for page in state.words.fresh if page not in fresh])
        state.seq = rows[-1][0]

    def _take_in(self, connection: sqlite3.Connection, state: _State, ids: Sequence[int]) -> None:
        rows = read_facts(connection, ids)
        if not rows:
            return
        state.words.put_fresh(_fresh_tokens(connection, rows))
        dim = number(connection, DIM)
        if state.views is None or state.statistics.dim != dim:
            if state.statistics.dim != dim:
                state.statistics = read_statistics(connection, dim)
            _append_facts(state.pages, rows)
            return
        vectors = self._vectors_of(connection, [row[0] for row in rows])
        for start in range(0, len(rows), _APPEND):
            part = rows[start : start + _APPEND]
            _append_facts(state.pages, part)
            for row in _runs(part, vectors):
                known = [vectors[page_id] for page_id in row if page_id in vectors]
                batch = VectorBatch.of(known, dim) if known else VectorBatch.missing(len(row), dim)
                state.views.append(batch)

    def _vectors_of(
        self, connection: sqlite3.Connection, ids: Sequence[int]
    ) -> dict[int, PageVectors]:
        found = _fresh_vectors(connection, ids)
        settled = [page_id for page_id in ids if page_id not in found]
        if settled:
            found |= self._vectors.fetch(number(connection, GENERATION), settled)
            self._check_is_there(connection, [i for i in settled if i not in found])
        return found

    def _check_is_there(self, connection: sqlite3.Connection, lost: Collection[int]) -> None:
        if lost and not self._vectors.exists(number(connection, GENERATION)):
            raise StoreError(f"The vectors of {len(lost)} pages are not there.")

    def vectors_of(self, ids: Sequence[int]) -> dict[int, PageVectors]:
        """Return the vectors of pages by id."""

        def read() -> dict[int, PageVectors]:
            with self._database.reading() as connection:
                return self._vectors_of(connection, ids)

        return self.steadily(read)

    def _multis(self, ids: Sequence[int]) -> list[MultiVector | None]:
        with self._database.reading() as connection:
            found = {i: v.multi for i, v in _fresh_vectors(connection, ids).items()}
            settled = [page_id for page_id in ids if page_id not in found]
            if settled:
                found |= self._vectors.multis(number(connection, GENERATION), settled)
            return [found.get(page_id) for page_id in ids]

    @staticmethod
    def _has_many_dead(state: _State) -> bool:
        dead = len(state.pages) - state.pages.alive
        return dead > max(_MOST_DEAD, state.pages.alive // 2)


def statistics_version(connection: sqlite3.Connection) -> int:
    """Return the version of the library's statistics, 0 when it has none of its own."""
    row = connection.execute("SELECT MAX(version) FROM statistics").fetchone()
    return int(row[0] or 0)


def read_statistics(connection: sqlite3.Connection, dim: int) -> LibraryStatistics:
    """Return the library's statistics, or the shipped ones."""
    row = connection.execute(
        "SELECT version, data FROM statistics ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return unpack_statistics(row[1], version=row[0]) if row else default_statistics(max(dim, 1))


def _append_facts(pages: PageTable, rows: Iterable[PageRow]) -> None:
    found = list(rows)
    pages.append([row[0] for row in found], [row[2] for row in found])


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


def _fresh_tokens(connection: sqlite3.Connection, rows: Iterable[PageRow]) -> dict[int, TokenIds]:
    found: dict[int, TokenIds] = {}
    for page_id, is_settled, _ in rows:
        if not is_settled:
            row = connection.execute(
                "SELECT tokens FROM page_tokens WHERE id = ?", (page_id,)
            ).fetchone()
            found[page_id] = np.frombuffer(row[0], "<u4")
    return found


def _fresh_vectors(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, PageVectors]:
    found: dict[int, PageVectors] = {}
    for page_id in ids:
        row = connection.execute(
            "SELECT vectors FROM fresh_vectors WHERE id = ?", (page_id,)
        ).fetchone()
        if row:
            found[page_id] = unpack_vectors(row[0])
    return found


def _read_files(connection: sqlite3.Connection) -> FileTable:
    table = FileTable()
    by_document: dict[str, list[SourceFile]] = defaultdict(list)
    for row in connection.execute(f"{SELECT_FILES} WHERE document_id <> ''"):
        file = read_file(row)
        by_document[file.document_id].append(file)
    shown = f"SELECT document_id, kind FROM documents WHERE state = {DocumentState.SHOWN}"
    for document_id, kind in connection.execute(shown):
        table.put(document_id, DocumentKind(kind), by_document.get(document_id, ()))
    return table


def _put_document(connection: sqlite3.Connection, table: FileTable, document_id: str) -> None:
    row = connection.execute(
        "SELECT kind FROM documents WHERE document_id = ? AND state = ?",
        (document_id, DocumentState.SHOWN),
    ).fetchone()
    if row is None:
        table.remove(document_id)
    else:
        files = list_files(connection, document_id=document_id)
        table.put(document_id, DocumentKind(row[0]), files)
