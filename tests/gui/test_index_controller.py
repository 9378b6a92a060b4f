"""Indexing as the window drives it."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import DiskFullError
from folioscope.gui.index_controller import IndexController
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from folioscope.services.api import IndexPhase, IndexState, Pace
from tests.gui.fakes import Fakes


class Desk:
    """A controller over fakes."""

    def __init__(self) -> None:
        self.fakes = Fakes()
        self.indexing = self.fakes.indexing
        self.runner = JobRunner()
        self.session = LibrarySession(self.fakes.opener(), self.runner)
        self.controller = IndexController(self.session)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk()
    made.session.open()
    qtbot.waitUntil(lambda: len(made.indexing.runs) == 1)
    yield made
    made.indexing.gate.set()
    assert made.runner.shutdown()


def test_reading_goes_on_by_itself_once_the_library_is_open(desk: Desk) -> None:
    assert desk.controller.is_running


def test_added_folders_are_read_by_a_new_run(desk: Desk, qtbot: QtBot) -> None:
    desk.controller.add(["/home/me/New"])
    qtbot.waitUntil(lambda: len(desk.indexing.runs) == 2)
    assert desk.indexing.added == ["/home/me/New"]
    assert desk.indexing.contexts[0].token.is_cancelled


def test_a_pasted_picture_is_kept_and_added(desk: Desk, qtbot: QtBot) -> None:
    desk.controller.add_picture(b"png")
    qtbot.waitUntil(lambda: desk.indexing.added == ["/home/me/pasted/1.png"])
    assert desk.fakes.pages.pasted == [b"png"]


def test_pause_and_resume_hold_the_token(desk: Desk) -> None:
    token = desk.indexing.contexts[0].token
    desk.controller.pause()
    assert token.is_paused
    desk.controller.resume()
    assert not token.is_paused


def test_stop_ends_the_run_and_resume_starts_another(desk: Desk, qtbot: QtBot) -> None:
    desk.controller.stop()
    qtbot.waitUntil(lambda: not desk.controller.is_running)
    assert desk.controller.is_stopped
    desk.indexing.gate.clear()
    desk.controller.resume()
    qtbot.waitUntil(lambda: len(desk.indexing.runs) == 2)
    assert not desk.controller.is_stopped


def test_progress_is_told_and_ends_with_a_change(desk: Desk, qtbot: QtBot) -> None:
    states: list[IndexState] = []
    desk.controller.state_changed.connect(states.append)
    desk.indexing.now = IndexState(IndexPhase.READING, reading=Pace(3, 9))
    qtbot.waitUntil(lambda: bool(states))
    assert states[-1].reading == Pace(3, 9)
    with qtbot.waitSignal(desk.controller.library_changed):
        desk.indexing.gate.set()


def test_an_expected_error_of_a_run_is_told(desk: Desk, qtbot: QtBot) -> None:
    desk.indexing.error = DiskFullError("The disk is full.")
    with qtbot.waitSignal(desk.controller.failed) as told:
        desk.controller.add(["/x"])
    assert isinstance(told.args[0], DiskFullError)


def test_what_another_process_wrote_is_taken_in(desk: Desk, qtbot: QtBot) -> None:
    desk.fakes.library.changed = True
    with qtbot.waitSignal(desk.controller.library_changed, timeout=4000):
        pass
