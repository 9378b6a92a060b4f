"""What a library tells of itself when it is opened, and its figures."""

import sqlite3
from pathlib import Path

from folioscope.domain.errors import LibraryDamagedError, StoreError
from folioscope.domain.protocols import StoreStats
from folioscope.stores import schema
from folioscope.stores.lance_vectors import LanceVectors

CATALOGUE = "catalogue.sqlite"
VECTORS = "vectors"


def prepare(connection: sqlite3.Connection, *, fingerprint: str) -> None:
    """Make the tables of a new library; one that has them is left alone."""
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]
    if not tables:
        schema.create(connection, fingerprint=fingerprint)


def check_version(connection: sqlite3.Connection) -> None:
    """Refuse a library that a newer (or no) Folioscope made."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        raise StoreError(
            "This library was made by a newer Folioscope.", hint="Update Folioscope to open it."
        )
    if version < schema.VERSION:
        raise LibraryDamagedError(
            "The library's catalogue is not complete.", hint="Repair it to go on."
        )


def check_is_whole(connection: sqlite3.Connection, path: Path, vectors: LanceVectors) -> None:
    """Look for damage that shows at a glance; LibraryDamagedError when there is any."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
        if path.stat().st_size < pages * page_bytes:
            raise _damaged(path)
    settled = connection.execute("SELECT 1 FROM pages WHERE is_settled = 1 LIMIT 1").fetchone()
    if settled and not vectors.exists(schema.number(connection, schema.GENERATION)):
        raise _damaged(path)


def stored_fingerprint(connection: sqlite3.Connection) -> str:
    """Return the fingerprint that the library was made with."""
    row = connection.execute("SELECT value FROM small_values WHERE key = 'fingerprint'").fetchone()
    return bytes(row[0]).decode() if row else ""


def read_stats(
    connection: sqlite3.Connection, directory: Path, vectors: LanceVectors
) -> StoreStats:
    """Count documents, pages, files and bytes."""
    shown = schema.DocumentState.SHOWN
    documents, files = (
        connection.execute(query).fetchone()[0]
        for query in (
            f"SELECT COUNT(*) FROM documents WHERE state = {shown}",
            "SELECT COUNT(*) FROM files",
        )
    )
    pages, waiting = connection.execute(
        "SELECT COUNT(*), COALESCE(SUM(source = 'waiting'), 0) FROM pages"
        f" WHERE is_staged = 0 AND owner IN (SELECT number FROM documents WHERE state = {shown})"
    ).fetchone()
    settled = connection.execute("SELECT COUNT(*) FROM pages WHERE is_settled = 1").fetchone()[0]
    dead = schema.number(connection, schema.DEAD_PAGES)
    bulk = vectors.disk_bytes(schema.number(connection, schema.GENERATION))
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    used -= connection.execute("PRAGMA freelist_count").fetchone()[0]
    used *= connection.execute("PRAGMA page_size").fetchone()[0]
    return StoreStats(
        documents=documents,
        pages=pages,
        files=files,
        disk_bytes=_disk_bytes(directory),
        live_bytes=used + bulk * settled // max(1, settled + dead),
        pages_waiting_for_ocr=waiting,
    )


def _disk_bytes(directory: Path) -> int:
    entries = [*directory.glob(f"{CATALOGUE}*"), *(directory / VECTORS).rglob("*")]
    return sum(entry.stat().st_size for entry in entries if entry.is_file())


def _damaged(path: Path) -> LibraryDamagedError:
    return LibraryDamagedError(
        f"Part of the library in {path.parent} cannot be read.", hint="Repair it to go on."
    )
