"""What users are told of a version: the changelog's own words."""

import re
from pathlib import Path

from release.changelog import CHANGELOG, entry_of


def notes_of(version: str, *, changelog: Path = CHANGELOG) -> str:
    """Return the release notes of a version in Markdown, a paragraph or point a line.

    Raises ReleaseError where CHANGELOG.md lacks the version or says nothing of it.
    """
    entry = entry_of(changelog.read_text("utf-8"), version)
    unwrapped = re.sub(r"(?<=\S)\n +(?=\S)", " ", entry.text)  # pages break lines themselves
    return unwrapped.replace("\n### ", "\n\n### ").replace("\n\n\n", "\n\n") + "\n"
