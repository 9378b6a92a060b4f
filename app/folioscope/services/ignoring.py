"""Ignore patterns in gitignore syntax: those of the preferences, and files in any folder."""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pathspec

IGNORE_FILE = ".folioscopeignore"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FolderRules:
    """Ignore rules of one folder, for everything below it."""

    directory: str
    spec: pathspec.GitIgnoreSpec

    def verdict(self, path: str, *, is_directory: bool) -> bool | None:
        """Whether the path is ignored; None where the rules say nothing of it."""
        name = os.path.relpath(path, self.directory).replace(os.sep, "/")
        return self.spec.check_file(f"{name}/" if is_directory else name).include


Rules = tuple[FolderRules, ...]


def base_rules(directory: str, patterns: Sequence[str]) -> Rules:
    """Return the rules of the preferences, as if they stood in ``directory``."""
    return _rules(directory, patterns)


def own_rules(directory: str) -> Rules:
    """Return the rules of the folder's own file, none where there is no such file."""
    name = os.path.join(directory, IGNORE_FILE)
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):
            return ()
        with open(name, encoding="utf-8-sig", errors="replace") as file:
            return _rules(directory, file.read(_MOST_BYTES).splitlines())
    except OSError:
        return ()


def is_ignored(path: str, rules: Rules, *, is_directory: bool) -> bool:
    """Ask the nearest folder's rules first, as git does."""
    for rule in reversed(rules):
        verdict = rule.verdict(path, is_directory=is_directory)
        if verdict is not None:
            return verdict
    return False


def _rules(directory: str, lines: Iterable[str]) -> Rules:
    """Return the rules of the lines that are patterns; others are passed over, as git does."""
    good = [line for line in lines if _is_pattern(line)]
    return (FolderRules(directory, pathspec.GitIgnoreSpec.from_lines(good)),) if good else ()


def _is_pattern(line: str) -> bool:
    if not line.strip() or line.startswith("#"):
        return False
    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
