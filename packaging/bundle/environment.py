"""The environment that Folioscope is frozen in: its own, so that nothing strange comes along.

Runs on any Python with nothing but the standard library.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from bundle.artifact import BuildError

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
VENV = BUILD / "venv"
PINNED = Path(__file__).resolve().parent / "pinned.txt"
_STAMP = VENV / "folioscope-build"
_OLDEST_PIP = "pip>=25.1"  # the first that knows --group


def venv_python(venv: Path = VENV) -> Path:
    """Return the Python of an environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_inside() -> bool:
    """Whether this process runs in the build's own environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def set_up() -> None:
    """Make the environment, and put this tree's Folioscope into it; raise BuildError."""
    wanted = _fingerprint()
    if not _STAMP.exists() or _STAMP.read_text("utf-8") != wanted:
        print("Setting up build/venv; the first time takes a few minutes.", flush=True)
        _STAMP.unlink(missing_ok=True)
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        _pip("--upgrade", _OLDEST_PIP)
        group = f"{ROOT / 'pyproject.toml'}:packaging"
        _pip("--constraint", str(PINNED), f"{ROOT}[cpu]", "--group", group)
        _STAMP.write_text(wanted, "utf-8")
    # the tree as it is now; what it needs is there already
    _pip("--no-deps", "--force-reinstall", str(ROOT))
    if sys.platform.startswith("linux"):
        _put_small_opencv()


def _put_small_opencv() -> None:
    """Have OpenCV in there as Folioscope compiles it; it says itself what is in the way."""
    command = [str(venv_python()), "-m", "linux.opencv"]
    if subprocess.run(command, cwd=ROOT / "packaging", check=False).returncode:
        raise BuildError("OpenCV was not put into build/venv; why stands above.")


def continue_inside(arguments: list[str]) -> int:
    """Run the build again in its environment; return the exit code."""
    program = Path(__file__).resolve().parent.parent / "build.py"
    return subprocess.run([str(venv_python()), str(program), *arguments], check=False).returncode


def _fingerprint() -> str:
    wishes = (ROOT / "pyproject.toml").read_bytes() + PINNED.read_bytes()
    return hashlib.sha256(wishes + sys.version.encode()).hexdigest()


def _pip(*wanted: str) -> None:
    pip = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, *wanted])


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise BuildError(f"The build environment was not made; this failed: {' '.join(command)}")
