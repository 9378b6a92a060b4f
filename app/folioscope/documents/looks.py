"""How a page looks, told without a model: kinds (figure, photo, screen, ...) and colours.

The measures are those found to pay on the development corpus. Channels are laid apart first and
hues computed only for pixels that have one: on most pages a few, which saves most of the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import LOOK_NAMES, Float32

Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Bounds = tuple[float, float, float, float]
Colour = tuple[int, int, int]

_CELLS = 48  # the page is judged on a grid of 48 × 48
_KINDS = 5
_MARGIN_CELLS = 2
_LEAST_SATURATION = 0.12  # below it no colour is seen
_INK_DISTANCE = 40  # of 255, on any channel: paper grain and JPEG noise stay below


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, and its box in fractions of the page."""

    text: str
    box: Bounds


@dataclass(frozen=True, slots=True)
class PageParts:
    """What a page is made of, boxes in fractions of the page.

    ``drawings`` are vector shapes other than rules and table shading. ``is_read`` is False
    while the lines are not known yet.
    """

    is_pdf: bool
    has_layer: bool
    lines: Sequence[TextLine] = ()
    pictures: Sequence[Bounds] = ()
    drawings: Sequence[Bounds] = ()
    is_read: bool = True


def measure(rgb: Rgb, parts: PageParts) -> Float32:
    """Return the looks of a page in the order of LOOK_NAMES, float32 (16,).

    ``rgb`` is the page at 320 px on its longer side, uint8 (height, width, 3).
    """
    looks = np.empty(len(LOOK_NAMES), np.float32)
    looks[:_KINDS] = _kinds(rgb, parts)
    looks[_KINDS:] = colour_shares(rgb)
    return looks


def ink_mask(rgb: Rgb, ground: Colour) -> Mask:
    """Return which pixels differ from the ground, bool (height, width)."""
    mask = np.zeros(rgb.shape[:2], bool)
    for channel, level in zip(_channels(rgb), ground, strict=True):
        mask |= channel > min(level + _INK_DISTANCE, 255)
        mask |= channel < max(level - _INK_DISTANCE, 0)
    return mask


def ground_colour(rgb: Rgb) -> Colour:
    """Return the page's commonest colour, to within a sixteenth of the scale."""
    red, green, blue = _channels(rgb)
    coarse = (red & 0xF0).astype(np.uint16) << 4
    coarse |= green & 0xF0
    coarse |= blue >> 4
    commonest = int(np.bincount(coarse.ravel(), minlength=1).argmax())
    nibbles = commonest >> 8, commonest >> 4 & 15, commonest & 15
    return nibbles[0] * 16 + 8, nibbles[1] * 16 + 8, nibbles[2] * 16 + 8


def _channels(rgb: Rgb) -> npt.NDArray[np.uint8]:
    """Return red, green and blue apart, uint8 (3, height, width): far faster to compute with."""
    return np.ascontiguousarray(rgb.transpose(2, 0, 1))


def cells_of(boxes: Sequence[Bounds]) -> Mask:
    """Return the cells of the page's grid that the boxes touch, bool (48, 48)."""
    grid = np.zeros((_CELLS, _CELLS), bool)
    for box in boxes:
        x0, y0, x1, y1 = (int(min(max(c, 0.0), 0.999) * _CELLS) for c in box)
        grid[y0 : y1 + 1, x0 : x1 + 1] = True
    return grid


def cell_means(mask: Mask) -> Float32:
    """Return the share of set pixels a cell of the page's grid, float32 (48, 48)."""
    height, width = mask.shape
    rows, columns = (np.arange(n) * _CELLS // n for n in (height, width))
    index = (rows[:, None] * _CELLS + columns[None, :]).ravel()
    total = np.bincount(index, minlength=_CELLS * _CELLS)
    inked = np.bincount(index[mask.ravel()], minlength=_CELLS * _CELLS)
    return (inked / np.maximum(total, 1)).astype(np.float32).reshape(_CELLS, _CELLS)


# --- kinds ---------------------------------------------------------------------------------


def _kinds(rgb: Rgb, parts: PageParts) -> tuple[float, float, float, float, float]:
    """Return figure, photo, screen, slide, scan."""
    raster, vector = _figure_shares(rgb, parts)
    photo, flat = _photo_and_flat(rgb, parts)
    height, width = rgb.shape[:2]
    words = sum(len(line.text.split()) for line in parts.lines)
    is_wide = parts.is_pdf and width > 1.2 * height
    slide = 1 / (1 + words) if is_wide and parts.is_read else 0.0
    scan = 0.0
    if words and not parts.has_layer:
        is_picture = sum(map(_area, parts.pictures)) > 0.6  # in one piece or in strips
        scan = float(is_picture) if parts.is_pdf else 1 - min(1.0, flat)
    return max(raster, vector), photo, raster + flat, slide, scan


def _figure_shares(rgb: Rgb, parts: PageParts) -> tuple[float, float]:
    """Return the shares of the page under pictures and under drawings, text left out."""
    drawn = [box for box in parts.drawings if _area(box) <= 0.5]
    vector = cells_of(drawn if len(drawn) >= 4 else [])
    whole = any(_area(p) > 0.7 for p in parts.pictures)
    if parts.is_pdf and whole and not parts.has_layer:
        text = cells_of([_grown(line.box, 0.01) for line in parts.lines])
        raster = _dark_cells(rgb)
    else:
        text = cells_of(
            [t.box for t in parts.lines if len(t.text.split()) >= 5 or len(t.text) >= 30]
        )
        raster = cells_of(
            [p for p in parts.pictures if _area(p) > 0.01 and not (parts.is_pdf and _area(p) > 0.7)]
        )
    return float((raster & ~text).mean()), float((vector & ~text).mean())


def _dark_cells(rgb: Rgb) -> Mask:
    """Cells of a scan with ink in them, its dirty margins left out."""
    grey = rgb.mean(2, dtype=np.float32)
    cells: Mask = cell_means(grey < np.median(grey) - 50) > 0.08
    edge = _MARGIN_CELLS
    cells[:edge] = cells[-edge:] = False
    cells[:, :edge] = cells[:, -edge:] = False
    return cells


def _photo_and_flat(rgb: Rgb, parts: PageParts) -> tuple[float, float]:
    """Judge each picture by its steps from pixel to pixel: soft ones photos, none or hard flat."""
    photo = flat = 0.0
    height, width = rgb.shape[:2]
    for box in parts.pictures:
        size = _area(box)
        if size < 0.02:
            continue
        x0, y0, x1, y1 = (min(max(c, 0.0), 1.0) for c in box)
        rows = slice(int(y0 * height), int(y1 * height) + 1)
        clip = rgb[rows, int(x0 * width) : int(x1 * width) + 1]
        if clip.size < 300 or clip.shape[1] < 2:
            continue
        step = np.abs(np.diff(clip.astype(np.int16), axis=1)).sum(2)
        soft = float(((step > 3) & (step < 40)).mean())
        photo = max(photo, size**0.5 * soft * float((clip.min(2) <= 230).mean()))
        if parts.has_layer or not parts.is_pdf:
            still, hard = float((step <= 3).mean()), float((step >= 90).mean())
            flat = max(flat, size**0.5 * still * (0.3 + hard))
    return photo, flat


def _area(box: Bounds) -> float:
    return max(0.0, min(box[2], 1) - max(box[0], 0)) * max(0.0, min(box[3], 1) - max(box[1], 0))


def _grown(box: Bounds, by: float) -> Bounds:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


# --- colours -------------------------------------------------------------------------------


def colour_shares(rgb: Rgb) -> Float32:
    """Return the share of pixels of each colour of LOOK_NAMES[5:], float32 (11,)."""
    channels = _channels(rgb).reshape(3, -1)
    value = np.maximum(np.maximum(channels[0], channels[1]), channels[2])
    spread = value - np.minimum(np.minimum(channels[0], channels[1]), channels[2])
    coloured = np.flatnonzero(spread > value * np.float32(_LEAST_SATURATION))
    tints = channels[:, coloured].astype(np.float32) / 255
    counts = [int(np.count_nonzero(mask)) for mask in _tint_masks(*tints)]
    pale = spread < value * np.float32(0.1)
    grey = pale & (value > 0.35 * 255) & (value < 0.9 * 255)
    counts += [int(np.count_nonzero(grey)), int(np.count_nonzero(value < 0.2 * 255))]
    shares: Float32 = np.array(counts, np.float32) / np.float32(max(1, value.size))
    return shares


def _tint_masks(r: Float32, g: Float32, b: Float32) -> list[Mask]:
    """Tell which pixels people would call red, orange, ... brown; one may have two names."""
    value = np.maximum(np.maximum(r, g), b)
    spread = np.maximum(value - np.minimum(np.minimum(r, g), b), 1e-6)
    hue = 60 * np.where(
        value == r,
        ((g - b) / spread) % 6,
        np.where(value == g, (b - r) / spread + 2, (r - g) / spread + 4),
    )
    saturation = spread / np.maximum(value, 1e-6)
    vivid = (saturation > 0.28) & (value > 0.25)
    reddish = (hue < 14) | (hue >= 344)

    def hues(start: float, end: float) -> Mask:
        mask: Mask = (hue >= start) & (hue < end)
        return mask

    pale_red = reddish & (saturation < 0.45) & (value > 0.75)
    earthy = (saturation > 0.15) & (saturation < 0.6) & (value > 0.3) & (value < 0.95)
    return [
        vivid & reddish & (saturation > 0.45),
        vivid & hues(14, 42) & (saturation > 0.5) & (value > 0.6),
        vivid & hues(42, 68),
        vivid & hues(68, 160),
        vivid & hues(160, 195),
        vivid & hues(195, 255),
        vivid & hues(255, 300),
        (vivid & hues(300, 344)) | pale_red,
        hues(10, 50) & earthy,
    ]
