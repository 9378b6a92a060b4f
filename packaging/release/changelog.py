"""CHANGELOG.md, read and written the way Keep a Changelog asks for."""

import re
from dataclasses import dataclass
from datetime import date

from release.number import ROOT, ReleaseError

CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = "Unreleased"
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<day>\d{4}-\d{2}-\d{2}))?[ \t]*$", re.M)
_KIND = re.compile(r"^### (.+?)[ \t]*$", re.M)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is told of one version: its heading's parts and the Markdown below."""

    name: str
    day: date | None
    text: str


def read_entries(text: str) -> list[Entry]:
    """Return the entries, newest first; raise ReleaseError for what is not in order."""
    headings = list(_HEADING.finditer(text))
    lines = [line for line in text.splitlines() if line.startswith("## ")]
    if len(headings) != len(lines):
        known = {heading.group().strip() for heading in headings}
        odd = next(line for line in lines if line.strip() not in known)
        raise ReleaseError(f"The changelog's heading is not like “## [1.2.3] - 2026-01-31”: {odd}")
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    entries = [
        _entry(heading, text[heading.end() : end])
        for heading, end in zip(headings, ends, strict=True)
    ]
    names = [entry.name for entry in entries]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ReleaseError(f"The changelog has {', '.join(sorted(twice))} twice.")
    return entries


def _entry(heading: re.Match[str], text: str) -> Entry:
    name, day = heading["name"], heading["day"]
    if odd := [kind for kind in _KIND.findall(text) if kind not in KINDS]:
        raise ReleaseError(
            f"The changelog has “{odd[0]}” under [{name}]; use one of {', '.join(KINDS)}."
        )
    try:
        return Entry(name, date.fromisoformat(day) if day else None, text.strip())
    except ValueError as error:
        raise ReleaseError(f"The changelog's date of [{name}] is none: {day}.") from error


def entry_of(text: str, name: str) -> Entry:
    """Return the entry of a version; raise ReleaseError where it is lacking or says nothing."""
    entry = next((entry for entry in read_entries(text) if entry.name == name), None)
    if entry is None:
        raise ReleaseError(f"CHANGELOG.md has no entry for {name}. Write one below [Unreleased].")
    if not re.search(r"^- ", entry.text, re.M):
        raise ReleaseError(f"CHANGELOG.md says nothing of {name}. Tell users what changed.")
    return entry


def released(text: str, number: str, *, day: date) -> str:
    """Return the changelog with what is unreleased moved under a version."""
    entries = read_entries(text)
    if any(entry.name == number for entry in entries):
        raise ReleaseError(f"CHANGELOG.md has [{number}] already.")
    entry_of(text, UNRELEASED)
    heading = next(h for h in _HEADING.finditer(text) if h["name"] == UNRELEASED)
    fresh = f"## [{UNRELEASED}]\n\n## [{number}] - {day.isoformat()}"
    return text[: heading.start()] + fresh + text[heading.end() :]
