"""Start to an interactive window beside a bare one: ``python -m tests.benchmarks startup``."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.tables import show_table, within
from tests.virtual_screen import virtual_screen

LIMIT = 2.5
RUNS = 5


def probe(
    kind: str, *arguments: str, seconds: float = 0, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Run a window with the probe in it; returns what it told. SystemExit if it did not."""
    command = [sys.executable, "-m", "tests.benchmarks.window_probe", kind]
    done = subprocess.run(
        [*command, str(time.time()), str(seconds), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not told:
        raise SystemExit(f"The window told nothing.\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(told[-1])
    return answer


def main() -> int:
    """Start both in turn; exit code 1 where the ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    bare: list[float] = []
    app: list[float] = []
    with tempfile.TemporaryDirectory() as scratch, virtual_screen() as screen:
        library = str(Path(scratch) / "library")
        for number in range(runs + 1):
            first = probe("bare", environment=screen)["interactive_s"]
            second = probe("app", "--library", library, "gui", environment=screen)["interactive_s"]
            if number:  # the first of each only warms the disk's cache
                bare.append(first)
                app.append(second)
    rows = [
        [name, statistics.median(took), min(took), max(took)]
        for name, took in (("bare window", bare), ("Folioscope", app))
    ]
    show_table(["start to interactive, s", "median", "min", "max"], rows)
    ratio = statistics.median(app) / statistics.median(bare)
    return 0 if within("ratio", ratio, LIMIT) else 1


if __name__ == "__main__":
    raise SystemExit(main())
