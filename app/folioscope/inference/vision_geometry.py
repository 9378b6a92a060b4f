"""In what order a vision tower reads patches, and which of them see each other.

Everything that depends on the size of a picture is worked out here, so that the graphs hold no
loops. A window is 4×4 cells of 2×2 patches; those at the right and bottom edges are smaller.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.patches import PatchGrid
from folioscope.inference.picture_preparing import MERGE

Int64 = npt.NDArray[np.int64]
PATCHES_A_CELL = MERGE * MERGE


@dataclass(frozen=True, slots=True)
class Windows:
    """Patch rows of each window: ``rows`` int64 (windows, most), -1 fills; ``back`` int64 (p,).

    ``back`` names, for each patch row, its place in ``rows`` read line by line.
    """

    rows: Int64
    back: Int64


@dataclass(frozen=True, slots=True)
class VisionGeometry:
    """How the patches of a picture are fed.

    ``order`` int64 (p,): which row of ``patch_rows`` is fed at each place. ``places`` int64
    (p, 2): row and column of each patch fed. ``cells_back`` int64 (cells,): the place among the
    tower's outputs of each cell in reading order. ``windows`` is None for towers without.
    """

    order: Int64
    places: Int64
    cells_back: Int64
    windows: Windows | None


def vision_geometry(grid: PatchGrid, *, window_cells: int | None) -> VisionGeometry:
    """Work out the geometry; ``window_cells`` is a window's side in cells, None without."""
    cells = np.arange(len(grid), dtype=np.int64)
    rows, columns = np.divmod(cells, grid.columns)
    if window_cells is None:
        order, windows = cells, None
    else:
        numbers = rows // window_cells * -(-grid.columns // window_cells) + columns // window_cells
        order = np.argsort(numbers, kind="stable").astype(np.int64)
        windows = _windows(numbers[order], most=(window_cells * MERGE) ** 2)
    inside = np.arange(PATCHES_A_CELL, dtype=np.int64)
    down = rows[order][:, None] * MERGE + inside // MERGE
    across = columns[order][:, None] * MERGE + inside % MERGE
    return VisionGeometry(
        order=(order[:, None] * PATCHES_A_CELL + inside).ravel(),
        places=np.stack([down.ravel(), across.ravel()], axis=1),
        cells_back=np.argsort(order, kind="stable").astype(np.int64),
        windows=windows,
    )


def _windows(numbers: Int64, *, most: int) -> Windows:
    """Group patches by their cells' window numbers, which are sorted and leave none out."""
    of_patch = np.repeat(numbers, PATCHES_A_CELL)
    firsts = np.searchsorted(of_patch, np.arange(int(numbers[-1]) + 1))
    inside = np.arange(len(of_patch)) - firsts[of_patch]
    back = (of_patch * most + inside).astype(np.int64)
    rows = np.full(len(firsts) * most, -1, np.int64)
    rows[back] = np.arange(len(of_patch))
    return Windows(rows.reshape(-1, most), back)
