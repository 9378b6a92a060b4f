"""What really is in a frozen program: its files, and where PyInstaller took each of them from."""

import ast
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import metadata
from os.path import normcase
from pathlib import Path

from legal.environment import Environment
from licences import Distributions

Entry = tuple[str, str, str]


@dataclass(frozen=True)
class Bundled:
    """The folder with everything but the programs, and the folder of PyInstaller's notes."""

    inner: Path
    notes: Path

    @cached_property
    def taken(self) -> list[Path]:
        """The files that were taken and are still there, modules among them."""
        collected = _entries(self.notes / "COLLECT-00.toc")
        kept = [
            Path(source)
            for place, source, kind in collected
            if kind not in ("SYMLINK", "EXECUTABLE") and (self.inner / place).exists()
        ]
        archived = _entries(self.notes / "PYZ-00.toc")
        return kept + [Path(source) for _, source, _ in archived if Path(source).is_absolute()]

    @cached_property
    def places(self) -> list[str]:
        """The files as they lie there, links left out, told with slashes."""
        return sorted(
            path.relative_to(self.inner).as_posix()
            for path in self.inner.rglob("*")
            if path.is_file() and not path.is_symlink()
        )

    def has(self, pattern: str) -> bool:
        """Whether a file lies there under such a name, ``*`` going through folders."""
        return any(fnmatchcase(place, pattern) for place in self.places)

    def distributions(self, all_of_them: Distributions) -> Distributions:
        """Return those of an environment's distributions of which something is in there."""
        taken = {normcase(path) for path in self.taken if ".dist-info" not in str(path)}
        return {
            name: distribution
            for name, distribution in all_of_them.items()
            if any(
                str(distribution.locate_file(file)) in taken for file in distribution.files or []
            )
        }

    def of_python(self, environment: Environment) -> list[Path]:
        """Return the files that came from Python's own folders."""
        home = Path(environment.prefix)
        return [path for path in self.taken if path.is_relative_to(home)]

    def of_system(self, environment: Environment, own: Path) -> list[Path]:
        """Return the files that came from nowhere else: not from packages, Python or ``own``."""
        homes = [Path(place) for place in (*environment.path, environment.prefix)] + [own]
        return [path for path in self.taken if not any(map(path.is_relative_to, homes))]


def _files(distribution: metadata.Distribution) -> set[str]:
    return {normcase(str(distribution.locate_file(file))) for file in distribution.files or []}


def _entries(file: Path) -> list[Entry]:
    """Read a list that PyInstaller keeps: tuples of place, source and kind."""
    told = ast.literal_eval(file.read_text("utf-8"))
    [entries] = [part for part in told if isinstance(part, list)]
    return entries
