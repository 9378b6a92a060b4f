"""Symbols of shared libraries: what each takes and offers, and whether all that is taken is there.

A library that was left out of the bundle though something takes a symbol from it would fail as
late as the symbol is used. So the build asks first.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bundle.artifact import BuildError
from linux.libraries import Elf, elf_files, read_elf, run_tool
from linux.system_libraries import cached_libraries

_WEAK = frozenset("wv")  # what may be missing
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Symbols:
    """The names that a library takes from others, those it could do without, what it offers."""

    taken: frozenset[str]
    weakly_taken: frozenset[str]
    offered: frozenset[str]

    @property
    def all_taken(self) -> frozenset[str]:
        """What it takes, be it there or not."""
        return self.taken | self.weakly_taken


def read_symbols(path: Path) -> Symbols:
    """Read the names without their versions; raise BuildError. Needs nm of binutils."""
    taken, weakly, offered = set(), set(), set()
    for line in run_tool(["nm", "--dynamic", "--format=posix", str(path)]).splitlines():
        name, kind, *place = line.split()
        names = offered if place and kind != "U" else weakly if kind in _WEAK else taken
        names.add(name.partition("@")[0])
    return Symbols(frozenset(taken), frozenset(weakly), frozenset(offered))


def refuse_unresolved(folder: Path) -> None:
    """Raise BuildError where something in a bundle takes symbols that nothing it loads has."""
    if lost := Bonds(folder).unresolved():
        told = "; ".join(lost[:_MOST_TOLD]) + ("; and more" if len(lost) > _MOST_TOLD else "")
        raise BuildError(
            f"Libraries in the bundle take what nothing there offers: {told}. "
            "Leave the library that has it in the bundle (bundle/trimming.py, linux/idle_links.py)."
        )


class Bonds:
    """The libraries of a bundle, and those of the system that they load."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._symbols: dict[Path, Symbols] = {}
        self._elfs: dict[Path, Elf] = {}

    def unresolved(self) -> list[str]:
        """Return "symbol of file" for each that is nowhere; none for files with lost libraries."""
        return [
            f"{name} of {path.relative_to(self._folder)}"
            for path in self._own
            for name in sorted(self._lost(path))
        ]

    @cached_property
    def _own(self) -> list[Path]:
        return elf_files(self._folder)

    @cached_property
    def _places(self) -> dict[str, Path]:
        """Where each library lies that can be named; the bundle's own come first."""
        places = {name: Path(path) for name, path in cached_libraries().items()}
        for path in self._own:
            places[self._elf(path).soname or path.name] = path
            places[path.name] = path
        return places

    @cached_property
    def _of_python(self) -> frozenset[str]:
        """What whoever is loaded into the interpreter takes from it without naming it."""
        found = [path for path in self._own if path.name.startswith("libpython")]
        return frozenset().union(*(self._offered_with(path) or () for path in found))

    def _lost(self, path: Path) -> frozenset[str]:
        offered = self._offered_with(path)
        if offered is None:  # what this machine lacks may have them; who packs names its package
            return frozenset()
        return self._read(path).taken - offered - self._of_python

    def _offered_with(self, path: Path) -> frozenset[str] | None:
        """Return what a file and all that it loads offer; None where some of it is not found."""
        seen = {path}
        waiting = [path]
        while waiting:
            for name in self._elf(waiting.pop()).needed:
                place = self._places.get(name)
                if place is None:
                    return None
                if place not in seen:
                    seen.add(place)
                    waiting.append(place)
        return frozenset().union(*(self._read(place).offered for place in seen))

    def _elf(self, path: Path) -> Elf:
        if path not in self._elfs:
            self._elfs[path] = read_elf(path)
        return self._elfs[path]

    def _read(self, path: Path) -> Symbols:
        if path not in self._symbols:
            self._symbols[path] = read_symbols(path)
        return self._symbols[path]
