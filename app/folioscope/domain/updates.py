"""Newer versions of Folioscope: what their publisher tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class UpdateSource:
    """Where a build looks for newer versions.

    ``address`` is that of the manifest, its signature lies beside it. ``keys`` are public keys
    in minisign's form; one of them has to have signed. A build without both cannot look.
    """

    address: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file that can be downloaded. ``system`` and ``architecture`` are as Python names them."""

    name: str
    url: str
    size_bytes: int
    sha256: str
    system: str  # sys.platform: linux, win32, darwin
    architecture: str  # x86_64 or arm64


@dataclass(frozen=True, slots=True)
class Release:
    """A version as its signed manifest tells of it.

    ``serial`` rises with every manifest; ``valid_until`` is when a newer one has to be there.
    ``minimum_system`` names the oldest system by ``sys.platform``: a Windows or macOS version,
    for Linux that of glibc. ``notes`` are in Markdown, by language.
    """

    serial: int
    version: str
    released: date
    valid_until: datetime
    page: str
    notes: Mapping[str, str]
    files: tuple[ReleaseFile, ...] = ()
    minimum_system: Mapping[str, str] = field(default_factory=dict)


class UpdateStanding(StrEnum):
    """How this version stands to the newest one that is known."""

    UNKNOWN = "unknown"  # never looked, or not with success
    CURRENT = "current"
    NEWER = "newer"
    NEEDS_SYSTEM = "needs_system"  # there is a newer one, but not for a system as old as this


@dataclass(frozen=True, slots=True)
class UpdateState:
    """All that the faces show. ``cannot`` is empty, or why this build can never look.

    ``host`` is who is asked. ``checked_at`` is when it was last looked with success. ``files`` are
    the newest version's for this machine. ``is_told``: its user was told of it once.
    """

    version: str
    is_on: bool
    host: str = ""
    cannot: str = ""
    standing: UpdateStanding = UpdateStanding.UNKNOWN
    checked_at: datetime | None = None
    release: Release | None = None
    files: tuple[ReleaseFile, ...] = ()
    is_told: bool = False
