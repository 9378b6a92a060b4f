"""Make the templates and the manifest of a checkpoint; see README.md beside this file.

Only the config and the headers of its files are read, never its weights, and graphs are traced
on tensors without values: a few hundred megabytes of memory are enough for any size.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Build; return 0, or 3 after one sentence about what is in the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="folder for templates and manifest")
    parser.add_argument("--name", help="what to call the model; else as the checkpoint's folder")
    options = parser.parse_args(arguments)
    find_packages()
    from export.building import build
    from folioscope.domain.errors import FolioscopeError

    try:
        build(options.checkpoint, options.out, name=options.name)
    except (FolioscopeError, OSError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def find_packages() -> None:
    """Find the packages beside this file, and Folioscope's own where it is not installed."""
    sys.path.insert(0, str(HERE))
    if importlib.util.find_spec("folioscope") is None:
        sys.path.insert(0, str(HERE.parent / "app"))


if __name__ == "__main__":
    sys.exit(main())
