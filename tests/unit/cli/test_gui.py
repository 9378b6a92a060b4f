"""What a window is told to search in."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from folioscope.cli import program
from folioscope.cli.program import Exit, Wiring

Run = Callable[..., int]


class NotedWindow:
    """A composition root that only notes what window it should open."""

    def __init__(self) -> None:
        self.opened: list[tuple[Path, list[str]]] = []

    def default_directory(self) -> Path:
        return Path("/library")

    def run_window(self, directory: Path, paths: Sequence[str]) -> int:
        self.opened.append((directory, list(paths)))
        return 0


@pytest.fixture
def window() -> NotedWindow:
    return NotedWindow()


def run(window: NotedWindow, *arguments: object) -> int:
    return program.main([str(a) for a in arguments], cast("Wiring", cast("Any", window)))


def test_without_a_command_or_paths_nothing_is_searched_in(window: NotedWindow) -> None:
    assert run(window) == run(window, "gui") == run(window, "gui", "--search-in") == 0
    assert window.opened == [(Path("/library"), [])] * 3


def test_files_and_folders_are_taken_from_both_sides(
    window: NotedWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file, folder = tmp_path / "a file.pdf", tmp_path / "ordner ä"
    file.write_bytes(b"")
    folder.mkdir()
    assert run(window, "gui", "a file.pdf", "--search-in", folder) == 0
    assert run(window, "gui", "--search-in", f'{folder}"') == 0  # as Windows quotes a drive
    assert window.opened == [
        (Path("/library"), [str(file), str(folder)]),
        (Path("/library"), [str(folder)]),
    ]


def test_what_does_not_exist_opens_no_window(
    window: NotedWindow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(window, "gui", tmp_path / "gone.pdf") == Exit.EXPECTED_ERROR
    assert capsys.readouterr().err == f"{tmp_path / 'gone.pdf'} does not exist. Check its name.\n"
    assert window.opened == []
