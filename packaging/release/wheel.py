"""The wheel and the source archive, built twice: the same tree gives the same bytes."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from release.number import ROOT, ReleaseError, source_date


def build(out: Path, *, root: Path = ROOT) -> list[Path]:
    """Build wheel and source archive of what git tracks in ``root``; return them, wheel first.

    Both are built a second time from another place, with files of another date. Raises
    ReleaseError where a build fails or the second differs from the first.
    """
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (_built(root, Path(scratch) / name) for name in ("first", "a second"))
        for one, other in zip(first, second, strict=True):
            if one.name != other.name or one.read_bytes() != other.read_bytes():
                raise ReleaseError(f"{one.name} differs when it is built again, so it is not kept.")
        out.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy(file, out)) for file in first]


def refuse_changes(root: Path = ROOT) -> None:
    """Raise ReleaseError where files differ from the last commit, which nobody could repeat."""
    changed = _git(root, "status", "--porcelain", "--untracked-files=no").rstrip()
    if changed:
        raise ReleaseError(f"Commit or undo what was changed first:\n{changed}")


def _built(root: Path, folder: Path) -> list[Path]:
    tree, made = folder / "tree", folder / "made"
    copy_tracked(root, tree)
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(made)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date())}
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"The wheel was not built: {done.stderr.strip()}")
    return [next(made.glob("*.whl")), next(made.glob("*.tar.gz"))]


def copy_tracked(root: Path, target: Path) -> None:
    """Copy the files that git tracks, as they are now, without their dates."""
    for name in filter(None, _git(root, "ls-files", "-z").split("\0")):
        source = root / name
        if source.is_file():  # one that was deleted is tracked until the next commit
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"git does not tell what belongs to {root}: {done.stderr.strip()}")
    return done.stdout
