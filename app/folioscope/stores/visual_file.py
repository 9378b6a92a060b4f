"""Vectors of visual models in a SQLite file of their own, beside the catalogue.

They come slowly, one big page at a time over days, belong to the pictures of pages and not to
their texts, and can be made again: so the file is apart, content-addressed, and disposable.
``ids`` only grow, so a reader takes in what is new by id; ``removals`` tells it when to look
for what went.
"""

import contextlib
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.embeddings import VisualPage
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access
from folioscope.stores.database import Database
from folioscope.stores.visual_blobs import pack_body, pack_single

VISUALS = "visual.sqlite"
UNREADABLE = (ValueError, struct.error)
_VERSION = 1
_TABLES = (
    "CREATE TABLE models (number INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT UNIQUE"
    " NOT NULL, dim INTEGER NOT NULL, row_dim INTEGER NOT NULL)",
    "CREATE TABLE singles (id INTEGER PRIMARY KEY AUTOINCREMENT, model INTEGER NOT NULL,"
    " document_id TEXT NOT NULL, page_index INTEGER NOT NULL, codes BLOB NOT NULL,"
    " UNIQUE (model, document_id, page_index))",
    # apart, so that reading all vectors does not pass over the rows, which are ten times as big
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE facts (key TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO facts VALUES ('removals', 0)",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the file knows it: its number here, the dimensions of vector and rows."""

    number: int
    dim: int
    row_dim: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """A state of the file; equal as long as nothing came or went."""

    last_id: int
    removals: int


class VisualFile:
    """The file ``visual.sqlite`` of a library; made when first written to."""

    def __init__(self, directory: Path, access: Access) -> None:
        self.path = directory / VISUALS
        self._access = access
        self._database = Database(self.path, access)
        self._is_made = False

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Read from one and the same state of the file; None while there is none."""
        if not self._is_made and not self.path.exists():
            yield None
            return
        with self._database.reading() as connection:
            if not self._is_made:
                self._is_made = is_known(connection)
            yield connection if self._is_made else None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write, all or nothing; makes the file first if need be."""
        if self._access is Access.WRITE and not self._is_made:
            with self._database.alone() as connection:
                if not is_known(connection):
                    create(connection)
            self._is_made = True
        with self._database.writing() as connection:
            yield connection

    def shrink(self) -> None:
        """Give free room back to the disk."""
        if self.path.exists():
            with self._database.alone() as connection:
                # a plain execute frees one page and stops
                connection.executescript("PRAGMA incremental_vacuum;")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def live_bytes(directory: Path) -> int:
    """Return the size of the file without its free room; 0 where it cannot be read."""
    path = directory / VISUALS
    if not path.exists():
        return 0
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as opened:
        used, free, size = (
            opened.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((used - free) * size)
    return 0


def is_known(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there; StoreError when a newer Folioscope made them."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise StoreError(
            "The looks of this library were taken by a newer Folioscope.",
            hint="Update Folioscope to use them.",
        )
    return bool(version)


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, all or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def read_models(connection: sqlite3.Connection) -> dict[str, Model]:
    """Return the models by fingerprint."""
    rows = connection.execute("SELECT fingerprint, number, dim, row_dim FROM models")
    return {row[0]: Model(*row[1:]) for row in rows}


def read_stamp(connection: sqlite3.Connection) -> Stamp:
    """Tell what state the file is in."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'singles'").fetchone()
    removals = connection.execute("SELECT number FROM facts WHERE key = 'removals'").fetchone()
    return Stamp(last[0] if last else 0, removals[0] if removals else 0)


def put_model(
    connection: sqlite3.Connection, fingerprint: str, known: Model | None, dims: tuple[int, int]
) -> int:
    """Note a model's dimensions; returns its number."""
    if known is None:
        found = connection.execute(
            "INSERT INTO models (fingerprint, dim, row_dim) VALUES (?, ?, ?)", (fingerprint, *dims)
        )
        return int(found.lastrowid or 0)
    if dims != (known.dim, known.row_dim):
        connection.execute(
            "UPDATE models SET row_dim = ? WHERE number = ?", (dims[1], known.number)
        )
    return known.number


def put_page(connection: sqlite3.Connection, model: int, ref: PageRef, page: VisualPage) -> None:
    """Write a page, replacing what was kept of it."""
    place = (model, ref.document_id, ref.page_index)
    _delete(
        connection,
        "model = ? AND document_id = ? AND page_index = ?",
        place,
    )
    found = connection.execute(
        "INSERT INTO singles (model, document_id, page_index, codes) VALUES (?, ?, ?, ?)",
        (*place, pack_single(page.single)),
    )
    connection.execute("INSERT INTO bodies VALUES (?, ?)", (found.lastrowid, pack_body(page)))


def delete_ids(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Forget pages by id."""
    for page_id in ids:
        _delete(connection, "id = ?", (page_id,))


def delete_documents(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Forget documents, of all models."""
    models = [model.number for model in read_models(connection).values()]
    for document_id in ids:
        for model in models:
            _delete(connection, "model = ? AND document_id = ?", (model, document_id))


def delete_model(connection: sqlite3.Connection, fingerprint: str) -> None:
    """Forget a model with all its pages."""
    model = read_models(connection).get(fingerprint)
    if model is not None:
        _delete(connection, "model = ?", (model.number,))
        connection.execute("DELETE FROM models WHERE number = ?", (model.number,))
        _note_removal(connection)


def document_ids(connection: sqlite3.Connection) -> set[str]:
    """Return the documents of which anything is kept."""
    return {row[0] for row in connection.execute("SELECT DISTINCT document_id FROM singles")}


def read_bodies(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[bytes | None]:
    """Yield the rows of pages as they lie in the file, None where they are gone."""
    for page_id in ids:
        row = connection.execute("SELECT body FROM bodies WHERE id = ?", (page_id,)).fetchone()
        yield row[0] if row else None


def read_page(
    connection: sqlite3.Connection, model: Model, ref: PageRef
) -> tuple[bytes, bytes] | None:
    """Return vector and rows of a page as they lie in the file."""
    row = connection.execute(
        "SELECT s.codes, b.body FROM singles s JOIN bodies b ON b.id = s.id"
        " WHERE s.model = ? AND s.document_id = ? AND s.page_index = ?",
        (model.number, ref.document_id, ref.page_index),
    ).fetchone()
    return (row[0], row[1]) if row else None


def _delete(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> None:
    connection.execute(
        f"DELETE FROM bodies WHERE id IN (SELECT id FROM singles WHERE {where})", values
    )
    if connection.execute(f"DELETE FROM singles WHERE {where}", values).rowcount:
        _note_removal(connection)


def _note_removal(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE facts SET number = number + 1 WHERE key = 'removals'")
