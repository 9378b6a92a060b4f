"""Patches come in windows, and find their way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.patches import PatchGrid
from folioscope.inference.vision_geometry import vision_geometry

GRIDS = st.builds(PatchGrid, columns=st.integers(1, 23), rows=st.integers(1, 23))


def naive_windows(grid: PatchGrid) -> list[list[tuple[int, int]]]:
    """Rows and columns of the patches of each window, window by window."""
    windows = []
    for top in range(0, grid.rows, 4):
        for left in range(0, grid.columns, 4):
            windows.append(
                [
                    (2 * row + down, 2 * column + across)
                    for row in range(top, min(top + 4, grid.rows))
                    for column in range(left, min(left + 4, grid.columns))
                    for down in range(2)
                    for across in range(2)
                ]
            )
    return windows


def place_of_row(grid: PatchGrid, row: int) -> tuple[int, int]:
    """Row and column of a row of ``patch_rows``."""
    cell, inside = divmod(row, 4)
    return 2 * (cell // grid.columns) + inside // 2, 2 * (cell % grid.columns) + inside % 2


@given(grid=GRIDS)
def test_windows_are_those_of_the_reference(grid):
    geometry = vision_geometry(grid, window_cells=4)
    expected = naive_windows(grid)
    flat = [place for window in expected for place in window]
    assert [tuple(place) for place in geometry.places] == flat
    assert [place_of_row(grid, row) for row in geometry.order] == flat
    windows = geometry.windows
    assert windows.rows.shape == (len(expected), 64)
    found = [[tuple(geometry.places[r]) for r in line if r >= 0] for line in windows.rows]
    assert found == expected


@given(grid=GRIDS)
def test_what_went_through_windows_comes_back(grid):
    geometry = vision_geometry(grid, window_cells=4)
    fed = np.arange(4 * len(grid)) * 10
    gathered = np.where(geometry.windows.rows >= 0, fed[geometry.windows.rows], -1)
    np.testing.assert_array_equal(gathered.ravel()[geometry.windows.back], fed)
    cells_fed = geometry.order.reshape(-1, 4)[:, 0] // 4
    np.testing.assert_array_equal(cells_fed[geometry.cells_back], np.arange(len(grid)))


@pytest.mark.parametrize("shape", [(1, 1), (5, 3)])
def test_without_windows_the_order_is_that_of_reading(shape):
    grid = PatchGrid(*shape)
    geometry = vision_geometry(grid, window_cells=None)
    assert geometry.windows is None
    np.testing.assert_array_equal(geometry.order, np.arange(4 * len(grid)))
    assert [tuple(p) for p in geometry.places] == [
        place_of_row(grid, row) for row in range(4 * len(grid))
    ]
