"""The field and what stands below it."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from folioscope.domain.protocols import PageCount
from folioscope.domain.queries import PageFilter
from folioscope.gui.search_bar.earlier_queries import EarlierQueries
from folioscope.gui.search_bar.filter_menu import filter_menu
from folioscope.gui.search_bar.search_bar import SearchBar
from folioscope.gui.search_bar.search_field import SearchField


@pytest.fixture
def bar(qtbot: QtBot) -> SearchBar:
    made = SearchBar(EarlierQueries(["second", "first"]))
    qtbot.addWidget(made)
    made.resize(900, 140)
    made.show()
    return made


@pytest.fixture
def field(bar: SearchBar) -> SearchField:
    return bar.field


def test_up_and_down_walk_through_earlier_queries(field: SearchField, qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "draft")
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(field, key)
        seen.append(field.text())
    assert seen == ["second", "first", "first", "second", "draft"]


def test_down_leads_into_the_pages_when_not_walking(field: SearchField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.down_pressed):
        qtbot.keyClick(field, Qt.Key.Key_Down)


def test_clear_shows_only_where_there_is_something_to_clear(
    field: SearchField, qtbot: QtBot
) -> None:
    assert not field.clear_button.isVisible()
    qtbot.keyClicks(field, "map")
    qtbot.mouseClick(field.clear_button, Qt.MouseButton.LeftButton)
    assert field.text() == ""
    assert not field.clear_button.isVisible()


def test_a_wave_does_not_change_what_was_typed(field: SearchField) -> None:
    field.setText("map after:june")
    field.show_problems([(4, 14)])
    assert field.text() == "map after:june"


def test_a_wave_waits_while_an_input_method_composes(field: SearchField) -> None:
    composing = QInputMethodEvent("ㄉㄧ", [])
    QApplication.sendEvent(field, composing)
    field.show_problems([(0, 1)])
    committed = QInputMethodEvent()
    committed.setCommitString("地")
    QApplication.sendEvent(field, committed)
    assert field.text() == "地"


def test_the_segment_is_one_stop_with_arrows_inside(bar: SearchBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.documents_wanted) as told:
        qtbot.keyClick(bar.mode, Qt.Key.Key_Right)
    assert told.args == [True]
    stops = [b for b in bar.mode.children() if getattr(b, "focusPolicy", None)]
    assert sum(b.focusPolicy() == Qt.FocusPolicy.TabFocus for b in stops) == 1


def test_everything_has_a_name_for_screen_readers(bar: SearchBar) -> None:
    for kind in (QAbstractButton, QLineEdit, QSlider):
        for widget in bar.findChildren(kind):
            assert widget.accessibleName() or not widget.isVisible(), widget


def test_the_filter_menu_sends_changed_filters(bar: SearchBar) -> None:
    sent: list[PageFilter] = []
    menu = filter_menu(
        bar,
        PageFilter(folders=("/a/B",)),
        [PageCount("/a/B", 3, 1, False), PageCount("/a/C", 3, 1, False)],
        sent.append,
        today=date(2026, 6, 1),
    )
    folders = menu.actions()[0].menu().actions()
    assert [a.isChecked() for a in folders] == [True, False]
    folders[0].trigger()
    folders[1].trigger()
    dates = menu.actions()[2].menu().actions()
    dates[0].trigger()
    assert sent == [
        PageFilter(),
        PageFilter(folders=("/a/C",)),
        PageFilter(folders=("/a/B",), after=date(2026, 1, 1)),
    ]


def test_earlier_queries_are_few_and_not_doubled() -> None:
    earlier = EarlierQueries()
    for number in range(80):
        earlier.note(f"query {number % 60}")
    assert len(earlier.all()) == 50
    assert len(set(earlier.all())) == 50
    assert earlier.all()[0] == "query 19"
