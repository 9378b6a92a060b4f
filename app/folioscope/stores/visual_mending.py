"""Finds what cannot be read of the vectors of visual models, and forgets just that.

Pages that lose theirs are looked at again in time; nothing else of a library is touched.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from folioscope.domain.protocols import Access, Cancellation
from folioscope.stores import visual_file
from folioscope.stores.checking import is_catalogue_sound
from folioscope.stores.errors import told
from folioscope.stores.mending import readable_rows
from folioscope.stores.visual_blobs import unpack_body, unpack_single
from folioscope.stores.visual_file import UNREADABLE, VISUALS

_AT_ONCE = 64  # pages, of some 25 kB each
_COPIED = ("models", "singles", "bodies")
_BROKEN = "What was kept of the looks of pages is damaged."


def check_visuals(directory: Path, token: Cancellation | None = None) -> tuple[str, ...]:
    """Read everything; returns a sentence for each kind of damage."""
    path = directory / VISUALS
    if not path.exists():
        return ()
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            if not is_catalogue_sound(connection):
                return (_BROKEN,)
            if not visual_file.is_known(connection):
                return ()
            lost = len(_bad_ids(connection, token))
    except sqlite3.Error:
        return (_BROKEN,)
    return (f"The looks of {lost} pages cannot be read.",) if lost else ()


def mend_visuals(directory: Path, token: Cancellation | None = None) -> tuple[str, ...]:
    """Forget what cannot be read; returns a sentence where anything was.

    Nobody else may write to the library meanwhile.
    """
    found = check_visuals(directory, token)
    if not found:
        return ()
    with told(directory):
        if found == (_BROKEN,):
            _copy(directory / VISUALS)
        file = visual_file.VisualFile(directory, Access.WRITE)
        try:
            with file.writing() as connection:
                visual_file.delete_ids(connection, _bad_ids(connection, token))
        finally:
            file.close()
    return (*found, "Those pages will be looked at again.")


def _bad_ids(connection: sqlite3.Connection, token: Cancellation | None) -> list[int]:
    """Return the pages that are not whole."""
    dims = dict(connection.execute("SELECT number, dim FROM models").fetchall())
    bad: list[int] = []
    for part in _parts(connection):
        if token is not None:
            token.raise_if_cancelled()
        for page_id, model, codes, body in part:
            try:
                unpack_single(codes, dims[model])
                unpack_body(body)
            except (*UNREADABLE, KeyError, TypeError):
                bad.append(page_id)
    return bad


def _parts(connection: sqlite3.Connection) -> Iterator[list[tuple[int, int, bytes, bytes]]]:
    last = 0
    query = (
        "SELECT s.id, s.model, s.codes, b.body FROM singles s LEFT JOIN bodies b ON b.id = s.id"
        " WHERE s.id > ? ORDER BY s.id LIMIT ?"
    )
    while part := connection.execute(query, (last, _AT_ONCE)).fetchall():
        last = part[-1][0]
        yield part


def _copy(path: Path) -> None:
    """Save what can be read of a damaged file into a new one that takes its place."""
    fresh = path.with_name(f"{VISUALS}.new")
    _delete(fresh)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        new.execute("PRAGMA auto_vacuum = INCREMENTAL")
        visual_file.create(new)
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as old:
            new.execute("BEGIN")
            for table in _COPIED:
                _copy_table(old, new, table)
        new.execute("COMMIT")
    _delete(path)
    fresh.replace(path)


def _copy_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    width = len(new.execute(f"PRAGMA table_info({table})").fetchall())
    insert = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * width)})"
    for row in readable_rows(old, table):
        if len(row) == width:
            with contextlib.suppress(sqlite3.IntegrityError):  # a row of nonsense
                new.execute(insert, row)


def _delete(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
