"""Where results lie in the grid: arithmetic, so that 50,000 of them cost nothing."""

from collections.abc import Iterator
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QAbstractItemView

from folioscope.gui.theme import line_px, scaled, space_px

Action = QAbstractItemView.CursorAction
GAP = 16
MAT_SHAPE = 1.08  # height of the mat by its width, whatever the page
SHEET_MARGIN = 9  # between the mat's edge and the page
_CAPTION_GAP = 6


def caption_px() -> int:
    """Return the height of the two lines under a mat, at the text size in use."""
    return line_px("label") + line_px("small") + _CAPTION_GAP


def heading_px() -> int:
    """Return the height of the heading over a group of results."""
    return line_px("small_strong") + scaled(21)


class ItemLayout(Protocol):
    """Geometry of a view's rows, in pixels from the top left of its content."""

    @property
    def height(self) -> int:
        """Height of the whole content."""
        ...

    @property
    def row_height(self) -> int:
        """How far one line of items is from the next, about."""
        ...

    def rect(self, row: int) -> QRect:
        """Return where a row lies, empty when it is not shown."""
        ...

    def row_at(self, point: QPoint) -> int:
        """Return the row at a point, -1 for none."""
        ...

    def rows_between(self, top: int, bottom: int) -> Iterator[int]:
        """Yield the rows that may be seen between two heights, in order."""
        ...

    def moved(self, row: int, action: Action, *, page_px: int) -> int:
        """Return the row that a key leads to."""
        ...

    def span(self, first: int, last: int) -> list[int]:
        """Return all rows shown from one to the other, in either direction."""
        ...


class TileLayout:
    """Uniform tiles that fill the row, in one group or two (the weaker ones below a heading)."""

    def __init__(
        self, count: int, *, width_px: int, wish_px: int, weaker_from: int, headed: bool = False
    ) -> None:
        """``headed``: the second group has a heading even when the first is empty."""
        room = max(1, width_px)
        self.count = count
        self.columns = max(1, round(room / (wish_px + GAP)))
        wide = room // self.columns
        self.cell = QSize(wide, round((wide - GAP) * MAT_SHAPE) + GAP + caption_px())
        self._first = min(weaker_from, count)
        self._has_heading = headed and self._first < count
        self._heading_top = self._lines(self._first) * self.cell.height()
        self._second_top = self._heading_top + (heading_px() if self._has_heading else 0)

    def _lines(self, count: int) -> int:
        return -(-count // self.columns)

    @property
    def height(self) -> int:
        """Height of the whole content."""
        tail = self._lines(self.count - self._first) * self.cell.height()
        return self._second_top + tail + space_px("m")

    @property
    def row_height(self) -> int:
        """How far one line of tiles is from the next."""
        return self.cell.height()

    @property
    def heading(self) -> QRect:
        """Return where the heading of the second group lies, empty without one."""
        if not self._has_heading:
            return QRect()
        return QRect(0, self._heading_top, self.columns * self.cell.width(), heading_px())

    def rect(self, row: int) -> QRect:
        """Return the cell of a row."""
        if not 0 <= row < self.count:
            return QRect()
        top, number = (0, row) if row < self._first else (self._second_top, row - self._first)
        line, column = divmod(number, self.columns)
        wide, high = self.cell.width(), self.cell.height()
        return QRect(column * wide, top + line * high, wide, high)

    def row_at(self, point: QPoint) -> int:
        """Return the row of the cell at a point, -1 for none."""
        column = point.x() // self.cell.width()
        if not 0 <= column < self.columns or point.y() < 0:
            return -1
        if point.y() < self._heading_top:
            row = point.y() // self.cell.height() * self.columns + column
            return row if row < self._first else -1
        if point.y() < self._second_top:
            return -1
        line = (point.y() - self._second_top) // self.cell.height()
        row = self._first + line * self.columns + column
        return row if row < self.count else -1

    def rows_between(self, top: int, bottom: int) -> Iterator[int]:
        """Yield the rows that may be seen between two heights."""
        high = self.cell.height()
        start = max(0, top // high) * self.columns
        end = (max(0, bottom) // high + 1) * self.columns
        yield from range(min(start, self._first), min(end, self._first))
        start = self._first + max(0, (top - self._second_top) // high) * self.columns
        end = self._first + ((bottom - self._second_top) // high + 1) * self.columns
        yield from range(start, min(end, self.count))

    def moved(self, row: int, action: Action, *, page_px: int) -> int:
        """Return the row that a key leads to; the same at an edge."""
        if row < 0:
            return 0
        last = self.count - 1
        lines = max(1, page_px // self.cell.height())
        if action in (Action.MoveLeft, Action.MovePrevious):
            return max(0, row - 1)
        if action in (Action.MoveRight, Action.MoveNext):
            return min(last, row + 1)
        if action == Action.MoveHome:
            return 0
        if action == Action.MoveEnd:
            return last
        steps = {
            Action.MoveUp: -1,
            Action.MoveDown: 1,
            Action.MovePageUp: -lines,
            Action.MovePageDown: lines,
        }
        return self._lines_away(row, steps[action]) if action in steps else row

    def _lines_away(self, row: int, lines: int) -> int:
        """Step over lines in the same column, across the heading."""
        start = 0 if row < self._first else self._first
        number, column = divmod(row - start, self.columns)
        above = 0 if row < self._first else self._lines(self._first)
        line = above + number + lines
        in_first = self._lines(self._first)
        if line < 0:
            return column if abs(lines) > 1 and column < self.count else row
        if line < in_first:
            return min(line * self.columns + column, self._first - 1)
        found = self._first + (line - in_first) * self.columns + column
        if found < self.count:
            return found
        last_line = in_first + self._lines(self.count - self._first) - 1
        # below the last line there is nothing, but the last line may be a short one
        return self.count - 1 if line <= last_line or abs(lines) > 1 else row

    def span(self, first: int, last: int) -> list[int]:
        """Return all rows from one to the other."""
        return list(range(min(first, last), max(first, last) + 1))
