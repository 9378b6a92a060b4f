"""The results as a user meets them: by keyboard, by pointer, and while answers come in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from folioscope.domain.results import SearchResult, SearchResults, Strength
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.results.results_view import ResultsView
from tests.gui.fakes import Fakes, answer, document_id, result

Key = Qt.Key


@pytest.fixture
def view(qtbot: QtBot, fakes: Fakes, runner: JobRunner) -> Iterator[ResultsView]:
    services = fakes.services()
    made = ResultsView(lambda: services, runner)
    qtbot.addWidget(made)
    made.resize(800, 700)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    qtbot.waitUntil(lambda: runner.open_jobs == 0)


def many(count: int, *, start: int = 1) -> SearchResults:
    return answer("map", [result(number) for number in range(start, start + count)])


def chosen_page(view: ResultsView) -> SearchResult:
    current = view.current()
    assert current is not None
    return current


def test_the_best_page_is_chosen_and_told(qtbot: QtBot, view: ResultsView) -> None:
    with qtbot.waitSignal(view.current_changed) as told:
        view.set_results(many(10), show_weaker=False)
    assert told.args == [result(1)]
    assert view.current() == result(1)
    assert view.selected() == (result(1),)


def test_keys_move_choose_open_and_peek(qtbot: QtBot, view: ResultsView) -> None:
    view.set_results(many(10), show_weaker=False)
    qtbot.keyClick(view.grid, Key.Key_Right)
    qtbot.keyClick(view.grid, Key.Key_Down)
    assert chosen_page(view) == result(6)
    with qtbot.waitSignal(view.activated) as large:
        qtbot.keyClick(view.grid, Key.Key_Return)
    with qtbot.waitSignal(view.open_requested) as opened:
        qtbot.keyClick(view.grid, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(view.peek_requested) as peeked:
        qtbot.keyClick(view.grid, Key.Key_Space)
    assert large.args == opened.args == peeked.args == [result(6)]


def test_shift_selects_to_the_next_line(qtbot: QtBot, view: ResultsView) -> None:
    view.set_results(many(12), show_weaker=False)
    columns = view.grid.tiles.columns
    qtbot.keyClick(view.grid, Key.Key_Right)
    qtbot.keyClick(view.grid, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [hit.ref for hit in view.selected()] == [
        result(number).ref for number in range(2, columns + 3)
    ]


def test_shift_and_click_select_across_lines(qtbot: QtBot, view: ResultsView) -> None:
    view.set_results(many(12), show_weaker=False)
    columns = view.grid.tiles.columns
    middle = [view.grid.visualRect(view.model.index(row)).center() for row in range(12)]
    left, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    # from the end of the first line to the beginning of the third
    qtbot.mouseClick(view.grid.viewport(), left, pos=middle[columns - 1])
    qtbot.mouseClick(view.grid.viewport(), left, shift, pos=middle[2 * columns])
    assert len(view.selected()) == columns + 2


def test_letters_go_to_the_next_file_of_that_name(qtbot: QtBot, view: ResultsView) -> None:
    names = ("/a/alpha.pdf", "/a/beta.pdf", "/a/bravo.pdf")
    hits = [result(number, path=path) for number, path in enumerate(names, 1)]
    view.set_results(answer("map", hits), show_weaker=False)
    qtbot.keyClicks(view.grid, "br")
    assert chosen_page(view) == hits[2]


def test_a_double_click_shows_large(qtbot: QtBot, view: ResultsView) -> None:
    view.set_results(many(3), show_weaker=False)
    place = view.grid.visualRect(view.model.index(1)).center()
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(view.grid.viewport(), left, pos=place)
    with qtbot.waitSignal(view.activated) as told:
        qtbot.mouseDClick(view.grid.viewport(), left, pos=place)
    assert told.args == [result(2)]


def test_the_chosen_page_keeps_its_place_while_pages_are_added(
    qtbot: QtBot, view: ResultsView
) -> None:
    view.set_results(many(60, start=100), show_weaker=False)
    view.choose(result(130))
    before = view.grid.visualRect(view.grid.currentIndex())
    with qtbot.assertNotEmitted(view.current_changed):
        same = chosen_page(view)
        grown = replace(many(68, start=92), results=(*many(8, start=92).results,
                        *view.model.results))  # fmt: skip
        view.set_results(grown, show_weaker=False)
    assert chosen_page(view) is same
    assert view.grid.visualRect(view.grid.currentIndex()) == before
    assert view.selected() == (same,)


def test_another_question_starts_at_the_top(qtbot: QtBot, view: ResultsView) -> None:
    view.set_results(many(60), show_weaker=False)
    qtbot.keyClick(view.grid, Key.Key_End)
    assert view.grid.verticalOffset() > 0
    view.set_results(many(60, start=500), show_weaker=False)
    assert view.grid.verticalOffset() == 0
    assert chosen_page(view) == result(500)


def test_no_results_is_told(qtbot: QtBot, view: ResultsView) -> None:
    view.set_results(many(2), show_weaker=False)
    with qtbot.waitSignal(view.current_changed) as told:
        view.set_results(answer("nothing"), show_weaker=False)
    assert told.args == [None]
    assert view.current() is None
    qtbot.keyClick(view.grid, Key.Key_Down)


def test_weaker_ones_come_last_and_apart_when_asked(view: ResultsView) -> None:
    weaker = [result(number, strength=Strength.WEAK) for number in (7, 8)]
    found = answer("map", [result(1), result(2)], weaker=weaker)
    view.set_results(found, show_weaker=False)
    assert len(view.model.results) == 2
    view.set_results(found, show_weaker=True)
    assert view.model.results == (*found.results, *weaker)
    first = view.grid.visualRect(view.model.index(2))
    assert first.top() > view.grid.visualRect(view.model.index(1)).bottom() + 10


def test_the_closest_pages_are_shown_where_there_is_no_good_match(view: ResultsView) -> None:
    view.set_results(answer("x", [], weaker=[result(3, strength=Strength.WEAK)]), show_weaker=False)
    assert len(view.model.results) == 1


def test_documents_show_the_same_page_chosen(qtbot: QtBot, view: ResultsView) -> None:
    hits = [result(1, page=1), result(2), *(result(1, page=page) for page in range(2, 8))]
    view.set_results(answer("map", hits), show_weaker=False)
    view.choose(hits[-1])
    view.set_mode(documents=True)
    assert view.view is view.documents
    assert chosen_page(view) == hits[-1]
    assert not view.documents.visualRect(view.documents.currentIndex()).isEmpty()
    qtbot.keyClick(view.documents, Key.Key_Home)
    view.set_mode(documents=False)
    assert chosen_page(view) == hits[0]


def test_two_more_unfolds_a_document(qtbot: QtBot, view: ResultsView) -> None:
    hits = [result(1, page=page) for page in range(1, 6)]
    view.set_results(answer("map", hits), show_weaker=False)
    view.set_mode(documents=True)
    documents = view.documents
    assert documents.isIndexHidden(view.model.index(4))
    block = documents.groups.blocks[0]
    link = documents._link_rect(block, documents._link(block)).center()
    qtbot.mouseClick(documents.viewport(), Qt.MouseButton.LeftButton, pos=link)
    assert not documents.isIndexHidden(view.model.index(4))
    qtbot.keyClick(documents, Key.Key_Minus)
    assert documents.isIndexHidden(view.model.index(4))
    assert block.document_id == document_id(1)


def test_only_rows_in_sight_get_pictures(
    qtbot: QtBot, fakes: Fakes, runner: JobRunner, view: ResultsView
) -> None:
    view.set_results(many(2000), show_weaker=False)
    seen = len(view.grid.visible_rows())
    assert seen < 40
    qtbot.waitUntil(lambda: view.loader.thumbnail(result(1).ref) is not None)
    qtbot.waitUntil(lambda: runner.open_jobs == 0)
    got = [n for n in range(1, 2001) if view.loader.thumbnail(result(n).ref) is not None]
    assert got == list(range(1, seen + 1))


def test_a_tooltip_tells_what_the_tile_cannot(qtbot: QtBot, view: ResultsView) -> None:
    hit = replace(result(1), paths=("/a/one.pdf", "/b/two.pdf"), is_away=True)
    view.set_results(answer("map", [hit]), show_weaker=False)
    place = view.grid.visualRect(view.model.index(0)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, place, view.grid.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.grid.viewport(), event)
    text = QToolTip.text()
    assert "one.pdf, p. 1" in text
    assert "Strong match" in text
    assert "2 copies" in text
    assert "not connected" in text
    QToolTip.hideText()


def test_screen_readers_hear_each_page(view: ResultsView) -> None:
    view.set_results(many(3), show_weaker=False)
    table = QAccessible.queryAccessibleInterface(view.grid)
    assert table is not None
    assert table.text(QAccessible.Text.Name) == "Pages found"
    names = [table.child(n).text(QAccessible.Text.Name) for n in range(table.childCount())]
    assert "report 2.pdf, page 1, strong match: map" in names


def test_wider_tiles_leave_fewer_columns(view: ResultsView) -> None:
    view.set_results(many(30), show_weaker=False)
    before = view.grid.tiles.columns
    view.set_tile_width(300)
    assert view.grid.tiles.columns < before
    first = view.grid.visualRect(view.model.index(0))
    assert first.top() == 0


def test_the_pointer_finds_what_is_beneath_after_scrolling(view: ResultsView) -> None:
    view.set_results(many(200), show_weaker=False)
    view.grid.verticalScrollBar().setValue(1000)
    for row in view.grid.visible_rows():
        rect = view.grid.visualRect(view.model.index(row))
        assert view.grid.indexAt(rect.center()).row() == row
    assert not view.grid.indexAt(QPoint(-20, 10)).isValid()


def test_another_query_starts_at_the_best_page(view: ResultsView) -> None:
    view.set_results(many(60), show_weaker=False)
    view.choose(result(50))
    view.set_results(
        answer("chart", [result(number) for number in range(20, 60)]), show_weaker=False
    )
    assert chosen_page(view) == result(20)
    assert view.view.verticalScrollBar().value() == 0


def test_a_list_of_all_pages_stays_at_its_top_while_it_grows(view: ResultsView) -> None:
    view.set_results(answer("", [result(number) for number in range(50, 60)]), show_weaker=False)
    view.set_results(answer("", [result(number) for number in range(1, 60)]), show_weaker=False)
    assert chosen_page(view) == result(1)
    assert view.view.verticalScrollBar().value() == 0
