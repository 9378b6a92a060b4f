"""The window as somebody uses it, over services that answer at once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QClipboard, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import (
    DiskFullError,
    FingerprintMismatchError,
    LibraryBusyError,
    LibraryDamagedError,
)
from folioscope.domain.protocols import StoreStats
from folioscope.domain.queries import ParsedQuery, ProblemKind, QueryProblem
from folioscope.domain.results import SearchResults, Strength, Suggestion
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from tests.gui.desk import WindowDesk
from tests.gui.fakes import Fakes, answer, result

Make = Callable[..., WindowDesk]


def type_query(desk: WindowDesk, qtbot: QtBot, text: str) -> None:
    desk.window.bar.field.setFocus()
    qtbot.keyClicks(desk.window.bar.field, text)


def ask(desk: WindowDesk, qtbot: QtBot, text: str, shown: int) -> None:
    type_query(desk, qtbot, text)
    answers = desk.window.centre.answers
    whole = desk.window.bar.field.text()
    qtbot.waitUntil(lambda: answers.found() is not None and answers.found().query.raw == whole)
    assert len(desk.shown) == shown


# --- starting --------------------------------------------------------------------------------


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


# --- searching -------------------------------------------------------------------------------


def test_typing_asks_once_and_shows_counts(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.search.answers["map"] = answer("map", [result(1), result(2), result(2, page=4)])
    ask(desk, qtbot, "map", 3)
    assert [text for text, _ in desk.fakes.search.asked] == ["map"]
    assert desk.window.bar.chips.count.text() == "3 pages in 2 documents"


def test_the_best_page_comes_up_beside_and_escape_steps_back(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    desk.fakes.search.answers["map"] = answer("map", [result(1), result(2), result(3)])
    ask(desk, qtbot, "map", 3)
    window = desk.window
    qtbot.waitUntil(lambda: window.frame.is_panel_open)
    qtbot.keyClick(window.bar.field, Qt.Key.Key_Down)
    assert window.centre.answers.view.view.hasFocus()
    window.pages.show_large(window.centre.answers.view.current())
    assert window.pages.is_large
    for step in ("large", "panel", "query"):
        window.keys.step_back()
        assert not window.pages.is_large, step
    assert not window.frame.is_panel_open
    assert window.bar.field.text() == ""


def test_weaker_pages_come_when_asked_for_and_go_with_the_next_query(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    weak = [result(5, strength=Strength.WEAK), result(6, strength=Strength.WEAK)]
    desk.fakes.search.answers["map"] = answer("map", [result(1)], weaker=weak)
    ask(desk, qtbot, "map", 1)
    link = desk.window.bar.chips.weaker
    assert link.text() == "Show 2 weaker"
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert len(desk.shown) == 3
    assert link.text() == "Hide weaker"
    ask(desk, qtbot, "s", 2)
    assert not desk.window.centre.answers.shows_weaker


def test_no_good_match_shows_closest_pages_and_other_queries(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    text = "helicopter rotor"
    desk.fakes.search.answers[text] = SearchResults(
        query=ParsedQuery(text, text),
        weaker=(result(4, strength=Strength.WEAK),),
        no_good_match=True,
        explanation="No page has all of your words, and none is close in meaning.",
        suggestions=(Suggestion("Drop “helicopter”", "rotor"),),
    )
    ask(desk, qtbot, text, 1)
    header = desk.window.centre.answers.header
    assert header.isVisible()
    assert header.title.text() == "No good match"
    qtbot.mouseClick(header.links()[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.fakes.search.asked[-1][0] == "rotor")
    qtbot.waitUntil(lambda: not header.isVisible())


def test_nothing_found_says_so(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.search.answers["zzz"] = answer("zzz", [])
    ask(desk, qtbot, "zzz", 0)
    header = desk.window.centre.answers.header
    assert header.title.text() == "Nothing found"
    assert header.explanation.text() == "None of your words is in this library."


def test_a_problem_is_explained_and_its_link_mends_the_query(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    text = "map after:june"
    message = "“after:june” is not a date, so it was left out. Use after:2026-06"
    problem = QueryProblem(ProblemKind.BAD_DATE, 4, 14, message, "after:2026-06")
    found = answer(text, [result(1)])
    query = replace(found.query, problems=(problem,))
    desk.fakes.search.answers[text] = replace(found, query=query)
    ask(desk, qtbot, text, 1)
    notes = desk.window.bar.problems
    assert notes.isVisible()
    link = next(b for b in notes.links() if b.text() == "Use after:2026-06")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert desk.window.bar.field.text() == "map after:2026-06"
    qtbot.waitUntil(lambda: not notes.isVisible())


def test_a_slow_answer_is_announced_until_it_comes(desk: WindowDesk, qtbot: QtBot) -> None:
    gate = desk.fakes.search.gates["map"] = threading.Event()
    type_query(desk, qtbot, "map")
    count = desk.window.bar.chips.count
    qtbot.waitUntil(lambda: count.text() == "Searching…")
    gate.set()
    qtbot.waitUntil(lambda: count.text() == "2 pages in 2 documents")


def test_growth_asks_again_and_keeps_the_chosen_page(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.search.answers["map"] = answer("map", [result(1), result(2)])
    ask(desk, qtbot, "map", 2)
    view = desk.window.centre.answers.view
    view.choose(result(2))
    more = [result(3), result(1), result(2)]
    desk.fakes.search.answers["map"] = answer("map", more)
    desk.window.indexing.library_changed.emit()
    qtbot.waitUntil(lambda: len(desk.shown) == 3)
    assert view.current() == result(2)


# --- filters ---------------------------------------------------------------------------------


def test_a_folder_of_the_sidebar_becomes_a_chip_and_back(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.window.sidebar.folder_chosen.emit("/home/me/Reports")
    qtbot.waitUntil(lambda: desk.fakes.search.browsed[-1].folders == ("/home/me/Reports",))
    chips = desk.window.bar.chips.chips()
    assert [chip.text().strip() for chip in chips] == ["Reports"]
    qtbot.keyClick(chips[0], Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: desk.fakes.search.browsed[-1].folders == ())


def test_removing_a_folder_asks_first(
    desk: WindowDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    desk.window.sidebar.rows.remove.emit("/home/me/Reports")
    assert desk.fakes.library.removed == []
    desk.window.sidebar.rows.remove.emit("/home/me/Reports")
    qtbot.waitUntil(lambda: desk.fakes.library.removed == ["/home/me/Reports"])
    qtbot.waitUntil(lambda: len(desk.window.sidebar.folders()) == 1)


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[QClipboard]:
    """The clipboard, emptied afterwards: what is left on it outlives the interpreter."""
    yield qapp.clipboard()
    qapp.clipboard().clear()


# --- adding ----------------------------------------------------------------------------------


def held_files() -> QMimeData:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile("/home/me/New"), QUrl.fromLocalFile("/home/me/a.pdf")])
    return held


def test_files_held_over_the_window_are_counted_and_dropped_ones_added(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    held, window = held_files(), desk.window
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(50, 50), copy, held, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    card = window.drops.card()
    qtbot.waitUntil(lambda: card.title() == "Add 2 folders and 3 files")
    assert card.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPoint(50, 50), copy, held, left, none))
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == ["/home/me/New", "/home/me/a.pdf"])
    assert not card.isVisible()


def test_a_picture_on_the_clipboard_begins_an_empty_library(
    make_desk: Make, qtbot: QtBot, clipboard: QClipboard
) -> None:
    fakes = Fakes()
    fakes.library.counts = []
    fakes.library.figures = StoreStats(0, 0, 0, 0, 0, 0)
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: desk.window.centre.is_first_run)
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    clipboard.setImage(image)
    desk.window.keys.paste()
    qtbot.waitUntil(lambda: fakes.indexing.added == ["/home/me/pasted/1.png"])
    assert fakes.pages.pasted[0].startswith(b"\x89PNG")


def test_files_on_the_clipboard_are_added_where_they_are(
    desk: WindowDesk, qtbot: QtBot, clipboard: QClipboard
) -> None:
    clipboard.setMimeData(held_files())
    desk.window.keys.paste()
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == ["/home/me/New", "/home/me/a.pdf"])


# --- errors while reading --------------------------------------------------------------------


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


# --- keys, narrow windows, memory ------------------------------------------------------------


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
