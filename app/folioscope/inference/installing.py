"""Made models on disk: they appear whole or not at all, and damage is noticed.

``models_dir/<id>/<build>/`` holds the files and ``.complete``, written last, with the size and
sha256 of each. A model is made in a folder beside it and moved into place under a lock, so two
processes that start at once make it once.
"""

import contextlib
import hashlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import filelock
import msgspec

from folioscope.domain.errors import InferenceError
from folioscope.domain.protocols import Cancellation
from folioscope.system.machine import free_bytes

MARKER = ".complete"
_MAKING = ".making-"
_LONGEST_WAIT_S = 300.0  # making takes seconds; a process that holds the lock longer hangs
_LOOK_EVERY_S = 0.1
_SWEPT_WITHIN_S = 0.05  # anything but gigabytes
_SWEEPS = 20
_PIECE = 1 << 22
Make = Callable[[Path], None]


class FileSeal(msgspec.Struct, frozen=True):
    """A file of a made model as it was when it was made."""

    name: str
    size_bytes: int
    sha256: str


class Seal(msgspec.Struct, frozen=True):
    """What ``.complete`` holds."""

    files: tuple[FileSeal, ...]


def read_seal(folder: Path) -> Seal | None:
    """Return what was noted when the model was made; None if it never was, or is unreadable."""
    try:
        return msgspec.json.decode((folder / MARKER).read_bytes(), type=Seal)
    except (OSError, msgspec.DecodeError):
        return None


def is_whole(folder: Path) -> bool:
    """Whether all files are there in their sizes. Quick: contents are not read."""
    seal = read_seal(folder)
    return seal is not None and all(_has_size(folder / f.name, f.size_bytes) for f in seal.files)


def installed_size(folder: Path) -> int:
    """Return the bytes that a made model takes."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def install(folder: Path, make: Make, *, room_bytes: int, anew: bool = False) -> None:
    """Have ``make`` write the files of ``folder``, unless they are whole and not wanted anew.

    Raises InferenceError when the disk has less than ``room_bytes`` free or cannot be written.
    """
    with held(folder.parent, longest_wait_s=_LONGEST_WAIT_S):
        if anew or not is_whole(folder):
            make_whole(folder, make, room_bytes=room_bytes)


@contextlib.contextmanager
def held(
    home: Path, *, longest_wait_s: float | None = None, token: Cancellation | None = None
) -> Iterator[None]:
    """Hold a model's folder against other processes and threads, waiting for them.

    Raises InferenceError when the wait is too long or the folder cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(home / ".lock")
        _wait_for(lock, longest_wait_s, token)
        try:
            yield
        finally:
            lock.release()
    except filelock.Timeout as error:
        raise InferenceError(
            f"Another process has been making the model in {home} for too long.",
            hint="End it and try again.",
        ) from error
    except OSError as error:
        raise InferenceError(
            f"The model cannot be written to {home}: {error.strerror or error}.",
            hint="Free some room or make the folder writable.",
        ) from error


def _wait_for(
    lock: filelock.BaseFileLock, longest_wait_s: float | None, token: Cancellation | None
) -> None:
    started = time.monotonic()
    while True:
        try:
            lock.acquire(timeout=_LOOK_EVERY_S)
        except filelock.Timeout:
            if token is not None:
                token.raise_if_cancelled()
            if longest_wait_s is not None and time.monotonic() - started > longest_wait_s:
                raise
        else:
            return


def digest(path: Path, *, turn: Callable[[int], None] | None = None) -> str:
    """Return the sha256 of a file in hexadecimal digits; ``turn`` is told of bytes read."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            seen.update(piece)
            if turn is not None:
                turn(len(piece))
    return seen.hexdigest()


def make_whole(
    folder: Path, make: Make, *, room_bytes: int, hashes: Mapping[str, str] | None = None
) -> None:
    """Make ``folder`` and move it into place; the caller holds the folder above it.

    ``hashes``: sha256 by file name, for those that ``make`` knows when it returns.
    """
    home = folder.parent
    _sweep(home)  # what a process that was killed has left; we hold the lock
    free = free_bytes(home)
    if free < room_bytes:
        raise InferenceError(
            f"The model needs {room_bytes / 1e6:.0f} MB in {home}, and {free / 1e6:.0f} MB are"
            " free.",
            hint="Free some room on this disk.",
        )
    made = Path(tempfile.mkdtemp(prefix=_MAKING, dir=home))
    try:
        make(made)
        _seal(made, hashes or {})
        if folder.exists():  # damaged, or not wanted any more
            folder.replace(made.with_name(made.name + "-old"))
        made.replace(folder)
    finally:
        _sweep(home, within_s=_SWEPT_WITHIN_S)


def _sweep(home: Path, *, within_s: float | None = None) -> None:
    """Delete what is half-made. Gigabytes take a while to go, for which no cancel waits.

    The thread is no daemon: the program ends when it has.
    """
    leftovers = list(home.glob(f"{_MAKING}*"))
    thread = threading.Thread(target=_remove, args=leftovers, name="sweeping")
    thread.start()
    thread.join(within_s)


def _remove(*leftovers: Path) -> None:
    """Delete folders that somebody who was cancelled may still be writing to."""
    for _ in range(_SWEEPS):
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)
        if not any(leftover.exists() for leftover in leftovers):
            return
        time.sleep(_LOOK_EVERY_S)


def _seal(folder: Path, known: Mapping[str, str]) -> None:
    files = tuple(
        FileSeal(path.name, path.stat().st_size, known.get(path.name) or digest(path))
        for path in sorted(folder.iterdir())
    )
    (folder / MARKER).write_bytes(msgspec.json.encode(Seal(files)))


def _has_size(path: Path, size_bytes: int) -> bool:
    try:
        return path.stat().st_size == size_bytes
    except OSError:
        return False
