"""Pages are found by a picture: chosen, dropped, pasted, or a box on a page."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import ModelMissingError
from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageRef
from folioscope.gui.pages.box_drawing import BoxDrawing, Grip, reach_of
from folioscope.services.look_api import LookPhase, LookState
from tests.gui.desk import WindowDesk
from tests.gui.fakes import Fakes, document_id

Make = Callable[..., WindowDesk]
Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
LIKE_IT = ["report 4.pdf 1", "report 5.pdf 1", "report 6.pdf 1"]


@pytest.fixture
def seeing(make_desk: Make, qtbot: QtBot) -> WindowDesk:
    """A window whose library uses a visual model."""
    fakes = Fakes()
    fakes.look.now = LookState(LookPhase.IDLE, "model", 41, 100)
    made = make_desk(fakes)
    made.session.open()
    qtbot.waitUntil(lambda: len(made.shown) == 2)
    return made


def orange(folder: Path) -> str:
    image = QImage(6, 3, QImage.Format.Format_RGB32)
    image.fill(QColor(255, 136, 0))
    path = folder / "map & legend.png"
    image.save(str(path))
    return str(path)


def drop(desk: WindowDesk, path: str) -> None:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(path)])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none, at = Qt.KeyboardModifier.NoModifier, QPoint(40, 10)
    field = desk.window.bar.field
    QApplication.sendEvent(field, QDragEnterEvent(at, copy, held, left, none))
    QApplication.sendEvent(field, QDropEvent(at, copy, held, left, none))


# --- asking ----------------------------------------------------------------------------------


def test_a_picture_dropped_on_the_field_is_searched_with(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(seeing, orange(tmp_path))
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    asked = seeing.fakes.search.pictures[0]
    assert asked.image.rgb.shape == (3, 6, 3)
    assert np.array_equal(asked.image.rgb[0, 0], [255, 136, 0])
    assert asked.box is None
    assert seeing.fakes.indexing.added == []
    chip = seeing.window.bar.field.picture_chip
    assert chip.accessibleName() == "Picture map & legend.png, Delete removes"
    assert seeing.window.bar.chips.count.text() == "3 pages in 3 documents"


def test_the_button_asks_for_a_file(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = orange(tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    seeing.window.bar.field.picture_button.click()
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)


def test_a_pasted_picture_is_searched_with(seeing: WindowDesk, qtbot: QtBot) -> None:
    image = QImage(4, 4, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(seeing.window.bar.field, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    pixels = seeing.fakes.search.pictures[0].image.rgb
    assert np.array_equal(pixels, np.full((4, 4, 3), 255, np.uint8))  # laid on paper
    assert seeing.fakes.pages.pasted == []
    QGuiApplication.clipboard().clear()


def test_words_join_the_picture_and_each_goes_alone(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(seeing, orange(tmp_path))
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    field = seeing.window.bar.field
    qtbot.keyClicks(field, "map")
    qtbot.waitUntil(lambda: seeing.shown == ["report 5.pdf 1", "report 1.pdf 1"])
    assert field.picture_chip.isVisible()
    assert seeing.fakes.search.pictures[-1] is seeing.fakes.search.pictures[0]
    field.selectAll()
    qtbot.keyClick(field, Key.Key_Backspace)
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    qtbot.keyClicks(field, "map")
    qtbot.waitUntil(lambda: seeing.shown == ["report 5.pdf 1", "report 1.pdf 1"])
    asked = len(seeing.fakes.search.pictures)
    field.picture_chip.click()
    qtbot.waitUntil(lambda: len(seeing.shown) == 2 and seeing.shown[0] != "report 5.pdf 1")
    assert (field.text(), seeing.window.searches.text) == ("map", "map")
    assert len(seeing.fakes.search.pictures) == asked


@pytest.mark.parametrize("way", ["click", "delete", "escape"])
def test_the_chip_is_lifted_in_every_way_one_tries(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path, way: str
) -> None:
    drop(seeing, orange(tmp_path))
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    field = seeing.window.bar.field
    seeing.window.pages.close_panel()
    match way:
        case "click":
            field.picture_chip.click()
        case "delete":
            qtbot.keyClick(field, Key.Key_Backspace)
        case _:
            qtbot.keyClick(field, Key.Key_Escape)
    qtbot.waitUntil(lambda: len(seeing.shown) == 2)
    assert not field.picture_chip.isVisible()
    assert len(seeing.fakes.search.pictures) == 1


def test_growth_and_filters_ask_with_the_same_picture(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(seeing, orange(tmp_path))
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    (tmp_path / "map & legend.png").unlink()
    seeing.window.indexing.library_changed.emit()
    qtbot.waitUntil(lambda: len(seeing.fakes.search.pictures) == 2)
    assert seeing.fakes.search.pictures[0] is seeing.fakes.search.pictures[1]


def test_a_file_that_is_no_picture_says_so(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"not a picture")
    drop(seeing, str(path))
    told = ["broken.png could not be read as a picture."]
    qtbot.waitUntil(lambda: seeing.window.notes.texts() == told)
    assert not seeing.window.bar.field.picture_chip.isVisible()
    assert len(seeing.shown) == 2


def test_without_a_visual_model_it_says_what_is_needed(
    desk: WindowDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(desk, orange(tmp_path))
    window = desk.window
    assert window.notes.texts() == ["Searching by picture needs a visual model."]
    assert desk.fakes.search.pictures == []
    window.notes.press("model", "Open Settings, Models")
    assert window.stack.currentWidget() is window.settings_page


def test_a_pasted_picture_can_be_added_where_no_model_is_in_use(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setImage(QImage(4, 4, QImage.Format.Format_RGB32))
    desk.window.keys.paste()
    desk.window.notes.press("model", "Add it to the library")
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == ["/home/me/pasted/1.png"])
    assert desk.window.notes.texts() == []
    QGuiApplication.clipboard().clear()


def test_a_model_that_is_gone_meanwhile_is_told(
    seeing: WindowDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    seeing.fakes.search.picture_error = ModelMissingError("No visual model is chosen.")
    drop(seeing, orange(tmp_path))
    qtbot.waitUntil(lambda: seeing.window.notes.texts() == ["No visual model is chosen."])


# --- a box on a page -------------------------------------------------------------------------


@pytest.fixture
def drawing(seeing: WindowDesk, qtbot: QtBot) -> WindowDesk:
    """A large page on which boxes are drawn."""
    window = seeing.window
    hit = window.centre.answers.view.model.results[0]
    window.pages.show_large(hit)
    large = window.pages.large()
    qtbot.waitUntil(lambda: large.canvas.has_picture)
    qtbot.keyClick(large.canvas, Key.Key_B)
    assert large.canvas.drawing.is_on
    return seeing


def test_a_box_is_dragged_and_found_with_enter(drawing: WindowDesk, qtbot: QtBot) -> None:
    large = drawing.window.pages.large()
    page, view = large.canvas.geometry_now.page, large.canvas.viewport()
    start, end = (
        QPoint(round(page.x() + x * page.width()), round(page.y() + y * page.height()))
        for x, y in ((0.25, 0.25), (0.75, 0.5))
    )
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert large.boxes.tools.isVisible()
    assert "41 %" in large.boxes.help.reach.text()
    qtbot.keyClick(large.canvas, Key.Key_Return)
    qtbot.waitUntil(lambda: drawing.shown == LIKE_IT)
    asked = drawing.fakes.search.pictures[0]
    assert asked.box is not None
    assert asked.box.as_list() == pytest.approx([0.25, 0.25, 0.75, 0.5], abs=0.01)
    assert max(asked.image.rgb.shape) == 1754
    assert not drawing.window.pages.is_large
    name = drawing.window.bar.field.picture_chip.accessibleName()
    assert name == "Picture Part of report 1.pdf, page 1, Delete removes"
    assert (PageRef(document_id(1), 0), 1754) in drawing.fakes.pages.rendered


def test_a_box_is_made_by_keys_alone_and_escape_steps_back(
    drawing: WindowDesk, qtbot: QtBot
) -> None:
    large = drawing.window.pages.large()
    canvas, box = large.canvas, large.canvas.drawing
    qtbot.keyClick(canvas, Key.Key_Right)
    first = box.box
    assert first is not None
    qtbot.keyClick(canvas, Key.Key_Right)
    qtbot.keyClick(canvas, Key.Key_Down, Shift)
    assert box.box is not None
    grown = [first.x0 + 0.01, first.y0, first.x1 + 0.01, first.y1 + 0.01]
    assert box.box.as_list() == pytest.approx(grown)
    qtbot.keyClick(canvas, Key.Key_Escape)
    assert box.box is None
    assert box.is_on
    qtbot.keyClick(canvas, Key.Key_Escape)
    assert not box.is_on
    assert drawing.window.pages.is_large
    assert large.inspector.isVisible()
    qtbot.keyClick(canvas, Key.Key_Escape)
    assert not drawing.window.pages.is_large


def test_the_panel_leads_to_drawing_on_the_large_page(seeing: WindowDesk, qtbot: QtBot) -> None:
    window = seeing.window
    window.pages.open_panel()
    qtbot.keyClick(window.pages.panel.canvas, Key.Key_B)
    assert window.pages.is_large
    assert window.pages.large().canvas.drawing.is_on


def test_more_like_a_page_is_asked_with_all_of_it(seeing: WindowDesk, qtbot: QtBot) -> None:
    window = seeing.window
    window.pages.show_large(window.centre.answers.view.model.results[0])
    window.pages.large().inspector.like.click()
    qtbot.waitUntil(lambda: seeing.shown == LIKE_IT)
    assert seeing.fakes.search.pictures[0].box is None
    assert not window.pages.is_large
    name = window.bar.field.picture_chip.accessibleName()
    assert name == "Picture report 1.pdf, page 1, Delete removes"


def test_what_is_in_the_box_can_be_copied(drawing: WindowDesk, qtbot: QtBot) -> None:
    large = drawing.window.pages.large()
    qtbot.keyClick(large.canvas, Key.Key_Right)
    large.boxes.tools.copy.click()
    copied = QGuiApplication.clipboard().image()
    box, image = large.canvas.drawing.box, large.canvas._image
    assert box is not None
    assert copied.width() == pytest.approx(image.width() * (box.x1 - box.x0), abs=2)
    QGuiApplication.clipboard().clear()


def test_another_page_has_no_box(drawing: WindowDesk, qtbot: QtBot) -> None:
    large = drawing.window.pages.large()
    qtbot.keyClick(large.canvas, Key.Key_Right)
    qtbot.keyClick(large.canvas, Key.Key_N)
    assert large.canvas.drawing.box is None
    assert not large.boxes.tools.isVisible()


def test_the_box_is_shown_unlike_a_match(drawing: WindowDesk, qtbot: QtBot) -> None:
    canvas = drawing.window.pages.large().canvas
    before = canvas.grab().toImage()
    qtbot.keyClick(canvas, Key.Key_Right)
    after = canvas.grab().toImage()
    page, rect = canvas.geometry_now.page, canvas.box_rect()
    corner = (round(page.x()) + 4, round(page.y()) + 4)
    assert after.pixelColor(*corner).lightness() < before.pixelColor(*corner).lightness()
    edge = after.pixelColor(round(rect.left()) + 1, round(rect.center().y()) + 12)
    handle = after.pixelColor(round(rect.left()), round(rect.top()))
    assert handle.lightness() > 240
    assert edge.blue() > edge.red() or edge.lightness() > 240


# --- the box itself --------------------------------------------------------------------------


def drawn(box: Box) -> BoxDrawing:
    made = BoxDrawing()
    made.box = box
    return made


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ((0.4, 0.4), (0.5, 0.6), (0.3, 0.4, 0.6, 0.7)),  # inside: moved
        ((0.4, 0.4), (0.9, 0.9), (0.7, 0.7, 1.0, 1.0)),  # and kept on the page
        ((0.2, 0.2), (0.1, 0.15), (0.1, 0.15, 0.5, 0.5)),  # a corner
        ((0.5, 0.35), (0.6, 0.9), (0.2, 0.2, 0.6, 0.5)),  # an edge, across only
        ((0.2, 0.2), (0.7, 0.8), (0.5, 0.5, 0.7, 0.8)),  # pulled through to the other side
        ((0.8, 0.8), (0.6, 0.9), (0.6, 0.8, 0.8, 0.9)),  # outside: another one
    ],
)
def test_dragging_does_what_the_place_says(
    start: tuple[float, float], end: tuple[float, float], wanted: tuple[float, ...]
) -> None:
    box = drawn(Box(0.2, 0.2, 0.5, 0.5))
    box.press(QPointF(*start), reach_of(QRectF(0, 0, 500, 500)))
    box.drag(QPointF(*end))
    box.release()
    assert box.box is not None
    assert box.box.as_list() == pytest.approx(wanted)


def test_a_click_clears_and_handles_tell_their_cursor() -> None:
    box = drawn(Box(0.2, 0.2, 0.5, 0.5))
    reach = QPointF(0.02, 0.02)
    assert box.grip_at(QPointF(0.5, 0.5), reach) is Grip.BOTTOM_RIGHT
    assert Grip.BOTTOM_RIGHT.cursor is Qt.CursorShape.SizeFDiagCursor
    assert Grip.TOP_RIGHT.cursor is Qt.CursorShape.SizeBDiagCursor
    box.press(QPointF(0.8, 0.8), reach)
    box.drag(QPointF(0.801, 0.8))
    box.release()
    assert box.box is None
