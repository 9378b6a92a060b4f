"""Set up what `make` needs: system libraries, a virtual environment, the packages.

Runs on the system's own Python with nothing but the standard library. A stamp in .venv makes
the second run a matter of milliseconds.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "folioscope-setup"
# apart, because torch is large and nothing of Folioscope may come to need it
PARITY_VENV = ROOT / ".venv-parity"
OLDEST_PYTHON = (3, 11)
OLDEST_PIP = "pip>=25.1"  # the first that knows --group
NO_DISPLAY = (
    "There is no display to open a window on; the command line works without one, "
    "for example: make run ARGS=\"search 'loan agreement'\""
)

# Debian package of each shared library that Qt loads and no wheel brings
WINDOW_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
CJK_FONTS = ("DroidSansFallback*", "NotoSansCJK*", "NotoSans*TC*", "SourceHan*", "wqy*", "uming*")


class SetupError(Exception):
    """Setting up cannot go on; ``str()`` is the sentence for people."""


def main() -> int:
    """Set up for the purpose asked, and say in one sentence what is in the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="purpose", default="window",
                        choices=["window", "command", "test", "check", "parity"])  # fmt: skip
    options = parser.parse_args()
    try:
        set_up(options.purpose)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def set_up(purpose: str) -> None:
    """Set up for ``purpose``; raise SetupError with what to do by hand."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            f"Folioscope needs Python 3.11 or newer and this is {sys.version.split()[0]}; "
            "name another one with: make PYTHON=/path/to/python3 run"
        )
    if purpose == "window" and not has_display():
        raise SetupError(NO_DISPLAY)
    install_system_packages(missing_packages(purpose))
    if purpose == "parity":
        set_up_parity()
        return
    wants_tools = purpose in {"test", "check"}
    if not is_current(wants_tools=wants_tools):
        install(wants_tools=wants_tools)


def has_display() -> bool:
    """Tell whether Qt will find a screen, or was told to do without."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def missing_packages(purpose: str) -> list[str]:
    """List the Debian packages that ``purpose`` needs and this machine lacks."""
    if sys.platform != "linux":
        return []
    missing = []
    if not VENV.exists() and importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if purpose in {"window", "test"}:
        missing += [package for name, package in WINDOW_LIBRARIES.items() if not loads(name)]
    if purpose == "test":
        missing += [] if shutil.which("Xvfb") else ["xvfb"]
        missing += [] if has_cjk_font() else ["fonts-droid-fallback"]
    return missing


def loads(library: str) -> bool:
    """Tell whether the shared library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_cjk_font() -> bool:
    """Tell whether a font with Chinese characters is installed."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(True for folder in folders for name in CJK_FONTS for _ in folder.rglob(name))


def install_system_packages(packages: list[str]) -> None:
    """Install Debian packages when root; otherwise raise SetupError that names the command."""
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise SetupError(
            "Some system packages are missing; install what this system calls these Debian "
            f"packages: {' '.join(packages)}"
        )
    if os.geteuid() != 0:
        raise SetupError(
            f"Some system packages are missing; install them with: sudo {' '.join(command)}"
        )
    print(f"Installing system packages: {' '.join(packages)}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run([*quiet, "update"], env=environment, stdout=sys.stderr, check=False)
    done = subprocess.run(
        [*quiet, *command[1:]], env=environment, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SetupError(f"System packages could not be installed; try: {' '.join(command)}")


def set_up_parity() -> None:
    """Make the environment that our graphs are compared with transformers in; raise SetupError."""
    done = PARITY_VENV / STAMP.name
    if done.exists() and done.read_text().split() == stamp(PARITY_VENV):
        return
    print("Setting up .venv-parity; torch is large, so this takes a while.", file=sys.stderr)
    step([sys.executable, "-m", "venv", "--clear", str(PARITY_VENV)])
    pip = [str(PARITY_VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    step([*pip, "install", "--quiet", "--upgrade", OLDEST_PIP])
    # alone and first: beside others pip may take a build with CUDA, of ten times the size
    step([*pip, "install", "--quiet", torch_requirement()])
    step([*pip, "install", "--quiet", "--editable", f"{ROOT}[cpu]", "--group", "parity"])
    done.write_text(" ".join(stamp(PARITY_VENV)) + "\n")


def torch_requirement() -> str:
    """Return the version of torch that pyproject.toml wants for making templates."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return next(wish for wish in groups["export"] if wish.startswith("torch=="))


def stamp(venv: Path | None = None) -> list[str]:
    """Return what an installation depends on: this Python and the project's own wishes."""
    python = hashlib.sha256(f"{sys.version}{venv or VENV}".encode()).hexdigest()
    return [python, hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()]


def stamped() -> list[str]:
    """Return the stamp of the last installation that was finished, with its groups."""
    return STAMP.read_text().split() if STAMP.exists() else []


def is_current(*, wants_tools: bool) -> bool:
    """Tell whether the environment holds what pyproject.toml asks for."""
    known = stamped()
    return known[:2] == stamp() and (not wants_tools or "dev" in known)


def install(*, wants_tools: bool) -> None:
    """Make the virtual environment and install Folioscope into it; raise SetupError."""
    print("Setting up Folioscope in .venv; the first time takes a few minutes.", file=sys.stderr)
    known = stamped()
    STAMP.unlink(missing_ok=True)  # an installation cut short is begun anew
    if known[:1] != stamp()[:1]:
        step([sys.executable, "-m", "venv", "--clear", str(VENV)])
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    step([*pip, "install", "--quiet", "--upgrade", OLDEST_PIP])
    groups = ["dev"] if wants_tools or "dev" in known else []
    wanted = [part for group in groups for part in ("--group", group)]
    step([*pip, "install", "--quiet", "--editable", f"{ROOT}[cpu]", *wanted])
    STAMP.write_text(" ".join([*stamp(), *groups]) + "\n")


def step(command: list[str]) -> None:
    """Run a command in the repository; raise SetupError when it fails."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SetupError(f"Setting up stopped; the command that failed was: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
