"""Try an installed Folioscope: ``python packaging/try_program.py PROGRAM [--window PROGRAM]``.

The everyday proof for systems that ``smoke_test.py`` cannot make a bare copy of: version, the
samples read and found, a window opened, found by a second start, and closed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from release.number import ROOT
from trial import Program, first_steps, walk


def main() -> int:
    """Try it; return 0, or 1 after what was wrong."""
    parser = argparse.ArgumentParser(prog="try_program.py", description=__doc__)
    parser.add_argument("program", type=Path, help="what answers on the command line")
    parser.add_argument("--window", type=Path, help="what opens the window, where it is another")
    parser.add_argument("--samples", type=Path, default=ROOT / "resources" / "samples")
    options = parser.parse_args()
    command, window = options.program.absolute(), (options.window or options.program).absolute()
    with tempfile.TemporaryDirectory(prefix="folioscope trial ü ") as home:
        program = Program(command, window, Path(home))
        return walk(first_steps(program, options.samples.absolute()))


if __name__ == "__main__":
    sys.exit(main())
