"""Pictures reach the models as Pillow and the reference processor would hand them over."""

import numpy as np
import PIL
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageImage
from folioscope.domain.patches import PatchGrid
from folioscope.inference.picture_preparing import (
    PictureRules,
    cropped,
    letterboxed,
    patch_rows,
)
from folioscope.inference.resampling import resize_bicubic
from folioscope.jobs.tokens import Cancelled, CancelToken

PILLOW = int(PIL.__version__.split(".")[0])
RULES = PictureRules(
    mean=(0.48145466, 0.4578275, 0.40821073), deviation=(0.26862954, 0.26130258, 0.27577711)
)
MEAN, DEVIATION = np.array(RULES.mean), np.array(RULES.deviation)


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def by_pillow(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resize as Pillow 13 does in one call; older ones always go across first."""
    image, bicubic = Image.fromarray(rgb), Image.Resampling.BICUBIC
    if PILLOW >= 13:
        return np.asarray(image.resize((width, height), bicubic))
    down = image.height - height
    if 0 < down > 2 * (image.width - width):
        return np.asarray(
            image.resize((image.width, height), bicubic).resize((width, height), bicubic)
        )
    return np.asarray(image.resize((width, image.height), bicubic).resize((width, height), bicubic))


@settings(max_examples=60, deadline=None)
@given(
    source=st.tuples(st.integers(1, 160), st.integers(1, 160)),
    target=st.tuples(st.integers(1, 160), st.integers(1, 160)),
    seed=st.integers(0, 99),
)
def test_resizing_is_what_pillow_does(source, target, seed):
    rgb = noise(*source, seed)
    np.testing.assert_array_equal(
        resize_bicubic(rgb, target[1], target[0]), by_pillow(rgb, target[1], target[0])
    )


@pytest.mark.parametrize("size", [(1169, 827), (1754, 1240), (540, 960), (3000, 200)])
def test_pages_are_resized_as_pillow_does(size):
    rgb = noise(*size)
    grid = PatchGrid.fit(size[1], size[0])
    resized = resize_bicubic(rgb, grid.width_px, grid.height_px)
    np.testing.assert_array_equal(resized, by_pillow(rgb, grid.width_px, grid.height_px))


def naive_rows(rgb: np.ndarray, grid: PatchGrid) -> np.ndarray:
    pixels = (rgb / 255 - MEAN) / DEVIATION
    rows = []
    for row in range(grid.rows):
        for column in range(grid.columns):
            for down in range(2):
                for across in range(2):
                    y, x = row * 28 + down * 14, column * 28 + across * 14
                    patch = pixels[y : y + 14, x : x + 14].transpose(2, 0, 1)
                    rows.append(np.stack([patch, patch], axis=1).ravel())
    return np.array(rows)


@pytest.mark.parametrize(("width", "height"), [(140, 84), (300, 200), (60, 400)])
def test_patches_are_cut_in_the_order_of_cells(width, height):
    image = PageImage(noise(height, width))
    grid = RULES.grid(image)
    rows = patch_rows(image, grid, rules=RULES)
    assert rows.shape == (4 * len(grid), 1176)
    assert rows.dtype == np.float32
    resized = by_pillow(image.rgb, grid.width_px, grid.height_px)
    np.testing.assert_allclose(rows, naive_rows(resized, grid), atol=1e-5)


@pytest.mark.parametrize(("width", "height"), [(1, 14_000), (14_000, 1), (1, 1), (3, 2_000)])
def test_strips_get_patches(width, height):
    image = PageImage(noise(height, width))
    grid = RULES.grid(image)
    rows = patch_rows(image, grid, rules=RULES)
    assert rows.shape == (4 * len(grid), 1176)
    assert np.isfinite(rows).all()


def test_the_ground_beside_a_strip_is_white():
    image = PageImage(np.zeros((2_800, 7, 3), np.uint8))
    grid = RULES.grid(image)
    assert grid.page_width < 1
    rows = patch_rows(image, grid, rules=RULES)
    white = ((1 - MEAN) / DEVIATION).astype(np.float32)
    right_edge = rows[1].reshape(3, 2, 14, 14)[:, 0, 7, -1]
    np.testing.assert_allclose(right_edge, white, atol=1e-5)


def test_a_letterbox_keeps_the_whole_page_upright_in_the_middle():
    page = np.zeros((400, 200, 3), np.uint8)
    page[:40] = (255, 0, 0)  # what cutting out the middle would lose
    square = letterboxed(PageImage(page), side_px=64, rules=RULES)
    assert square.shape == (3, 64, 64)
    levels = square.transpose(1, 2, 0) * DEVIATION + MEAN
    np.testing.assert_allclose(
        levels[0:4, 20:44], np.broadcast_to((1, 0, 0), (4, 24, 3)), atol=0.05
    )
    np.testing.assert_allclose(levels[:, :16], 1, atol=1e-5)
    np.testing.assert_allclose(levels[30, 32], 0, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 900), (900, 1), (512, 512), (1, 1)])
def test_a_letterbox_takes_any_shape(size):
    assert np.isfinite(letterboxed(PageImage(noise(*size)), side_px=32, rules=RULES)).all()


def test_a_part_is_cut_out_and_never_empty():
    image = PageImage(noise(100, 80))
    part = cropped(image, Box(0.25, 0.5, 0.75, 1.0))
    np.testing.assert_array_equal(part.rgb, image.rgb[50:100, 20:60])
    for box in (Box(1, 1, 1, 1), Box(0.5, 0.5, 0.5, 0.5), Box(-3, -3, -2, -2), Box(0.999, 0, 1, 1)):
        assert min(cropped(image, box).rgb.shape[:2]) >= 1


class CancelledWhenAsked(CancelToken):
    """Is cancelled at the third look."""

    looks = 0

    def raise_if_cancelled(self) -> None:
        self.looks += 1
        if self.looks == 3:
            self.cancel()
        super().raise_if_cancelled()


def as_patches(image: PageImage, token: CancelToken) -> np.ndarray:
    return patch_rows(image, RULES.grid(image), rules=RULES, token=token)


def as_square(image: PageImage, token: CancelToken) -> np.ndarray:
    return letterboxed(image, side_px=512, rules=RULES, token=token)


@pytest.mark.parametrize("prepare", [as_patches, as_square])
def test_preparing_a_large_picture_can_be_cancelled(prepare):
    image, token = PageImage(np.zeros((6_000, 4_000, 3), np.uint8)), CancelledWhenAsked()
    with pytest.raises(Cancelled):
        prepare(image, token)
    assert token.looks == 3
