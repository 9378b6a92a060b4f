"""Small pictures of pages in a file of their own; losing it costs time and nothing else."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from folioscope.domain.errors import DiskFullError, StoreError
from folioscope.domain.pages import PageRef
from folioscope.stores.errors import is_damage, is_disk_full, translated

_TABLE = """CREATE TABLE IF NOT EXISTS previews (
    document_id TEXT NOT NULL, page_index INTEGER NOT NULL, jpeg BLOB NOT NULL,
    PRIMARY KEY (document_id, page_index))"""
_BUSY_TIMEOUT_S = 5.0


class SqlitePreviewStore:
    """A PreviewStore in one SQLite file. Safe from any thread, and from several processes.

    A damaged file is deleted and started anew. Where the disk is full (or the folder not
    writable), ``put`` says so once and keeps nothing from then on.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_full = False

    def open(self) -> None:
        """Open the file, making it if need be."""
        with self._lock:
            self._is_full = False
            if self._connection is None:
                self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def put(self, previews: Sequence[tuple[PageRef, bytes]]) -> None:
        """Keep JPEG pictures; a full disk is reported once as DiskFullError."""
        rows = [(ref.document_id, ref.page_index, jpeg) for ref, jpeg in previews]
        with self._lock:
            if self._is_full:
                return
            with self._mending():
                self._write(
                    "INSERT OR REPLACE INTO previews (document_id, page_index, jpeg)"
                    " VALUES (?, ?, ?)",
                    rows,
                )

    def get(self, ref: PageRef) -> bytes | None:
        """Return the picture of a page, None when there is none."""
        with self._lock:
            try:
                row = self._opened.execute(
                    "SELECT jpeg FROM previews WHERE document_id = ? AND page_index = ?",
                    (ref.document_id, ref.page_index),
                ).fetchone()
            except sqlite3.Error as error:
                if is_damage(error):
                    self._start_anew()
                return None
        return bytes(row[0]) if row else None

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget the pictures of documents."""
        with self._lock, self._mending():
            self._write("DELETE FROM previews WHERE document_id = ?", [(i,) for i in ids])

    def compact(self) -> None:
        """Give free room back to the disk, and try again where the disk was full."""
        with self._lock, self._mending():
            self._is_full = False
            # a plain execute frees one page and stops
            self._opened.executescript("PRAGMA incremental_vacuum;")
            self._opened.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @property
    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError("The previews are not open.")
        return self._connection

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        connection = self._opened
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(statement, rows)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _mending(self) -> Iterator[None]:
        """Pass over damage by starting anew; tell of a full disk once."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if is_damage(error):
                self._start_anew()
            elif is_disk_full(error):
                self._is_full = True
                raise DiskFullError(
                    "There is no room for previews. Pages are shown without them.",
                    hint="Make room on the disk.",
                ) from error
            elif not isinstance(error, sqlite3.OperationalError) or "locked" not in str(error):
                raise translated(error, self._path.parent) from error

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connect()
        except (sqlite3.Error, OSError) as error:
            self._close()
            if not is_damage(error):
                raise translated(error, self._path.parent) from error
            self._start_anew()

    def _connect(self) -> None:
        connection = self._connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA synchronous = OFF")  # a cache: a power cut may cost it
        connection.execute("PRAGMA journal_size_limit = 8388608")
        connection.execute(_TABLE)

    def _start_anew(self) -> None:
        self._close()
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        try:
            self._connect()
        except sqlite3.Error as error:
            raise translated(error, self._path.parent) from error

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
