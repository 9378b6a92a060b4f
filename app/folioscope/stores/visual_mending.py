"""Finds what cannot be read of the vectors of visual models, and forgets just that.

Pages that lose theirs are looked at again in time; nothing else of a library is touched.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from folioscope.domain.errors import LibraryDamagedError, StoreError
from folioscope.domain.protocols import Access, Cancellation
from folioscope.stores import visual_file
from folioscope.stores.checking import is_catalogue_sound
from folioscope.stores.errors import told
from folioscope.stores.mending import copy_table
from folioscope.stores.visual_blobs import check_proposal, unpack_body
from folioscope.stores.visual_file import UNREADABLE, VisualFile, delete_files, file_of, files_in

_AT_ONCE = 64  # pages, of some 25 kB each
_STEPS = 100_000  # of SQLite's, between two looks whether a check is still wanted
_COPIED = ("facts", "singles", "bodies")
_BROKEN = "What was kept of the looks of pages is damaged."
_AGAIN = "Pages whose looks were lost will be looked at again."


def check_visuals(directory: Path, token: Cancellation | None = None) -> tuple[str, ...]:
    """Read everything; returns a sentence for each damaged file."""
    return tuple(said for path in files_in(directory) if (said := _damage(path, token)))


def mend_visuals(directory: Path, token: Cancellation | None = None) -> tuple[str, ...]:
    """Forget what cannot be read; returns sentences where anything was.

    Nobody else may write to the library meanwhile.
    """
    found = []
    for path in files_in(directory):
        if said := _damage(path, token):
            found.append(said)
            with told(directory):
                if said == _BROKEN:
                    _copy(path)
                _forget_unreadable(path, token)
    return (*found, _AGAIN) if found else ()


def _damage(path: Path, token: Cancellation | None) -> str:
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            if token is not None:
                connection.set_progress_handler(lambda: token.is_cancelled, _STEPS)
            if not is_catalogue_sound(connection):
                _stop_if_cancelled(token)
                return _BROKEN
            if not visual_file.is_known(connection) or _is_empty(connection):
                return ""  # begun, and then its writer was killed
            dims = _dims(path, connection)
            if dims is None:
                return _BROKEN
            lost = len(_bad_ids(connection, dims, token))
    except sqlite3.Error:
        _stop_if_cancelled(token)
        return _BROKEN
    except LibraryDamagedError:
        return _BROKEN
    except StoreError:  # of a newer Folioscope: not damaged, and not ours to mend
        return ""
    return f"The looks of {lost} pages cannot be read." if lost else ""


def _forget_unreadable(path: Path, token: Cancellation | None) -> None:
    file = VisualFile(path, Access.WRITE)
    try:
        with file.writing() as connection:
            dims = _dims(path, connection)
            if dims is not None:
                visual_file.delete_ids(connection, _bad_ids(connection, dims, token))
    finally:
        file.close()
    if dims is None:  # whose vectors they were cannot be told any more
        delete_files(path)


def _dims(path: Path, connection: sqlite3.Connection) -> tuple[int, int] | None:
    """Return the dimensions of vectors and rows; None where a file does not say whose they are."""
    with contextlib.suppress(LibraryDamagedError):
        facts = visual_file.read_facts(connection)
        if facts is not None and file_of(path.parent, facts.fingerprint) == path:
            dims = (facts.dim, facts.row_dim)
            return dims if any(dims) else None
    return None


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM singles LIMIT 1").fetchone() is None


def _bad_ids(
    connection: sqlite3.Connection, dims: tuple[int, int], token: Cancellation | None
) -> list[int]:
    """Return the pages that are not whole."""
    bad: list[int] = []
    for part in _parts(connection):
        _stop_if_cancelled(token)
        for page_id, codes, body in part:
            try:
                check_proposal(codes, dims)
                unpack_body(body)
            except (*UNREADABLE, TypeError):
                bad.append(page_id)
    return bad


def _parts(connection: sqlite3.Connection) -> Iterator[list[tuple[int, bytes, bytes]]]:
    last = 0
    query = (
        "SELECT s.id, s.codes, b.body FROM singles s LEFT JOIN bodies b ON b.id = s.id"
        " WHERE s.id > ? ORDER BY s.id LIMIT ?"
    )
    while part := connection.execute(query, (last, _AT_ONCE)).fetchall():
        last = part[-1][0]
        yield part


def _copy(path: Path) -> None:
    """Save what can be read of a damaged file into a new one that takes its place."""
    fresh = path.with_suffix(".new")
    delete_files(fresh)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        new.execute("PRAGMA auto_vacuum = INCREMENTAL")
        visual_file.create(new)
        new.execute("BEGIN")
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as old:
            for table in _COPIED:
                copy_table(old, new, table, otherwise="IGNORE")
        new.execute("DELETE FROM bodies WHERE id NOT IN (SELECT id FROM singles)")
        new.execute("COMMIT")
    delete_files(path)
    fresh.replace(path)


def _stop_if_cancelled(token: Cancellation | None) -> None:
    if token is not None:
        token.raise_if_cancelled()
