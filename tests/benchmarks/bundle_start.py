"""The frozen bundle beside the source tree, from start to a window that listens.

``python -m tests.benchmarks bundle_start --bundle DIR``. Both are looked at from outside, in turn,
on one screen: a window counts as interactive when something is painted in it and the event loop
behind it answers a ping.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.processes import MemoryWatch, Peak, folioscope
from tests.benchmarks.tables import show_table, within
from tests.virtual_screen import virtual_screen
from tests.x_screen import XScreen

LIMIT = 1.3
RUNS = 7
STAYS_S = 6.0  # until the library is open and its engines are loaded
PATIENCE_S = 120
BUNDLE = Path(__file__).resolve().parents[2] / "build" / "frozen" / "folioscope"


@dataclass(slots=True)
class Starts:
    """What was seen of one of the two."""

    name: str
    command: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)

    def row(self) -> list[object]:
        """Return its line of the table."""
        took = self.seconds
        resident = max(peak.resident for peak in self.peaks) / 1e6
        shared_out = max(peak.proportional for peak in self.peaks) / 1e6
        return [self.name, statistics.median(took), min(took), max(took), resident, shared_out]


def main() -> int:
    """Start both in turn; exit code 1 where the ratio is missed, 2 where there is no bundle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="its folder (%(default)s)")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    program = options.bundle / "folioscope"
    if not os.access(program, os.X_OK):
        print(f"No bundle here: {program}. Make it: python packaging/build.py", file=sys.stderr)
        return 2
    tree, bundle = Starts("source tree", folioscope()), Starts("bundle", [str(program)])
    _start_in_turn((tree, bundle), options.runs)
    head = ["start to interactive, s", "median", "min", "max", "peak MB", "shared out MB"]
    show_table(head, [tree.row(), bundle.row()])
    ratio = statistics.median(bundle.seconds) / statistics.median(tree.seconds)
    return 0 if within("bundle ÷ source tree", ratio, LIMIT) else 1


def _start_in_turn(both: Sequence[Starts], runs: int) -> None:
    with tempfile.TemporaryDirectory() as scratch, virtual_screen() as variables:
        screen = XScreen(variables["DISPLAY"])
        environment = {**os.environ, **variables, "FOLIOSCOPE_DATA": str(Path(scratch) / "data")}
        for number in range(runs + 1):
            for one in both:
                # once more than counted: the first only warms the disk's cache and makes models
                stays_s = STAYS_S if number in (0, runs) else 0.0
                seconds, peak = _start(one.command, screen, environment, stays_s)
                if number:
                    one.seconds.append(seconds)
                    one.peaks.append(peak)
        screen.close()


def _start(
    command: Sequence[str], screen: XScreen, environment: dict[str, str], stays_s: float
) -> tuple[float, Peak]:
    """Start a window and close it as users do; returns seconds, and memory up to its end."""
    started = time.perf_counter()
    with subprocess.Popen([*command, "gui"], env=environment) as program:
        with MemoryWatch(program.pid) as peak:
            window = screen.wait_for_window(PATIENCE_S, lambda: program.poll() is not None)
            if window is None or not screen.answers(window, PATIENCE_S):
                program.kill()
                raise SystemExit(f"{command[0]}: no window that listens.")
            seconds = time.perf_counter() - started
            time.sleep(stays_s)
            screen.ask_to_close(window)
            program.wait(PATIENCE_S)
        if program.returncode:
            raise SystemExit(f"{command[0]} ended with {program.returncode}.")
    return seconds, peak


if __name__ == "__main__":
    raise SystemExit(main())
