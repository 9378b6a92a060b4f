"""What lies in a root: lists of all files with their contents, and how two lists differ."""

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

NOT_LISTED = ("/proc", "/sys", "/dev")
# what apt and dpkg write about themselves whenever anything is installed or removed
KEPT_BY_APT = (
    r"/var/lib/(dpkg|apt)(/.*)?",
    r"/var/log(/(apt(/.*)?|dpkg\.log|alternatives\.log))?",
    r"/var/cache/(apt|debconf|ldconfig)(/.*)?",
    r"/etc/ld\.so\.cache",
)

FileList = dict[str, str]


@dataclass(frozen=True, slots=True)
class Differences:
    """Paths that are new, away, or have other contents, owners or rights."""

    appeared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.appeared or self.gone or self.changed)

    def told(self, *, most: int = 12) -> str:
        """Return a line a path, at most ``most`` of a kind."""
        kinds = (("new", self.appeared), ("gone", self.gone), ("changed", self.changed))
        lines = []
        for kind, paths in kinds:
            lines += [f"{kind}: {path}" for path in paths[:most]]
            lines += [f"{kind}: {len(paths) - most} more"] if len(paths) > most else []
        return "\n".join(lines)


def list_files(root: Path, *, below: str = "/") -> FileList:
    """Return path, as seen inside the root → what tells one state of it from another."""
    listed: FileList = {}
    waiting = [below]
    while waiting:
        folder = waiting.pop()
        with os.scandir(f"{root}{folder}") as entries:
            for entry in entries:
                path = f"{folder.rstrip('/')}/{entry.name}"
                if path.startswith(NOT_LISTED):
                    continue
                listed[path] = _state(entry)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
    return listed


def _state(entry: os.DirEntry[str]) -> str:
    about = entry.stat(follow_symlinks=False)
    rights = f"{stat.filemode(about.st_mode)} {about.st_uid}:{about.st_gid}"
    if entry.is_symlink():
        return f"{rights} -> {Path(entry.path).readlink()}"
    if not entry.is_file(follow_symlinks=False):
        return rights
    with Path(entry.path).open("rb") as opened:
        return f"{rights} {hashlib.file_digest(opened, 'sha256').hexdigest()}"


def differences(
    before: Mapping[str, str], after: Mapping[str, str], *, allowed: Iterable[str] = ()
) -> Differences:
    """Compare two lists; ``allowed`` are patterns of whole paths that may differ."""
    may_differ = re.compile("|".join(f"(?:{pattern})" for pattern in allowed) or r"(?!)")

    def judged(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(path for path in paths if not may_differ.fullmatch(path)))

    return Differences(
        appeared=judged(after.keys() - before.keys()),
        gone=judged(before.keys() - after.keys()),
        changed=judged(p for p in before.keys() & after.keys() if before[p] != after[p]),
    )


def owned_files(root: Path) -> set[str]:
    """Return what the installed packages of a root say is theirs."""
    owned: set[str] = set()
    for listing in (root / "var/lib/dpkg/info").glob("*.list"):
        owned.update(map(_merged, listing.read_text("utf-8").splitlines()))
    return owned


def _merged(path: str) -> str:
    """Return where a file lies in truth: /bin, /lib and /sbin are links into /usr."""
    return re.sub(r"^/(bin|lib|lib64|sbin)(?=/)", r"/usr/\1", path)
