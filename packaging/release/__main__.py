"""``python -m release version|notes|bump|wheel``, in this folder."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from release.notes import notes_of
from release.number import ROOT, ReleaseError, version
from release.raising import raise_version
from release.wheel import build, refuse_changes


def main() -> int:
    """Do what was asked, or say in one sentence why not."""
    options = _parser().parse_args()
    try:
        _COMMANDS[options.command](options)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("version", help="print the version")
    notes = commands.add_parser("notes", help="print the release notes of a version")
    notes.add_argument("number", nargs="?", help="default: the version now")
    bump = commands.add_parser("bump", help="move [Unreleased] under a number, and write that")
    bump.add_argument("number")
    wheel = commands.add_parser("wheel", help="build wheel and source archive, twice, and compare")
    wheel.add_argument("--out", type=Path, default=ROOT / "dist", metavar="DIR")
    wheel.add_argument("--dirty", action="store_true", help="also with changes not committed")
    return parser


def _wheel(options: argparse.Namespace) -> None:
    if not options.dirty:
        refuse_changes()
    for file in build(options.out):
        print(f"{file}: {file.stat().st_size / 1e6:.1f} MB, the same bytes twice")


_COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "version": lambda _: print(version()),
    "notes": lambda options: print(notes_of(options.number or version()), end=""),
    "bump": lambda options: raise_version(options.number, day=datetime.now(UTC).date()),
    "wheel": _wheel,
}


if __name__ == "__main__":
    sys.exit(main())
