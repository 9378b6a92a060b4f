"""One process at a time writes to a library."""

import contextlib
import os
from pathlib import Path

from filelock import FileLock, Timeout

from folioscope.domain.errors import LibraryBusyError
from folioscope.stores.errors import told


class WriteLock:
    """A lock file; it lets go by itself when its process ends in whatever way."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # of the object, not of the thread: the thread that closes need not be the one that opened
        self._lock = FileLock(directory / "write.lock", thread_local=False)
        self._note = directory / "writer.pid"  # on Windows a locked file cannot be read

    def acquire(self) -> None:
        """Take the lock, or raise LibraryBusyError that names who has it."""
        with told(self._directory):
            try:
                self._lock.acquire(timeout=0)
            except Timeout as error:
                raise LibraryBusyError(
                    f"Another Folioscope{self._holder()} is writing to this library.",
                    hint="Wait until it has finished, or close it.",
                ) from error
            with contextlib.suppress(OSError):  # it only helps to name the holder
                self._note.write_text(str(os.getpid()), encoding="ascii")

    def release(self) -> None:
        """Let go."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._note.unlink()
            self._lock.release()

    def _holder(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            return f" (process {int(self._note.read_text(encoding='ascii'))})"
        return ""
