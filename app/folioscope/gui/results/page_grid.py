"""The pages found as a grid of tiles, the weaker ones behind a heading."""

from typing import cast

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from folioscope.gui.results.result_item_view import ResultItemView
from folioscope.gui.results.result_model import ResultListModel
from folioscope.gui.results.thumbnails import ThumbnailLoader
from folioscope.gui.results.tile_delegate import MatPainter, TileDelegate
from folioscope.gui.results.tile_layout import GAP, MAT_SHAPE, SHEET_MARGIN, TileLayout
from folioscope.gui.theme import colour, font
from folioscope.gui.words import tr

USUAL_TILE_PX = 172


def paint_heading(painter: QPainter, rect: QRect, text: str, *, ruled: bool) -> None:
    """Paint the heading over a group, with a hairline where something is above it."""
    inner = rect.adjusted(GAP // 2, 0, -GAP // 2, 0)
    if ruled:
        painter.setPen(QPen(colour("line"), 1))
        painter.drawLine(inner.left(), inner.top() + 4, inner.right(), inner.top() + 4)
    painter.setFont(font("small_strong"))
    painter.setPen(colour("text_muted"))
    bottom = Qt.AlignmentFlag.AlignBottom
    painter.drawText(inner.adjusted(0, 0, 0, -3), bottom, text)


class PageGrid(ResultItemView):
    """Uniform tiles that fill the row."""

    def __init__(
        self, model: ResultListModel, loader: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        self._tile_px = USUAL_TILE_PX
        self._heading = ""
        super().__init__(model, loader, parent)
        self.setItemDelegate(TileDelegate(MatPainter(loader), self._cell, self))
        self.setAccessibleName(tr("Pages found"))

    @property
    def tiles(self) -> TileLayout:
        """Where the tiles lie."""
        return cast("TileLayout", self.item_layout)

    def _cell(self) -> QSize:
        return self.tiles.cell

    def make_layout(self) -> TileLayout:
        """Fill the row with tiles of about the wished width."""
        return TileLayout(
            self._results.rowCount(),
            width_px=self.viewport().width() - 8,
            wish_px=self._tile_px,
            weaker_from=self._results.weaker_from,
            headed=bool(self._heading),
        )

    def longest_px(self) -> int:
        """Return the height of a page that fills its mat."""
        return round((self.tiles.cell.width() - GAP) * MAT_SHAPE) - 2 * SHEET_MARGIN

    def set_tile_width(self, px: int) -> None:
        """Wish for tiles of this width; the row is always filled."""
        if px != self._tile_px:
            self._tile_px = px
            self.doItemsLayout()

    def set_heading(self, text: str) -> None:
        """Name the group of the weaker results; empty for none."""
        self._heading = text
        self.doItemsLayout()

    def paint_around(self, painter: QPainter, seen: QRect) -> None:
        """Paint the heading of the weaker results."""
        rect = self.tiles.heading
        if rect.intersects(seen):
            paint_heading(painter, rect, self._heading, ruled=rect.top() > 0)
