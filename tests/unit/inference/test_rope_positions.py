"""Positions follow the rule of Qwen2-VL, and padding stands where nobody looks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.patches import PatchGrid
from folioscope.inference.rope_positions import Placed, Sequence3D, positions, text_inputs

PICTURES = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.integers(1, 6)), max_size=3)


def placed(parts: list[tuple[int, int, int]]) -> tuple[list[Placed], int]:
    """Pictures with so many text tokens before each, and the tokens up to the last."""
    pictures, token = [], 0
    for before, columns, rows in parts:
        grid = PatchGrid(columns, rows)
        pictures.append(Placed(token + before, grid, np.zeros((len(grid), 4), np.float32)))
        token += before + len(grid)
    return pictures, token


def naive(parts: list[tuple[int, int, int]], behind: int) -> np.ndarray:
    rows, number = [], 0
    for before, columns, lines in parts:
        for _ in range(before):
            rows.append((number, number, number))
            number += 1
        for row in range(lines):
            for column in range(columns):
                rows.append((number, number + row, number + column))
        number += max(columns, lines)
    rows += [(number + n,) * 3 for n in range(behind)]
    return np.array(rows, np.int64).reshape(-1, 3).T


@given(parts=PICTURES, behind=st.integers(0, 5))
def test_positions_go_by_time_row_and_column(parts, behind):
    pictures, token = placed(parts)
    found = positions(token + behind, list(reversed(pictures)))
    np.testing.assert_array_equal(found, naive(parts, behind))


def test_sequences_are_padded_at_the_right_and_share_features():
    grid = PatchGrid(2, 1)
    first = Placed(1, grid, np.full((2, 3), 1, np.float32))
    second = Placed(0, grid, np.full((2, 3), 2, np.float32))
    ids = np.array([7, 8, 9], np.int64)
    pages = [
        Sequence3D(np.array([5, 6, 6, 5], np.int64), np.array([0, 1, 1, 0], np.float32), (first,)),
        Sequence3D(ids, np.ones(3, np.float32), (second,)),
        Sequence3D(ids[:1], np.ones(1, np.float32)),
    ]
    inputs = text_inputs(pages, padding=99, width=3)
    assert inputs["input_ids"].tolist() == [[5, 6, 6, 5], [7, 8, 9, 99], [7, 99, 99, 99]]
    assert inputs["image_index"].tolist() == [[-1, 0, 1, -1], [2, 3, -1, -1], [-1] * 4]
    assert inputs["image_embeds"].tolist() == [[1] * 3] * 2 + [[2] * 3] * 2
    assert inputs["pool"].tolist() == [[0, 1, 1, 0], [1, 1, 1, 0], [1, 0, 0, 0]]
    assert inputs["position_ids"].shape == (3, 3, 4)


def test_texts_alone_bring_one_row_of_zeros():
    text = Sequence3D(np.array([1, 2], np.int64), np.ones(2, np.float32))
    inputs = text_inputs([text], padding=0, width=5)
    np.testing.assert_array_equal(inputs["image_embeds"], np.zeros((1, 5), np.float32))
    assert (inputs["image_index"] == -1).all()
