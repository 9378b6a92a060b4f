"""Putting lines that OCR found into reading order: lines, blocks, columns.

Distances are in page heights, so that a wide page and a tall one are judged alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from folioscope.documents.looks import Bounds
from folioscope.domain.pages import PageText

_LINE_GAP = 0.9  # of the type's height: lines of a block are closer than this
_WORD_GAP = 0.6  # the same between parts of one line; columns stand farther apart
_SIZE_RATIO = 1.7  # type of one block differs less
_OVERLAP = 0.3  # of the narrower line


@dataclass(frozen=True, slots=True)
class TextRow:
    """Words that were found in a row, with boxes in fractions of the page."""

    words: tuple[str, ...]
    boxes: tuple[Bounds, ...]

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(self.words)

    @property
    def box(self) -> Bounds:
        """The box around all words."""
        return _around(self.boxes)

    @property
    def thickness(self) -> float:
        """Height of the type: the shorter side, as a row may run downwards."""
        x0, y0, x1, y1 = self.box
        return min(x1 - x0, y1 - y0)

    @property
    def is_vertical(self) -> bool:
        """Whether the row runs downwards, as Japanese may."""
        x0, y0, x1, y1 = self.box
        return y1 - y0 > 2 * (x1 - x0) and sum(map(len, self.words)) > 2

    def without(self, spots: Sequence[Bounds]) -> "TextRow | None":
        """Return the row less the words whose middle lies on one of ``spots``."""
        kept = [n for n, box in enumerate(self.boxes) if not _is_on(box, spots)]
        if not kept:
            return None
        return TextRow(tuple(self.words[n] for n in kept), tuple(self.boxes[n] for n in kept))


def rows_of(text: PageText) -> list[TextRow]:
    """Return the lines of a text as rows."""
    rows: list[TextRow] = []
    boxes = [(x0, y0, x1, y1) for x0, y0, x1, y1 in text.boxes.tolist()]
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or text.lines[end] != text.lines[start]:
            rows.append(TextRow(text.words[start:end], tuple(boxes[start:end])))
            start = end
    return rows


def arrange(rows: Sequence[TextRow], *, aspect: float) -> PageText:
    """Return the rows in reading order; ``aspect`` is the page's width divided by its height.

    Rows beside or below each other at the distance of lines make a block; blocks are read
    column by column. Rows that run downwards are read from right to left.
    """
    if not rows:
        return PageText()
    scaled = [_scaled(row.box, aspect) for row in rows]
    blocks = [_Block.of(numbers, scaled) for numbers in _groups(scaled)]
    is_vertical = sum(row.is_vertical for row in rows) * 2 > len(rows)
    words: list[str] = []
    boxes: list[Bounds] = []
    lines: list[int] = []
    owners: list[int] = []
    line = -1
    for owner, block in enumerate(_in_order(blocks, from_right=is_vertical)):
        for numbers in _lines(block, scaled, from_right=is_vertical):
            line += 1
            for number in numbers:
                words += rows[number].words
                boxes += rows[number].boxes
                lines += [line] * len(rows[number].words)
                owners += [owner] * len(rows[number].words)
    return PageText(
        tuple(words),
        np.array(boxes, np.float32).reshape(-1, 4).clip(0, 1),
        np.array(lines, np.int32),
        np.array(owners, np.int32),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    rows: tuple[int, ...]
    box: Bounds
    thickness: float

    @classmethod
    def of(cls, numbers: Sequence[int], boxes: Sequence[Bounds]) -> "_Block":
        own = [boxes[n] for n in numbers]
        return cls(tuple(numbers), _around(own), median(_thickness(box) for box in own))


# --- blocks --------------------------------------------------------------------------------


def _groups(boxes: Sequence[Bounds]) -> list[list[int]]:
    """Return the numbers of the rows that make a block, for each block."""
    leader = list(range(len(boxes)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for a in range(len(boxes)):
        for b in range(a + 1, len(boxes)):
            if find(a) != find(b) and _belong_together(boxes[a], boxes[b]):
                leader[find(b)] = find(a)
    groups: dict[int, list[int]] = {}
    for number in range(len(boxes)):
        groups.setdefault(find(number), []).append(number)
    return list(groups.values())


def _belong_together(a: Bounds, b: Bounds) -> bool:
    thin, thick = sorted((_thickness(a), _thickness(b)))
    if thick > _SIZE_RATIO * thin:
        return False
    across, down = _overlap(a, b, 0), _overlap(a, b, 1)
    width, height = min(a[2] - a[0], b[2] - b[0]), min(a[3] - a[1], b[3] - b[1])
    if across > _OVERLAP * width and down > -_LINE_GAP * thin:
        return True
    return down > 0.5 * height and across > -_WORD_GAP * thin


def _overlap(a: Bounds, b: Bounds, axis: int) -> float:
    """Return how much two boxes share along an axis; negative: how far they are apart."""
    return min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])


# --- order ---------------------------------------------------------------------------------


def _in_order(blocks: list[_Block], *, from_right: bool) -> Iterator[_Block]:
    """Cut the page along its widest gap, and what that leaves again: columns read whole."""
    if len(blocks) < 2:
        yield from blocks
        return
    columns, column_gap = _cut(blocks, 0)
    rows, row_gap = _cut(blocks, 1)
    least = 0.5 * median(block.thickness for block in blocks)
    if max(column_gap, row_gap) < least:
        yield from sorted(blocks, key=_place(from_right=from_right))
        return
    if from_right:
        columns = columns[::-1]
    for part in columns if column_gap >= row_gap else rows:
        yield from _in_order(part, from_right=from_right)


def _cut(blocks: list[_Block], axis: int) -> tuple[list[list[_Block]], float]:
    """Return the two sides of the widest gap along an axis, and its width."""
    ordered = sorted(blocks, key=lambda block: block.box[axis])
    reach, best, place = ordered[0].box[axis + 2], 0.0, len(ordered)
    for number, block in enumerate(ordered[1:], 1):
        gap = block.box[axis] - reach
        if gap > best:
            best, place = gap, number
        reach = max(reach, block.box[axis + 2])
    return [ordered[:place], ordered[place:]], best


def _place(*, from_right: bool) -> Callable[[_Block], tuple[float, float]]:
    if from_right:
        return lambda block: (-block.box[2], block.box[1])
    return lambda block: (block.box[1], block.box[0])


def _lines(block: _Block, boxes: Sequence[Bounds], *, from_right: bool) -> Iterator[list[int]]:
    """Yield the rows of each line of a block, those of one height together."""
    if from_right:
        yield from ([n] for n in sorted(block.rows, key=lambda n: -boxes[n][2]))
        return
    line: list[int] = []
    for number in sorted(block.rows, key=lambda n: boxes[n][1] + boxes[n][3]):
        if line and _overlap(boxes[line[0]], boxes[number], 1) < 0.5 * _thickness(boxes[number]):
            yield sorted(line, key=lambda n: boxes[n][0])
            line = []
        line.append(number)
    if line:
        yield sorted(line, key=lambda n: boxes[n][0])


# --- boxes ---------------------------------------------------------------------------------


def _around(boxes: Sequence[Bounds]) -> Bounds:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _scaled(box: Bounds, aspect: float) -> Bounds:
    return box[0] * aspect, box[1], box[2] * aspect, box[3]


def _thickness(box: Bounds) -> float:
    return max(1e-6, min(box[2] - box[0], box[3] - box[1]))


def _is_on(box: Bounds, spots: Sequence[Bounds]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(s[0] <= x <= s[2] and s[1] <= y <= s[3] for s in spots)
