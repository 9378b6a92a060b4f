"""The catalogue's tables.

A *staged* page belongs to a document under way. A *fresh* page has its vectors and tokens in
rows of its own; settled ones have them in LanceDB and in ``postings``, written in bulk.
``changes`` tells readers what to take in: p a page appeared, x it went, d a document or its
files changed, s pages were settled.
"""

import sqlite3

VERSION = 1
# one row for up to this many pages that hold a term: as much as fits a page of the database
BLOCK_ENTRIES = 720
BLOCK_BITS = 20
OF_USER = "user:"  # what keys of small values begin with that are not the catalogue's own
DEAD_PAGES = "dead_pages"  # settled pages that were removed, still in LanceDB and postings
GENERATION = "generation"  # number of the LanceDB table in use
DIM = "dim"
STATISTICS_SEQ = "statistics_seq"  # the last change that they know of
STATISTICS_PAGES = "statistics_pages"  # of how many pages the statistics were made

_TABLES = """
CREATE TABLE facts (key TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE small_values (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    path BLOB PRIMARY KEY, folder BLOB NOT NULL, size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, state TEXT NOT NULL, document_id TEXT NOT NULL,
    failures BLOB NOT NULL, is_away INTEGER NOT NULL
);
CREATE INDEX files_by_document ON files (document_id) WHERE document_id <> '';
CREATE INDEX files_by_folder ON files (folder);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT UNIQUE NOT NULL,
    state INTEGER NOT NULL, kind TEXT, page_count INTEGER, size_bytes INTEGER,
    fingerprint TEXT, title BLOB, failures BLOB
);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, page_index INTEGER NOT NULL,
    is_staged INTEGER NOT NULL, is_settled INTEGER NOT NULL, source TEXT NOT NULL,
    told REAL NOT NULL, ink REAL NOT NULL, digest INTEGER NOT NULL, length INTEGER NOT NULL,
    looks BLOB NOT NULL, width_pt REAL NOT NULL, height_pt REAL NOT NULL,
    UNIQUE (owner, is_staged, page_index)
);
CREATE INDEX pages_waiting ON pages (owner) WHERE source = 'waiting' AND is_staged = 0;
CREATE INDEX pages_fresh ON pages (id) WHERE is_settled = 0;
CREATE TABLE page_bodies (
    id INTEGER PRIMARY KEY, text BLOB NOT NULL, regions BLOB NOT NULL, title_line BLOB NOT NULL
);
CREATE TABLE page_tokens (id INTEGER PRIMARY KEY, tokens BLOB NOT NULL);
CREATE TABLE fresh_vectors (id INTEGER PRIMARY KEY, vectors BLOB NOT NULL);
CREATE TABLE vocabulary (
    id INTEGER PRIMARY KEY, term TEXT UNIQUE NOT NULL, reversed TEXT,
    pages INTEGER NOT NULL DEFAULT 0, last_block INTEGER NOT NULL DEFAULT 0,
    entries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX vocabulary_reversed ON vocabulary (reversed) WHERE reversed IS NOT NULL;
CREATE TABLE postings (key INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE statistics (version INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, page INTEGER, document TEXT
);
"""


class DocumentState:
    """``documents.state``: only staged pages, to be found, or no file leads to it any more."""

    STAGED = 0
    SHOWN = 1
    HIDDEN = 2


def create(connection: sqlite3.Connection, *, fingerprint: str) -> None:
    """Make the tables, all or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(
            "INSERT INTO small_values VALUES ('fingerprint', ?)", (fingerprint.encode(),)
        )
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def value(connection: sqlite3.Connection, key: str) -> bytes | None:
    """Return a small value, None when it was never set."""
    row = connection.execute("SELECT value FROM small_values WHERE key = ?", (key,)).fetchone()
    return bytes(row[0]) if row else None


def set_value(connection: sqlite3.Connection, key: str, new: bytes) -> None:
    """Keep a small value."""
    connection.execute("INSERT OR REPLACE INTO small_values VALUES (?, ?)", (key, new))


def user_values(connection: sqlite3.Connection) -> dict[str, bytes]:
    """Return the small values that are the user's and not the catalogue's own."""
    rows = connection.execute("SELECT key, value FROM small_values")
    start = len(OF_USER)
    return {key[start:]: bytes(data) for key, data in rows if key.startswith(OF_USER)}


def number(connection: sqlite3.Connection, key: str) -> int:
    """Return one of the numbers that describe the library, 0 when it was never set."""
    row = connection.execute("SELECT number FROM facts WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else 0


def set_number(connection: sqlite3.Connection, key: str, value: int) -> None:
    """Set one of the numbers that describe the library."""
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))


def note_change(
    connection: sqlite3.Connection, kind: str, *, page: int | None = None, document: str = ""
) -> None:
    """Tell readers what changed."""
    connection.execute(
        "INSERT INTO changes (kind, page, document) VALUES (?, ?, ?)", (kind, page, document)
    )


def last_change(connection: sqlite3.Connection) -> int:
    """Return the number of the newest change."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    return int(row[0]) if row else 0
