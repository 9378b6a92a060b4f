"""Turn what the engines raise into sentences of our own."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from folioscope.domain.errors import (
    DiskFullError,
    FolioscopeError,
    LibraryDamagedError,
    StoreError,
)

_FULL_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_WORDS = ("no space left", "file too large", "quota exceeded", "disk is full", "disk full")
_DAMAGED_SQLITE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DENIED_SQLITE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Translate errors of SQLite, LanceDB and the system that happen inside."""
    try:
        yield
    except FolioscopeError:
        raise
    except (sqlite3.Error, OSError, RuntimeError, ValueError) as error:
        raise translated(error, place) from error


def translated(error: Exception, place: Path) -> StoreError:
    """Return the store error that tells what ``error`` means for the library in ``place``."""
    if is_disk_full(error):
        return DiskFullError(
            "The disk is full. Nothing that was kept is lost.", hint="Make room and go on."
        )
    if is_damage(error):
        return LibraryDamagedError(
            f"Part of the library in {place} cannot be read.", hint="Repair it to go on."
        )
    if is_denied(error):
        return StoreError(
            f"The library in {place} cannot be opened or written.",
            hint="Check that you may write to this folder, or choose another one.",
        )
    return StoreError(f"The library in {place} could not be used: {_first_line(error)}")


def is_disk_full(error: Exception) -> bool:
    """Whether there was no room to write."""
    if isinstance(error, OSError) and error.errno in _FULL_ERRNO:
        return True
    if isinstance(error, sqlite3.Error):
        # a file that may not grow shows as a failed write, not as a full disk
        code = getattr(error, "sqlite_errorcode", 0)
        if code == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
            return True
    return any(words in str(error).lower() for words in _FULL_WORDS)


def is_damage(error: Exception) -> bool:
    """Whether stored data turned out not to be what was written."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code in _DAMAGED_SQLITE or "no such table" in str(error)
    said = str(error).lower()
    is_engine = isinstance(error, (RuntimeError, ValueError))
    return is_engine and ("lance" in said or "was not found" in said)


def is_denied(error: Exception) -> bool:
    """Whether the folder may not be written, or not even read."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DENIED_SQLITE
    return isinstance(error, OSError)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
