"""Connections to the catalogue: one a thread for reading, one for writing."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from folioscope.domain.errors import StoreError
from folioscope.domain.protocols import Access
from folioscope.stores.errors import told

_BUSY_TIMEOUT_S = 30.0
_CACHE_KIB = 8192  # a connection


class Database:
    """A SQLite file in WAL mode: readers never wait for the writer."""

    def __init__(self, path: Path, access: Access) -> None:
        self.path = path
        self._access = access
        self._local = threading.local()
        self._lock = threading.RLock()
        self._connections: set[sqlite3.Connection] = set()
        self._registry = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._is_closed = False

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection for reading."""
        if self._is_closed:
            raise StoreError("The library is closed.")
        own: _OwnConnection | None = getattr(self._local, "own", None)
        if own is None:
            own = self._local.own = _OwnConnection(self._connect(is_reader=True), self._forget)
        return own.connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read several times from one and the same state of the library."""
        with told(self.path.parent):
            connection = self.connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write, all or nothing; nested uses join the outer one."""
        if self._access is not Access.WRITE:
            raise StoreError("The library is open for reading only.")
        with self._lock, told(self.path.parent):
            connection = self._write_connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """Use the writing connection outside of a transaction."""
        with self._lock, told(self.path.parent):
            yield self._write_connection()

    def close(self) -> None:
        """Close all connections; threads that still read get a StoreError."""
        with self._lock, self._registry:
            self._is_closed = True
            for connection in list(self._connections):
                self._forget(connection)
            self._writer = None

    def _write_connection(self) -> sqlite3.Connection:
        if self._is_closed:
            raise StoreError("The library is closed.")
        if self._writer is None:
            self._writer = self._connect(is_reader=False)
        return self._writer

    def _connect(self, *, is_reader: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            if not is_reader:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only heard by a new file
                connection.execute("PRAGMA journal_mode = WAL")
                # a killed process loses nothing; a power cut may lose the last commits, no more
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA journal_size_limit = 8388608")
                # what was removed leaves no readable traces in pages that stay in use
                connection.execute("PRAGMA secure_delete = FAST")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA temp_store = MEMORY")
            if is_reader:
                connection.execute("PRAGMA query_only = 1")
        except BaseException:
            connection.close()
            raise
        with self._registry:
            self._connections.add(connection)
        return connection

    def _forget(self, connection: sqlite3.Connection) -> None:
        with self._registry, contextlib.suppress(sqlite3.Error):
            self._connections.discard(connection)
            connection.close()


class _OwnConnection:
    """A thread's connection, closed when the thread ends.

    A window has many threads in its life, and its pool forgets what belongs to them after each
    job: without this every search would leave an open file and a cache behind.
    """

    def __init__(
        self, connection: sqlite3.Connection, forget: Callable[[sqlite3.Connection], None]
    ) -> None:
        self.connection = connection
        self._forget = forget

    def __del__(self) -> None:
        self._forget(self.connection)
