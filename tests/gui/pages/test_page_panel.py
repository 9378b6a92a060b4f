"""The panel beside the results, over services that answer at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import DocumentError
from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageImage, PageRef, TextSource
from folioscope.domain.protocols import Cancellation
from folioscope.domain.results import SearchResults, WordMark
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.page_panel import PagePanel
from folioscope.gui.parts import Button, Label
from folioscope.gui.theme import colour
from folioscope.services.api import DocumentView
from tests.gui.fakes import FakePages, Fakes, answer, result

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


@dataclass
class TroubledPages(FakePages):
    """Pages of a file that is locked, away, or cannot be drawn."""

    is_locked: bool = False
    is_away: bool = False
    error: Exception | None = None

    def render(
        self, ref: PageRef, *, longest_px: int, token: Cancellation | None = None
    ) -> PageImage:
        if self.error is not None:
            raise self.error
        return super().render(ref, longest_px=longest_px, token=token)

    def document(self, ref: PageRef) -> DocumentView:
        told = super().document(ref)
        return replace(told, is_locked=self.is_locked, is_away=self.is_away)


@pytest.fixture
def pages(fakes: Fakes) -> TroubledPages:
    fakes.pages = TroubledPages()
    return fakes.pages


@pytest.fixture
def panel(
    qtbot: QtBot, fakes: Fakes, pages: TroubledPages, runner: JobRunner
) -> Iterator[PagePanel]:
    services = fakes.services()
    made = PagePanel(lambda: services, runner)
    qtbot.addWidget(made)
    made.resize(432, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def found() -> SearchResults:
    words = (*result(1).words, WordMark("river", Box(0.5, 0.6, 0.6, 0.63)))
    first = replace(result(1, page=2), words=words, page_count=9)
    return answer("map river", [first, replace(result(1, page=5), page_count=9)])


def shown(panel: PagePanel) -> list[str]:
    return [label.text() for label in panel.findChildren(Label) if label.isVisible()]


def button(panel: PagePanel, name: str) -> Button:
    return next(b for b in panel.findChildren(Button) if b.accessibleName().startswith(name))


def load(panel: PagePanel, found: SearchResults, qtbot: QtBot, number: int = 0) -> None:
    panel.show_result(found.results[number], found)
    qtbot.waitUntil(lambda: panel.reader.document is not None and panel.canvas.has_picture)
    qtbot.waitUntil(lambda: len(panel.reader.text) > 0)


def test_it_says_which_page_and_why(panel: PagePanel, found: SearchResults, qtbot: QtBot) -> None:
    load(panel, found, qtbot)
    texts = shown(panel)
    assert "report 1.pdf" in texts
    assert "Page 2 of 9" in texts
    assert "“map” once, “river” once" in texts
    assert "The framed part is closest to what you typed" in texts
    assert "1 of 3" in texts
    assert [chip.accessibleName() for chip in panel.chips.chips()] == ["map, 1", "river, 1"]


def test_matches_are_stepped_through_by_key_and_button(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    qtbot.keyClick(panel, Key.Key_F3)
    assert "2 of 3" in shown(panel)
    qtbot.mouseClick(button(panel, "Previous match"), Qt.MouseButton.LeftButton)
    assert "1 of 3" in shown(panel)
    qtbot.keyClick(panel, Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert "Page 5 of 9" in shown(panel)
    assert "2 of 2" in shown(panel)


def test_neighbours_are_shown_though_they_are_no_hits(
    panel: PagePanel, found: SearchResults, pages: TroubledPages, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    qtbot.keyClick(panel.canvas, Key.Key_N)
    assert "Page 3 of 9" in shown(panel)
    third = PageRef(found.results[0].ref.document_id, 2)
    qtbot.waitUntil(lambda: third in [ref for ref, _ in pages.rendered])
    # the fake's page has the word too, and it is marked once the text came
    qtbot.waitUntil(lambda: "1 of 1" in shown(panel))
    qtbot.keyClick(panel.canvas, Key.Key_P)
    assert "Page 2 of 9" in shown(panel)


def test_a_chip_lights_up_its_word_alone(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    river = panel.chips.chips()[1]
    middle = panel.canvas.geometry_now.rect_of(found.results[0].words[0].box).center().toPoint()

    def under_map() -> QColor:
        return panel.canvas.viewport().grab().toImage().pixelColor(middle)

    marked = under_map()
    point = QPointF(2, 2)
    QApplication.sendEvent(river, QEnterEvent(point, point, point))
    bare = under_map()
    assert bare.blue() > marked.blue()
    river.leaveEvent(QEnterEvent(point, point, point))
    assert under_map() == marked


def test_marks_are_hidden_while_the_key_is_held(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    qtbot.keyPress(panel.canvas, Key.Key_H)
    assert panel.canvas.marks_hidden
    qtbot.keyRelease(panel.canvas, Key.Key_H)
    assert not panel.canvas.marks_hidden


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Open at page 2", "open_requested"),
        ("Show in folder", "reveal_requested"),
        ("Copy text", "copy_text_requested"),
        ("Large", "large_requested"),
    ],
)
def test_buttons_ask_for_the_page_in_sight(
    panel: PagePanel, found: SearchResults, qtbot: QtBot, name: str, signal: str
) -> None:
    load(panel, found, qtbot)
    with qtbot.waitSignal(getattr(panel, signal)) as told:
        qtbot.mouseClick(button(panel, name), Qt.MouseButton.LeftButton)
    assert told.args[0].ref == found.results[0].ref


def test_keys_ask_for_the_page_in_sight(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    qtbot.keyClick(panel.canvas, Key.Key_N)
    for key, modifier, signal in (
        (Key.Key_Return, Qt.KeyboardModifier.NoModifier, panel.large_requested),
        (Key.Key_Return, Ctrl, panel.open_requested),
        (Key.Key_C, Ctrl, panel.copy_text_requested),
    ):
        with qtbot.waitSignal(signal) as told:
            qtbot.keyClick(panel.canvas, key, modifier)
        assert told.args[0].page_number == 3
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel.canvas, Key.Key_Escape)


def test_words_chosen_with_the_pointer_are_copied(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    geometry = panel.canvas.geometry_now
    first = geometry.point_of(QPointF(0.15, 0.115)).toPoint()
    last = geometry.point_of(QPointF(0.25, 0.115)).toPoint()
    view, left = panel.canvas.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(view, left, pos=first)
    qtbot.mouseMove(view, last)
    qtbot.mouseRelease(view, left, pos=last)
    with qtbot.assertNotEmitted(panel.copy_text_requested):
        qtbot.keyClick(panel.canvas, Key.Key_C, Ctrl)
    assert QGuiApplication.clipboard().text() == "the map"
    both = Ctrl | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel.canvas, Key.Key_C, both)
    assert QGuiApplication.clipboard().text() == "report 1.pdf, page 2"


def test_a_locked_file_can_be_unlocked_from_here(
    panel: PagePanel, found: SearchResults, pages: TroubledPages, qtbot: QtBot
) -> None:
    pages.is_locked = True
    pages.error = DocumentError("“report 1.pdf” is locked.")
    panel.show_result(found.results[0], found)
    qtbot.waitUntil(lambda: "Locked with a password." in shown(panel))
    with qtbot.waitSignal(panel.unlock_requested):
        qtbot.mouseClick(button(panel, "Unlock"), Qt.MouseButton.LeftButton)
    pages.is_locked, pages.error = False, None
    panel.reload()
    qtbot.waitUntil(lambda: "Locked with a password." not in shown(panel))


def test_an_away_file_says_so_and_cannot_be_opened(
    panel: PagePanel, found: SearchResults, pages: TroubledPages, qtbot: QtBot
) -> None:
    pages.is_away = True
    load(panel, found, qtbot)
    assert any("not connected" in text for text in shown(panel))
    assert not button(panel, "Open at page").isEnabled()
    assert button(panel, "Copy text").isEnabled()


def test_a_page_that_cannot_be_drawn_says_why(
    panel: PagePanel, found: SearchResults, pages: TroubledPages, qtbot: QtBot
) -> None:
    pages.error = DocumentError("Took longer than 60 seconds.")
    panel.show_result(found.results[0], found)
    qtbot.waitUntil(lambda: "Took longer than 60 seconds." in shown(panel))


def test_text_from_a_picture_is_told_as_such(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    read = replace(found.results[0], text_source=TextSource.OCR)
    panel.show_result(read, found)
    assert "Text read from the picture; it may hold mistakes." in shown(panel)


def test_zoom_asks_for_a_sharper_picture(
    panel: PagePanel, found: SearchResults, pages: TroubledPages, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    qtbot.keyClick(panel.canvas, Key.Key_Plus)
    qtbot.keyClick(panel.canvas, Key.Key_Plus)
    before = pages.rendered[0][1]
    qtbot.waitUntil(lambda: pages.rendered[-1][1] == panel.canvas.wanted_px() > 1.5 * before)
    qtbot.keyClick(panel.canvas, Key.Key_0)
    assert panel.canvas.zoom == 1.0


def test_a_newer_answer_leaves_the_page_in_sight_as_it_is(
    panel: PagePanel, found: SearchResults, pages: TroubledPages, qtbot: QtBot
) -> None:
    load(panel, found, qtbot)
    panel.canvas.zoom_in()
    zoom = panel.canvas.zoom
    newer = answer("map river", [replace(found.results[0], score=0.2), *found.results[1:]])
    panel.show_result(newer.results[0], newer)
    assert panel.canvas.zoom == zoom


def test_narrow_panels_keep_all_actions(
    panel: PagePanel, found: SearchResults, qtbot: QtBot
) -> None:
    panel.resize(344, 600)
    load(panel, found, qtbot)
    assert panel.width() == 344
    names = [b.accessibleName() for b in panel.findChildren(Button) if b.isVisible()]
    assert names.count("Show in folder") == 1


def test_the_page_stands_on_the_stage(panel: PagePanel, found: SearchResults, qtbot: QtBot) -> None:
    load(panel, found, qtbot)
    image = panel.canvas.viewport().grab().toImage()
    assert image.pixelColor(QPoint(3, 3)) == colour("stage")
