"""Groups of cells that touch."""

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Int32

Flags = npt.NDArray[np.bool_]
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))
_CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))


def touching_groups(cells: Flags, *, by_corners: bool = False) -> list[Int32]:
    """Group the cells of a grid that are set and touch: int32 (n, 2), rows and columns, each."""
    steps = _SIDES + _CORNERS if by_corners else _SIDES
    left = {(int(r), int(c)) for r, c in np.argwhere(cells)}
    groups: list[Int32] = []
    while left:
        stack, group = [left.pop()], []
        while stack:
            row, column = stack.pop()
            group.append((row, column))
            near = {(row + y, column + x) for y, x in steps} & left
            left -= near
            stack.extend(near)
        groups.append(np.array(sorted(group), np.int32))
    return groups


def grown(cells: Flags) -> Flags:
    """Set the neighbours of what is set too, corners included."""
    wide = np.pad(cells, 1)
    more = np.zeros_like(cells)
    for y in (0, 1, 2):
        for x in (0, 1, 2):
            more |= wide[y : y + cells.shape[0], x : x + cells.shape[1]]
    return more
