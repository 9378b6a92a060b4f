"""When the library is asked, and which answer is shown."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.search_controller import SearchController
from tests.gui.fakes import Fakes


class Desk:
    """A controller over fakes, with what it answered."""

    def __init__(self) -> None:
        self.fakes = Fakes()
        self.runner = JobRunner()
        self.may_open = threading.Event()
        self.session = LibrarySession(self._open, self.runner)
        self.controller = SearchController(self.session)
        self.shown: list[str] = []
        self.repeats: list[bool] = []
        self.controller.answered.connect(self._note)

    def _open(self) -> object:
        self.may_open.wait(10)
        return self.fakes.services()

    def _note(self, results: SearchResults, is_repeat: bool) -> None:
        self.shown.append(results.query.raw)
        self.repeats.append(is_repeat)


@pytest.fixture
def closed_desk(qapp: object) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.may_open.set()
    for gate in desk.fakes.search.gates.values():
        gate.set()
    assert desk.runner.shutdown()


@pytest.fixture
def desk(closed_desk: Desk, qtbot: QtBot) -> Desk:
    closed_desk.may_open.set()
    closed_desk.session.open()
    qtbot.waitUntil(lambda: closed_desk.shown == [""])
    closed_desk.shown.clear()
    closed_desk.repeats.clear()
    return closed_desk


def test_typing_asks_once(desk: Desk, qtbot: QtBot) -> None:
    for text in ("m", "ma", "map"):
        desk.controller.set_text(text)
    qtbot.waitUntil(lambda: desk.shown == ["map"])
    assert [text for text, _ in desk.fakes.search.asked] == ["map"]


def test_a_stale_answer_never_shows(desk: Desk, qtbot: QtBot) -> None:
    gate = desk.fakes.search.gates["old"] = threading.Event()
    desk.controller.set_text("old")
    desk.controller.ask_now()
    qtbot.waitUntil(lambda: bool(desk.fakes.search.asked))
    desk.controller.set_text("new")
    desk.controller.ask_now()
    gate.set()
    qtbot.waitUntil(lambda: desk.shown == ["new"])
    assert desk.runner.open_jobs == 0


def test_a_query_typed_before_the_library_is_open_waits_for_it(
    closed_desk: Desk, qtbot: QtBot
) -> None:
    closed_desk.session.open()
    closed_desk.controller.set_text("early")
    closed_desk.controller.ask_now()
    assert closed_desk.fakes.search.asked == []
    closed_desk.may_open.set()
    qtbot.waitUntil(lambda: closed_desk.shown == ["early"])


def test_a_filter_asks_at_once_with_the_same_words(desk: Desk, qtbot: QtBot) -> None:
    desk.controller.set_text("map")
    scope = PageFilter(folders=("/home/me/Reports",))
    desk.controller.set_scope(scope)
    qtbot.waitUntil(lambda: desk.shown == ["map"])
    assert desk.fakes.search.asked == [("map", scope)]


def test_a_repeat_waits_for_the_question_under_way(desk: Desk, qtbot: QtBot) -> None:
    gate = desk.fakes.search.gates["map"] = threading.Event()
    desk.controller.set_text("map")
    desk.controller.ask_now()
    qtbot.waitUntil(lambda: bool(desk.fakes.search.asked))
    desk.controller.repeat()
    assert len(desk.fakes.search.asked) == 1
    gate.set()
    qtbot.waitUntil(lambda: desk.shown == ["map", "map"])
    assert desk.repeats == [False, True]


def test_an_error_is_told(desk: Desk, qtbot: QtBot) -> None:
    desk.fakes.search.error = ValueError("x")
    with qtbot.waitSignal(desk.controller.failed):
        desk.controller.set_text("map")
