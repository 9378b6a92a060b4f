"""A page as a sheet of paper: fitted, with shadow, hairline and marks; for tiles."""

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from folioscope.domain.results import SearchResult
from folioscope.gui.pages.marks import MarkStyle, marks_of, paint_marks
from folioscope.gui.results.result_words import shown_aspect
from folioscope.gui.theme import is_dark

MOST_BYTES = 32 * 2**20
_TILE_STYLE = MarkStyle(on_tile=True)


def fitted(aspect: float, room: QRectF) -> QRectF:
    """Return the page's place in ``room``: never cropped, centred, on whole pixels."""
    wide = shown_aspect(aspect)
    if wide > room.width() / max(1.0, room.height()):
        width, height = room.width(), room.width() / wide
    else:
        width, height = room.height() * wide, room.height()
    return QRectF(
        round(room.x() + (room.width() - width) / 2),
        round(room.y() + (room.height() - height) / 2),
        max(1, round(width)),
        max(1, round(height)),
    )


@dataclass(frozen=True, slots=True)
class _Key:
    picture: int
    width_px: int
    height_px: int
    ratio: float
    dark: bool
    marks: int


class SheetCache:
    """Pages at the size of their tile with veil and marks: to scale them is what costs."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[_Key, QPixmap] = OrderedDict()

    def clear(self) -> None:
        """Forget all, as when the theme changed."""
        self._kept.clear()
        self._bytes = 0

    def pixmap(self, result: SearchResult, image: QImage, size: QSize, ratio: float) -> QPixmap:
        """Return the page at ``size`` device-independent pixels, marked."""
        asked = result.strength is not None
        marks = hash((result.words, result.regions)) if asked else 0
        key = _Key(image.cacheKey(), size.width(), size.height(), ratio, is_dark(), marks)
        found = self._kept.get(key)
        if found is None:
            found = _drawn(result, image, size, ratio)
            self._kept[key] = found
            self._bytes += _bytes_of(found)
            while self._bytes > self._most_bytes and len(self._kept) > 1:
                self._bytes -= _bytes_of(self._kept.popitem(last=False)[1])
        self._kept.move_to_end(key)
        return found


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4


def _drawn(result: SearchResult, image: QImage, size: QSize, ratio: float) -> QPixmap:
    device = QSize(round(size.width() * ratio), round(size.height() * ratio))
    smooth = Qt.TransformationMode.SmoothTransformation
    small = image.scaled(device, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    made = QPixmap.fromImage(small)
    made.setDevicePixelRatio(ratio)
    if result.strength is None:
        return made
    painter = QPainter(made)
    page = QRectF(0, 0, size.width(), size.height())
    paint_marks(painter, marks_of(result), page, style=_TILE_STYLE)
    painter.end()
    return made
