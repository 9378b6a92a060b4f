"""One page over the whole window."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageText
from folioscope.domain.results import RegionMark, SearchResults, WordMark
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.film_strip import FilmStripModel
from folioscope.gui.pages.large_page import LargePage
from folioscope.gui.pages.marks import Marks
from folioscope.gui.pages.match_list import MatchListModel, matches_of
from folioscope.gui.parts import Button, Label
from tests.gui.fakes import Fakes, answer, document_id, result

Key = Qt.Key


@pytest.fixture
def found() -> SearchResults:
    hits = [replace(result(1, page=page), page_count=30) for page in (4, 12)]
    return answer("map", [*hits, result(2)])


@pytest.fixture
def large(qtbot: QtBot, fakes: Fakes, runner: JobRunner, found: SearchResults) -> LargePage:
    services = fakes.services()
    made = LargePage(lambda: services, runner)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.open(found.results[0], found)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.canvas.has_picture and len(made.reader.text) > 0)
    return made


def shown(large: LargePage) -> list[str]:
    return [label.text() for label in large.findChildren(Label) if label.isVisible()]


def test_it_shows_page_neighbours_and_facts(large: LargePage) -> None:
    texts = shown(large)
    assert {"report 1.pdf", "4 / 30", "Strong match", "1 of 2", "Closest in meaning"} <= set(texts)
    assert large.strip.currentIndex().row() == 3
    names = [button.accessibleName() for button in large.findChildren(Button)]
    assert "Back to 3 results" in names


def test_the_page_is_drawn_as_sharp_as_the_screen(
    large: LargePage, fakes: Fakes, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: fakes.pages.rendered[-1][1] == large.canvas.wanted_px())


def test_next_match_goes_on_over_pages(large: LargePage, qtbot: QtBot) -> None:
    for _ in range(2):
        qtbot.keyClick(large.canvas, Key.Key_F3)
    assert large.current().page_number == 12
    assert large.strip.currentIndex().row() == 11
    assert "12 / 30" in shown(large)


def test_a_page_chosen_in_the_strip_is_shown(large: LargePage, qtbot: QtBot) -> None:
    large.strip.setCurrentIndex(large.strip.model().index(6))
    assert large.current().page_number == 7
    assert "Not among the results" in shown(large)
    qtbot.keyClick(large.canvas, Key.Key_P)
    assert large.strip.currentIndex().row() == 5


def test_the_list_of_matches_leads_to_them(large: LargePage) -> None:
    model = large.inspector.matches.model()
    assert model.rowCount() == 2
    large.inspector.matches.setCurrentIndex(model.index(1))
    assert large.reader.tour.match == 1
    assert "2 of 2" in shown(large)


def test_ctrl_and_wheel_zoom_about_the_pointer(large: LargePage) -> None:
    at = large.canvas.geometry_now.point_of(QPointF(0.7, 0.6))
    event = QWheelEvent(
        at, large.canvas.viewport().mapToGlobal(at), QPointF().toPoint(), QPointF(0, 240).toPoint(),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(large.canvas.viewport(), event)
    assert large.canvas.zoom == pytest.approx(1.5625)
    moved = large.canvas.geometry_now.point_of(QPointF(0.7, 0.6)) - at
    assert abs(moved.y()) < 30
    assert "156 %" in shown(large)


def test_the_page_turns(large: LargePage, qtbot: QtBot) -> None:
    before = large.canvas.geometry_now.page
    qtbot.keyClick(large.canvas, Key.Key_R)
    after = large.canvas.geometry_now.page
    assert before.width() < before.height()
    assert after.width() > after.height()


def test_escape_goes_back(large: LargePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(large.back_requested):
        qtbot.keyClick(large.canvas, Key.Key_Escape)


def test_narrow_windows_lose_neighbours_first_then_the_inspector(
    large: LargePage, qtbot: QtBot
) -> None:
    large.resize(900, 700)
    assert (large.strip.isVisible(), large.inspector.isVisible()) == (False, True)
    large.resize(700, 700)
    assert (large.strip.isVisible(), large.inspector.isVisible()) == (False, False)
    opener = next(
        b for b in large.findChildren(Button) if b.accessibleName() == "Matches and actions"
    )
    qtbot.mouseClick(opener, Qt.MouseButton.LeftButton)
    assert large.inspector.isVisible()
    with qtbot.assertNotEmitted(large.back_requested):
        qtbot.keyClick(large.canvas, Key.Key_Escape)
    assert not large.inspector.isVisible()
    large.resize(1300, 800)
    assert large.strip.isVisible()
    assert large.inspector.isVisible()


def test_hiding_it_gives_up_what_is_under_way_and_showing_goes_on(
    large: LargePage, fakes: Fakes, runner: JobRunner, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: runner.open_jobs == 0)
    large.hide()
    asked = len(fakes.pages.rendered)
    large.show()
    qtbot.waitUntil(lambda: len(fakes.pages.rendered) > asked)


def test_a_match_is_listed_with_the_text_of_its_line() -> None:
    words = ("Before", "the", "old", "map", "shows", "rivers", "Elsewhere")
    boxes = np.array([[n / 10, 0.1, n / 10 + 0.09, 0.2] for n in range(7)], np.float32)
    lines = np.array([0, 1, 1, 1, 1, 1, 2], np.int32)
    blocks = np.array([0, 0, 0, 0, 0, 0, 1], np.int32)
    text = PageText(words, boxes, lines, blocks)
    mark = WordMark("map", Box(0.3, 0.1, 0.39, 0.2))
    listed = matches_of(Marks((mark,), (RegionMark(Box(0, 0, 0.5, 0.5), 1),)), text)
    around = listed[0].around
    assert around.text == "the old map shows rivers"
    start, end = around.bold[0]
    assert around.text[start:end] == "map"
    assert listed[1].around.text == "The framed part"


def test_models_keep_qts_promises(qapp: object) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    strip, matches = FilmStripModel(), MatchListModel()
    testers = [QAbstractItemModelTester(strip, fatal), QAbstractItemModelTester(matches, fatal)]
    strip.show_document(document_id(1), 5, frozenset({2}))
    strip.show_document(document_id(2), 0, frozenset())
    matches.replace(matches_of(Marks(result().words), PageText()))
    matches.replace([])
    assert len(testers) == 2
