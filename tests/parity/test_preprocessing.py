"""Pictures beside the image processor of transformers: the same grid, the same pixels."""

import numpy as np
import pytest
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from folioscope.domain.pages import PageImage
from folioscope.domain.patches import PatchGrid
from folioscope.inference.picture_preparing import PictureRules, patch_rows
from tests.made_checkpoints import CLIP_MEAN, CLIP_STD

# (width, height): pages at usual resolutions, slides, photos, strips, and what is tiny
SIZES = (
    (827, 1169), (1240, 1754), (1654, 2339), (2480, 3508), (612, 792), (850, 1100), (1275, 1650),
    (1920, 1080), (1280, 720), (3000, 4000), (4032, 3024), (500, 333), (333, 500), (640, 480),
    (1, 1), (1, 100), (27, 27), (28, 28), (29, 41), (42, 42), (56, 56), (70, 14), (13, 400),
    (20, 4000), (4000, 20), (199, 3), (100, 20000), (14_000, 700), (555, 777), (1001, 999),
)  # fmt: skip
LIMITS = ((3_136, 602_112), (3_136, 1_605_632), (3_136, 12_845_056), (50_176, 200_704))
COMPARED = ((827, 1169), (500, 333), (29, 41), (9, 7), (70, 14), (640, 20), (20, 640), (1001, 999))


def processor(smallest: int, largest: int) -> Qwen2VLImageProcessorPil:
    return Qwen2VLImageProcessorPil(size={"shortest_edge": smallest, "longest_edge": largest})


@pytest.mark.parametrize(("smallest", "largest"), LIMITS)
def test_grids(smallest: int, largest: int) -> None:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

    for width, height in SIZES:
        wanted = smart_resize(height, width, min_pixels=smallest, max_pixels=largest)
        grid = PatchGrid.fit(width, height, min_pixels=smallest, max_pixels=largest)
        assert (grid.height_px, grid.width_px) == wanted, (width, height)


@pytest.mark.parametrize(("width", "height"), COMPARED)
def test_pixels(width: int, height: int) -> None:
    rng = np.random.default_rng(width)
    image = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    made = processor(3_136, 602_112)(images=[image], return_tensors="np")
    page = PageImage(image)
    rules = PictureRules(tuple(CLIP_MEAN), tuple(CLIP_STD))
    grid = rules.grid(page)
    assert made["image_grid_thw"].tolist() == [[1, grid.rows * 2, grid.columns * 2]]
    rows = patch_rows(page, grid, rules=rules)
    assert rows.shape == made["pixel_values"].shape
    channel = np.arange(rows.shape[1]) // (2 * 14 * 14)
    levels = np.abs(rows - made["pixel_values"]) * np.array(CLIP_STD)[channel]
    assert levels.max() <= 1 / 255 + 1e-6
