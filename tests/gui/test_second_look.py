"""The best pages are read again when asked, in place, and nothing is lost on the way."""

import threading

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import InferenceError
from tests.gui.desk import WindowDesk
from tests.gui.fake_models import M0

Ctrl = Qt.KeyboardModifier.ControlModifier
BEST_FIRST = ["report 1.pdf 1", "report 2.pdf 3"]


@pytest.fixture
def asked(desk: WindowDesk, qtbot: QtBot) -> WindowDesk:
    """A window with a reranker in use and two pages found."""
    desk.settings.change(reranker=M0)
    desk.window.bar.field.setFocus()
    qtbot.keyClicks(desk.window.bar.field, "map")
    qtbot.waitUntil(lambda: desk.shown == BEST_FIRST)
    return desk


def press(desk: WindowDesk, qtbot: QtBot) -> None:
    qtbot.keyClick(desk.window.bar.field, Qt.Key.Key_Return, Ctrl)


def test_pages_are_put_in_a_new_order_and_the_chosen_one_stays(
    asked: WindowDesk, qtbot: QtBot
) -> None:
    view = asked.window.centre.answers.view
    view.choose(view.model.results[1])
    press(asked, qtbot)
    qtbot.waitUntil(lambda: asked.shown == BEST_FIRST[::-1])
    chosen = view.current()
    assert chosen is not None
    assert chosen.path.endswith("report 2.pdf")
    row = asked.window.bar.chips.second
    assert row.told.text() == "Read again"
    assert not row.ask.isVisible()


def test_its_order_outlasts_growth_but_not_another_question(
    asked: WindowDesk, qtbot: QtBot
) -> None:
    press(asked, qtbot)
    qtbot.waitUntil(lambda: asked.shown == BEST_FIRST[::-1])
    count = len(asked.fakes.search.asked)
    asked.window.indexing.library_changed.emit()
    qtbot.waitUntil(lambda: len(asked.fakes.search.asked) > count)
    qtbot.wait(50)
    assert asked.shown == BEST_FIRST[::-1]
    qtbot.keyClicks(asked.window.bar.field, "s")
    qtbot.waitUntil(lambda: asked.shown == BEST_FIRST)
    assert asked.window.bar.chips.second.ask.isVisible()


def test_progress_is_told_and_escape_leaves_the_results_as_they_are(
    asked: WindowDesk, qtbot: QtBot
) -> None:
    asked.fakes.search.rerank_gate = threading.Event()
    row = asked.window.bar.chips.second
    row.ask.click()
    qtbot.waitUntil(lambda: row.told.text() == "Reading page 7 of 20 again")
    assert row.cancel.isVisible()
    assert not asked.window.bar.chips.count.isVisible()
    qtbot.keyClick(asked.window.bar.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not asked.window.asking.second.is_running)
    assert asked.shown == BEST_FIRST
    assert asked.window.bar.field.text() == "map"
    assert row.ask.isVisible()
    assert asked.window.bar.chips.count.isVisible()


def test_a_new_question_ends_it(asked: WindowDesk, qtbot: QtBot) -> None:
    asked.fakes.search.rerank_gate = threading.Event()
    press(asked, qtbot)
    qtbot.waitUntil(lambda: asked.fakes.search.reranked != [])
    qtbot.keyClicks(asked.window.bar.field, "s")
    qtbot.waitUntil(asked.fakes.search.rerank_gate.is_set)
    qtbot.waitUntil(lambda: asked.fakes.search.asked[-1][0] == "maps")
    qtbot.wait(50)
    assert asked.shown == BEST_FIRST


def test_asked_while_typing_it_waits_for_the_answer(asked: WindowDesk, qtbot: QtBot) -> None:
    qtbot.keyClicks(asked.window.bar.field, "s")
    press(asked, qtbot)
    qtbot.waitUntil(lambda: asked.fakes.search.reranked != [])
    assert asked.fakes.search.reranked[0].query.raw == "maps"


def test_without_a_model_it_says_where_to_get_one(asked: WindowDesk, qtbot: QtBot) -> None:
    asked.settings.change(reranker="")
    press(asked, qtbot)
    window = asked.window
    sentence = "A second look needs a model that is not installed."
    assert window.notes.texts() == [sentence]
    assert asked.fakes.search.reranked == []
    window.notes.press("model", "Open Settings, Models")
    page = window.settings_page
    assert window.stack.currentWidget() is page
    assert page.choice() == page.index_of(page.models)


def test_a_failure_is_told_and_changes_nothing(asked: WindowDesk, qtbot: QtBot) -> None:
    asked.fakes.search.error = InferenceError("The model ran out of memory.")
    press(asked, qtbot)
    qtbot.waitUntil(lambda: asked.window.notes.texts() == ["The model ran out of memory."])
    assert asked.shown == BEST_FIRST


def test_nothing_is_offered_where_no_words_were_asked(asked: WindowDesk, qtbot: QtBot) -> None:
    asked.window.bar.field.clear()
    qtbot.waitUntil(lambda: asked.shown == ["report 1.pdf 1", "report 2.pdf 1"])
    assert not asked.window.bar.chips.second.isVisible()
