"""Lines of OCR in reading order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from folioscope.documents.layout import TextRow, arrange, rows_of

HEIGHT = 0.02


def row(text, x, y, width=0.3, height=HEIGHT):
    words = tuple(text.split())
    step = width / len(words)
    boxes = tuple((x + n * step, y, x + (n + 1) * step, y + height) for n in range(len(words)))
    return TextRow(words, boxes)


def paragraph(name, x, y, lines=4):
    return [row(f"{name}{n} a b", x, y + n * 0.025) for n in range(lines)]


def order(text):
    return [word for word in text.words if word not in ("a", "b")]


def test_columns_are_read_one_after_the_other_under_their_heading():
    rows = [
        row("Heading", 0.1, 0.05, width=0.8, height=0.04),
        *paragraph("right", 0.55, 0.2),
        *paragraph("left", 0.1, 0.2),
        *paragraph("below", 0.1, 0.4),
    ]
    text = arrange(rows, aspect=0.7)
    names = [word.rstrip("0123456789") for word in order(text)]
    assert names == ["Heading"] + ["left"] * 4 + ["below"] * 4 + ["right"] * 4
    assert len(set(text.blocks.tolist())) == 4
    assert text.plain.splitlines()[1] == "left0 a b"


def test_parts_of_a_line_stand_in_one_line():
    text = arrange([row("world", 0.205, 0.1, 0.1), row("Hello", 0.1, 0.101, 0.1)], aspect=0.7)
    assert text.plain == "Hello world"


def test_rows_that_run_downwards_are_read_from_the_right():
    def column(word, x):
        return TextRow((word,), ((x, 0.1, x + 0.05, 0.9),))

    text = arrange([column("よそ見をする", 0.2), column("春はあけぼの", 0.6)], aspect=0.7)
    assert text.words == ("春はあけぼの", "よそ見をする")


def test_words_where_others_are_can_be_left_out():
    line = row("one two three", 0.1, 0.1)
    assert line.without([line.boxes[1]]).words == ("one", "three")
    assert line.without([(0, 0, 1, 1)]) is None


boxes = st.tuples(
    st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.1), st.floats(0.005, 0.05)
)


@given(st.lists(boxes, max_size=40), st.floats(0.2, 4))
def test_no_word_is_lost_and_numbers_never_decrease(places, aspect):
    rows = [row(f"w{n} x", x, y, width=w, height=h) for n, (x, y, w, h) in enumerate(places)]
    text = arrange(rows, aspect=aspect)
    assert sorted(text.words) == sorted(word for r in rows for word in r.words)
    assert text.boxes.shape == (len(text), 4)
    assert (np.diff(text.lines) >= 0).all()
    assert (np.diff(text.blocks) >= 0).all()
    assert [r.words for r in rows_of(text)] == [
        tuple(line.split()) for line in text.plain.splitlines()
    ]
