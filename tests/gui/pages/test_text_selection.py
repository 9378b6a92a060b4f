"""Choosing words with the pointer."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from folioscope.domain.pages import PageText
from folioscope.gui.pages.text_selection import TextSelection


@pytest.fixture
def selection() -> TextSelection:
    boxes = [[0.1, 0.1, 0.2, 0.12], [0.22, 0.1, 0.3, 0.12], [0.1, 0.2, 0.2, 0.22]]
    lines = np.array([0, 0, 1], np.int32)
    text = PageText(("one", "two", "three"), np.array(boxes, np.float32), lines, lines * 0)
    return TextSelection(text)


def test_from_word_to_word_in_reading_order(selection: TextSelection) -> None:
    assert selection.begin(QPointF(0.25, 0.11))
    selection.extend(QPointF(0.15, 0.21))
    assert selection.words() == "two\nthree"
    assert len(selection.boxes()) == 2
    selection.extend(QPointF(0.12, 0.105))
    assert selection.words() == "one two"


def test_far_along_the_line_is_nearer_than_the_next_line(selection: TextSelection) -> None:
    selection.begin(QPointF(0.15, 0.11))
    selection.extend(QPointF(0.9, 0.12))
    assert selection.words() == "one two"


def test_beside_the_words_nothing_is_chosen(selection: TextSelection) -> None:
    assert not selection.begin(QPointF(0.6, 0.6))
    selection.extend(QPointF(0.15, 0.11))
    assert selection.is_empty
    assert selection.words() == ""
    assert not TextSelection().begin(QPointF(0.5, 0.5))


def test_a_word_and_the_whole_page(selection: TextSelection) -> None:
    selection.choose_word(QPointF(0.25, 0.11))
    assert selection.words() == "two"
    selection.choose_all()
    assert selection.words() == "one two\nthree"
