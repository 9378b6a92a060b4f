"""The patch grid: sizes of the reference, and a way to the page and back that loses nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.geometry import Box
from folioscope.domain.patches import (
    MAX_ASPECT,
    MAX_PIXELS,
    MIN_PIXELS,
    PATCH_PX,
    PatchGrid,
    padded_size,
    smart_resize,
)

sides = st.integers(1, 20_000)
grids = st.builds(PatchGrid.fit, sides, sides)
fractions = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("given_px", "cap", "wanted"),
    [
        ((827, 1169), 602_112, (644, 896)),
        ((827, 1169), 1_003_520, (840, 1176)),
        ((1240, 1754), 1_605_632, (1064, 1484)),
        ((1240, 1754), 3_211_264, (1232, 1764)),
        ((1654, 2339), 3_211_264, (1484, 2128)),
        ((1920, 1080), 602_112, (1008, 560)),
        ((1, 1), 602_112, (56, 56)),
        ((70, 42), 602_112, (56, 56)),  # halves go to the even number: 2.5 to 2, 1.5 to 2
        ((98, 70), 602_112, (112, 56)),  # 3.5 to 4, 2.5 to 2
    ],
)
def test_sizes_are_those_of_the_reference(given_px, cap, wanted):
    assert smart_resize(*given_px, max_pixels=cap) == wanted


@given(sides, sides)
def test_a_resized_picture_keeps_to_the_budget(width, height):
    width, height = padded_size(width, height)
    new_width, new_height = smart_resize(width, height)
    assert new_width % PATCH_PX == new_height % PATCH_PX == 0
    assert min(new_width, new_height) >= PATCH_PX
    longest = max(width, height) / min(width, height)
    # a side that cannot be less than one patch may carry a very long picture over the cap
    assert new_width * new_height <= MAX_PIXELS * max(1.0, longest / 100)


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (201, 1), (1, 201)])
def test_pictures_that_cannot_be_resized_are_refused(size):
    with pytest.raises(ValueError, match="px"):
        smart_resize(*size)


def test_a_very_long_page_is_padded_and_its_padding_lies_on_no_page():
    grid = PatchGrid.fit(14_400, 1)
    assert grid.page_width == 1.0
    assert grid.page_height == pytest.approx(1 / 72)
    assert grid.page_box(len(grid) - 1).area == 0 or grid.rows == 1
    assert grid.page_box(0).y1 <= 1.0
    assert padded_size(14_400, 1) == (14_400, 14_400 // MAX_ASPECT)


@given(grids, st.data())
def test_a_patch_comes_back_from_its_pixels(grid, data):
    patch = data.draw(st.integers(0, len(grid) - 1))
    x0, y0, x1, y1 = grid.pixel_box(patch)
    assert grid.patch_at((x0 + x1) / 2, (y0 + y1) / 2) == patch
    assert grid.patch_at(x0, y0) == grid.patch_at(x1 - 1, y1 - 1) == patch


@given(grids, st.data())
def test_a_patch_comes_back_from_its_box_on_the_page(grid, data):
    patch = data.draw(st.integers(0, len(grid) - 1))
    box = grid.page_box(patch)
    if box.area > 1e-9:  # patches in the padding have no place on the page
        assert grid.patches_in(box).tolist() == [patch]
    np.testing.assert_allclose(grid.page_boxes()[patch], box.as_list(), atol=1e-6)


@given(grids, fractions, fractions, fractions, fractions)
def test_a_box_comes_back_from_its_pixels(grid, a, b, c, d):
    box = Box(min(a, c), min(b, d), max(a, c), max(b, d))
    np.testing.assert_allclose(
        grid.to_page(grid.to_pixels(box)).as_list(), box.as_list(), atol=1e-9
    )


@given(grids, fractions, fractions, fractions, fractions)
def test_the_patches_of_a_box_cover_it(grid, a, b, c, d):
    box = Box(min(a, c), min(b, d), max(a, c), max(b, d))
    patches = grid.patches_in(box)
    assert len(patches) > 0
    assert (np.diff(patches) > 0).all()
    covered = grid.page_boxes()[patches]
    assert covered[:, 0].min() <= box.x0 + 1e-5
    assert covered[:, 1].min() <= box.y0 + 1e-5
    assert covered[:, 2].max() >= box.x1 - 1e-5
    assert covered[:, 3].max() >= box.y1 - 1e-5


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_the_patches_tile_the_page(width, height):
    grid = PatchGrid.fit(width, height)
    boxes = grid.page_boxes().astype(float)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert areas.sum() == pytest.approx(1.0, abs=1e-3)
    assert grid.width_px * grid.height_px >= MIN_PIXELS


def test_a_box_over_the_edge_is_clipped_and_a_patch_beyond_the_grid_is_an_error():
    grid = PatchGrid.fit(644, 896)
    everything = grid.patches_in(Box(-1, -1, 2, 2))
    assert everything.tolist() == list(range(len(grid)))
    with pytest.raises(IndexError):
        grid.pixel_box(len(grid))
