"""Small files that may be lost at any time: what was worked out once and can be again."""

import contextlib
import os
from pathlib import Path


class FileMemory:
    """Keeps values in a folder, a file each. A folder that cannot be written keeps nothing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, key: str) -> bytes | None:
        """Return a value, None when there is none. Keys are letters and digits."""
        try:
            return (self._directory / key).read_bytes()
        except OSError:
            return None

    def put(self, key: str, value: bytes) -> None:
        """Keep a value, whole or not at all."""
        part = self._directory / f"{key}.{os.getpid()}.part"
        with contextlib.suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            part.write_bytes(value)
            part.replace(self._directory / key)
