"""Paints what matched, in fractions of the page: for tiles, the panel and the large page.

Shape carries the meaning without colour: an underline is a word, a frame is a region. The
marks lie on pages and not on the theme, so their tones follow what is beneath them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.geometry import Box
from folioscope.domain.results import RegionMark, SearchResult, WordMark
from folioscope.domain.tokens import fold
from folioscope.gui.theme import colour, radius_px

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# the lightness at which the bright tone overtakes the deep one in contrast
DARK_BELOW = 0.447
MOST_REGIONS = 3
_SAME = 0.5  # share of overlap from which on two frames say the same
_LEAST_STEM = 3
_GROUND_PX = 400  # longer side of the picture in which the lightness is looked up
_SMALLEST_RINGED_PX = 9.0  # a ring round a lower word would hide its neighbours


@dataclass(frozen=True)
class Marks:
    """What matched on a page, in the order it is stepped through: words, looks, then regions.

    ``looks`` are parts that answer by look, ``regions`` parts closest in meaning; both are
    framed. ``heat`` has, for each word of the query, the parts that answer it by look.
    """

    words: tuple[WordMark, ...] = ()
    regions: tuple[RegionMark, ...] = ()
    looks: tuple[RegionMark, ...] = ()
    heat: tuple[tuple[str, tuple[RegionMark, ...]], ...] = ()

    def __len__(self) -> int:
        """Return the number of matches."""
        return len(self.words) + len(self.frames)

    @property
    def frames(self) -> tuple[RegionMark, ...]:
        """The framed parts; those found by look come first."""
        return self.looks + self.regions

    def box(self, number: int) -> Box:
        """Return where the match with this number is."""
        if number < len(self.words):
            return self.words[number].box
        return self.frames[number - len(self.words)].box

    def lit(self, key: str) -> tuple[RegionMark, ...]:
        """Return the parts that answer one word by look."""
        return next((places for word, places in self.heat if is_same_word(word, key)), ())


def marks_of(result: SearchResult) -> Marks:
    """Return the marks of a hit; a region that is nearly the whole page frames nothing."""
    regions = tuple(r for r in result.regions[:MOST_REGIONS] if r.box.area < 0.97)
    return Marks(result.words, regions)


def with_heat(marks: Marks, heat: HeatMap) -> Marks:
    """Add what answers by look; of the other frames those stay that say something else.

    At most three frames are left: more would be a heat map, and say nothing.
    """
    looks = tuple(RegionMark(m.box, m.score) for m in heat.whole[:MOST_REGIONS])
    others = [r for r in marks.regions if not any(_overlap(r.box, k.box) > _SAME for k in looks)]
    words = tuple(
        (word_key(each.word), tuple(RegionMark(m.box, m.score) for m in each.marks))
        for each in heat.words
        if each.marks
    )
    kept = tuple(others[: MOST_REGIONS - len(looks)])
    return Marks(marks.words, kept, looks, words)


def _overlap(one: Box, other: Box) -> float:
    shared = Box(
        max(one.x0, other.x0), max(one.y0, other.y0), min(one.x1, other.x1), min(one.y1, other.y1)
    ).area
    whole = one.area + other.area - shared
    return shared / whole if whole else 0.0


def is_same_word(asked: str, found: str) -> bool:
    """Whether a word of the query and one on the page are forms of one word: map and maps."""
    short, long = sorted((asked, found), key=len)
    return short == long or (len(short) >= _LEAST_STEM and long.startswith(short))


def word_key(word: str) -> str:
    """Return what the places of one word share: its letters without case and punctuation."""
    return fold(word).strip(" .,;:!?()[]{}<>\"'“”‘’„«»…*_")


@dataclass(frozen=True, eq=False)
class Ground:
    """How light a page is, place by place."""

    image: QImage

    @cached_property
    def _pixels(self) -> npt.NDArray[np.uint8]:
        small = self.image
        if max(small.width(), small.height()) > _GROUND_PX:
            smooth = Qt.TransformationMode.SmoothTransformation
            small = small.scaled(_GROUND_PX, _GROUND_PX, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        small = small.convertToFormat(QImage.Format.Format_RGB888)
        import numpy as np  # not before the first page: the window is up sooner

        rows = np.frombuffer(small.constBits(), np.uint8)
        rows = rows.reshape(small.height(), small.bytesPerLine())[:, : small.width() * 3]
        return rows.reshape(small.height(), small.width(), 3).copy()

    @cached_property
    def _known(self) -> dict[Box, bool]:
        return {}

    def is_dark(self, box: Box) -> bool:
        """Whether the page under ``box`` is dark on the whole."""
        if box not in self._known:
            self._known[box] = self._lightness(box) < DARK_BELOW
        return self._known[box]

    def _lightness(self, box: Box) -> float:
        high, wide, _ = self._pixels.shape
        x0, y0 = min(int(box.x0 * wide), wide - 1), min(int(box.y0 * high), high - 1)
        x1, y1 = max(x0 + 1, round(box.x1 * wide)), max(y0 + 1, round(box.y1 * high))
        mean = self._pixels[max(y0, 0) : y1, max(x0, 0) : x1].reshape(-1, 3).mean(axis=0)
        return float(mean.max() + mean.min()) / 510  # as HSL defines it


@dataclass(frozen=True)
class MarkStyle:
    """How marks are shown. ``current`` numbers the match stepped to, ``only`` a word's key."""

    on_tile: bool = False
    current: int = -1
    only: str = ""


def placed(box: Box, page: QRectF) -> QRectF:
    """Return where fractions of the page lie in ``page``."""
    return QRectF(
        page.x() + box.x0 * page.width(),
        page.y() + box.y0 * page.height(),
        (box.x1 - box.x0) * page.width(),
        (box.y1 - box.y0) * page.height(),
    )


def paint_marks(
    painter: QPainter,
    marks: Marks,
    page: QRectF,
    *,
    ground: Ground | None = None,
    style: MarkStyle | None = None,
) -> None:
    """Paint ``marks`` over a page drawn before on the same painter, opaque, at ``page``."""
    style = style or MarkStyle()
    if not len(marks):
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    framed = marks.lit(style.only) if style.only else marks.frames
    frames = [_framed(region.box, page) for region in framed]
    if style.on_tile:
        _paint_veil(painter, marks, page, frames)
        for word in marks.words:
            _paint_block(painter, _padded(word.box, page))
    else:
        _paint_words(painter, marks, page, ground, style)
    for number, rect in enumerate(frames, len(marks.words)):
        is_current = number == style.current and not style.only
        wide = 1.5 if style.on_tile else 3.0 if is_current else 2.0
        paint_frame(painter, rect, width=wide)
    painter.restore()


def _framed(box: Box, page: QRectF) -> QRectF:
    """Return the frame of a region: outside of what it frames, but on the page."""
    rect = placed(box, page).adjusted(-2, -2, 2, 2)
    return _on_pixels(rect.intersected(page.adjusted(2, 2, -2, -2)))


def _padded(box: Box, page: QRectF) -> QRectF:
    return _on_pixels(placed(box, page).adjusted(-1.5, -1, 1.5, 1).intersected(page))


def _on_pixels(rect: QRectF) -> QRectF:
    """Snap to whole pixels: a thin line between two of them is a grey one."""
    return QRectF(
        QPointF(round(rect.left()), round(rect.top())),
        QPointF(round(rect.right()), round(rect.bottom())),
    )


def _paint_veil(painter: QPainter, marks: Marks, page: QRectF, frames: list[QRectF]) -> None:
    """Lay a veil over the page with the matches cut out of it.

    The holes are wiped out of a layer: subtracting hundreds of them from a path takes 50 ms.
    """
    ratio = painter.device().devicePixelRatioF()
    size = (page.size() * ratio).toSize()
    if size.isEmpty():
        return
    layer = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    layer.setDevicePixelRatio(ratio)
    layer.fill(colour("veil"))
    wiping = QPainter(layer)
    wiping.setRenderHint(QPainter.RenderHint.Antialiasing)
    wiping.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    wiping.setPen(Qt.PenStyle.NoPen)
    wiping.setBrush(Qt.GlobalColor.black)
    wiping.translate(-page.topLeft())
    for rect in frames:
        wiping.drawRoundedRect(rect, radius_px("mark"), radius_px("mark"))
    for word in marks.words:
        wiping.fillRect(placed(word.box, page).adjusted(-3, -2, 3, 3), Qt.GlobalColor.black)
    wiping.end()
    painter.drawImage(page.topLeft(), layer)


def _paint_block(painter: QPainter, box: QRectF) -> None:
    """Paint a word on a tile, where its letters cannot be read anyway."""
    painter.fillRect(box, colour("mark_bright"))
    painter.fillRect(QRectF(box.x(), box.bottom(), box.width(), 0.8), colour("mark_deep"))


def _paint_words(
    painter: QPainter, marks: Marks, page: QRectF, ground: Ground | None, style: MarkStyle
) -> None:
    for number, word in enumerate(marks.words):
        if style.only and word_key(word.word) != style.only:
            continue
        box = _padded(word.box, page)
        dark = ground is not None and ground.is_dark(word.box)
        is_current = number == style.current
        _paint_wash(painter, box, dark=dark, is_current=is_current)
        line = QRectF(box.x(), box.bottom() - 1, box.width(), 1.5)
        painter.fillRect(line, colour("mark_bright" if dark else "mark_deep"))
        if is_current and box.height() >= _SMALLEST_RINGED_PX:
            paint_frame(painter, box.adjusted(-1, -0.5, 1, 1.5), width=1.5, radius=2)


def _paint_wash(painter: QPainter, box: QRectF, *, dark: bool, is_current: bool) -> None:
    mode = QPainter.CompositionMode
    painter.setCompositionMode(
        mode.CompositionMode_Screen if dark else mode.CompositionMode_Multiply
    )
    name = "wash_screen" if dark else "wash_multiply"
    painter.fillRect(box, colour(f"{name}_current" if is_current else name))
    painter.setCompositionMode(mode.CompositionMode_SourceOver)


def paint_frame(
    painter: QPainter, rect: QRectF, *, width: float = 2.0, radius: float | None = None
) -> None:
    """Paint a frame of two tones: on any grey one of them has a contrast of 3 at least."""
    round_px = float(radius_px("mark")) if radius is None else radius
    edge = max(1.0, width / 2)  # a finer one would be a grey one at a ratio of 1
    out = (width + edge) / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour("mark_deep"), edge))
    painter.drawRoundedRect(rect.adjusted(-out, -out, out, out), round_px + out, round_px + out)
    painter.setPen(QPen(colour("mark_bright"), width))
    painter.drawRoundedRect(rect, round_px, round_px)
    painter.setPen(Qt.PenStyle.NoPen)


def paint_swatch(painter: QPainter, rect: QRectF, kind: str) -> None:
    """Paint a mark's shape for the legend: ``word`` or ``region``; others have none."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if kind == "word":
        _paint_block(painter, rect.adjusted(1, 2, -1, -3))
        painter.fillRect(QRectF(rect.x() + 1, rect.bottom() - 3, rect.width() - 2, 1.5),
                         colour("mark_deep"))  # fmt: skip
    elif kind == "region":
        paint_frame(painter, rect.adjusted(3, 2.5, -3, -2.5), width=2.0)
    painter.restore()
