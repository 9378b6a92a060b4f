"""What marks mean, told from the colour at a point."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from folioscope.domain.geometry import WHOLE_PAGE, Box
from folioscope.domain.results import RegionMark, WordMark
from folioscope.gui.pages.marks import (
    Ground,
    Marks,
    MarkStyle,
    marks_of,
    paint_marks,
    word_key,
)
from folioscope.gui.theme import colour
from tests.gui.fakes import result

SIDE = 200
PAGE = QRectF(0, 0, SIDE, SIDE)
WORD = WordMark("Maps,", Box(0.1, 0.1, 0.3, 0.2))
OTHER = WordMark("river", Box(0.6, 0.1, 0.8, 0.2))
REGION = RegionMark(Box(0.2, 0.4, 0.8, 0.8), 0.9)
TILE = MarkStyle(on_tile=True)


def painted(marks: Marks, ground: str = "white", style: MarkStyle | None = None) -> QImage:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    paint_marks(painter, marks, PAGE, ground=Ground(image.copy()), style=style)
    painter.end()
    return image


def at(image: QImage, x: float, y: float) -> QColor:
    return image.pixelColor(round(x * SIDE), round(y * SIDE))


def test_nothing_is_drawn_where_nothing_matched() -> None:
    for style in (None, TILE):
        image = painted(Marks(), "white", style)
        blank = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        blank.fill(QColor("white"))
        assert image == blank


def test_a_veil_dims_the_page_but_not_what_matched() -> None:
    image = painted(Marks((WORD,), (REGION,)), style=TILE)
    assert at(image, 0.5, 0.9).lightnessF() < 0.95
    assert at(image, 0.5, 0.6) == QColor("white")
    assert at(image, 0.2, 0.15) == colour("mark_bright")


def test_a_page_beside_the_grid_has_no_veil() -> None:
    image = painted(Marks((WORD,), (REGION,)))
    assert at(image, 0.5, 0.9) == QColor("white")


@pytest.mark.parametrize(
    ("ground", "wash", "line"),
    [("#ffffff", "wash_multiply", "mark_deep"), ("#000000", "wash_screen", "mark_bright")],
)
def test_a_word_is_washed_and_underlined_by_the_lightness_beneath(
    ground: str, wash: str, line: str
) -> None:
    image = painted(Marks((WORD,)), ground)
    assert at(image, 0.2, 0.15) == colour(wash)
    row = [image.pixelColor(40, y) for y in range(38, 43)]
    assert colour(line) in row


@pytest.mark.parametrize(("grey", "is_dark"), [(112, True), (116, False)])
def test_the_tone_changes_where_the_two_tie(grey: int, is_dark: bool) -> None:
    image = QImage(50, 50, QImage.Format.Format_RGB32)
    image.fill(QColor(grey, grey, grey))
    assert Ground(image).is_dark(WHOLE_PAGE) is is_dark


def test_lightness_is_that_of_the_place_and_not_of_the_page() -> None:
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.fillRect(0, 0, 50, 100, QColor("black"))
    painter.end()
    ground = Ground(image)
    assert ground.is_dark(Box(0.1, 0.1, 0.4, 0.2))
    assert not ground.is_dark(Box(0.6, 0.1, 0.9, 0.2))
    assert not ground.is_dark(Box(0.99, 0.99, 1.2, 1.2))


def test_the_word_stays_readable_under_its_wash() -> None:
    image = painted(Marks((WordMark("a", WHOLE_PAGE),)), "black")
    black_on_light = painted(Marks((WORD,)), "white")
    assert at(image, 0.5, 0.5).lightnessF() < 0.3
    assert at(black_on_light, 0.2, 0.15).lightnessF() > 0.7


def test_one_word_alone_lights_up() -> None:
    image = painted(Marks((WORD, OTHER), (REGION,)), style=MarkStyle(only="maps"))
    assert at(image, 0.2, 0.15) == colour("wash_multiply")
    assert at(image, 0.7, 0.15) == QColor("white")
    assert image.pixelColor(round(0.2 * SIDE) - 2, round(0.6 * SIDE)) == QColor("white")


@pytest.mark.parametrize("style", [None, TILE], ids=["page", "tile"])
def test_a_frame_has_a_bright_and_a_deep_tone(style: MarkStyle | None) -> None:
    image = painted(Marks((), (REGION,)), "#808080", style)
    row = [image.pixelColor(x, round(0.6 * SIDE)) for x in range(30, 44)]
    bright, deep = colour("mark_bright"), colour("mark_deep")
    assert min(_distance(c, bright) for c in row) < 80
    assert min(_distance(c, deep) for c in row) < 120


def test_the_match_stepped_to_is_darker_and_ringed() -> None:
    marks = Marks((WORD, OTHER))
    image = painted(marks, style=MarkStyle(current=1))
    assert at(image, 0.7, 0.15) == colour("wash_multiply_current")
    assert at(image, 0.2, 0.15) == colour("wash_multiply")
    beside = [image.pixelColor(x, 30) for x in range(112, 122)]
    assert min(c.lightnessF() for c in beside) < 0.45
    untouched = [image.pixelColor(x, 30) for x in range(12, 16)]
    assert all(c == QColor("white") for c in untouched)


def test_a_low_word_gets_no_ring_that_would_hide_its_neighbours() -> None:
    low = WordMark("low", Box(0.4, 0.5, 0.6, 0.525))
    image = painted(Marks((low,)), style=MarkStyle(current=0))
    above = [image.pixelColor(100, y) for y in range(90, 97)]
    assert all(c == QColor("white") for c in above)


def test_a_frame_stays_on_the_page() -> None:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    page = QRectF(50, 50, 100, 100)
    paint_marks(painter, Marks((), (RegionMark(Box(0, 0, 0.96, 0.9), 1),)), page)
    painter.end()
    assert all(image.pixelColor(x, 100) == QColor("white") for x in range(50))


def test_a_region_that_is_the_whole_page_frames_nothing() -> None:
    hit = replace(result(), regions=(RegionMark(WHOLE_PAGE, 1.0),))
    assert marks_of(hit).regions == ()


@pytest.mark.parametrize(
    ("word", "key"), [("“Maps”,", "maps"), ("Übersicht", "ubersicht"), ("網路", "網路")]
)
def test_places_of_one_word_share_a_key(word: str, key: str) -> None:
    assert word_key(word) == key


def _distance(one: QColor, other: QColor) -> int:
    return (
        abs(one.red() - other.red())
        + abs(one.green() - other.green())
        + abs(one.blue() - other.blue())
    )
