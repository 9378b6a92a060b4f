"""What a library tells of itself when it is opened, and its figures."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.errors import (
    FingerprintMismatchError,
    LibraryDamagedError,
    LibraryMissingError,
    StoreError,
)
from folioscope.domain.protocols import Access, StoreStats
from folioscope.stores import schema
from folioscope.stores.database import Database
from folioscope.stores.index_reading import read_statistics
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.visual_file import live_bytes

CATALOGUE = "catalogue.sqlite"
VECTORS = "vectors"


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opened library tells: ``codes`` names the coded vectors that fit it."""

    fingerprint: str
    generation: int
    codes: str


def open_catalogue(
    database: Database, access: Access, vectors: LanceVectors, *, fingerprint: str
) -> Opened:
    """Open the catalogue, making it when writing, and check that it fits and is whole.

    Raises LibraryMissingError, FingerprintMismatchError, LibraryDamagedError, StoreError.
    """
    directory = database.path.parent
    if access is Access.WRITE:
        with database.alone() as connection:
            if not connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]:
                schema.create(connection, fingerprint=fingerprint)
    elif not database.path.exists():
        raise LibraryMissingError(
            f"There is no library in {directory} yet.", hint="Add a folder first."
        )
    with database.reading() as connection:
        _check_version(connection, directory)
        _check_is_whole(connection, database.path, vectors)
        found = Opened(
            fingerprint=stored_fingerprint(connection),
            generation=schema.number(connection, schema.GENERATION),
            codes=read_statistics(connection, 1)[1],
        )
    if fingerprint and fingerprint != found.fingerprint:
        raise FingerprintMismatchError(
            f"The library in {directory} was made with another model.",
            hint="Read its files again: folioscope index --rebuild.",
        )
    return found


def _check_version(connection: sqlite3.Connection, directory: Path) -> None:
    """Refuse a library that a newer (or no) Folioscope made."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        raise StoreError(
            f"The library in {directory} was made by a newer Folioscope.",
            hint="Update Folioscope to open it.",
        )
    if version < schema.VERSION:
        raise _damaged(directory)


def _check_is_whole(connection: sqlite3.Connection, path: Path, vectors: LanceVectors) -> None:
    """Look for damage that shows at a glance."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
        if path.stat().st_size < pages * page_bytes:
            raise _damaged(path.parent)
    settled = connection.execute("SELECT 1 FROM pages WHERE is_settled = 1 LIMIT 1").fetchone()
    if settled and not vectors.exists(schema.number(connection, schema.GENERATION)):
        raise _damaged(path.parent)


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
        live_bytes=used + bulk * settled // max(1, settled + dead) + live_bytes(directory),
        pages_waiting_for_ocr=waiting,
    )


def _disk_bytes(directory: Path) -> int:
    entries = [*directory.glob(f"{CATALOGUE}*"), *directory.glob("codes*/*")]
    entries += directory.glob("visual-*")
    entries += (directory / VECTORS).rglob("*")
    return sum(entry.stat().st_size for entry in entries if entry.is_file())


def _damaged(directory: Path) -> LibraryDamagedError:
    return LibraryDamagedError(
        f"Part of the library in {directory} cannot be read.", hint="Repair it to go on."
    )
