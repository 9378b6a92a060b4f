"""Where a page answers the query by look, for all of it and word by word."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope.domain.embeddings import HeatMap, HeatMark, WordHeat
from folioscope.domain.geometry import Box
from folioscope.domain.results import RegionMark, SearchResult, SearchResults, WordMark
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.inspector import Inspector
from folioscope.gui.pages.marks import Marks, is_same_word, with_heat
from folioscope.gui.pages.page_panel import PagePanel
from folioscope.gui.parts import Label
from folioscope.services.look_api import LookPhase, LookState
from tests.gui.fakes import Fakes, answer, result

UPPER, MIDDLE, LOWER = (Box(0.1, y, 0.9, y + 0.15) for y in (0.1, 0.4, 0.7))
MAP_HEAT = WordHeat("map", (HeatMark(LOWER, 0.8),))
HEAT = HeatMap((HeatMark(UPPER, 0.9), HeatMark(LOWER, 0.7)), (MAP_HEAT, WordHeat("coast", ())))


@pytest.fixture
def fakes() -> Fakes:
    made = Fakes()
    made.look.now = LookState(LookPhase.IDLE, "model", 9, 9)
    return made


@pytest.fixture
def panel(qtbot: QtBot, fakes: Fakes, runner: JobRunner) -> Iterator[PagePanel]:
    services = fakes.services()
    made = PagePanel(lambda: services, runner)
    qtbot.addWidget(made)
    made.resize(432, 800)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def found() -> SearchResults:
    hits = [replace(result(1, page=page), page_count=9, regions=()) for page in (2, 5)]
    return answer("map coast", hits)


def show(panel: PagePanel, found: SearchResults, qtbot: QtBot, number: int = 0) -> SearchResult:
    hit = found.results[number]
    panel.show_result(hit, found)
    qtbot.waitUntil(lambda: panel.reader.document is not None and len(panel.reader.text) > 0)
    return hit


def texts(panel: PagePanel) -> list[str]:
    return [label.text() for label in panel.findChildren(Label) if label.isVisible()]


def hover(widget: object) -> None:
    at = QPointF(3, 3)
    QApplication.sendEvent(widget, QEnterEvent(at, at, at))  # type: ignore[call-overload]


def test_what_answers_the_whole_query_is_framed_and_explained(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    ref = found.results[0].ref
    fakes.look.heats[ref, "map coast"] = HEAT
    show(panel, found, qtbot)
    tour = panel.reader.tour
    qtbot.waitUntil(lambda: [m.box for m in tour.marks.looks] == [UPPER, LOWER])
    assert "The framed part matches by look" in texts(panel)
    assert "1 of 3" in texts(panel)
    assert panel.canvas._marks.frames == tour.marks.looks


def test_the_large_page_counts_them_in_its_legend(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.look.heats[found.results[0].ref, "map coast"] = HEAT
    inspector = Inspector(panel.reader)
    qtbot.addWidget(inspector)
    inspector.show()
    show(panel, found, qtbot)
    told = "Answers by look"
    qtbot.waitUntil(lambda: told in [label.text() for label in inspector.findChildren(Label)])


def test_a_row_of_the_legend_lights_its_words_places(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    coast = WordHeat("coast", (HeatMark(MIDDLE, 0.5),))
    fakes.look.heats[found.results[0].ref, "map coast"] = replace(HEAT, words=(MAP_HEAT, coast))
    inspector = Inspector(panel.reader)
    qtbot.addWidget(inspector)
    inspector.show()
    show(panel, found, qtbot)
    legend = inspector.legend
    wanted = ["map, 1", "coast, 1", "Answers by look, 2"]
    qtbot.waitUntil(lambda: [made.accessibleName() for made in legend.rows()] == wanted)
    row = legend.rows()[1]
    hover(row)
    assert panel.canvas._style.only == "coast"
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert panel.canvas._style.only == ""


def test_a_chip_lights_its_words_own_places(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    coast = WordHeat("coast", (HeatMark(MIDDLE, 0.5),))
    fakes.look.heats[found.results[0].ref, "map coast"] = replace(HEAT, words=(MAP_HEAT, coast))
    show(panel, found, qtbot)
    qtbot.waitUntil(lambda: len(panel.chips.chips()) == 2)
    chips = panel.chips.chips()
    assert [chip.accessibleName() for chip in chips] == ["map, 1", "coast, 1"]
    chips[1].setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.canvas._style.only == "coast"
    marks = panel.canvas._marks
    assert [mark.box for mark in marks.lit("coast")] == [MIDDLE]
    assert [mark.box for mark in marks.lit("map")] == [LOWER]
    image = panel.canvas.grab().toImage()
    hover(chips[0])
    assert panel.canvas.grab().toImage() != image


def test_heat_that_comes_late_takes_neither_focus_nor_place(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.look.heat_gate = threading.Event()
    fakes.look.heats[found.results[0].ref, "map coast"] = HEAT
    show(panel, found, qtbot)
    chip = panel.chips.chips()[0]
    chip.setFocus(Qt.FocusReason.TabFocusReason)
    fakes.look.heat_gate.set()
    qtbot.waitUntil(lambda: len(panel.reader.tour.marks.looks) == 2)
    assert chip.hasFocus()
    assert panel.canvas._style.only == "map"
    assert panel.reader.tour.match == 0


def test_a_page_seen_before_has_its_frames_at_once(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.look.heats[found.results[0].ref, "map coast"] = HEAT
    show(panel, found, qtbot)
    qtbot.waitUntil(lambda: len(panel.reader.tour.marks.looks) == 2)
    show(panel, found, qtbot, 1)
    asked = len(fakes.look.asked_heat)
    panel.show_result(found.results[0], found)
    assert len(panel.reader.tour.marks.looks) == 2
    assert len(fakes.look.asked_heat) == asked


def test_a_model_that_is_still_being_loaded_is_asked_again(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    hit = show(panel, found, qtbot)
    qtbot.waitUntil(lambda: len(fakes.look.asked_heat) == 1)
    fakes.look.heats[hit.ref, "map coast"] = HEAT
    with qtbot.waitSignal(panel.reader.heat.awoke):
        pass
    assert len(panel.reader.tour.marks.looks) == 2
    assert len(fakes.look.asked_heat) == 2


def test_the_model_is_not_asked_where_none_is_in_use(
    panel: PagePanel, found: SearchResults, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.look.now = LookState()
    show(panel, found, qtbot)
    qtbot.wait(50)
    assert fakes.look.asked_heat == []


def test_a_page_with_nothing_to_mark_says_so(panel: PagePanel, fakes: Fakes, qtbot: QtBot) -> None:
    bare = replace(result(1), words=(), regions=(), reasons=())
    show(panel, answer("coast", [bare]), qtbot)
    qtbot.waitUntil(lambda: fakes.look.asked_heat != [])
    assert "Found by meaning only" in texts(panel)
    assert len(panel.reader.tour.marks) == 0


def test_frames_that_say_the_same_are_drawn_once_and_never_more_than_three() -> None:
    near = RegionMark(Box(0.1, 0.11, 0.9, 0.26), 0.5)
    others = [RegionMark(Box(0.1 * n, 0.9, 0.1 * n + 0.05, 0.95), 0.5) for n in range(3)]
    marks = with_heat(Marks((WordMark("map", MIDDLE),), (near, *others)), HEAT)
    assert [mark.box for mark in marks.frames] == [UPPER, LOWER, others[0].box]
    assert marks.box(1) == UPPER


@pytest.mark.parametrize(
    ("asked", "found", "same"),
    [("map", "maps", True), ("map", "map", True), ("in", "input", False), ("coast", "map", False)],
)
def test_forms_of_a_word_share_a_chip(asked: str, found: str, same: bool) -> None:
    assert is_same_word(asked, found) is same
