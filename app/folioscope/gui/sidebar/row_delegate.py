"""How rows of the sidebar are painted: rest, hover, pressed, held and focused."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from folioscope.gui.icons import pixmap
from folioscope.gui.sidebar.rows import Row, RowKind, RowRole, count_text
from folioscope.gui.theme import colour, font, radius_px, scaled, size_px

Index = QModelIndex | QPersistentModelIndex
_INSET = 8
_TEXT_LEFT = 40
_HEADING_TOP = 12


class RowDelegate(QStyledItemDelegate):
    """Paints icon, name elided in the middle, and count."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give rows the height of their text and some padding."""
        row: Row = index.data(RowRole.ROW)
        if row.kind is RowKind.HEADING:
            return QSize(0, _HEADING_TOP + QFontMetrics(font("overline")).height() + 3)
        return QSize(0, scaled(size_px("row")))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a row."""
        row: Row = index.data(RowRole.ROW)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind is RowKind.HEADING:
            painter.setFont(font("overline"))
            painter.setPen(colour("text_muted"))
            text_area = area.adjusted(16, _HEADING_TOP, -8, 0)
            painter.drawText(text_area, Qt.AlignmentFlag.AlignLeft, row.text)
        else:
            is_on = bool(index.data(RowRole.IS_ON))
            _paint_ground(painter, option, is_on=is_on)
            _paint_row(painter, area, row, is_on=is_on)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, *, is_on: bool) -> None:
    state: QStyle.StateFlag = option.state
    ground = QRectF(option.rect).adjusted(_INSET, 0, -_INSET, 0)
    radius = radius_px("control")
    painter.setPen(Qt.PenStyle.NoPen)
    if is_on or state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(colour("pressed" if is_on else "hover"))
        painter.drawRoundedRect(ground, radius, radius)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("focus"), 2))
        painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), radius - 1, radius - 1)


def _paint_row(painter: QPainter, area: QRect, row: Row, *, is_on: bool) -> None:
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawPixmap(16, area.top() + (area.height() - 16) // 2, pixmap(row.icon_name))
    count = count_text(row)
    small = font("small")
    used = QFontMetrics(small).horizontalAdvance(count)
    painter.setFont(small)
    painter.setPen(colour("text_muted"))
    painter.drawText(area.adjusted(0, 0, -18, 0), Qt.AlignmentFlag.AlignRight | middle, count)
    painter.setFont(font("label" if is_on else "body"))
    is_faint = row.is_away or row.kind is RowKind.ADD
    painter.setPen(colour("text_muted" if is_faint else "text"))
    room = area.adjusted(_TEXT_LEFT, 0, -used - 28, 0)
    cut = QFontMetrics(painter.font()).elidedText(
        row.text, Qt.TextElideMode.ElideMiddle, room.width()
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | middle, cut)
