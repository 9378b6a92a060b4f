"""A Debian with nothing in it, made once by debootstrap and copied for every run."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from smoke.steps import SmokeError

SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
USERS = {"ada": 1000, "bob": 1001}
SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))
_TOOLS = ("debootstrap", "unshare", "chroot", "tar", "Xvfb")


def why_not_here() -> str:
    """Return why no root can be made on this machine, "" where one can."""
    if os.geteuid() != 0:
        return "Only root can make and enter a Debian root; run this with sudo."
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        return f"Install these first: {', '.join(missing)} (apt-get install debootstrap xvfb)."
    return ""


def own_mirror(files: Iterable[Path] = SOURCES) -> str:
    """Return the archive of Debian that this machine itself installs from."""
    for file in files:
        inner = sorted(file.glob("*")) if file.is_dir() else [file]
        for source in filter(Path.is_file, inner):
            found = re.search(r"https?://[^\s\]]+/debian/?(?=\s|$)", _uncommented(source))
            if found:
                return found.group().rstrip("/")
    return MIRROR


def _uncommented(source: Path) -> str:
    lines = source.read_text("utf-8", errors="replace").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def fresh_root(cache: Path, mirror: str, name: str) -> Path:
    """Return a new copy of the bare root, which is made first where the cache has none."""
    stored = cache / f"{SUITE}.tar"
    if not stored.exists():
        _make(stored, cache / f"{SUITE}.making", mirror)
    root = cache / name
    drop(root)
    root.mkdir(parents=True)
    _run("tar", "-xf", stored, "-C", root)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    return root


def drop(root: Path) -> None:
    """Remove a root; mounts of runs ended with them, and never reach into it from here."""
    if root.exists():
        _run("rm", "-rf", "--one-file-system", root)


def _make(stored: Path, making: Path, mirror: str) -> None:
    drop(making)
    making.mkdir(parents=True)
    _run("debootstrap", "--variant=minbase", SUITE, making, mirror)
    for user, number in USERS.items():
        shell = ("--create-home", "--shell", "/bin/sh")
        _run("chroot", making, "useradd", "--uid", number, *shell, user)
    for folder in ("tmp/.X11-unix", "dev/shm"):
        (making / folder).mkdir(exist_ok=True)
    for package in (making / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    unfinished = stored.with_suffix(".part")
    _run("tar", "-cf", unfinished, "-C", making, ".")
    unfinished.replace(stored)
    drop(making)


def _run(*command: object) -> None:
    texts = [str(part) for part in command]
    done = subprocess.run(texts, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise SmokeError(f"{' '.join(texts)} ended with {done.returncode}:\n{last}")
