"""The model of results keeps Qt's promises and the rows that stay."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from folioscope.domain.results import SearchResult
from folioscope.gui.results.result_model import ResultListModel, ResultRole
from tests.gui.fakes import result


@pytest.fixture
def model(qapp: object) -> ResultListModel:
    made = ResultListModel()
    # a tester of its own stays and watches every change
    made.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return made


def hits(*numbers: int) -> list[SearchResult]:
    return [result(number) for number in numbers]


@pytest.mark.parametrize(
    "after",
    [(), (1,), (1, 2, 3), (9, 1, 2, 3), (1, 9, 3), (1, 3), (1, 2, 3, 4, 5), (7, 8), (3, 2, 1)],
    ids=str,
)
def test_whatever_comes_next_is_shown(model: ResultListModel, after: tuple[int, ...]) -> None:
    model.replace(hits(1, 2, 3))
    model.replace(hits(*after), weaker_from=min(1, len(after)))
    shown = [model.data(model.index(row), ResultRole.RESULT) for row in range(model.rowCount())]
    assert shown == hits(*after)
    assert model.weaker_from == min(1, len(after))


def test_rows_that_stay_keep_their_indices(model: ResultListModel) -> None:
    model.replace(hits(1, 2, 3))
    last = QPersistentModelIndex(model.index(2))
    model.replace(hits(7, 8, 1, 2, 3))
    assert last.row() == 4
    model.replace(hits(7, 3))
    assert last.row() == 1


def test_added_pages_are_inserted_and_not_reset(model: ResultListModel, qtbot: QtBot) -> None:
    model.replace(hits(1, 2))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsInserted) as told:
        model.replace(hits(1, 2, 3, 4))
    assert told.args[1:] == [2, 3]


def test_it_finds_rows_by_page_and_by_name(model: ResultListModel) -> None:
    model.replace([result(1, path="/a/Zebra.pdf"), result(2, path="/a/apple.pdf"), result(3)])
    assert model.row_of(result(3).ref) == 2
    assert model.row_of(result(9).ref) == -1
    assert model.row_named("AP", start=0) == 1
    assert model.row_named("zeb", start=2) == 0
    assert model.row_named("q", start=0) == -1


def test_it_says_what_screen_readers_need(model: ResultListModel) -> None:
    model.replace([result(1, page=12)])
    text = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert text == "report 1.pdf, page 12, strong match: map"


def test_names_that_are_no_text_are_shown_all_the_same(model: ResultListModel) -> None:
    model.replace([result(1, path="/a/\udcffold.pdf")])
    text = model.data(model.index(0), Qt.ItemDataRole.DisplayRole)
    assert text == "?old.pdf, p. 1"
