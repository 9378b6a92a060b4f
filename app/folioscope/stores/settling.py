"""Moves fresh pages into the bulk structures, and cleans these of what was removed.

Vectors go to LanceDB first and the catalogue is told afterwards: after a kill in between they
stand in both, which does no harm, since fresh rows are read first and doubles are passed over.
"""

import sqlite3
from collections.abc import Sequence

import numpy as np

from folioscope.domain.documents import FileState
from folioscope.domain.protocols import Cancellation
from folioscope.stores.database import Database
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.page_blobs import unpack_vectors
from folioscope.stores.page_rows import batches, delete_pages, drop_document
from folioscope.stores.schema import (
    DEAD_PAGES,
    DIM,
    GENERATION,
    STATISTICS_PAGES,
    STATISTICS_SEQ,
    DocumentState,
    note_change,
    number,
    set_number,
)
from folioscope.stores.sql_words import purge_words, settle_words
from folioscope.stores.statistics import is_due

MOST_FRESH = 2048  # pages
MOST_FRESH_BYTES = 16 * 2**20
_DEAD_SHARE = 0.15  # of all rows, from which on a compaction is worth its while
_MOST_FRAGMENTS = 64
_FEW_FRAGMENTS = 8  # of which a table may well consist
_SMALL = 2000  # pages
_STALE_SHARE = 0.1  # of pages that came or went
_KEPT_CHANGES = 10_000
_TERMS_AT_ONCE = 5000


def is_settling_due(connection: sqlite3.Connection) -> bool:
    """Whether so many pages are fresh that they should be moved."""
    count, size = connection.execute(
        "SELECT COUNT(*), SUM(LENGTH(vectors)) FROM fresh_vectors"
    ).fetchone()
    return bool(count >= MOST_FRESH or (size or 0) >= MOST_FRESH_BYTES)


def settle(database: Database, vectors: LanceVectors) -> None:
    """Move all fresh pages, in pieces of bounded size."""
    with database.reading() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM fresh_vectors ORDER BY id")]
    for part in batches(ids, MOST_FRESH):
        with database.writing() as connection:
            _settle(connection, vectors, part)


def _settle(connection: sqlite3.Connection, vectors: LanceVectors, ids: Sequence[int]) -> None:
    packed = {
        page_id: connection.execute(
            "SELECT v.vectors, t.tokens FROM fresh_vectors v JOIN page_tokens t ON t.id = v.id"
            " WHERE v.id = ?",
            (page_id,),
        ).fetchone()
        for page_id in ids
    }
    found = {page_id: row for page_id, row in packed.items() if row}
    if not found:
        return
    pages = {page_id: unpack_vectors(row[0]) for page_id, row in found.items()}
    vectors.add(number(connection, GENERATION), pages, number(connection, DIM))
    settle_words(connection, {i: np.frombuffer(row[1], "<u4") for i, row in found.items()})
    connection.executemany("DELETE FROM fresh_vectors WHERE id = ?", ((i,) for i in found))
    connection.executemany("UPDATE pages SET is_settled = 1 WHERE id = ?", ((i,) for i in found))
    note_change(connection, "s")


def are_statistics_due(connection: sqlite3.Connection) -> bool:
    """Whether the pages that can be found have doubled since statistics were made."""
    made_of = number(connection, STATISTICS_PAGES)
    last = connection.execute("SELECT MAX(id) FROM pages").fetchone()[0] or 0
    if not is_due(made_of, pages=last):  # there cannot be more pages than ids
        return False
    shown = connection.execute(
        "SELECT COUNT(*) FROM pages p JOIN documents d ON d.number = p.owner"
        " WHERE p.is_staged = 0 AND d.state = ?",
        (DocumentState.SHOWN,),
    ).fetchone()[0]
    return is_due(made_of, pages=shown)


def are_statistics_stale(connection: sqlite3.Connection) -> bool:
    """Whether any page came or went since statistics were made."""
    row = connection.execute(
        "SELECT 1 FROM changes WHERE seq > ? AND kind IN ('p', 'x') LIMIT 1",
        (number(connection, STATISTICS_SEQ),),
    ).fetchone()
    return row is not None


def is_compaction_due(connection: sqlite3.Connection, vectors: LanceVectors) -> bool:
    """Whether a compaction pays: enough is dead, lies in pieces, or statistics are out of date.

    Small libraries are compacted after every change: their statistics are then the same
    whatever the order in which files were read, and it takes a second.
    """
    dead = number(connection, DEAD_PAGES)
    hidden = connection.execute(
        "SELECT COUNT(*) FROM pages WHERE owner IN (SELECT number FROM documents WHERE state = ?)",
        (DocumentState.HIDDEN,),
    ).fetchone()[0]
    total = connection.execute("SELECT COUNT(*) FROM pages").fetchone()[0]
    if dead + hidden > max(20, _DEAD_SHARE * (total + dead)):
        return True
    known = number(connection, STATISTICS_PAGES)
    has_changed = total <= _SMALL or abs(total - known) > _STALE_SHARE * total
    if total and has_changed and are_statistics_stale(connection):
        return True
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    if free > max(1000, _DEAD_SHARE * pages):
        return True
    return vectors.fragments(number(connection, GENERATION)) > _MOST_FRAGMENTS


def drop_hidden(connection: sqlite3.Connection) -> None:
    """Delete documents that no file leads to any more, and staged pages nobody owns."""
    rows = connection.execute(
        "SELECT document_id FROM documents WHERE state = ?", (DocumentState.HIDDEN,)
    ).fetchall()
    for (document_id,) in rows:
        drop_document(connection, document_id)
    orphans = connection.execute(
        "SELECT id FROM pages WHERE owner NOT IN (SELECT number FROM documents)"
    ).fetchall()
    delete_pages(connection, [row[0] for row in orphans])


def rewrite_vectors(database: Database, vectors: LanceVectors, token: Cancellation | None) -> None:
    """Write the next generation of the vectors, without what was removed."""
    with database.reading() as connection:
        generation, dead = number(connection, GENERATION), number(connection, DEAD_PAGES)
        live = _live(connection)
    if not dead and vectors.fragments(generation) <= _FEW_FRAGMENTS:
        return
    for _ in vectors.copy(generation, live):
        if token is not None and token.is_cancelled:
            vectors.drop(generation + 1)
            token.raise_if_cancelled()
    with database.writing() as connection:
        set_number(connection, GENERATION, generation + 1)
    vectors.drop(generation)


def purge_postings(database: Database, token: Cancellation | None) -> None:
    """Take removed pages out of the postings and forget words that no page holds."""
    with database.reading() as connection:
        if not number(connection, DEAD_PAGES):
            return
        live = _live(connection)
        rows = connection.execute("SELECT id FROM vocabulary WHERE pages > 0 ORDER BY id")
        terms = [row[0] for row in rows]
    for part in batches(terms, _TERMS_AT_ONCE):
        if token is not None:
            token.raise_if_cancelled()
        with database.writing() as connection:
            purge_words(connection, live, part)
    with database.writing() as connection:
        set_number(connection, DEAD_PAGES, 0)


def prune(connection: sqlite3.Connection) -> None:
    """Forget old changes, statistics of the past, and words that nothing holds any more."""
    connection.execute(
        "DELETE FROM changes WHERE seq <= (SELECT MAX(seq) FROM changes) - ?", (_KEPT_CHANGES,)
    )
    connection.execute(
        "DELETE FROM statistics WHERE version < (SELECT MAX(version) FROM statistics)"
    )
    fresh = connection.execute("SELECT COUNT(*) FROM fresh_vectors").fetchone()[0]
    if not fresh:
        connection.execute("DELETE FROM vocabulary WHERE pages = 0")


def visuals_to_keep(connection: sqlite3.Connection) -> set[str] | None:
    """Return the documents whose looks are kept; None for all.

    While files wait to be read it is not known whose looks they will need: after a library is
    renewed, hours of looking hang on that.
    """
    waiting = connection.execute(
        "SELECT 1 FROM files WHERE state = ? LIMIT 1", (FileState.WAITING.value,)
    ).fetchone()
    if waiting is not None:
        return None
    return {row[0] for row in connection.execute("SELECT document_id FROM documents")}


def shrink(database: Database) -> None:
    """Give free room of the catalogue back to the disk."""
    with database.alone() as connection:
        # a plain execute frees one page and stops
        connection.executescript("PRAGMA incremental_vacuum;")
        connection.execute("PRAGMA optimize")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _live(connection: sqlite3.Connection) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return which page ids exist, staged ones among them."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pages'").fetchone()
    live = np.zeros((last[0] if last else 0) + 1, bool)
    live[[row[0] for row in connection.execute("SELECT id FROM pages")]] = True
    return live
