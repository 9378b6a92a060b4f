"""What the modules of all systems agree on: the frozen program, and what is made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class BuildError(Exception):
    """Something cannot be built; ``str()`` is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The frozen program: a folder that holds everything, the program file in it.

    ``epoch_s`` dates what is made of it, in seconds since 1970.
    """

    folder: Path
    version: str
    epoch_s: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something that users install.

    ``cannot`` returns why it cannot be built here, "" when it can. ``build`` writes it into a
    folder and returns its file; raises BuildError. ``most_bytes``: more is a fault.
    """

    name: str
    about: str
    cannot: Callable[[], str]
    build: Callable[[Bundle, Path], Path]
    most_bytes: int | None = None
