"""Preferences in a JSON file: written whole or not at all, and never a reason not to start."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from folioscope.domain.errors import SettingsError
from folioscope.settings.schema import Settings

_logger = logging.getLogger(__name__)


class SettingsStore:
    """Keeps preferences in ``path``. ``problems`` names keys that were not valid and fell back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._settings = Settings()
        self._listeners: list[Callable[[Settings], None]] = []
        self.problems: tuple[str, ...] = ()

    @property
    def current(self) -> Settings:
        """The preferences in force."""
        return self._settings

    def load(self) -> Settings:
        """Read the file; keys that are not valid fall back one by one, the file stays as .bak."""
        try:
            raw = self._path.read_bytes()
        except OSError:
            return self._settings
        try:
            self._settings = msgspec.json.decode(raw, type=Settings)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._settings, self.problems = _salvaged(raw)
            self._keep_copy(raw)
        return self._settings

    def read_again(self) -> Settings:
        """Return what the file says now: another window may have changed it. Nothing changes here.

        Where the file cannot be read, the preferences in force.
        """
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Settings)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return self._settings

    def change(self, **changes: object) -> Settings:
        """Change preferences and save them; raise SettingsError for a value out of bounds.

        What another window saved meanwhile is kept, and holds here too.
        """
        values = {**msgspec.to_builtins(self.read_again()), **changes}
        try:
            new = msgspec.convert(values, Settings)
        except msgspec.ValidationError as error:
            raise SettingsError(f"That preference is not valid: {error}.") from error
        self._write(msgspec.json.format(msgspec.json.encode(new)))
        self._settings = new
        for listener in self._listeners:
            listener(new)
        return new

    def subscribe(self, listener: Callable[[Settings], None]) -> None:
        """Call ``listener`` after each change."""
        self._listeners.append(listener)

    def _write(self, data: bytes) -> None:
        part = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            os.replace(part, self._path)  # noqa: PTH105  (atomic on every system)
        except OSError as error:
            raise SettingsError(f"Preferences could not be saved in {self._path}.") from error

    def _keep_copy(self, raw: bytes) -> None:
        try:
            self._path.with_suffix(".bak").write_bytes(raw)
        except OSError:
            _logger.warning("No copy of the invalid preferences could be kept")


def _salvaged(raw: bytes) -> tuple[Settings, tuple[str, ...]]:
    try:
        values = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Settings(), ("the whole file",)
    if not isinstance(values, dict):
        return Settings(), ("the whole file",)
    good: dict[str, object] = {}
    bad: list[str] = []
    for key, value in values.items():
        try:
            msgspec.convert({key: value}, Settings)
            good[key] = value
        except msgspec.ValidationError:
            bad.append(key)
    return msgspec.convert(good, Settings), tuple(bad)
