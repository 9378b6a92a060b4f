"""``python -m legal --python PYTHON --out DIR``, in this folder: write the legal files."""

import argparse
import sys
from pathlib import Path

import legal


def main() -> int:
    """Write the files, or say in one sentence why they cannot be passed on."""
    parser = argparse.ArgumentParser(prog="python -m legal", description=legal.__doc__)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), metavar="PYTHON",
                        help="whose packages are looked at (default: this one's)")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--for", dest="asked", action="append", metavar="REQUIREMENT",
                        help="in place of what Folioscope needs")  # fmt: skip
    options = parser.parse_args()
    try:
        parts = legal.write(options.python, options.out, asked=options.asked)
    except legal.LegalError as error:
        print(error, file=sys.stderr)
        return 3
    print(f"{len(parts)} parts, all of them with a licence that is allowed: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
