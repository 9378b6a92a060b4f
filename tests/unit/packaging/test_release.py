"""A version's number, its notes, and how it is raised."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import folioscope
from release.changelog import CHANGELOG, read_entries, released
from release.notes import notes_of
from release.number import ReleaseError, version
from release.raising import raise_version
from tests.conftest import ROOT

TEXT = """\
# Changelog

## [Unreleased]

### Added
- Birds, which
  can be looked for.

### Fixed
- Herons stand still.

## [1.2.0] - 2026-01-31

### Added
- Everything.

## [1.1.0]
"""
DAY = date(2026, 3, 4)


@pytest.fixture
def tree(tmp_path: Path) -> tuple[Path, Path]:
    """A version file and a changelog."""
    file, changelog = tmp_path / "__init__.py", tmp_path / "CHANGELOG.md"
    file.write_text('"""Words."""\n\n__version__ = "1.2.0"\n', "utf-8")
    changelog.write_text(TEXT, "utf-8")
    return file, changelog


def test_there_is_one_number() -> None:
    assert version() == folioscope.__version__


def test_our_own_changelog_is_in_order_and_tells_of_this_version() -> None:
    entries = read_entries(CHANGELOG.read_text("utf-8"))
    assert entries[0].name == "Unreleased"
    assert notes_of(version())


def test_notes_are_the_changelogs_words_with_lines_joined(tree) -> None:
    assert notes_of("Unreleased", changelog=tree[1]) == (
        "### Added\n- Birds, which can be looked for.\n\n### Fixed\n- Herons stand still.\n"
    )


@pytest.mark.parametrize(
    ("number", "told"), [("9.9.9", "no entry for 9.9.9"), ("1.1.0", "says nothing of 1.1.0")]
)
def test_a_version_that_the_changelog_lacks_has_no_notes(tree, number, told) -> None:
    with pytest.raises(ReleaseError, match=told):
        notes_of(number, changelog=tree[1])


def test_raising_moves_what_is_unreleased_and_writes_the_number(tree) -> None:
    file, changelog = tree
    raise_version("1.3.0", day=DAY, file=file, changelog=changelog)
    assert version(file) == "1.3.0"
    text = changelog.read_text("utf-8")
    assert "## [Unreleased]\n\n## [1.3.0] - 2026-03-04\n\n### Added\n- Birds" in text
    assert [entry.name for entry in read_entries(text)] == [
        "Unreleased",
        "1.3.0",
        "1.2.0",
        "1.1.0",
    ]
    assert notes_of("1.3.0", changelog=changelog).startswith("### Added\n- Birds")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("1.2.0", "already"),
        ("1.1.9", "not newer than 1.2.0"),
        ("1.3", "not a version like"),
        ("one", "not a version like"),
    ],
)
def test_a_number_that_cannot_be_leaves_everything_as_it_was(tree, number, told) -> None:
    file, changelog = tree
    before = file.read_bytes(), changelog.read_bytes()
    with pytest.raises(ReleaseError, match=told):
        raise_version(number, day=DAY, file=file, changelog=changelog)
    assert (file.read_bytes(), changelog.read_bytes()) == before


def test_nothing_unreleased_is_no_release() -> None:
    with pytest.raises(ReleaseError, match="says nothing of Unreleased"):
        released("## [Unreleased]\n\n## [1.0.0]\n- A\n", "1.1.0", day=DAY)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("## 1.0.0\n- A\n", "heading"),
        ("## [1.0.0] - 31.1.2026\n- A\n", "heading"),
        ("## [1.0.0] - 2026-02-31\n- A\n", "date"),
        ("## [1.0.0]\n### New\n- A\n", "“New”"),
        ("## [1.0.0]\n- A\n## [1.0.0]\n- B\n", "twice"),
    ],
)
def test_a_changelog_that_is_not_in_order_is_told(text, told) -> None:
    with pytest.raises(ReleaseError, match=told):
        read_entries(text)


def test_the_command_prints_notes_and_fails_without(tmp_path) -> None:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "release", *arguments]
        return subprocess.run(
            command, cwd=ROOT / "packaging", capture_output=True, text=True, check=False
        )

    assert run("version").stdout == f"{version()}\n"
    assert run("notes").stdout == notes_of(version())
    ended = run("notes", "77.0.0")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "CHANGELOG.md has no entry for 77.0.0" in ended.stderr
