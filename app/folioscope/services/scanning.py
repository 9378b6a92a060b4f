"""What lies in a folder: which files to read, which to list only, and what could not be seen."""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from folioscope.domain.protocols import Cancellation
from folioscope.services.ignoring import Rules, base_rules, is_ignored, own_rules

# Windows: files whose content lies in a cloud (offline, recall on open, recall on access);
# macOS: "dataless" files. Reading one would download it.
_CLOUD_ONLY = 0x1000 | 0x40000 | 0x400000
_DATALESS = 0x40000000
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
    """All that was seen below an added path.

    ``blind`` names folders that could not be listed, with the error. ``is_empty``: nothing at
    all lies in the added folder, as where a drive was mounted that is gone.
    """

    files: dict[str, SeenFile] = field(default_factory=dict)
    blind: dict[str, OSError] = field(default_factory=dict)
    is_missing: bool = False
    is_empty: bool = False


def look_into(
    added: str,
    ignore_patterns: Sequence[str],
    *,
    apart: Collection[str] = (),
    token: Cancellation | None = None,
) -> Sight:
    """List the files below an added folder, or the added file itself.

    Hidden names, symbolic links, pipes, sockets and devices are left out; links are not
    followed, so that loops end and nothing outside the folder is read. An added path may be a
    link itself, and a hidden one. ``apart`` names paths below that are left out as well.
    """
    sight = Sight()
    try:
        facts = os.stat(added)
    except (FileNotFoundError, NotADirectoryError):
        sight.is_missing = True
        return sight
    except OSError as error:
        sight.blind[added] = error
        return sight
    if stat.S_ISREG(facts.st_mode):
        sight.files[added] = _seen(added, facts)
    elif stat.S_ISDIR(facts.st_mode):
        walk = _Walk(sight, frozenset(apart), token)
        sight.files.update((seen.path, seen) for seen in walk.files(added, ignore_patterns))
    return sight


def would_see(added: str, path: str, ignore_patterns: Sequence[str]) -> bool:
    """Whether ``look_into(added)`` comes by ``path``, which lies below it."""
    rules = (*base_rules(added, ignore_patterns), *own_rules(added))
    at = added
    for name in os.path.relpath(path, added).split(os.sep):
        at = os.path.join(at, name)
        is_directory = os.path.isdir(at)
        is_link = os.path.islink(at)
        if name.startswith(".") or is_link or is_ignored(at, rules, is_directory=is_directory):
            return False
        rules += own_rules(at) if is_directory else ()
    return True


def count_roughly(paths: Sequence[str]) -> tuple[int, int, int]:
    """Count folders, files and things that are neither among dropped paths; looks no deeper."""
    folders = sum(os.path.isdir(p) for p in paths)
    files = sum(os.path.isfile(p) for p in paths)
    return folders, files, len(paths) - folders - files


class _Walk:
    """One walk through a folder; each directory is visited once, however it is reached."""

    def __init__(self, sight: Sight, apart: frozenset[str], token: Cancellation | None) -> None:
        self._sight = sight
        self._apart = apart
        self._token = token
        self._visited: set[tuple[int, int]] = set()

    def files(self, root: str, ignore_patterns: Sequence[str]) -> Iterator[SeenFile]:
        """Yield the files below ``root``."""
        waiting: list[tuple[str, Rules]] = [(root, base_rules(root, ignore_patterns))]
        while waiting:
            if self._token is not None:
                self._token.checkpoint()
            directory, above = waiting.pop()
            entries = self._entries(directory)
            if directory == root:
                self._sight.is_empty = not entries and root not in self._sight.blind
            rules = above + own_rules(directory)
            for entry in entries:
                is_directory = _is_directory(entry)
                if is_directory is None or entry.path in self._apart:
                    continue
                if is_ignored(entry.path, rules, is_directory=is_directory):
                    continue
                if is_directory:
                    waiting.append((entry.path, rules))
                elif (seen := _looked_at(entry)) is not None:
                    yield seen

    def _entries(self, directory: str) -> list[os.DirEntry[str]]:
        try:
            facts = os.stat(directory)
            if facts.st_ino and (facts.st_dev, facts.st_ino) in self._visited:
                return []
            self._visited.add((facts.st_dev, facts.st_ino))
            with os.scandir(directory) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._sight.blind[directory] = error
            return []


def _is_directory(entry: os.DirEntry[str]) -> bool | None:
    """Tell directory from regular file; None for what is left out. Opens nothing."""
    try:
        if entry.name.startswith(".") or entry.is_symlink():
            return None
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
        if attributes & _HIDDEN:
            return None
        if entry.is_dir(follow_symlinks=False):
            return True
        return False if entry.is_file(follow_symlinks=False) else None
    except OSError:
        return None


def _looked_at(entry: os.DirEntry[str]) -> SeenFile | None:
    try:
        # Windows leaves parts of the listing's own facts out
        return _seen(entry.path, os.stat(entry.path, follow_symlinks=False))
    except OSError:
        return None  # gone between listing and looking


def _seen(path: str, facts: os.stat_result) -> SeenFile:
    attributes = getattr(facts, "st_file_attributes", 0)
    is_cloud_only = attributes & _CLOUD_ONLY or getattr(facts, "st_flags", 0) & _DATALESS
    return SeenFile(path, facts.st_size, facts.st_mtime_ns, bool(is_cloud_only))
