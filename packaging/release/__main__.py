"""``python -m release version|notes|bump``, in this folder."""

import argparse
import sys
from datetime import UTC, datetime

from release.notes import notes_of
from release.number import ReleaseError, version
from release.raising import raise_version


def main() -> int:
    """Do what was asked, or say in one sentence why not."""
    parser = argparse.ArgumentParser(prog="python -m release")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("version", help="print the version")
    notes = commands.add_parser("notes", help="print the release notes of a version")
    notes.add_argument("number", nargs="?", default=None, help="default: the version now")
    bump = commands.add_parser("bump", help="move [Unreleased] under a number, and write that")
    bump.add_argument("number")
    options = parser.parse_args()
    try:
        if options.command == "version":
            print(version())
        elif options.command == "notes":
            print(notes_of(options.number or version()), end="")
        else:
            raise_version(options.number, day=datetime.now(UTC).date())
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
