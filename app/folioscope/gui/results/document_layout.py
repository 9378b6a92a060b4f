"""Where results lie when grouped by document: blocks of one line, or of all lines."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect

from folioscope.domain.results import SearchResult
from folioscope.gui.results.tile_layout import GAP, Action, heading_px
from folioscope.gui.theme import line_px, space_px

MAT_PX = 138
_LEAST_CARD_PX = 330  # mat and enough room for five lines of text
_HEAD_GAP = 13
_FOOT_PX = 18


def head_px() -> int:
    """Return the height of the line with a document's name."""
    return line_px("body_strong") + _HEAD_GAP


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A document among the results: ``rows`` of its pages, and how many of them are shown."""

    document_id: str
    rows: tuple[int, ...]
    shown: int
    top: int
    height: int
    is_weaker: bool

    @property
    def hidden(self) -> int:
        """Number of pages folded away."""
        return len(self.rows) - self.shown


class DocumentLayout:
    """Blocks below each other; the documents stand in the order of their best page."""

    def __init__(
        self,
        results: Sequence[SearchResult],
        *,
        width_px: int,
        weaker_from: int,
        opened: frozenset[str],
        headed: bool = False,
    ) -> None:
        """``opened`` are the ids of the documents that show all their pages."""
        self.columns = max(1, width_px // _LEAST_CARD_PX)
        self.width = width_px
        self._card_px = width_px // self.columns
        self.blocks: list[DocumentBlock] = []
        self._heading_top = -1
        # block of each row, and its place in the block
        self._block_of = [0] * len(results)
        self._place_of = [0] * len(results)
        self._head_px = head_px()
        top = self._add(_grouped(results, 0, weaker_from), 0, opened, is_weaker=False)
        if headed and weaker_from < len(results):
            self._heading_top = top
            top += heading_px() + space_px("s")
        self.height = self._add(
            _grouped(results, weaker_from, len(results)), top, opened, is_weaker=True
        )
        self._tops = [block.top for block in self.blocks]
        self._order = [row for block in self.blocks for row in block.rows[: block.shown]]

    def _add(
        self,
        groups: dict[str, list[int]],
        top: int,
        opened: frozenset[str],
        *,
        is_weaker: bool,
    ) -> int:
        for document_id, rows in groups.items():
            shown = len(rows) if document_id in opened else min(len(rows), self.columns)
            lines = -(-shown // self.columns)
            high = self._head_px + lines * (MAT_PX + GAP) - GAP + _FOOT_PX
            number = len(self.blocks)
            for at, row in enumerate(rows):
                self._block_of[row], self._place_of[row] = number, at
            self.blocks.append(DocumentBlock(document_id, tuple(rows), shown, top, high, is_weaker))
            top += high
        return top

    @property
    def row_height(self) -> int:
        """How far one line of pages is from the next, about."""
        return self._head_px + MAT_PX + _FOOT_PX

    @property
    def heading(self) -> QRect:
        """Return where the heading of the weaker results lies, empty without one."""
        if self._heading_top < 0:
            return QRect()
        return QRect(0, self._heading_top, self.width, heading_px())

    def blocks_between(self, top: int, bottom: int) -> Iterator[DocumentBlock]:
        """Yield the blocks that may be seen between two heights."""
        start = max(0, bisect_right(self._tops, top) - 1)
        for number in range(start, len(self.blocks)):
            if self.blocks[number].top > bottom:
                return
            yield self.blocks[number]

    def _where(self, row: int) -> tuple[int, int]:
        if not 0 <= row < len(self._block_of):
            return -1, 0
        return self._block_of[row], self._place_of[row]

    def rect(self, row: int) -> QRect:
        """Return the card of a row: mat, and the text beside it."""
        number, at = self._where(row)
        if number < 0 or at >= self.blocks[number].shown:
            return QRect()
        line, column = divmod(at, self.columns)
        top = self.blocks[number].top + self._head_px + line * (MAT_PX + GAP)
        left = column * self._card_px + GAP // 2
        return QRect(left, top, self._card_px - GAP, MAT_PX)

    def block_at(self, y: int) -> DocumentBlock | None:
        """Return the block at a height."""
        number = bisect_right(self._tops, y) - 1
        if number < 0 or y >= self.blocks[number].top + self.blocks[number].height:
            return None
        return self.blocks[number]

    def row_at(self, point: QPoint) -> int:
        """Return the row of the card at a point, -1 for none."""
        block = self.block_at(point.y())
        if block is None:
            return -1
        line = (point.y() - block.top - self._head_px) // (MAT_PX + GAP)
        at = line * self.columns + (point.x() // self._card_px)
        if line < 0 or not 0 <= at < block.shown:
            return -1
        row = block.rows[at]
        return row if self.rect(row).contains(point) else -1

    def rows_between(self, top: int, bottom: int) -> Iterator[int]:
        """Yield the rows that may be seen between two heights."""
        for block in self.blocks_between(top, bottom):
            for row in block.rows[: block.shown]:
                rect = self.rect(row)
                if rect.bottom() >= top and rect.top() <= bottom:
                    yield row

    def moved(self, row: int, action: Action, *, page_px: int) -> int:
        """Return the row that a key leads to; up and down keep the column."""
        number, at = self._where(row)
        if number < 0:
            return self._order[0]
        at = min(at, self.blocks[number].shown - 1)
        if action in (Action.MoveHome, Action.MoveEnd):
            return self._order[0 if action == Action.MoveHome else -1]
        if action in (Action.MoveLeft, Action.MovePrevious):
            return self._beside(number, at - 1)
        if action in (Action.MoveRight, Action.MoveNext):
            return self._beside(number, at + 1)
        lines = max(1, page_px // self.row_height)
        steps = {
            Action.MoveUp: -1,
            Action.MoveDown: 1,
            Action.MovePageUp: -lines,
            Action.MovePageDown: lines,
        }
        for _ in range(abs(steps.get(action, 0))):
            number, at = self._line_away(number, at, 1 if steps[action] > 0 else -1)
        return self.blocks[number].rows[at]

    def _beside(self, number: int, at: int) -> int:
        if at < 0:
            number, at = max(0, number - 1), self.blocks[number - 1].shown - 1 if number else 0
        elif at >= self.blocks[number].shown:
            last = number + 1 >= len(self.blocks)
            number, at = (number, at - 1) if last else (number + 1, 0)
        return self.blocks[number].rows[at]

    def _line_away(self, number: int, at: int, step: int) -> tuple[int, int]:
        line, column = divmod(at, self.columns)
        block = self.blocks[number]
        last_line = (block.shown - 1) // self.columns
        if 0 <= line + step <= last_line:
            return number, min((line + step) * self.columns + column, block.shown - 1)
        if not 0 <= number + step < len(self.blocks):
            return number, at
        other = self.blocks[number + step]
        into = 0 if step > 0 else (other.shown - 1) // self.columns
        return number + step, min(into * self.columns + column, other.shown - 1)

    def span(self, first: int, last: int) -> list[int]:
        """Return the rows shown from one to the other, in the order they stand."""
        a, b = sorted((self._order.index(first), self._order.index(last)))
        return self._order[a : b + 1]


def _grouped(results: Sequence[SearchResult], start: int, end: int) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for row in range(start, end):
        groups.setdefault(results[row].ref.document_id, []).append(row)
    return groups
