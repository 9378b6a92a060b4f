"""Where a library's pages are kept: read from, and written into, the library's folder.

``store.json`` names the place and holds no secrets. Without it pages are in the folder itself.
Pictures, the lock of writers, and how far a copy is stay in the folder in any case.
"""

import os
from pathlib import Path

import msgspec

from folioscope.domain.errors import DiskFullError, StoreError
from folioscope.domain.store_places import StoreKind, StorePlace

FILE = "store.json"


def read_place(directory: Path) -> StorePlace:
    """Return where the pages of a library are; raise StoreError for a file nobody can read."""
    path = directory / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return StorePlace()
    except OSError as error:
        raise StoreError(f"{path} could not be read.", hint="Check its permissions.") from error
    try:
        place = msgspec.json.decode(raw, type=StorePlace)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_valid(path) from error
    if (place.kind is StoreKind.ELASTICSEARCH) != (place.elastic is not None):
        raise _not_valid(path)
    return place


def write_place(directory: Path, place: StorePlace) -> None:
    """Keep a choice, whole or not at all; raise StoreError."""
    path = directory / FILE
    part = directory / f"{FILE}.{os.getpid()}.part"
    try:
        if place == StorePlace():
            path.unlink(missing_ok=True)
            return
        directory.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.format(msgspec.json.encode(place)) + b"\n")
        part.replace(path)
    except OSError as error:
        raise DiskFullError(
            f"Where pages are kept could not be written to {path}.",
            hint="Make room there, or check that you may write to it.",
        ) from error


def _not_valid(path: Path) -> StoreError:
    return StoreError(
        f"{path} does not say where the pages of this library are.",
        hint="Choose again: folioscope store use local, or folioscope store use elasticsearch.",
    )
