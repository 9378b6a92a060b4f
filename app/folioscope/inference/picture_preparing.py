"""From the pixels of a page to what a vision tower takes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.patches import MAX_PIXELS, MIN_PIXELS, PatchGrid, padded_size
from folioscope.domain.protocols import Cancellation
from folioscope.inference.resampling import resize_bicubic

PATCH = 14  # pixels; a cell of the grid is MERGE × MERGE of them
MERGE = 2
FRAMES = 2  # the models read films: a still picture is shown twice
PATCH_VALUES = 3 * FRAMES * PATCH * PATCH
_WHITE = 255


@dataclass(frozen=True, slots=True)
class PictureRules:
    """How a model wants its pictures: bounds on pixels, and each channel's mean and deviation."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    min_pixels: int = MIN_PIXELS
    max_pixels: int = MAX_PIXELS

    def grid(self, image: PageImage) -> PatchGrid:
        """Return the grid that a picture gets."""
        return PatchGrid.fit(
            image.width_px,
            image.height_px,
            min_pixels=self.min_pixels,
            max_pixels=self.max_pixels,
        )


def patch_rows(
    image: PageImage,
    grid: PatchGrid,
    *,
    rules: PictureRules,
    token: Cancellation | None = None,
) -> Float32:
    """Resize a picture to its grid and cut it: float32 (4 * len(grid), 1176).

    Rows go cell by cell in reading order, and in each cell its 2×2 patches in reading order;
    values of a row by channel, frame, line and column, as the Qwen2-VL processor has them.
    Raises Cancelled.
    """
    canvas = _on_canvas(image.rgb)
    rgb = resize_bicubic(canvas, grid.width_px, grid.height_px, check=_checking(token))
    side = PATCH
    cells = rgb.reshape(grid.rows, MERGE, side, grid.columns, MERGE, side, 3)
    still = normalised(cells.transpose(0, 3, 1, 4, 6, 2, 5), rules)
    patches = still.reshape(-1, 3, 1, side * side)
    return np.broadcast_to(patches, (len(patches), 3, FRAMES, side * side)).reshape(
        -1, PATCH_VALUES
    )


def normalised(cells: npt.NDArray[np.uint8], rules: PictureRules) -> Float32:
    """Scale bytes to the model's range: float32, channels on axis 4 of seven."""
    mean = np.array(rules.mean, np.float32)
    deviation = np.array(rules.deviation, np.float32)
    levels = np.arange(256, dtype=np.float32)[:, None] * np.float32(1 / 255)
    table = ((levels - mean) / deviation).astype(np.float32)  # (256, 3): each byte's value
    channel = np.arange(3).reshape(1, 1, 1, 1, 3, 1, 1)
    return np.ascontiguousarray(table[cells, channel])


def letterboxed(
    image: PageImage,
    *,
    side_px: int,
    rules: PictureRules,
    token: Cancellation | None = None,
) -> Float32:
    """Fit a whole picture into a white square: float32 (3, side_px, side_px).

    Cutting out the middle, as the model's own processor does, would lose the top and bottom of
    every page. Raises Cancelled.
    """
    scale = side_px / max(image.width_px, image.height_px)
    width = min(side_px, max(1, round(image.width_px * scale)))
    height = min(side_px, max(1, round(image.height_px * scale)))
    square = np.full((side_px, side_px, 3), _WHITE, np.uint8)
    top, left = (side_px - height) // 2, (side_px - width) // 2
    square[top : top + height, left : left + width] = resize_bicubic(
        image.rgb, width, height, check=_checking(token)
    )
    mean = np.array(rules.mean, np.float32)[:, None, None]
    deviation = np.array(rules.deviation, np.float32)[:, None, None]
    planes = square.transpose(2, 0, 1).astype(np.float32) * np.float32(1 / 255)
    return np.ascontiguousarray((planes - mean) / deviation, dtype=np.float32)


def cropped(image: PageImage, box: Box) -> PageImage:
    """Return the part of a picture that a box on it covers, at least one pixel."""
    inside = box.clipped()
    x0 = min(int(inside.x0 * image.width_px), image.width_px - 1)
    y0 = min(int(inside.y0 * image.height_px), image.height_px - 1)
    x1 = max(x0 + 1, round(inside.x1 * image.width_px))
    y1 = max(y0 + 1, round(inside.y1 * image.height_px))
    return PageImage(np.ascontiguousarray(image.rgb[y0:y1, x0:x1]))


def asked_part(query: PictureQuery) -> PageImage:
    """Return what a query shows: the whole picture, or the part that its box covers."""
    return query.image if query.box is None else cropped(query.image, query.box)


def _checking(token: Cancellation | None) -> Callable[[], None]:
    return token.raise_if_cancelled if token is not None else lambda: None


def _on_canvas(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Lay a picture that is too long for the grid on white ground, at the top left."""
    height, width = rgb.shape[:2]
    canvas_width, canvas_height = padded_size(width, height)
    if (canvas_width, canvas_height) == (width, height):
        return rgb
    canvas = np.full((canvas_height, canvas_width, 3), _WHITE, np.uint8)
    canvas[:height, :width] = rgb
    return canvas
