"""The grid of 28×28 patches that visual models see, and its way back to the page.

Every visual model uses this module: a patch (numbered row by row), its box in the pixels of the
picture given to the model, and its box on the page are the same thing in three languages.
Sizes follow the rule of the Qwen2-VL image processor, which the Jina models inherit.
"""

import math
from dataclasses import dataclass

import numpy as np

from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, Int32

PATCH_PX = 28
MIN_PIXELS = 3_136
MAX_PIXELS = 602_112  # 768 patches: "Input Image Size 768×28×28" of jina-embeddings-v4
MAX_ASPECT = 200


def smart_resize(
    width_px: int,
    height_px: int,
    *,
    min_pixels: int = MIN_PIXELS,
    max_pixels: int = MAX_PIXELS,
) -> tuple[int, int]:
    """Return (width, height) that a picture is resized to: multiples of 28 within the budget.

    Rounds halves to even, as the reference does. Raises ValueError for pictures without area
    and for those longer than 200 times their width; ``PatchGrid.fit`` pads the latter.
    """
    if min(width_px, height_px) < 1:
        raise ValueError(f"a picture of {width_px}×{height_px} px has no area")
    if max(width_px, height_px) > MAX_ASPECT * min(width_px, height_px):
        raise ValueError(f"{width_px}×{height_px} px is longer than {MAX_ASPECT} times its width")
    width = round(width_px / PATCH_PX) * PATCH_PX
    height = round(height_px / PATCH_PX) * PATCH_PX
    if width * height > max_pixels:
        shrink = math.sqrt(width_px * height_px / max_pixels)
        width = max(PATCH_PX, math.floor(width_px / shrink / PATCH_PX) * PATCH_PX)
        height = max(PATCH_PX, math.floor(height_px / shrink / PATCH_PX) * PATCH_PX)
    elif width * height < min_pixels:
        grow = math.sqrt(min_pixels / (width_px * height_px))
        width = math.ceil(width_px * grow / PATCH_PX) * PATCH_PX
        height = math.ceil(height_px * grow / PATCH_PX) * PATCH_PX
    return width, height


def padded_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the canvas (width, height) a picture is laid on: its own size unless too long.

    The picture stands at the canvas's top left; the rest is ground.
    """
    return (
        max(width_px, math.ceil(height_px / MAX_ASPECT)),
        max(height_px, math.ceil(width_px / MAX_ASPECT)),
    )


@dataclass(frozen=True, slots=True)
class PatchGrid:
    """Columns × rows of patches over a page's picture.

    ``page_width`` and ``page_height`` are the shares of the canvas that the page itself takes;
    less than 1 only where a very long page was padded.
    """

    columns: int
    rows: int
    page_width: float = 1.0
    page_height: float = 1.0

    @classmethod
    def fit(
        cls,
        width_px: int,
        height_px: int,
        *,
        min_pixels: int = MIN_PIXELS,
        max_pixels: int = MAX_PIXELS,
    ) -> "PatchGrid":
        """Return the grid of a picture of that size, padding what is too long to resize."""
        canvas_width, canvas_height = padded_size(width_px, height_px)
        width, height = smart_resize(
            canvas_width, canvas_height, min_pixels=min_pixels, max_pixels=max_pixels
        )
        return cls(
            width // PATCH_PX,
            height // PATCH_PX,
            width_px / canvas_width,
            height_px / canvas_height,
        )

    def __len__(self) -> int:
        """Return the number of patches."""
        return self.columns * self.rows

    @property
    def width_px(self) -> int:
        """Width of the picture that the model sees."""
        return self.columns * PATCH_PX

    @property
    def height_px(self) -> int:
        """Height of the picture that the model sees."""
        return self.rows * PATCH_PX

    def pixel_box(self, patch: int) -> tuple[int, int, int, int]:
        """Return a patch's (x0, y0, x1, y1) in pixels, ends exclusive; IndexError beyond."""
        if not 0 <= patch < len(self):
            raise IndexError(f"patch {patch} of {len(self)}")
        row, column = divmod(patch, self.columns)
        x0, y0 = column * PATCH_PX, row * PATCH_PX
        return x0, y0, x0 + PATCH_PX, y0 + PATCH_PX

    def patch_at(self, x_px: float, y_px: float) -> int:
        """Return the patch under a pixel; points beyond the edge belong to the edge's patch."""
        column = min(max(int(x_px // PATCH_PX), 0), self.columns - 1)
        row = min(max(int(y_px // PATCH_PX), 0), self.rows - 1)
        return row * self.columns + column

    def to_page(self, pixels: tuple[float, float, float, float]) -> Box:
        """Return the part of a pixel box that lies on the page."""
        x0, y0, x1, y1 = pixels
        across, down = self._page_px
        return Box(x0 / across, y0 / down, x1 / across, y1 / down).clipped()

    def to_pixels(self, box: Box) -> tuple[float, float, float, float]:
        """Return a page box in pixels; the inverse of ``to_page`` for boxes on the page."""
        across, down = self._page_px
        return box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down

    def page_box(self, patch: int) -> Box:
        """Return a patch's box on the page; without area where it lies in the padding."""
        return self.to_page(self.pixel_box(patch))

    def page_boxes(self) -> Float32:
        """Return the boxes of all patches in order, float32 (n, 4), clipped to the page."""
        across, down = self._page_px
        rows, columns = np.divmod(np.arange(len(self)), self.columns)
        corners = np.stack([columns, rows, columns + 1, rows + 1], axis=1) * float(PATCH_PX)
        shares = corners / np.array([across, down, across, down])
        return np.ascontiguousarray(shares.clip(0.0, 1.0), dtype=np.float32)

    def patches_in(self, box: Box) -> Int32:
        """Return the patches that share area with ``box`` in ascending order, int32 (n,).

        A box without area yields the patch it lies in.
        """
        x0, y0, x1, y1 = self.to_pixels(box.clipped())
        columns = _touched(x0, x1, self.columns)
        rows = _touched(y0, y1, self.rows)
        numbers = rows[:, None] * self.columns + columns[None, :]
        return np.ascontiguousarray(numbers.ravel(), dtype=np.int32)

    @property
    def _page_px(self) -> tuple[float, float]:
        return self.width_px * self.page_width, self.height_px * self.page_height


def _touched(start_px: float, end_px: float, count: int) -> Int32:
    """Numbers of the cells that share length with a span; rounding noise touches none."""
    noise = 1e-6
    first = min(max(math.floor(start_px / PATCH_PX + noise), 0), count - 1)
    last = min(max(math.ceil(end_px / PATCH_PX - noise) - 1, first), count - 1)
    return np.arange(first, last + 1, dtype=np.int32)
