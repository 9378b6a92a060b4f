"""Reading the manifest that tells of the newest version: once it is known who signed it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from folioscope.domain.errors import UntrustedUpdateError, UpdateError
from folioscope.domain.updates import Release, ReleaseFile

SCHEMA = 1
PRODUCT = "folioscope"
_UNREADABLE = "The notice of newer versions cannot be read, so it is refused."
_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f]+$")]
_Systems = Literal["linux", "win32", "darwin"]
_Dotted = Annotated[str, msgspec.Meta(pattern=r"^\d{1,6}(\.\d{1,6}){0,3}$")]


class _File(msgspec.Struct, frozen=True):
    name: _Name
    url: str
    size_bytes: Annotated[int, msgspec.Meta(gt=0, lt=1 << 40)]
    sha256: _Sha256
    system: _Systems
    architecture: Literal["x86_64", "arm64"]


class _Manifest(msgspec.Struct, frozen=True):
    """Schema 1. Later schemas may add fields, and must be called 2 where one is needed."""

    product: str
    schema: int
    serial: Annotated[int, msgspec.Meta(ge=1, lt=1 << 53)]
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    released: date
    valid_until: Annotated[datetime, msgspec.Meta(tz=True)]
    page: str
    notes: dict[str, Annotated[str, msgspec.Meta(max_length=50_000)]]
    files: tuple[_File, ...] = ()
    minimum_system: dict[_Systems, _Dotted] = {}


@dataclass(frozen=True, slots=True)
class _Heading:
    """What is read first: of another schema the rest may look different."""

    schema: int
    product: str


def read_manifest(raw: bytes) -> Release:
    """Return what a manifest tells; raise UpdateError for one that this version cannot read."""
    try:
        heading = msgspec.json.decode(raw, type=_Heading)
        if heading.product != PRODUCT:
            raise UntrustedUpdateError(
                "The notice of newer versions is about another program, so it is refused."
            )
        if heading.schema != SCHEMA:
            raise UpdateError(
                "The notice of newer versions is written for later versions of Folioscope.",
                hint="Look on the page that you have Folioscope from.",
            )
        told = msgspec.json.decode(raw, type=_Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UntrustedUpdateError(_UNREADABLE) from error
    _check(told)
    return _release(told)


def compare(version: str, other: str) -> int:
    """Return 1, 0 or -1 as ``version`` is newer, the same or older; raise UpdateError."""
    from packaging.version import InvalidVersion, Version

    try:
        first, second = Version(version), Version(other)
    except InvalidVersion as error:
        raise UntrustedUpdateError(_UNREADABLE) from error
    return (first > second) - (first < second)


def _check(told: _Manifest) -> None:
    compare(told.version, told.version)
    addresses = [told.page, *(file.url for file in told.files)]
    if not all(_is_safe(address) for address in addresses) or "en" not in told.notes:
        raise UntrustedUpdateError(_UNREADABLE)


def _is_safe(address: str) -> bool:
    """Whether it is a plain https address that a browser may be sent to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def _release(told: _Manifest) -> Release:
    return Release(
        serial=told.serial,
        version=told.version,
        released=told.released,
        valid_until=told.valid_until.astimezone(UTC),
        page=told.page,
        notes=told.notes,
        files=tuple(ReleaseFile(**msgspec.structs.asdict(file)) for file in told.files),
        minimum_system={str(system): oldest for system, oldest in told.minimum_system.items()},
    )
