"""The number of this version and the time that its files carry."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION_FILE = ROOT / "app" / "folioscope" / "__init__.py"
_VERSION = re.compile(r'^__version__ = "(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)"$', re.MULTILINE)
_BEFORE_GIT_S = 315_532_800  # 1980: the earliest that a zip file can name


class ReleaseError(Exception):
    """A release cannot be made like this; ``str()`` says why and what to do."""


def version(file: Path = VERSION_FILE) -> str:
    """Return the one number there is, which the wheel and the program read in the same place."""
    found = _VERSION.search(file.read_text("utf-8"))
    if found is None:
        raise ReleaseError(f'{file} has no line like: __version__ = "1.2.3".')
    return found.group(1)


def write_version(number: str, file: Path = VERSION_FILE) -> None:
    """Write another number; raise ReleaseError when it is none."""
    line = f'__version__ = "{number}"'
    if not _VERSION.fullmatch(line):
        raise ReleaseError(f"{number} is not a version like 1.2.3 or 1.2.3rc1.")
    version(file)
    file.write_text(_VERSION.sub(line, file.read_text("utf-8")), "utf-8", newline="\n")


def source_date() -> int:
    """Return the time that files are dated with, in seconds since 1970.

    SOURCE_DATE_EPOCH where it is set, as reproducible builds agreed; else that of the last commit.
    """
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(told)
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(done.stdout.strip()) if done.returncode == 0 else _BEFORE_GIT_S
