"""The command line as a program of its own, and how far it is."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def start(*arguments: object, **options: Any) -> "subprocess.Popen[str]":
    """Start Folioscope with the arguments; the options are those of `Popen`."""
    command = [sys.executable, "-m", "folioscope", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, **options)


def staged(library: Path, *, least: int, program: "subprocess.Popen[str]") -> None:
    """Wait until a program has staged pages of a document under way."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert program.poll() is None, program.communicate()
        if (library / "catalogue.sqlite").exists() and staged_count(library) >= least:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was staged")


def staged_count(library: Path) -> int:
    """Return how many pages a library's catalogue holds, staged ones too."""
    import sqlite3

    with sqlite3.connect(library / "catalogue.sqlite") as catalogue:
        try:
            return int(catalogue.execute("SELECT COUNT(*) FROM pages").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def lock_held(library: Path, program: "subprocess.Popen[str]") -> None:
    """Wait until a program writes to the library."""
    end = time.monotonic() + 60
    while time.monotonic() < end and not (library / "writer.pid").exists():
        assert program.poll() is None, program.communicate()
        time.sleep(0.02)
