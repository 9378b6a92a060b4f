"""Repairs a library: keeps what can be read, marks the files of the rest to be read again.

A damaged catalogue is copied row by row into a new one. Its words are made anew from the
pages' texts, for a lost row of the vocabulary would leave tokens that mean nothing.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from folioscope.domain.documents import FileState
from folioscope.domain.protocols import Access, Cancellation, Health, VerifyReport
from folioscope.domain.tokens import tokens
from folioscope.stores import schema
from folioscope.stores.checking import check, is_catalogue_sound, readable_vectors
from folioscope.stores.database import Database
from folioscope.stores.errors import told
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.opening import CATALOGUE
from folioscope.stores.page_rows import batches, delete_pages, drop_document
from folioscope.stores.settling import shrink
from folioscope.stores.sql_words import Vocabulary, settle_words
from folioscope.stores.statistics import UNREADABLE_STATISTICS, unpack_statistics

_COPIED = (
    "facts", "small_values", "files", "documents", "pages", "page_bodies", "fresh_vectors",
    "statistics",
)  # fmt: skip
_AT_ONCE = 512
_LOST_IDS = 100_000  # more than were ever given in one go behind the last that can be read


def mend(
    directory: Path, vectors: LanceVectors, *, fingerprint: str, token: Cancellation | None
) -> VerifyReport:
    """Repair the library in ``directory``, which nobody else may write to meanwhile."""
    path = directory / CATALOGUE
    with told(directory):
        if path.exists() and not _is_sound(path):
            _copy_catalogue(path, fingerprint)
        database = Database(path, Access.WRITE)
        try:
            with database.alone() as connection:
                if not connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]:
                    schema.create(connection, fingerprint=fingerprint)
            return _mend_contents(database, vectors, token)
        finally:
            database.close()


def _mend_contents(
    database: Database, vectors: LanceVectors, token: Cancellation | None
) -> VerifyReport:
    found = check(database, vectors, token)
    _save_vectors(database, vectors, token)
    with database.writing() as connection:
        damaged = {*found.damaged, *_incomplete(connection)}
        for document_id in damaged:
            drop_document(connection, document_id)
        marked = _mark_waiting(connection)
        _drop_bodiless(connection)
        _drop_bad_statistics(connection)
        schema.note_change(connection, "d")
    shrink(database)
    after = check(database, vectors, token)
    messages = (*found.messages, *after.messages)
    if marked:
        messages = (*messages, f"{marked} files will be read again.")
    health = Health.SOUND if after.health is Health.SOUND else Health.DAMAGED
    return VerifyReport(health, after.checked_pages, tuple(sorted(damaged)), messages)


def _is_sound(path: Path) -> bool:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as opened:
        version = opened.execute("PRAGMA user_version").fetchone()[0]
        return is_catalogue_sound(opened) and version == schema.VERSION
    return False


# a damaged catalogue


def _copy_catalogue(path: Path, fingerprint: str) -> None:
    """Save what can be read of a damaged catalogue into a new one that takes its place."""
    fresh = path.with_name("catalogue.new")
    _delete(fresh)
    new = Database(fresh, Access.WRITE)
    try:
        with new.alone() as connection:
            schema.create(connection, fingerprint=fingerprint)
        with contextlib.closing(sqlite3.connect(path)) as old, new.writing() as connection:
            for table in _COPIED:
                copy_table(old, connection, table, otherwise="REPLACE")
            _guess_fingerprint(connection, fingerprint)
            _skip_lost_ids(old, connection)
            _drop_bodiless(connection)
            _make_words(connection)
        with new.alone() as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    finally:
        new.close()
    _delete(path)
    fresh.replace(path)


def copy_table(
    old: sqlite3.Connection, new: sqlite3.Connection, table: str, *, otherwise: str
) -> None:
    """Copy the rows that can be read; ``otherwise``: REPLACE or IGNORE where one is there."""
    width = len(new.execute(f"PRAGMA table_info({table})").fetchall())
    insert = f"INSERT OR {otherwise} INTO {table} VALUES ({', '.join('?' * width)})"
    for row in readable_rows(old, table):
        if len(row) == width:
            with contextlib.suppress(sqlite3.IntegrityError):  # a row of nonsense
                new.execute(insert, row)


def readable_rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows that can be read, stepping over those that cannot."""
    if table in ("facts", "small_values"):  # these have no row numbers; a handful of rows
        with contextlib.suppress(sqlite3.Error):
            yield from old.execute(f"SELECT * FROM {table}").fetchall()
        return
    last = _last_row(old, table)
    for start in range(1, last + 1, _AT_ONCE):
        end = min(start + _AT_ONCE, last + 1)
        query = f"SELECT * FROM {table} WHERE rowid >= ? AND rowid < ?"
        try:
            yield from old.execute(query, (start, end)).fetchall()
        except sqlite3.Error:
            for row in range(start, end):
                with contextlib.suppress(sqlite3.Error):
                    yield from old.execute(query, (row, row + 1)).fetchall()


def _last_row(old: sqlite3.Connection, table: str) -> int:
    with contextlib.suppress(sqlite3.Error):
        return int(old.execute(f"SELECT MAX(rowid) FROM {table}").fetchone()[0] or 0)
    with contextlib.suppress(sqlite3.Error):  # the end is gone: look as far as ids were given
        found = old.execute("SELECT MAX(seq) FROM sqlite_sequence").fetchone()[0]
        return int(found or 0) + 1000
    return 0


def _skip_lost_ids(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Never give the id of a lost page again: its vectors may still be about."""
    last = max(_last_row(old, "pages"), _last_row(new, "pages")) + _LOST_IDS
    new.execute("DELETE FROM sqlite_sequence WHERE name = 'pages'")
    new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('pages', ?)", (last,))


def _guess_fingerprint(connection: sqlite3.Connection, fingerprint: str) -> None:
    """Take the fingerprint of the documents where the library's own is lost."""
    row = connection.execute("SELECT value FROM small_values WHERE key = 'fingerprint'").fetchone()
    if row and row[0]:
        return
    found = connection.execute("SELECT fingerprint FROM documents WHERE fingerprint <> ''")
    known = (found.fetchone() or (fingerprint,))[0]
    connection.execute(
        "INSERT OR REPLACE INTO small_values VALUES ('fingerprint', ?)", (known.encode(),)
    )


def _make_words(connection: sqlite3.Connection) -> None:
    """Make tokens, vocabulary and postings anew from the pages' texts."""
    vocabulary = Vocabulary()
    rows = connection.execute(
        "SELECT p.id, p.is_settled, p.page_index, d.document_id FROM pages p"
        " JOIN documents d ON d.number = p.owner ORDER BY p.id"
    ).fetchall()
    for part in batches(rows, _AT_ONCE):
        settled: dict[int, np.ndarray[tuple[int], np.dtype[np.uint32]]] = {}
        for page_id, is_settled, _, _ in part:
            text = _plain_text(connection, page_id)
            if text is None:
                continue
            found = list(tokens(text))
            numbers = vocabulary.numbers(connection, found)
            ids = np.array([numbers[token] for token in found], np.uint32)
            connection.execute(
                "INSERT OR REPLACE INTO page_tokens VALUES (?, ?)", (page_id, ids.tobytes())
            )
            connection.execute("UPDATE pages SET length = ? WHERE id = ?", (len(found), page_id))
            if is_settled:
                settled[page_id] = ids
        settle_words(connection, settled)


def _plain_text(connection: sqlite3.Connection, page_id: int) -> str | None:
    from folioscope.stores.page_blobs import unpack_text

    row = connection.execute("SELECT text FROM page_bodies WHERE id = ?", (page_id,)).fetchone()
    try:
        return unpack_text(row[0]).plain if row else None
    except Exception:  # noqa: BLE001  (bytes of any kind: the check names the document)
        return None


# contents


def _save_vectors(database: Database, vectors: LanceVectors, token: Cancellation | None) -> None:
    """Write all readable vectors to a new generation where the present one has damage."""
    with database.reading() as connection:
        generation = schema.number(connection, schema.GENERATION)
        readable = readable_vectors(connection, vectors, token)
        rows = connection.execute("SELECT id FROM pages WHERE is_settled = 1 ORDER BY id")
        settled = [row[0] for row in rows]
        dim = schema.number(connection, schema.DIM)
    if readable.issuperset(settled):
        return
    vectors.drop(generation + 1)
    for part in batches([page_id for page_id in settled if page_id in readable], _AT_ONCE):
        if found := vectors.fetch(generation, part):
            vectors.add(generation + 1, found, dim)
    with database.writing() as connection:
        schema.set_number(connection, schema.GENERATION, generation + 1)
    vectors.drop(generation)


def _incomplete(connection: sqlite3.Connection) -> list[str]:
    """Return documents of which pages are missing that were not told as failures."""
    from folioscope.stores.file_rows import list_documents

    found: list[str] = []
    for document in list_documents(connection):
        pages = connection.execute(
            "SELECT COUNT(*) FROM pages p JOIN documents d ON d.number = p.owner"
            " WHERE d.document_id = ? AND p.is_staged = 0",
            (document.document_id,),
        ).fetchone()[0]
        failed = {f.page_index for f in document.failures} - {None}
        if pages + len(failed) < document.page_count:
            found.append(document.document_id)
    return found


def _drop_bodiless(connection: sqlite3.Connection) -> None:
    """Delete staged pages and leftovers that lack a part."""
    rows = connection.execute(
        "SELECT id FROM pages WHERE owner NOT IN (SELECT number FROM documents)"
        " OR (is_staged = 1 AND (id NOT IN (SELECT id FROM page_bodies)"
        " OR (is_settled = 0 AND id NOT IN (SELECT id FROM fresh_vectors))))"
    ).fetchall()
    delete_pages(connection, [row[0] for row in rows])
    for table in ("page_bodies", "fresh_vectors", "page_tokens"):
        connection.execute(f"DELETE FROM {table} WHERE id NOT IN (SELECT id FROM pages)")


def _drop_bad_statistics(connection: sqlite3.Connection) -> None:
    for version, data in connection.execute("SELECT version, data FROM statistics").fetchall():
        try:
            unpack_statistics(data, version=version)
        except UNREADABLE_STATISTICS:
            connection.execute("DELETE FROM statistics WHERE version = ?", (version,))
            schema.set_number(connection, schema.STATISTICS_PAGES, 0)
            schema.set_number(connection, schema.STATISTICS_SEQ, 0)


def _mark_waiting(connection: sqlite3.Connection) -> int:
    """Mark files whose document is gone to be read again; returns how many."""
    return connection.execute(
        "UPDATE files SET state = ? WHERE state = ? AND document_id NOT IN"
        f" (SELECT document_id FROM documents WHERE state = {schema.DocumentState.SHOWN})",
        (FileState.WAITING.value, FileState.INDEXED.value),
    ).rowcount


def _delete(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
