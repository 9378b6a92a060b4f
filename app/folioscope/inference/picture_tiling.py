"""Pictures cut into the tiles that a vision tower sees, as the Idefics3 processor cuts them.

The longest edge becomes ``longest_px``, up or down, by Lanczos; both sides are stretched to
multiples of a tile; the tiles follow row by row, and last comes the whole, squeezed into one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Cancellation
from folioscope.inference.resampling import resize_lanczos

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TileRules:
    """How a model wants its pictures. ``cells``: tokens along each side of a tile."""

    tile_px: int
    longest_px: int
    cells: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    def layout(self, width_px: int, height_px: int) -> "TileLayout":
        """Return how many tiles a picture of that size is cut into."""
        width, height = self._stretched(*self._longest(width_px, height_px))
        if max(width, height) <= self.tile_px:
            return TileLayout(0, 0, self.cells)
        return TileLayout(width // self.tile_px, height // self.tile_px, self.cells)

    def _longest(self, width_px: int, height_px: int) -> tuple[int, int]:
        """Return the size with the longest edge as it must be; the other one becomes even."""
        ratio = width_px / height_px
        if width_px >= height_px:
            height = int(self.longest_px / ratio)
            return self.longest_px, max(height + height % 2, 1)
        width = int(self.longest_px * ratio)
        return max(width + width % 2, 1), self.longest_px

    def _stretched(self, width_px: int, height_px: int) -> tuple[int, int]:
        """Return the size in whole tiles."""
        ratio = width_px / height_px
        if width_px >= height_px:
            width = self._whole(width_px)
            return width, self._whole(int(width / ratio))
        height = self._whole(height_px)
        return self._whole(int(height * ratio)), height

    def _whole(self, size_px: int) -> int:
        return math.ceil(size_px / self.tile_px) * self.tile_px

    def tiles(self, image: PageImage, *, token: Cancellation | None = None) -> Bytes:
        """Resize and cut a picture: uint8 (len(layout), tile_px, tile_px, 3). Raises Cancelled."""
        check = token.raise_if_cancelled if token is not None else _nothing
        size = self._longest(image.width_px, image.height_px)
        resized = resize_lanczos(image.rgb, *size, check=check)
        resized = resize_lanczos(resized, *self._stretched(*size), check=check)
        return self._cut(resized, check)

    def _cut(self, rgb: Bytes, check: Callable[[], None]) -> Bytes:
        side = self.tile_px
        height, width = rgb.shape[:2]
        if max(height, width) <= side:
            return rgb[None]
        rows = rgb.reshape(height // side, side, width // side, side, 3)
        tiles = rows.transpose(0, 2, 1, 3, 4).reshape(-1, side, side, 3)
        whole = resize_lanczos(rgb, side, side, check=check)
        return np.concatenate([tiles, whole[None]])

    def small(self, image: PageImage) -> Bytes:
        """Return a picture as one tile alone, the whole: uint8 (1, tile_px, tile_px, 3)."""
        return resize_lanczos(image.rgb, self.tile_px, self.tile_px)[None]

    def normalised(self, tiles: Bytes) -> Float32:
        """Scale bytes (n, side, side, 3) to the model's range: float32 (n, 3, side, side)."""
        mean, deviation = np.array(self.mean), np.array(self.deviation)
        # as the processor: bytes become float32 shares, the rest is float32 too
        shares = (np.arange(256) * (1 / 255)).astype(np.float32)
        table = (shares[:, None] - mean.astype(np.float32)) / deviation.astype(np.float32)
        planes = [table[:, channel][tiles[..., channel]] for channel in range(3)]
        return np.ascontiguousarray(np.stack(planes, axis=1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TileLayout:
    """Columns × rows of tiles, with the whole behind them; 0 × 0 for the whole alone."""

    columns: int
    rows: int
    cells: int

    def __len__(self) -> int:
        """Return the number of tiles, the whole with them."""
        return self.columns * self.rows + 1

    @property
    def grid(self) -> PatchGrid:
        """The cells over the page; of a picture that is not cut, those of the whole."""
        return PatchGrid(max(self.columns, 1) * self.cells, max(self.rows, 1) * self.cells)

    def cells_of_tokens(self) -> npt.NDArray[np.int32]:
        """Return the cell of ``grid`` that each token of each tile stands for: int32 (n,).

        Tokens of the whole, which look at larger parts of the page, stand for none (-1) where
        tiles show the page in detail.
        """
        cells = self.cells
        numbers = np.arange(len(self.grid), dtype=np.int32)
        if not self.columns:
            return numbers
        blocks = numbers.reshape(self.rows, cells, self.columns, cells)
        return np.concatenate(
            [blocks.transpose(0, 2, 1, 3).ravel(), np.full(cells * cells, -1, np.int32)]
        )


def uniform_colour(tile: Bytes) -> bytes | None:
    """Return the colour of a tile (side, side, 3) that has only one, else None."""
    first = tile[0, 0]
    return first.tobytes() if bool((tile == first).all()) else None


def _nothing() -> None:
    return None
