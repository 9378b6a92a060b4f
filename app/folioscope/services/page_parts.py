"""The parts of a page that people see as one: blocks and lines of text, and figures."""

from dataclasses import dataclass

import numpy as np

from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, Int32, PageImage, PageText
from folioscope.services.touching import Flags, grown, touching_groups

_CELLS = 56  # along the longer side
_INK = 28  # of 255, from the ground
_INKED = 0.06  # share of a cell
_LEAST_FIGURE, _MOST_FIGURE = 0.012, 0.85  # share of the page
_LEAST_FILL = 0.3


@dataclass(frozen=True, slots=True)
class PageParts:
    """Boxes of a page's parts; ``lines_of`` are those of each block."""

    blocks: tuple[Box, ...] = ()
    lines_of: tuple[tuple[Box, ...], ...] = ()
    figures: tuple[Box, ...] = ()


def text_parts(text: PageText) -> PageParts:
    """Return a page's blocks and lines."""
    if not len(text):
        return PageParts()
    lines = _boxes_by(text.boxes, text.lines)
    block_of = {int(line): int(block) for line, block in zip(text.lines, text.blocks, strict=True)}
    blocks = _boxes_by(text.boxes, text.blocks)
    of: dict[int, list[Box]] = {number: [] for number in blocks}
    for line, box in lines.items():
        of[block_of[line]].append(box)
    return PageParts(tuple(blocks.values()), tuple(tuple(of[number]) for number in blocks))


def _boxes_by(boxes: Float32, numbers: Int32) -> dict[int, Box]:
    found: dict[int, Box] = {}
    for number in np.unique(numbers):
        own = boxes[numbers == number]
        low, high = own.min(axis=0), own.max(axis=0)
        found[int(number)] = Box(float(low[0]), float(low[1]), float(high[2]), float(high[3]))
    return found


def find_figures(image: PageImage, text: PageText) -> tuple[Box, ...]:
    """Return the parts of a page with ink that is no text: pictures, charts, drawings.

    A small picture of the page will do (320 px).
    """
    share, (rows, columns) = _ink_by_cell(image)
    is_text = _text_cells(text, rows, columns)
    inked = (share >= _INKED) & ~is_text
    # grown by a cell, so that labels inside a chart do not take it apart
    found = [(_box_of(cells, rows, columns), cells) for cells in touching_groups(grown(inked))]
    return tuple(box for box, cells in found if _is_figure(box, cells, inked))


def _ink_by_cell(image: PageImage) -> tuple[Float32, tuple[int, int]]:
    height, width = image.rgb.shape[:2]
    longest = max(height, width)
    rows = max(1, min(height, round(_CELLS * height / longest)))
    columns = max(1, min(width, round(_CELLS * width / longest)))
    rgb = image.rgb.astype(np.int16)
    ground = np.median(rgb.reshape(-1, 3)[:: max(1, height * width // 20_000)], axis=0)
    ink = (np.abs(rgb - ground).max(axis=2) > _INK).astype(np.float32)
    tops = np.linspace(0, height, rows, endpoint=False).astype(int)
    lefts = np.linspace(0, width, columns, endpoint=False).astype(int)
    sums = np.add.reduceat(np.add.reduceat(ink, tops, axis=0), lefts, axis=1)
    sizes = np.outer(np.diff([*tops, height]), np.diff([*lefts, width]))
    return np.asarray(sums / np.maximum(sizes, 1), np.float32), (rows, columns)


def _text_cells(text: PageText, rows: int, columns: int) -> Flags:
    cells = np.zeros((rows, columns), np.bool_)
    for x0, y0, x1, y1 in text.boxes.tolist():
        top, bottom = int(y0 * rows), int(np.ceil(y1 * rows))
        left, right = int(x0 * columns), int(np.ceil(x1 * columns))
        cells[max(0, top) : max(top + 1, bottom), max(0, left) : max(left + 1, right)] = True
    return cells


def _box_of(cells: Int32, rows: int, columns: int) -> Box:
    """Return the box around cells, less the cell that growing added on each side."""
    (top, left), (bottom, right) = cells.min(axis=0).tolist(), cells.max(axis=0).tolist()
    if bottom - top > 2:
        top, bottom = top + 1, bottom - 1
    if right - left > 2:
        left, right = left + 1, right - 1
    return Box(left / columns, top / rows, (right + 1) / columns, (bottom + 1) / rows).clipped()


def _is_figure(box: Box, cells: Int32, inked: Flags) -> bool:
    if not _LEAST_FIGURE <= box.area <= _MOST_FIGURE:
        return False
    return int(inked[cells[:, 0], cells[:, 1]].sum()) >= _LEAST_FILL * box.area * inked.size
