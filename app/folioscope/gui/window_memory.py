"""What the window remembers between two starts: its place, columns and earlier queries."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QWidget

from folioscope.system.paths import config_dir

_MOST_LIBRARIES = 8


class WindowMemory:
    """A small file beside the preferences, the same for all libraries."""

    def __init__(self, file: Path | None = None) -> None:
        place = file or config_dir() / "window.ini"
        self.settings = QSettings(str(place), QSettings.Format.IniFormat)

    def restore_place(self, window: QWidget) -> None:
        """Put the window where it was; Qt keeps it on a screen that is there."""
        place = self.settings.value("window/place")
        if isinstance(place, QByteArray):
            window.restoreGeometry(place)
        else:
            window.resize(1280, 820)

    def save_place(self, window: QWidget) -> None:
        """Remember where the window is."""
        self.settings.setValue("window/place", window.saveGeometry())

    def _list(self, key: str) -> list[str]:
        held = self.settings.value(key)
        if isinstance(held, str):  # Qt writes a list of one as a plain text
            return [held]
        return [str(item) for item in held] if isinstance(held, list) else []

    def queries(self) -> list[str]:
        """Return earlier queries, newest first."""
        return self._list("queries")

    def save_queries(self, queries: Sequence[str]) -> None:
        """Remember queries."""
        self.settings.setValue("queries", list(queries))

    def libraries(self) -> list[str]:
        """Return the folders of libraries that were open, newest first."""
        return self._list("libraries")

    def note_library(self, directory: str) -> None:
        """Remember that a library was open."""
        others = [known for known in self.libraries() if known != directory]
        self.settings.setValue("libraries", [directory, *others][:_MOST_LIBRARIES])

    def number(self, key: str, fallback: int) -> int:
        """Return a remembered number."""
        held = self.settings.value(key, fallback)
        try:
            return int(str(held))
        except ValueError:
            return fallback

    def save_number(self, key: str, value: int) -> None:
        """Remember a number."""
        self.settings.setValue(key, value)
