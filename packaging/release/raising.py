"""Raise the number of the version, in its one place and in the changelog, together."""

from datetime import date
from pathlib import Path

from packaging.version import Version

from release.changelog import CHANGELOG, released
from release.number import VERSION_FILE, ReleaseError, version, write_version


def raise_version(
    number: str, *, day: date, file: Path = VERSION_FILE, changelog: Path = CHANGELOG
) -> None:
    """Move what is unreleased under ``number``, and write the number; all of it or nothing.

    Raises ReleaseError for a number that is none or not newer, and where nothing is unreleased.
    """
    before = version(file)
    fresh = released(changelog.read_text("utf-8"), number, day=day)
    if not _is_newer(number, before):
        raise ReleaseError(f"{number} is not newer than {before}, which is the version now.")
    write_version(number, file)
    changelog.write_text(fresh, "utf-8", newline="\n")


def _is_newer(number: str, before: str) -> bool:
    try:
        return Version(number) > Version(before)
    except ValueError as error:
        raise ReleaseError(f"{number} is not a version like 1.2.3 or 1.2.3rc1.") from error
