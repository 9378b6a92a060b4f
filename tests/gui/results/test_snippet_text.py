"""The text around a match fits its lines and shows the match."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from folioscope.domain.results import Snippet
from folioscope.gui.results.snippet_text import (
    _shown_text,
    _with_match_in_sight,
    paint_snippet,
    snippet_lines,
)

LONG = "the interpolated map of the river and of everything that lies around it " * 4


def test_short_texts_are_shown_whole() -> None:
    assert _shown_text(Snippet("a map"), 200, 1) == "a map"


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_long_texts_end_in_an_ellipsis_and_use_their_room(lines: int) -> None:
    shown = _shown_text(Snippet(LONG), 200, lines)
    assert shown.endswith("…")
    assert snippet_lines(Snippet(LONG), 200, lines=lines) == lines
    assert len(shown) > 18 * lines


def test_the_match_is_in_sight_behind_long_words() -> None:
    text = "…Donaudampfschifffahrtsgesellschaft Kapitän map of the river"
    start = text.index("map")
    moved = _with_match_in_sight(Snippet(text, ((start, start + 3),)), 140, 1)
    assert moved.text.startswith("…map of")
    assert moved.text[slice(*moved.bold[0])] == "map"


def test_the_bold_words_are_darker() -> None:
    image = QImage(200, 20, QImage.Format.Format_RGB32)

    def ink(bold: tuple[tuple[int, int], ...]) -> int:
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        paint_snippet(painter, QRectF(0, 0, 200, 18), Snippet("one map here", bold))
        painter.end()
        return sum(image.pixelColor(x, y).lightness() < 90 for x in range(200) for y in range(20))

    assert ink(((4, 7),)) > ink(())


def test_arabic_reads_from_right_to_left() -> None:
    image = QImage(200, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    # the first word is bold, and so the darker one
    paint_snippet(painter, QRectF(0, 0, 200, 18), Snippet("خريطة النهر", ((0, 5),)))
    painter.end()
    darkest = [min(image.pixelColor(x, y).lightness() for y in range(20)) for x in range(200)]
    inked = [x for x in range(200) if darkest[x] < 200]
    bold = [x for x in range(200) if darkest[x] < 60]
    assert sum(bold) / len(bold) > sum(inked) / len(inked)
