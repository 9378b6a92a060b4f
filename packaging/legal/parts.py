"""What an installer is made of, one part a licence."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a part is."""

    PACKAGE = "package"
    """A distribution of Python's, as pip installs it."""
    INSIDE = "inside"
    """A library or crate that is compiled into another part."""
    RUNTIME = "runtime"
    """Python itself, and what it is linked with."""
    SYSTEM = "system"
    """A library of the system's that a frozen program takes along."""
    MODEL = "model"
    DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part; ``licence`` is an SPDX expression, or what is told in its place."""

    name: str
    kind: Kind
    licence: str
    version: str = ""
    purl: str = ""
    home: str = ""
    inside: str = ""
    """The name of the part that this one came with."""
    sha256: str = ""
    authors: str = ""

    @property
    def title(self) -> str:
        """Return name and version for people."""
        return f"{self.name} {self.version}".strip()


class LegalError(Exception):
    """The parts cannot be passed on as they are; ``str()`` says which, why, and what to do."""
