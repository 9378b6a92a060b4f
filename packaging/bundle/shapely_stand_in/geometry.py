"""What the frozen program has in the place of ``shapely.geometry``.

RapidOCR asks how large the boxes around lines are and how long their outlines, and nothing else.
Shapely would answer with GEOS, 1.3 MB of every package.
"""

import numpy as np
from numpy.typing import ArrayLike


class Polygon:
    """The outline through corners, an array (corners, 2); from the last a line leads to the first.

    Its lines do not cross each other.
    """

    def __init__(self, shell: ArrayLike) -> None:
        self._corners = np.asarray(shell, np.float64)

    @property
    def area(self) -> float:
        """Return what lies inside, in squares of the corners' unit: the shoelace formula."""
        # from the first corner, as products of large coordinates would lose digits
        x, y = (self._corners - self._corners[:1]).T
        return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)

    @property
    def length(self) -> float:
        """Return the length of the outline in the corners' unit."""
        sides = np.roll(self._corners, -1, axis=0) - self._corners
        return float(np.hypot(*sides.T).sum())
