"""The window answers queries, explains what is wrong with them, and filters."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.queries import ParsedQuery, ProblemKind, QueryProblem
from folioscope.domain.results import SearchResults, Strength, Suggestion
from tests.gui.asking import ask, type_query
from tests.gui.desk import WindowDesk
from tests.gui.fakes import answer, result


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
