"""Opening files in the system's own programs."""

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from folioscope.domain.errors import FolioscopeError
from folioscope.system.desktop import open_at_page, reveal_in_folder, viewer_command
from tests.made_documents import text_pdf

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux programs")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the only place where programs are looked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str) -> Path:
    """A program that writes down its arguments, one a line."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nfor a in "$@"; do echo "$a"; done > {folder}/told.new\n'
                    f"/bin/mv {folder}/told.new {folder}/told\n")  # fmt: skip
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def told(folder: Path) -> list[str]:
    end = time.monotonic() + 20
    while not (folder / "told").exists() and time.monotonic() < end:
        os.sched_yield()
    return (folder / "told").read_text().splitlines()


@pytest.fixture
def document(tmp_path: Path) -> str:
    return str(text_pdf(tmp_path / "-rf --help; $(touch x) 'quote\" %s.pdf", 3))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("evince", ["--page-index=3", "PATH"]),
        ("okular", ["--page", "3", "PATH"]),
        ("zathura", ["-P", "3", "PATH"]),
        ("xreader", ["--page-index=3", "PATH"]),
    ],
)
def test_viewers_are_given_the_page(
    programs: Path, document: str, name: str, arguments: list[str]
) -> None:
    path = program(programs, name)
    wanted = [document if a == "PATH" else a for a in arguments]
    assert viewer_command(document, 3) == [str(path), *wanted]


def test_a_browser_is_given_the_page_in_the_address(programs: Path, document: str) -> None:
    program(programs, "firefox")
    command = viewer_command(document, 3)
    assert command is not None
    assert command[1] == f"{Path(document).as_uri()}#page=3"
    assert " " not in command[1]


def test_pictures_and_unknown_viewers_open_in_what_the_system_says(
    programs: Path, document: str, tmp_path: Path
) -> None:
    opener = program(programs, "xdg-open")
    assert viewer_command(document, 3) == [str(opener), document]
    program(programs, "evince")
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG")
    assert viewer_command(str(picture), 1) == [str(opener), str(picture)]


def test_names_go_to_the_program_as_they_are(programs: Path, document: str) -> None:
    program(programs, "okular")
    open_at_page(document, 2)
    assert told(programs) == ["--page", "2", document]


def test_without_a_program_or_a_file_it_says_so(programs: Path, document: str) -> None:
    with pytest.raises(FolioscopeError, match="No program was found"):
        open_at_page(document, 1)
    with pytest.raises(FolioscopeError, match="not there any more"):
        open_at_page(document + "x", 1)
    with pytest.raises(FolioscopeError, match="No file manager"):
        reveal_in_folder(document)


def test_a_file_is_shown_in_its_folder(programs: Path, document: str) -> None:
    program(programs, "xdg-open")
    reveal_in_folder(document)
    assert told(programs) == [str(Path(document).parent)]
