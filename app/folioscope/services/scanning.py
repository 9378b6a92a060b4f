"""What lies in a folder: which files to read, which to list only, and what could not be seen."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pathspec

from folioscope.domain.protocols import Cancellation

IGNORE_FILE = ".folioscopeignore"
# Windows: a file whose content lies in a cloud; reading it would download it
_CLOUD_ONLY = 0x1000 | 0x40000 | 0x400000
_HIDDEN = 0x2


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A regular file as the folder shows it."""

    path: str
    size_bytes: int
    mtime_ns: int
    is_cloud_only: bool = False


@dataclass(slots=True)
class Sight:
    """All that was seen below an added path. ``blind``: folders that could not be listed."""

    files: dict[str, SeenFile] = field(default_factory=dict)
    blind: list[str] = field(default_factory=list)
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    """Ignore rules of one folder, for everything below it."""

    directory: str
    spec: pathspec.GitIgnoreSpec

    def verdict(self, path: str, *, is_dir: bool) -> bool | None:
        name = os.path.relpath(path, self.directory).replace(os.sep, "/")
        return self.spec.check_file(name + "/" if is_dir else name).include


def look_into(
    added: str, ignore_patterns: Sequence[str], *, token: Cancellation | None = None
) -> Sight:
    """List the files below an added folder, or the added file itself.

    Hidden names, symbolic links, pipes, sockets and devices are left out; links are not
    followed, so that loops end and nothing outside the folder is read. An added path may be a
    link itself, and a hidden one.
    """
    sight = Sight()
    try:
        facts = os.stat(added)
    except FileNotFoundError:
        sight.is_away = True
        return sight
    except OSError:
        sight.blind.append(added)
        return sight
    if stat.S_ISREG(facts.st_mode):
        sight.files[added] = _seen(added, facts)
    elif stat.S_ISDIR(facts.st_mode):
        base = _Rules(added, pathspec.GitIgnoreSpec.from_lines(ignore_patterns))
        for seen in _walk(added, (base,), sight, token):
            sight.files[seen.path] = seen
    return sight


def count_roughly(paths: Sequence[str]) -> tuple[int, int, int]:
    """Count folders, files and things that are neither among dropped paths; looks no deeper."""
    folders = sum(os.path.isdir(p) for p in paths)
    files = sum(os.path.isfile(p) for p in paths)
    return folders, files, len(paths) - folders - files


def _walk(
    root: str, rules: tuple[_Rules, ...], sight: Sight, token: Cancellation | None
) -> Iterator[SeenFile]:
    waiting = [(root, rules)]
    visited: set[tuple[int, int]] = set()
    while waiting:
        if token is not None:
            token.checkpoint()
        directory, above = waiting.pop()
        try:
            facts = os.stat(directory)
            entries = sorted(os.scandir(directory), key=lambda e: e.name)
        except OSError:
            sight.blind.append(directory)
            continue
        if facts.st_ino and (facts.st_dev, facts.st_ino) in visited:
            continue
        visited.add((facts.st_dev, facts.st_ino))
        here = above + _own_rules(directory)
        for entry in entries:
            kind = _kind(entry)
            if kind is None or _is_ignored(entry.path, here, is_dir=kind is _DIRECTORY):
                continue
            if kind is _DIRECTORY:
                waiting.append((entry.path, here))
                continue
            try:
                yield _seen(entry.path, entry.stat(follow_symlinks=False))
            except OSError:
                continue  # gone between listing and looking


_DIRECTORY, _FILE = "directory", "file"


def _kind(entry: os.DirEntry[str]) -> str | None:
    """Tell directory or regular file; None for what is left out."""
    try:
        if entry.name.startswith(".") or entry.is_symlink():
            return None
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
        if attributes & _HIDDEN:
            return None
        if entry.is_dir(follow_symlinks=False):
            return _DIRECTORY
        return _FILE if entry.is_file(follow_symlinks=False) else None
    except OSError:
        return None


def _own_rules(directory: str) -> tuple[_Rules, ...]:
    try:
        with open(os.path.join(directory, IGNORE_FILE), encoding="utf-8", errors="replace") as f:
            lines = f.read(1 << 20).splitlines()
    except OSError:
        return ()
    return (_Rules(directory, pathspec.GitIgnoreSpec.from_lines(lines)),)


def _is_ignored(path: str, rules: tuple[_Rules, ...], *, is_dir: bool) -> bool:
    """Ask the nearest folder's rules first, as git does."""
    for rule in reversed(rules):
        verdict = rule.verdict(path, is_dir=is_dir)
        if verdict is not None:
            return verdict
    return False


def _seen(path: str, facts: os.stat_result) -> SeenFile:
    attributes = getattr(facts, "st_file_attributes", 0)
    return SeenFile(path, facts.st_size, facts.st_mtime_ns, bool(attributes & _CLOUD_ONLY))
