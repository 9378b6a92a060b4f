"""Panel and large page among the keys of the whole window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.gui.desk import WindowDesk
from tests.gui.fakes import answer, result

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def asked(desk: WindowDesk, qtbot: QtBot) -> WindowDesk:
    """The window after a query, with the best page beside the results."""
    desk.window.bar.field.setFocus()
    qtbot.keyClicks(desk.window.bar.field, "map")
    panel = desk.window.pages.panel
    qtbot.waitUntil(lambda: panel.isVisible() and len(panel.reader.text) > 0)
    return desk


def test_matches_are_stepped_through_from_the_results(asked: WindowDesk, qtbot: QtBot) -> None:
    grid, tour = asked.window.centre.answers.view.grid, asked.window.pages.panel.reader.tour
    grid.setFocus()
    qtbot.keyClick(grid, Key.Key_F3)
    assert tour.match == 1
    qtbot.keyClick(grid, Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert tour.match == 0


def test_copying_in_the_panel_copies_the_page_in_sight(asked: WindowDesk, qtbot: QtBot) -> None:
    panel = asked.window.pages.panel
    panel.canvas.setFocus()
    qtbot.keyClick(panel.canvas, Key.Key_N)
    assert panel.reader.result.page_number == 2
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(panel.canvas, Key.Key_C, Ctrl)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "the map")
    qtbot.keyClick(panel.canvas, Key.Key_C, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == "report 1.pdf, page 2"


def test_enter_shows_large_and_escape_comes_back(asked: WindowDesk, qtbot: QtBot) -> None:
    window = asked.window
    grid = window.centre.answers.view.grid
    grid.setFocus()
    qtbot.keyClick(grid, Key.Key_Return)
    assert window.pages.large().isVisible()
    assert window.pages.large().current().ref == window.pages.panel.reader.result.ref
    qtbot.keyClick(window.pages.large().canvas, Key.Key_F3)
    assert window.pages.large().reader.tour.match == 1
    qtbot.keyClick(window.pages.large().canvas, Key.Key_Escape)
    assert not window.pages.large().isVisible()
    assert grid.hasFocus()


def test_the_results_follow_to_the_page_left_in_the_large_view(
    asked: WindowDesk, qtbot: QtBot
) -> None:
    window = asked.window
    view = window.centre.answers.view
    both = [result(1), result(1, page=4)]
    asked.fakes.search.answers["maps"] = answer("maps", both)
    window.bar.field.setFocus()
    qtbot.keyClicks(window.bar.field, "s")
    qtbot.waitUntil(lambda: len(view.model.results) == 2 and view.model.results[1] == both[1])
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Key.Key_Return)
    for _ in range(2):
        qtbot.keyClick(window.pages.large().canvas, Key.Key_F3)
    assert window.pages.large().current().page_number == 4
    qtbot.keyClick(window.pages.large().canvas, Key.Key_Escape)
    assert view.current() == both[1]
