"""A window started on files or folders, and started again while it is open."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope.domain.queries import PageFilter
from folioscope.gui.searching_in import NOT_ADDED
from folioscope.gui.start import WindowStart, hand_over
from folioscope.services.api import DropSummary
from tests.conftest import ROOT
from tests.gui.desk import WindowDesk
from tests.gui.fakes import FakeIndexing, Fakes

REPORTS = "/home/me/Reports"  # a folder of the library of the fakes
DATA = ""  # the user's folder, in the fixture's
Make = Callable[..., WindowDesk]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder; its path is short, as those of sockets have to be."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    return tmp_path_factory.mktemp("s")


@pytest.fixture
def started(make_desk: Make, place: Path, qtbot: QtBot) -> Callable[..., WindowDesk]:
    """Windows as the program starts them."""

    def start(*paths: object, fakes: Fakes | None = None) -> WindowDesk:
        desk = make_desk(fakes)
        start = WindowStart(place / "Library", place / DATA, tuple(map(str, paths)))
        desk.window.outside.begin(start)
        desk.session.open()
        qtbot.waitUntil(lambda: desk.session.services() is not None)
        return desk

    return start


def later(place: Path, *paths: object) -> "subprocess.Popen[bytes]":
    """Start once more, in a process of its own that ends with 0 when it handed over."""
    program = (
        "import sys; from pathlib import Path; from folioscope.gui.start import *;"
        "place, *paths = sys.argv[1:];"
        "start = WindowStart(Path(place) / 'Library', Path(place), tuple(paths));"
        "sys.exit(0 if hand_over(start) else 1)"
    )
    command = [sys.executable, "-c", program, str(place), *map(str, paths)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT / "app")})


def test_a_file_is_added_and_searched_in(
    started: Callable[..., WindowDesk], tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "contract.pdf"
    file.write_bytes(b"%PDF-")
    desk = started(file)
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == [str(file)])
    assert desk.window.searches.scope == PageFilter(folders=(str(file),))
    assert desk.window.notes.texts() == []


def test_a_file_that_cannot_be_read_is_told_of(
    started: Callable[..., WindowDesk], tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "letter.odt"
    file.write_bytes(b"PK")
    desk = started(file, fakes=Fakes(indexing=FakeIndexing(summary=DropSummary(0, 0, 1))))
    told = "Folioscope cannot read this file: letter.odt"
    qtbot.waitUntil(lambda: desk.window.notes.texts() == [told])
    assert desk.fakes.indexing.added == []
    assert desk.window.searches.scope == PageFilter()


def test_a_folder_of_the_library_is_searched_in(
    started: Callable[..., WindowDesk], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = f"{REPORTS}/2024"
    real = "folioscope.gui.searching_in.os.path.isdir"
    monkeypatch.setattr(real, lambda path: path.startswith("/home/me"))
    desk = started(REPORTS, inner)
    wanted = PageFilter(folders=(REPORTS, inner))
    qtbot.waitUntil(lambda: desk.window.searches.scope == wanted)
    assert desk.fakes.indexing.added == []
    assert desk.window.notes.texts() == []


def test_another_folder_is_added_only_once_that_is_agreed_to(
    started: Callable[..., WindowDesk], tmp_path: Path, qtbot: QtBot
) -> None:
    desk = started(tmp_path)
    told = f"{tmp_path.name} is not in this library yet."
    qtbot.waitUntil(lambda: told in desk.window.notes.texts())
    assert desk.fakes.indexing.added == []
    assert desk.window.searches.scope == PageFilter()
    desk.window.notes.press(NOT_ADDED, "Add it and search in it")
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == [str(tmp_path)])
    assert desk.window.searches.scope == PageFilter(folders=(str(tmp_path),))
    assert desk.window.notes.texts() == []


def test_a_later_start_hands_over_to_the_window_that_is_open(
    started: Callable[..., WindowDesk], place: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = started()
    desk.window.show_settings()
    file = tmp_path / "ü.pdf"
    file.write_bytes(b"%PDF-")
    process = later(place, file)
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    assert process.returncode == 0
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == [str(file)])
    assert desk.window.stack.currentWidget() is desk.window.frame


def test_what_comes_before_the_library_is_open_is_not_lost(
    make_desk: Make, place: Path, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    files = [tmp_path / "first.pdf", tmp_path / "second.pdf"]
    for file in files:
        file.write_bytes(b"%PDF-")
    desk = make_desk()
    desk.window.outside.begin(WindowStart(place / "Library", place, (str(files[0]),)))
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(files[1])))
    desk.session.open()
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == list(map(str, files)))
    assert desk.window.searches.scope == PageFilter(folders=tuple(map(str, files)))


def test_a_later_start_without_paths_shows_the_window(
    started: Callable[..., WindowDesk], place: Path, qtbot: QtBot
) -> None:
    desk = started()
    desk.window.set_scope(PageFilter(folders=(REPORTS,)))
    desk.window.showMinimized()
    process = later(place)
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    assert process.returncode == 0
    qtbot.waitUntil(lambda: not desk.window.isMinimized())
    assert desk.window.searches.scope == PageFilter(folders=(REPORTS,))


def test_a_file_that_macos_hands_over_later_is_searched_in(
    started: Callable[..., WindowDesk], tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    file = tmp_path / "later.pdf"
    file.write_bytes(b"%PDF-")
    desk = started()
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(file)))
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == [str(file)])


def test_without_an_open_window_a_start_goes_on(place: Path) -> None:
    assert not hand_over(WindowStart(place / "Library", place))


def test_what_a_window_that_was_killed_left_is_in_nobodys_way(
    started: Callable[..., WindowDesk], place: Path, qtbot: QtBot
) -> None:
    start = WindowStart(place / "Library", place)
    Path(start.address).write_bytes(b"")
    assert not hand_over(start)
    desk = started()
    process = later(place)
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    assert process.returncode == 0
    desk.close()
    assert not Path(start.address).exists()


def test_another_library_has_a_window_of_its_own(
    started: Callable[..., WindowDesk], place: Path
) -> None:
    started()
    assert not hand_over(WindowStart(place / "Other", place))


def test_a_window_that_is_about_to_go_takes_nothing_more(
    started: Callable[..., WindowDesk], place: Path
) -> None:
    desk = started()
    desk.window.outside.stop_listening()
    assert not hand_over(WindowStart(place / "Library", place))


@pytest.mark.parametrize("said", [b"\n", b"[1]\n", b'{"paths": 1}\n', b"\xff\n"])
def test_what_is_no_start_is_left_unanswered(
    started: Callable[..., WindowDesk], place: Path, qtbot: QtBot, said: bytes
) -> None:
    desk = started()
    socket = QLocalSocket()
    socket.connectToServer(WindowStart(place / "Library", place).address)
    assert socket.waitForConnected(3000)
    socket.write(said)
    socket.flush()
    process = later(place)  # comes to its turn after that
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    assert process.returncode == 0
    assert socket.readAll().data() == b""
    assert desk.window.notes.texts() == []


def test_the_folder_of_the_session_is_taken_where_there_is_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = WindowStart(place / "Library", place / "data")
    assert Path(start.address).parent == place / "data"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place / "gone"))
    assert Path(start.address).parent == place / "data"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    assert Path(start.address).parent == place


def test_the_first_start_of_all_listens_too(
    started: Callable[..., WindowDesk], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "Library").mkdir()
    (place / "link").symlink_to(place / "Library")
    monkeypatch.setattr("tests.gui.test_start.DATA", "new/data")
    started()
    again = WindowStart(place / "link", place / "new" / "data")  # the same library by another name
    assert Path(again.address).exists()


def test_a_path_too_long_for_a_socket_is_done_without(tmp_path: Path) -> None:
    start = WindowStart(tmp_path / "Library", tmp_path / ("x" * 120))
    assert start.address == ""
    assert not hand_over(start)
