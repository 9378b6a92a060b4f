"""Vectors of one visual model in a SQLite file of its own, beside the catalogue.

They come slowly, one big page at a time over days, belong to the pictures of pages and not to
their texts, and can be made again: so they are apart, content-addressed, and disposable. A file
a model, because forgetting a model is then to delete a file (emptying a shared one of 100,000
pages took four minutes). Ids only grow, so a reader takes in what is new by id; ``removals``
tells it when to look for what went, ``birth`` that the file was begun anew.
"""

import contextlib
import hashlib
import secrets
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.embeddings import VisualPage
from folioscope.domain.errors import LibraryDamagedError, StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access
from folioscope.stores.database import Database
from folioscope.stores.errors import told
from folioscope.stores.visual_blobs import pack_body, pack_proposal

UNREADABLE = (ValueError, struct.error)
_VERSION = 1
_TABLES = (
    "CREATE TABLE facts (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE singles (id INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL,"
    " page_index INTEGER NOT NULL, codes BLOB NOT NULL, UNIQUE (document_id, page_index))",
    # apart, so that reading all vectors does not pass over the rows, which are ten times as big
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself: its model, dimensions of vector and rows, and its state.

    Equal for as long as nothing came or went. ``last_id`` is the largest that was ever given.
    """

    fingerprint: str
    dim: int
    row_dim: int
    birth: int
    removals: int
    last_id: int


def file_of(directory: Path, fingerprint: str) -> Path:
    """Return where the vectors of a model are kept."""
    digest = hashlib.blake2b(fingerprint.encode(), digest_size=8).hexdigest()
    return directory / f"visual-{digest}.sqlite"


def files_in(directory: Path) -> list[Path]:
    """Return the files of all models in a library's folder."""
    return sorted(directory.glob("visual-*.sqlite"))


class VisualFile:
    """The vectors of a model; made when first written to. Used by one thread at a time."""

    def __init__(self, path: Path, access: Access) -> None:
        self.path = path
        self._access = access
        self._database = Database(path, access)
        self._inode: int | None = None

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Read from one and the same state of the file; None while there is none."""
        if not self._follow():
            yield None
            return
        with self._database.reading() as connection:
            yield connection if is_known(connection) else None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write, all or nothing; makes the file first if need be."""
        self._follow()
        if self._access is Access.WRITE:
            with self._database.alone() as connection:
                if not is_known(connection):
                    create(connection)
        with self._database.writing() as connection:
            yield connection

    @property
    def live_bytes(self) -> int:
        """The size of the file without its free room; 0 where it is damaged."""
        return _live_bytes(self.path)

    def delete(self) -> None:
        """Delete the file; where another program holds it open, empty it."""
        if not self.path.exists():
            return
        self._reopen()
        try:
            with told(self.path.parent):
                delete_files(self.path)
        except StoreError:
            with self.writing() as connection:
                for table in ("singles", "bodies", "facts"):
                    connection.execute(f"DELETE FROM {table}")
                connection.execute("INSERT INTO facts VALUES ('birth', ?)", (_birth(),))

    def shrink(self) -> None:
        """Give free room back to the disk."""
        if self._follow():
            with self._database.alone() as connection:
                # a plain execute frees one page and stops
                connection.executescript("PRAGMA incremental_vacuum;")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _follow(self) -> bool:
        """Let go of a file that was deleted meanwhile; whether there is one now."""
        try:
            inode: int | None = self.path.stat().st_ino
        except OSError:
            inode = None
        if self._inode is not None and inode != self._inode:
            self._reopen()
        self._inode = inode
        return inode is not None

    def _reopen(self) -> None:
        self._database.close()
        self._database = Database(self.path, self._access)
        self._inode = None


def delete_files(path: Path) -> None:
    """Delete a database with what SQLite lays beside it."""
    for ending in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def live_bytes(directory: Path) -> int:
    """Return the size of all files without their free room; damaged ones do not count."""
    return sum(map(_live_bytes, files_in(directory)))


def _live_bytes(path: Path) -> int:
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
        connection.execute("INSERT INTO facts VALUES ('birth', ?)", (_birth(),))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def read_facts(connection: sqlite3.Connection) -> Facts | None:
    """Return what a file says of itself; None while nothing was put. LibraryDamagedError."""
    found = dict(connection.execute("SELECT key, value FROM facts").fetchall())
    if "fingerprint" not in found:
        return None
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'singles'").fetchone()
    keys = ("dim", "row_dim", "birth", "removals")
    try:
        dim, row_dim, birth, removals = (int(found.get(key, 0)) for key in keys)
    except (ValueError, TypeError) as error:
        raise damaged() from error
    return Facts(str(found["fingerprint"]), dim, row_dim, birth, removals, last[0] if last else 0)


def damaged() -> LibraryDamagedError:
    """Return the error that says what is wrong with a file, and what to do."""
    return LibraryDamagedError(
        "What was kept of the looks of pages is damaged.", hint="Repair the library to go on."
    )


def put_facts(connection: sqlite3.Connection, fingerprint: str, dims: tuple[int, int]) -> None:
    """Note model and dimensions."""
    rows = [("fingerprint", fingerprint), ("dim", dims[0]), ("row_dim", dims[1])]
    connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)


def put_page(connection: sqlite3.Connection, ref: PageRef, page: VisualPage) -> None:
    """Write a page, replacing what was kept of it."""
    place = (ref.document_id, ref.page_index)
    _delete(connection, "document_id = ? AND page_index = ?", place)
    found = connection.execute(
        "INSERT INTO singles (document_id, page_index, codes) VALUES (?, ?, ?)",
        (*place, pack_proposal(page)),
    )
    connection.execute("INSERT INTO bodies VALUES (?, ?)", (found.lastrowid, pack_body(page)))


def delete_ids(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Forget pages by id."""
    for page_id in ids:
        _delete(connection, "id = ?", (page_id,))


def delete_documents(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Forget documents."""
    for document_id in ids:
        _delete(connection, "document_id = ?", (document_id,))


def document_ids(connection: sqlite3.Connection) -> set[str]:
    """Return the documents of which anything is kept."""
    return {row[0] for row in connection.execute("SELECT DISTINCT document_id FROM singles")}


def read_bodies(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[bytes | None]:
    """Yield the rows of pages as they lie in the file, None where they are gone."""
    for page_id in ids:
        row = connection.execute("SELECT body FROM bodies WHERE id = ?", (page_id,)).fetchone()
        yield row[0] if row else None


def read_page(connection: sqlite3.Connection, ref: PageRef) -> tuple[bytes, bytes] | None:
    """Return vector and rows of a page as they lie in the file."""
    row = connection.execute(
        "SELECT s.codes, b.body FROM singles s JOIN bodies b ON b.id = s.id"
        " WHERE s.document_id = ? AND s.page_index = ?",
        (ref.document_id, ref.page_index),
    ).fetchone()
    return (row[0], row[1]) if row else None


def _delete(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> None:
    connection.execute(
        f"DELETE FROM bodies WHERE id IN (SELECT id FROM singles WHERE {where})", values
    )
    if connection.execute(f"DELETE FROM singles WHERE {where}", values).rowcount:
        connection.execute(
            "INSERT INTO facts VALUES ('removals', 1)"
            " ON CONFLICT (key) DO UPDATE SET value = value + 1"
        )


def _birth() -> int:
    return secrets.randbits(62)
