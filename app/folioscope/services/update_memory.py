"""What is kept of looking for newer versions, in a small file."""

import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from folioscope.domain.errors import UpdateError

_logger = logging.getLogger(__name__)
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """``address`` is whose manifests were seen: serials of another publisher say nothing.

    ``serial`` is the highest that was accepted, ``manifest`` that manifest as it came. ``tried_at``
    is the last time of asking, ``checked_at`` the last with success. ``told`` is the version that
    the user was told of.
    """

    address: str = ""
    serial: int = 0
    manifest: str = ""
    tried_at: _Moment | None = None
    checked_at: _Moment | None = None
    told: str = ""


class UpdateMemory:
    """Keeps it in ``path``, whole or not at all."""

    def __init__(self, path: Path, address: str) -> None:
        self._path = path
        self._address = address

    def read(self) -> Remembered:
        """Return what is known; nothing where the file is missing, damaged or another's."""
        try:
            known = msgspec.json.decode(self._path.read_bytes(), type=Remembered)
        except OSError:
            return Remembered(address=self._address)
        except (msgspec.DecodeError, UnicodeDecodeError):
            _logger.warning("What was known of newer versions is damaged and begins anew")
            return Remembered(address=self._address)
        return known if known.address == self._address else Remembered(address=self._address)

    def write(self, known: Remembered) -> None:
        """Keep it; a serial that another window saw meanwhile stays. Raises UpdateError."""
        now = self.read()
        if now.serial > known.serial:
            known = msgspec.structs.replace(known, serial=now.serial, manifest=now.manifest)
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.format(msgspec.json.encode(known)) + b"\n")
            part.replace(self._path)
        except OSError as error:
            raise UpdateError(
                f"What is known of newer versions could not be kept in {self._path.parent}.",
                hint="Make room there, or check that you may write to it.",
            ) from error
