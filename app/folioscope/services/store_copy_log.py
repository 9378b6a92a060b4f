"""What of a library was copied already: a line a document, so that a copy goes on after a kill."""

import contextlib
import os
from pathlib import Path

from folioscope.domain.errors import DiskFullError


class CopyLog:
    """Keeps the ids of copied documents in a file, for one target at a time.

    The first line names the target. A line that was cut short by a kill is no document's id and
    stands for nothing: its document is copied again, which does no harm.
    """

    def __init__(self, path: Path, target: str) -> None:
        self._path = path
        self._target = " ".join(target.split())
        self._done: set[str] = set()

    def open(self) -> None:
        """Read what was done for this target; of another one nothing is kept."""
        self._done = set()
        with contextlib.suppress(OSError):
            lines = self._path.read_text("utf-8", errors="replace").splitlines()
            if lines and lines[0] == self._target:
                self._done = set(lines[1:])
                return
        self._write("w", f"{self._target}\n")

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier copy to this target was cut short."""
        return bool(self._done)

    def is_done(self, document_id: str) -> bool:
        """Whether a document is copied with all that belongs to it."""
        return document_id in self._done

    def note(self, document_id: str) -> None:
        """Note a document that is copied; raise StoreError where that cannot be kept."""
        if document_id not in self._done:
            self._done.add(document_id)
            self._write("a", f"{document_id}\n")

    def finish(self) -> None:
        """Forget the copy: it is complete."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._done = set()

    def _write(self, mode: str, line: str) -> None:
        try:
            os.makedirs(self._path.parent, exist_ok=True)
            with self._path.open(mode, encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise DiskFullError(
                f"How far the copy is could not be kept in {self._path.parent}.",
                hint="Make room there, or check that you may write to it.",
            ) from error
