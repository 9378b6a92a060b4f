"""Paints a result as a tile: mat, page with marks, name, strength and the text around the match."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from folioscope.domain.documents import FileState
from folioscope.domain.pages import TextSource
from folioscope.domain.results import SearchResult, Snippet, Strength
from folioscope.gui.icons import pixmap
from folioscope.gui.pages.paper import paint_hairline, paint_shadow
from folioscope.gui.results.result_model import ResultRole
from folioscope.gui.results.result_words import (
    DOTS,
    file_name,
    is_very_long,
    page_label,
    second_line,
)
from folioscope.gui.results.sheets import SheetCache, fitted
from folioscope.gui.results.snippet_text import paint_snippet
from folioscope.gui.results.thumbnails import ThumbnailLoader
from folioscope.gui.results.tile_layout import GAP, SHEET_MARGIN, caption_px
from folioscope.gui.theme import colour, font, line_px, motion_ms, radius_px, theme_signals
from folioscope.gui.words import tr

AnyIndex = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
_BLANK = {FileState.WAITING: "clock", FileState.LOCKED: "lock"}


def fade_ms() -> int:
    """Return how long a page takes to appear; 0 where the system asks for less motion."""
    style = QApplication.style()
    still = style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
    return 0 if still else motion_ms("hover")


@dataclass(frozen=True, slots=True)
class TileState:
    """How a tile stands to the user."""

    is_selected: bool = False
    is_hovered: bool = False
    is_pressed: bool = False
    has_focus: bool = False

    @staticmethod
    def of(option: QStyleOptionViewItem) -> "TileState":
        """Read it from what the view says."""
        state: QStyle.StateFlag = option.state
        return TileState(
            bool(state & State.State_Selected),
            bool(state & State.State_MouseOver),
            bool(state & State.State_Sunken),
            bool(state & State.State_HasFocus),
        )


def paint_dots(painter: QPainter, left: float, middle: float, strength: Strength) -> float:
    """Paint strength as a count of filled dots; returns the x behind them."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tint = colour("text_muted")
    painter.setPen(QPen(tint, 1.2))
    for number in range(3):
        filled = number < DOTS[strength]
        painter.setBrush(tint if filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(left + 3 + number * 8, middle), 2.4, 2.4)
    painter.restore()
    return left + 28


class MatPainter:
    """Paints a page on its mat in all its states; tiles and documents share it."""

    def __init__(self, loader: ThumbnailLoader) -> None:
        self._loader = loader
        self._sheets = SheetCache()
        theme_signals().changed.connect(self._sheets.clear)

    def paint(self, painter: QPainter, mat: QRectF, result: SearchResult, state: TileState) -> None:
        """Paint mat, page and rings."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(_mat_colour(state)))
        painter.drawRoundedRect(mat, radius_px("mat"), radius_px("mat"))
        margin = SHEET_MARGIN
        page = fitted(self._aspect(result), mat.adjusted(margin, margin, -margin, -margin))
        if result.state in _BLANK:
            _paint_blank(painter, page, _BLANK[result.state])
        else:
            self._paint_page(painter, page, result)
        if result.is_away:
            _paint_away(painter, page, mat)
        elif is_very_long(result):
            _paint_badge(painter, mat, "", tr("Very long page"))
        _paint_rings(painter, mat, state)

    def _aspect(self, result: SearchResult) -> float:
        """Prefer the picture's own shape: a list of all pages does not know their sizes."""
        found = self._loader.thumbnail(result.ref)
        if found is None or found.image.height() == 0:
            return result.aspect
        return found.image.width() / found.image.height()

    def _paint_page(self, painter: QPainter, page: QRectF, result: SearchResult) -> None:
        found = self._loader.thumbnail(result.ref)
        if found is None:
            if self._loader.failure(result.ref):
                _paint_blank(painter, page, "file-x")
            return
        # the mat alone comes at once, the page over it a little later
        age_ms = (time.monotonic() - found.came_at) * 1000
        whole = fade_ms()
        painter.setOpacity(1.0 if age_ms >= whole else max(0.1, age_ms / whole))
        _paint_folded(painter, page, result)
        paint_shadow(painter, page)
        ratio = painter.device().devicePixelRatioF()
        size = page.size().toSize()
        painter.drawPixmap(page.topLeft(), self._sheets.pixmap(result, found.image, size, ratio))
        paint_hairline(painter, page)
        painter.setOpacity(1.0)


def _mat_colour(state: TileState) -> str:
    if state.is_selected:
        return "selected"
    if state.is_pressed:
        return "pressed"
    return "hover" if state.is_hovered else "mat"


def _paint_blank(painter: QPainter, page: QRectF, sign: str) -> None:
    painter.setPen(QPen(colour("control"), 1))
    painter.setBrush(colour("surface"))
    painter.drawRoundedRect(page, 3, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPixmap(page.center() - QPointF(11, 11), pixmap(sign, side_px=22))


def _paint_folded(painter: QPainter, page: QRectF, result: SearchResult) -> None:
    """Let the edge of a sheet look out for each copy behind, two at most."""
    folded = len(result.paths[1:]) + len(result.similar)
    for step in range(min(folded, 2), 0, -1):
        behind = page.translated(4 * step, -4 * step)
        painter.fillRect(behind, colour("line"))
        painter.setPen(QPen(colour("control"), 1))
        painter.drawRect(behind)
        painter.setPen(Qt.PenStyle.NoPen)


def _paint_away(painter: QPainter, page: QRectF, mat: QRectF) -> None:
    dimmed = QColor(colour("mat"))
    dimmed.setAlpha(120)
    painter.fillRect(page, dimmed)
    _paint_badge(painter, mat, "unplug", tr("Away"))


def _paint_badge(painter: QPainter, mat: QRectF, sign: str, text: str) -> None:
    metrics = QFontMetrics(font("small"))
    left = 25 if sign else 8
    high = max(22, metrics.height() + 6)
    box = QRectF(mat.x() + 8, mat.y() + 8, metrics.horizontalAdvance(text) + left + 8, high)
    painter.setPen(QPen(colour("line"), 1))
    painter.setBrush(colour("surface"))
    painter.drawRoundedRect(box, radius_px("control"), radius_px("control"))
    if sign:
        painter.drawPixmap(QPointF(box.x() + 6, box.center().y() - 7), pixmap(sign, side_px=14))
    painter.setPen(colour("text"))
    painter.setFont(font("small"))
    painter.drawText(box.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
    painter.setPen(Qt.PenStyle.NoPen)


def _paint_rings(painter: QPainter, mat: QRectF, state: TileState) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    round_px = radius_px("mat")
    if state.is_selected:
        painter.setPen(QPen(colour("focus"), 2))
        painter.drawRoundedRect(mat.adjusted(1, 1, -1, -1), round_px - 1, round_px - 1)
    if state.has_focus:
        painter.setPen(QPen(colour("focus"), 1))
        ring = mat.adjusted(-2.5, -2.5, 2.5, 2.5)
        painter.drawRoundedRect(ring, round_px + 2, round_px + 2)
    painter.setPen(Qt.PenStyle.NoPen)


class TileDelegate(QStyledItemDelegate):
    """Paints a cell of the grid."""

    def __init__(
        self, mats: MatPainter, cell: Callable[[], QSize], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._mats = mats
        self._cell = cell

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        """All cells are alike."""
        return self._cell()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint mat and caption."""
        result: SearchResult | None = index.data(ResultRole.RESULT)
        if result is None:
            return
        half = GAP / 2
        cell = QRectF(option.rect).adjusted(half, half, -half, -half)
        high = caption_px()
        painter.save()
        mat = cell.adjusted(0, 0, 0, -high)
        self._mats.paint(painter, mat, result, TileState.of(option))
        _paint_caption(painter, result, cell.adjusted(2, mat.height() + 6, -2, 0))
        painter.restore()


def _paint_caption(painter: QPainter, result: SearchResult, room: QRectF) -> None:
    middle = Qt.AlignmentFlag.AlignVCenter
    place = page_label(result)
    painter.setFont(font("small"))
    painter.setPen(colour("text_muted"))
    first = QRectF(room.x(), room.y(), room.width(), line_px("label"))
    painter.drawText(first, Qt.AlignmentFlag.AlignRight | middle, place)
    left = room.width() - QFontMetrics(font("small")).horizontalAdvance(place) - 10
    painter.setFont(font("label"))
    painter.setPen(colour("text"))
    elide = Qt.TextElideMode.ElideMiddle
    name = QFontMetrics(font("label")).elidedText(file_name(result), elide, int(left))
    painter.drawText(first, middle, name)
    paint_second_line(
        painter, result, QRectF(room.x(), first.bottom(), room.width(), line_px("small"))
    )


def paint_second_line(painter: QPainter, result: SearchResult, room: QRectF) -> None:
    """Paint dots, the sign of OCR, and the text around the match or what stands for it."""
    left = room.x()
    instead = second_line(result)
    if result.strength is not None and result.state not in _BLANK:
        left = paint_dots(painter, left, room.center().y() + 0.5, result.strength)
    if result.text_source is TextSource.OCR:
        sign = pixmap("scan-text", side_px=14)
        painter.drawPixmap(QPointF(left - 1, room.center().y() - 7), sign)
        left += 18
    rest = QRectF(left, room.y(), room.right() - left, room.height())
    paint_snippet(painter, rest, Snippet(instead) if instead else result.snippet)
