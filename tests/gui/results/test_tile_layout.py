"""The grid's geometry: every tile is found where it is painted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint

from folioscope.gui.results.tile_layout import GAP, MAT_SHAPE, Action, TileLayout, caption_px

counts = st.integers(0, 300)
widths = st.integers(150, 2500)


def layout(count: int, width: int = 800, weaker_from: int | None = None) -> TileLayout:
    first = count if weaker_from is None else weaker_from
    return TileLayout(count, width_px=width, wish_px=172, weaker_from=first, headed=True)


@given(counts, widths, counts)
def test_each_tile_is_found_at_its_place_and_none_overlap(
    count: int, width: int, weaker_from: int
) -> None:
    made = layout(count, width, weaker_from)
    rects = [made.rect(row) for row in range(count)]
    for row, rect in enumerate(rects):
        assert made.row_at(rect.center()) == row
        assert made.row_at(rect.topLeft()) == row
        assert row in set(made.rows_between(rect.center().y(), rect.center().y()))
        assert rect.bottom() <= made.height
    assert len({(r.x(), r.y()) for r in rects}) == count
    assert not any(rect.intersects(made.heading) for rect in rects)


@given(counts, widths, counts, st.integers(0, 40_000), st.integers(1, 2000))
def test_all_that_is_in_sight_is_painted(
    count: int, width: int, weaker_from: int, top: int, high: int
) -> None:
    made = layout(count, width, weaker_from)
    rows = list(made.rows_between(top, top + high))
    seen = [
        row
        for row in range(count)
        if made.rect(row).bottom() >= top and made.rect(row).top() <= top + high
    ]
    assert set(seen) <= set(rows)
    assert len(rows) <= len(seen) + 4 * made.columns
    assert rows == sorted(set(rows))


def test_tiles_fill_the_row_and_mats_keep_their_shape() -> None:
    made = layout(40, 790)
    assert made.columns == 4
    assert 790 - 4 * made.cell.width() < 4
    mat_high = made.cell.height() - GAP - caption_px()
    assert mat_high == pytest.approx((made.cell.width() - GAP) * MAT_SHAPE, abs=1)


def test_keys_move_by_columns_and_stop_at_the_edges() -> None:
    made = layout(10, 790)  # lines of 4, 4 and 2
    moves = {
        (0, Action.MoveRight): 1,
        (0, Action.MoveLeft): 0,
        (0, Action.MoveUp): 0,
        (1, Action.MoveDown): 5,
        (7, Action.MoveDown): 9,  # the last line is short
        (9, Action.MoveDown): 9,
        (5, Action.MoveHome): 0,
        (5, Action.MoveEnd): 9,
    }
    for (row, action), expected in moves.items():
        assert made.moved(row, action, page_px=500) == expected


def test_keys_cross_the_heading_in_their_column() -> None:
    made = layout(12, 790, weaker_from=6)  # 4, 2, heading, 4, 2
    assert made.moved(1, Action.MoveDown, page_px=500) == 5
    assert made.moved(5, Action.MoveDown, page_px=500) == 7
    assert made.moved(7, Action.MoveUp, page_px=500) == 5
    assert made.moved(9, Action.MoveUp, page_px=500) == 5
    assert made.rect(6).top() >= made.heading.bottom()


@given(st.integers(1, 200), st.integers(0, 200), st.integers(150, 2000))
def test_paging_down_and_up_reaches_both_ends(count: int, weaker: int, width: int) -> None:
    made = layout(count, width, min(weaker, count))
    row = 0
    for _ in range(count + 2):
        row = made.moved(row, Action.MovePageDown, page_px=600)
    assert row >= count - made.columns
    for _ in range(count + 2):
        row = made.moved(row, Action.MovePageUp, page_px=600)
    assert row < made.columns


def test_nothing_is_found_beside_the_tiles() -> None:
    made = layout(6, 790, weaker_from=3)
    assert made.row_at(made.heading.center()) == -1
    assert made.row_at(QPoint(780, made.height + 100)) == -1
    assert made.row_at(QPoint(-5, 10)) == -1
    assert made.rect(99).isEmpty()
