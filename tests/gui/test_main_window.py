"""The window as somebody uses it: opening, keys, narrow screens, memory."""

import threading

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import (
    DiskFullError,
    FingerprintMismatchError,
    LibraryBusyError,
    LibraryDamagedError,
)
from folioscope.domain.protocols import StoreStats
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from tests.gui.asking import Make, ask, type_query
from tests.gui.desk import WindowDesk
from tests.gui.fakes import Fakes, answer, result


def test_the_title_names_the_library(desk: WindowDesk) -> None:
    assert desk.window.windowTitle() == "Research – Folioscope"


def test_the_field_can_be_typed_in_before_the_library_is_open(
    make_desk: Make, qtbot: QtBot
) -> None:
    desk = make_desk()
    assert desk.session.services() is None
    type_query(desk, qtbot, "map")
    desk.session.open()
    # once or oftener: what is asked is repeated when a run of indexing ends
    qtbot.waitUntil(lambda: {text for text, _ in desk.fakes.search.asked} == {"map"})


def test_an_empty_library_shows_what_to_do_and_adds_the_samples(
    make_desk: Make, qtbot: QtBot
) -> None:
    fakes = Fakes()
    fakes.library.counts = []
    fakes.library.figures = StoreStats(0, 0, 0, 0, 0, 0)
    fakes.search.all_pages = answer("", [])
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: desk.window.centre.is_first_run)
    qtbot.mouseClick(desk.window.centre.first_run.samples_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(fakes.indexing.added) == 4)
    fakes.library.counts = Fakes().library.counts
    desk.window.indexing.library_changed.emit()
    qtbot.waitUntil(lambda: not desk.window.centre.is_first_run)
    assert desk.window.bar.field.hasFocus()


def test_a_library_that_is_in_use_is_told_and_can_be_tried_again(
    make_desk: Make, qtbot: QtBot
) -> None:
    desk = make_desk()
    opening = iter([LibraryBusyError("This library is open in another window.")])

    def open_services() -> object:
        for error in opening:
            raise error
        return desk.fakes.services()

    desk.session._open_services = open_services
    desk.session.open()
    notes = desk.window.notes
    qtbot.waitUntil(lambda: notes.texts() == ["This library is open in another window."])
    notes.press("opening", "Try again")
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    assert notes.texts() == []


@pytest.mark.parametrize(
    ("error", "link"),
    [
        (LibraryDamagedError("Part of the library cannot be read."), "Repair"),
        (FingerprintMismatchError("Made in another way."), "Read everything again"),
    ],
)
def test_a_library_that_does_not_open_can_be_mended(
    qtbot: QtBot, make_desk: Make, error: Exception, link: str
) -> None:
    desk = make_desk()

    def refuse() -> object:
        raise error

    desk.session._open_services = refuse
    desk.session._open_for_repair = desk.fakes.services
    desk.session.open()
    qtbot.waitUntil(lambda: bool(desk.window.notes.texts()))
    desk.window.notes.press("opening", link)
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    assert (desk.fakes.library.calls == ["repair"]) == (link == "Repair")
    assert desk.fakes.indexing.rebuilt == (0 if link == "Repair" else 1)


@pytest.mark.parametrize(
    ("error", "link"),
    [
        (DiskFullError("The disk is full."), "Go on"),
        (LibraryDamagedError("Part of the library cannot be read."), "Repair"),
        (FingerprintMismatchError("Made in another way."), "Read everything again"),
    ],
)
def test_errors_of_reading_come_with_what_mends_them(
    desk: WindowDesk, qtbot: QtBot, error: Exception, link: str
) -> None:
    desk.fakes.indexing.error = error
    desk.window.indexing.restart()
    qtbot.waitUntil(lambda: desk.window.notes.texts() == [str(error)])
    desk.fakes.indexing.error = None
    runs = len(desk.fakes.indexing.runs)
    desk.window.notes.press("reading", link)
    if link == "Repair":
        qtbot.waitUntil(lambda: desk.fakes.library.calls == ["repair"])
    else:
        qtbot.waitUntil(lambda: len(desk.fakes.indexing.runs) > runs)
    assert desk.fakes.indexing.rebuilt == (link == "Read everything again")


def test_keys_lead_where_they_should(desk: WindowDesk, qtbot: QtBot) -> None:
    window = desk.window
    window.centre.answers.view.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert window.shows_documents
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.foot.is_activity_open
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.settings_page
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.bar.field.hasFocus()
    qtbot.keyClick(window.bar.field, Qt.Key.Key_Slash)
    assert window.bar.field.text() == "/"


def test_a_narrow_window_makes_the_sidebar_a_drawer(desk: WindowDesk, qtbot: QtBot) -> None:
    window = desk.window
    assert window.sidebar.isVisible()
    window.resize(900, 640)
    qtbot.waitUntil(lambda: not window.sidebar.isVisible())
    window.frame.toggle_sidebar()
    assert window.sidebar.isVisible()
    window.keys.step_back()
    assert not window.sidebar.isVisible()
    window.resize(1440, 900)
    qtbot.waitUntil(window.sidebar.isVisible)


def test_the_panel_stays_closed_until_it_is_asked_for(desk: WindowDesk, qtbot: QtBot) -> None:
    ask(desk, qtbot, "map", 2)
    qtbot.waitUntil(lambda: desk.window.frame.is_panel_open)
    desk.window.pages.close_panel()
    desk.window.centre.answers.view.choose(result(2, page=3))
    assert not desk.window.frame.is_panel_open
    desk.window.pages.toggle_panel()
    assert desk.window.frame.is_panel_open


def test_queries_and_choices_are_there_at_the_next_start(desk: WindowDesk, qtbot: QtBot) -> None:
    ask(desk, qtbot, "map", 2)
    qtbot.keyClick(desk.window.bar.field, Qt.Key.Key_Return)
    desk.window.show_documents(is_on=True)
    desk.window.bar.tile_size.setValue(220)
    assert desk.close()
    again = WindowDesk(desk.folder)
    try:
        assert again.window.shows_documents
        assert again.window.bar.tile_size.value() == 220
        qtbot.keyClick(again.window.bar.field, Qt.Key.Key_Up)
        assert again.window.bar.field.text() == "map"
    finally:
        assert again.close()


def test_closing_does_not_wait_for_a_search_that_hangs(make_desk: Make, qtbot: QtBot) -> None:
    desk = make_desk()
    desk.fakes.search.gates["slow"] = threading.Event()
    desk.session.open()
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    type_query(desk, qtbot, "slow")
    qtbot.waitUntil(lambda: bool(desk.fakes.search.asked))
    assert not desk.runner.shutdown(timeout_ms=20)  # told, not waited for
    desk.fakes.search.gates["slow"].set()


def test_a_session_opens_once(qtbot: QtBot) -> None:
    runner, opened = JobRunner(), []
    session = LibrarySession(lambda: opened.append(1) or Fakes().services(), runner)
    session.open()
    session.open()
    qtbot.waitUntil(lambda: session.services() is not None)
    session.open()
    assert opened == [1]
    assert runner.shutdown()
