"""Stalls of the window's event loop while it indexes: ``python -m tests.benchmarks stalls``.

Beside it a bare window on the same machine while the command line indexes the same documents:
what the system's scheduler alone makes a window wait.
"""

import argparse
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.made_documents import make_scanned_pdf, make_text_pdf
from tests.benchmarks.processes import folioscope
from tests.benchmarks.startup import probe
from tests.benchmarks.tables import show_table, within
from tests.virtual_screen import virtual_screen

LIMIT_MS = 50.0
SECONDS = 60.0
HEAD_START_S = 8.0  # enough for the command line to remember the folder, not to finish


def main() -> int:
    """Measure both; exit code 1 where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as scratch, virtual_screen() as screen:
        folder = _documents(Path(scratch) / "documents")
        library = str(Path(scratch) / "library")
        indexing = _start_indexing(library, folder)
        beside = probe("bare", seconds=seconds / 2, environment=screen)["stalls_ms"]
        _interrupt(indexing)
        own = probe("app", "--library", library, "gui", seconds=seconds, environment=screen)
    rows = [
        [name, len(stalls), *(float(np.percentile(stalls, q)) for q in (50, 99, 99.9, 100))]
        for name, stalls in (("bare window", beside), ("Folioscope", own["stalls_ms"]))
    ]
    show_table(["lateness of ticks, ms", "ticks", "p50", "p99", "p99.9", "longest"], rows)
    return 0 if within("longest stall", max(own["stalls_ms"]), LIMIT_MS, unit=" ms") else 1


def _documents(folder: Path) -> str:
    folder.mkdir()
    for number in range(40):
        make_text_pdf(folder / f"text {number:02}.pdf", 60, seed=number)
    make_scanned_pdf(folder / "scan.pdf", 12)
    return str(folder)


def _start_indexing(library: str, folder: str) -> "subprocess.Popen[bytes]":
    indexing = subprocess.Popen(
        folioscope("--library", library, "index", folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(HEAD_START_S)
    if indexing.poll() is not None:
        raise SystemExit("Indexing ended before the window could be measured.")
    return indexing


def _interrupt(indexing: "subprocess.Popen[bytes]") -> None:
    """End the command line as Ctrl+C does; what it committed stays, the window goes on."""
    indexing.send_signal(signal.SIGINT)
    indexing.wait(timeout=30)


if __name__ == "__main__":
    raise SystemExit(main())
