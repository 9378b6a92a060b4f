"""Boxes on a page, as fractions of its width and height from the top left."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the page (0 to 1), after the page's own rotation."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self) -> float:
        """Share of the page that the box covers."""
        return max(0.0, self.x1 - self.x0) * max(0.0, self.y1 - self.y0)

    def clipped(self) -> "Box":
        """Return the part of the box that lies on the page."""
        x0, y0 = min(max(self.x0, 0.0), 1.0), min(max(self.y0, 0.0), 1.0)
        return Box(x0, y0, min(max(self.x1, x0), 1.0), min(max(self.y1, y0), 1.0))

    def as_list(self) -> list[float]:
        """Return ``[x0, y0, x1, y1]``."""
        return [self.x0, self.y0, self.x1, self.y1]


WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around ``boxes``; the whole page when there are none."""
    known = list(boxes)
    if not known:
        return WHOLE_PAGE
    return Box(
        min(b.x0 for b in known),
        min(b.y0 for b in known),
        max(b.x1 for b in known),
        max(b.y1 for b in known),
    )
