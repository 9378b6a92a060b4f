"""Every state of a tile, told from what is painted."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from folioscope.domain.documents import FileState
from folioscope.domain.pages import PageRef, TextSource
from folioscope.domain.results import SearchResult, Snippet, Strength
from folioscope.gui.image_bridge import decoded
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.results.result_model import ResultListModel
from folioscope.gui.results.result_words import second_line, tooltip
from folioscope.gui.results.sheets import fitted
from folioscope.gui.results.thumbnails import Thumbnail, ThumbnailLoader
from folioscope.gui.results.tile_delegate import MatPainter, TileDelegate
from folioscope.gui.results.tile_layout import GAP, caption_px
from folioscope.gui.theme import apply_theme, colour
from tests.gui.fakes import FakePages, result

MAT = QSize(176, 190)
State = QStyle.StateFlag


def cell() -> QSize:
    return QSize(MAT.width() + GAP, MAT.height() + GAP + caption_px())


class ReadyPictures(ThumbnailLoader):
    """Has every picture, or none, without loading."""

    has_any = True
    reason = ""
    came_at = 0.0

    def thumbnail(self, ref: PageRef) -> Thumbnail | None:
        data = FakePages().preview(ref)
        image = decoded(data) if data else None
        return Thumbnail(image, self.came_at) if image is not None and self.has_any else None

    def failure(self, ref: PageRef) -> str:
        return self.reason


@pytest.fixture
def pictures(runner: JobRunner) -> ReadyPictures:
    return ReadyPictures(lambda: None, runner)


@pytest.fixture
def paint(qtbot: QtBot, pictures: ReadyPictures) -> Callable[..., QImage]:
    model = ResultListModel()
    delegate = TileDelegate(MatPainter(pictures), cell)

    def painted(hit: SearchResult, *states: QStyle.StateFlag) -> QImage:
        model.replace([hit])
        image = QImage(cell(), QImage.Format.Format_RGB32)
        image.fill(colour("window"))
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, cell().width(), cell().height())
        option.state = State.State_Enabled
        for state in states:
            option.state |= state
        painter = QPainter(image)
        delegate.paint(painter, option, model.index(0))
        painter.end()
        return image

    return painted


def mat_of(image: QImage) -> QColor:
    """The mat between its edge and the page."""
    return image.pixelColor(GAP // 2 + 5, GAP // 2 + 60)


def page_of(image: QImage) -> QRect:
    """Where a page of the usual shape lies in the cell."""
    half = GAP // 2
    return fitted(0.7, QRectF(half + 9, half + 9, MAT.width() - 18, MAT.height() - 18)).toRect()


def caption(image: QImage) -> QImage:
    return image.copy(0, cell().height() - GAP // 2 - caption_px(), cell().width(), caption_px())


@pytest.mark.parametrize(
    ("states", "token"),
    [
        ((), "mat"),
        ((State.State_MouseOver,), "hover"),
        ((State.State_MouseOver, State.State_Sunken), "pressed"),
        ((State.State_Selected, State.State_MouseOver), "selected"),
    ],
    ids=["rest", "hover", "pressed", "selected"],
)
def test_the_mat_tells_how_the_tile_stands(
    paint: Callable[..., QImage], states: tuple[QStyle.StateFlag, ...], token: str
) -> None:
    assert mat_of(paint(result(), *states)) == colour(token)


def test_a_selected_tile_has_a_ring_and_focus_a_second_one(paint: Callable[..., QImage]) -> None:
    half, middle = GAP // 2, 100

    def ring(image: QImage, x: int) -> bool:
        found = image.pixelColor(x, middle)
        return found.blue() > found.red() + 60

    rest = paint(result())
    chosen = paint(result(), State.State_Selected)
    focused = paint(result(), State.State_Selected, State.State_HasFocus)
    assert not any(ring(rest, x) for x in range(half - 5, half + 3))
    assert ring(chosen, half + 1)
    assert not any(ring(chosen, x) for x in range(half - 5, half - 1))
    assert any(ring(focused, x) for x in range(half - 5, half - 1))


def test_weaker_strength_fills_fewer_dots(paint: Callable[..., QImage]) -> None:
    filled = []
    for strength in (Strength.STRONG, Strength.FAIR, Strength.WEAK, None):
        hit = replace(result(strength=strength), snippet=Snippet(" "))
        image = caption(paint(hit))
        line = [
            image.pixelColor(GAP // 2 + 2 + 3 + 8 * n, image.height() - 9).lightnessF() < 0.6
            for n in range(3)
        ]
        filled.append(sum(line))
    assert filled == [3, 2, 1, 0]


def test_without_a_query_there_is_no_veil(paint: Callable[..., QImage]) -> None:
    asked, browsed = paint(result()), paint(result(strength=None))
    corner = page_of(asked).bottomRight() - page_of(asked).topLeft() * 0.05
    assert browsed.pixelColor(corner) == QColor("white")
    assert asked.pixelColor(corner).lightnessF() < 0.95


def test_copies_look_out_behind(paint: Callable[..., QImage]) -> None:
    alone = paint(result())
    copied = paint(replace(result(), paths=("/a/1.pdf", "/b/1.pdf")))
    similar = paint(replace(result(), similar=(PageRef("b", 0), PageRef("c", 0))))
    corner = page_of(alone).topRight()

    def reach(image: QImage) -> int:
        """How far right of the page something other than the mat is painted."""
        right = [image.pixelColor(corner.x() + n, corner.y() + 20) for n in range(2, 14)]
        return sum(found != colour("mat") for found in right)

    assert reach(alone) < reach(copied) < reach(similar)
    many = paint(replace(result(), paths=tuple(f"/{n}/1.pdf" for n in range(9))))
    assert reach(many) == reach(similar)


def test_away_pages_are_pale_and_say_so(paint: Callable[..., QImage]) -> None:
    here, away = paint(result(strength=None)), paint(result(strength=None, is_away=True))
    at = page_of(here).center()
    line = next(y for y in range(at.y(), at.y() + 20) if here.pixelColor(at.x(), y) != "white")
    assert away.pixelColor(at.x(), line).lightnessF() > here.pixelColor(at.x(), line).lightnessF()
    badge = QRect(GAP // 2 + 8, GAP // 2 + 8, 60, 20)
    assert here.copy(badge) != away.copy(badge)


@pytest.mark.parametrize(
    ("state", "words"),
    [(FileState.WAITING, "Not read yet"), (FileState.LOCKED, "Locked with a password")],
)
def test_unread_and_locked_pages_are_blank_with_a_sign(
    paint: Callable[..., QImage], state: FileState, words: str
) -> None:
    hit = replace(result(strength=None), state=state, words=(), regions=())
    image = paint(hit)
    centre = page_of(image).center()
    around = image.copy(centre.x() - 11, centre.y() - 11, 22, 22)
    signs = {around.pixelColor(x, y).name() for x in range(22) for y in range(22)}
    assert len(signs) > 3
    assert image.pixelColor(centre.x(), centre.y() + 40) == colour("surface")
    assert second_line(hit) == words


def test_while_loading_there_is_the_mat_alone(
    paint: Callable[..., QImage], pictures: ReadyPictures
) -> None:
    pictures.has_any = False
    image = paint(result())
    assert image.pixelColor(page_of(image).center()) == colour("mat")


def test_a_page_fades_in(paint: Callable[..., QImage], pictures: ReadyPictures) -> None:
    pictures.came_at = time.monotonic() + 1000
    fading = paint(result(strength=None))
    pictures.came_at = 0.0
    there = paint(result(strength=None))
    corner = page_of(there).topLeft() + page_of(there).topLeft() * 0.02
    assert there.pixelColor(corner) == QColor("white")
    assert fading.pixelColor(corner) != there.pixelColor(corner)


def test_a_page_that_cannot_be_drawn_is_a_quiet_sheet_with_its_reason(
    paint: Callable[..., QImage], pictures: ReadyPictures
) -> None:
    pictures.has_any, pictures.reason = False, "“plan.pdf” took longer than 60 seconds."
    image = paint(result())
    centre = page_of(image).center()
    assert image.pixelColor(centre.x(), centre.y() + 40) == colour("surface")
    assert pictures.reason in tooltip(result(), pictures.failure(result().ref))


def test_extreme_shapes_are_clamped_and_named() -> None:
    room = QRectF(0, 0, 160, 170)
    long = fitted(0.01, room)
    assert long.width() / long.height() == pytest.approx(0.25, abs=0.02)
    wide = fitted(300.0, room)
    assert wide.height() / wide.width() == pytest.approx(0.25, abs=0.02)
    assert "Very long page" in tooltip(replace(result(), aspect=0.02))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"snippet": Snippet("some text")}, ""),
        ({"snippet": Snippet(), "strength": None}, "me › Reports"),
        ({"snippet": Snippet(), "text_source": TextSource.WAITING}, "Its text is still to be read"),
        ({"snippet": Snippet()}, "Found by meaning"),
        ({"snippet": Snippet(), "regions": ()}, "Words in a picture"),
    ],
)
def test_there_is_always_something_to_say(changes: dict[str, object], told: str) -> None:
    assert second_line(replace(result(), **changes)) == told  # type: ignore[arg-type]


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, dark=True)
    yield
    apply_theme(qapp, dark=False)


def test_the_dark_theme_calms_white_paper(paint: Callable[..., QImage], dark: None) -> None:
    image = paint(result())
    assert mat_of(image) == colour("mat")
    corner = page_of(image).bottomRight() - page_of(image).topLeft() * 0.05
    assert image.pixelColor(corner).lightnessF() < 0.8
