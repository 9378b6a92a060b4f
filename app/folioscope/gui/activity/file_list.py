"""The list of files in the Activity view, with an action at the end of each row."""

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from folioscope.gui.activity.file_rows import FileAction, FileRole, FileRow, FileRows
from folioscope.gui.icons import pixmap
from folioscope.gui.theme import colour, font, line_px
from folioscope.gui.words import tr

Index = QModelIndex | QPersistentModelIndex
_EDGE = 16


def action_area(area: QRect, row: FileRow) -> QRect:
    """Return where the action of a row stands."""
    wide = QFontMetrics(font("label")).horizontalAdvance(row.action_text) + 2 * _EDGE
    return QRect(area.right() - wide, area.top(), wide, area.height())


class FileDelegate(QStyledItemDelegate):
    """Paints icon, name over place, reason and action."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Give room for name and place."""
        return QSize(0, line_px("label") + line_px("small") + 6)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a row."""
        row: FileRow = index.data(FileRole.ROW)
        area: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, colour("hover"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), colour("line"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -2), 5, 5)
        _paint_row(painter, area, row)
        painter.restore()


def _paint_row(painter: QPainter, area: QRect, row: FileRow) -> None:
    top = area.top() + (area.height() - 16) // 2
    painter.drawPixmap(area.left() + _EDGE, top, pixmap(row.icon_name, row.tint))
    action = action_area(area, row)
    left = area.left() + 44
    names = QRect(left, area.top() + 2, int((action.left() - left) * 0.4), line_px("label"))
    places = names.translated(0, line_px("label"))
    places.setHeight(line_px("small"))
    room = action.left() - names.right() - 32
    reasons = QRect(names.right() + 16, area.top(), room, area.height())
    middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
    _write(painter, names, row.name, role="label", tint="text", cut=middle)
    _write(painter, places, row.place, role="small", tint="text_muted", cut=middle)
    _write(painter, reasons, row.reason, role="small", tint="text", cut=right)
    _write(painter, action.adjusted(_EDGE, 0, -2, 0), row.action_text, role="label", tint="accent")


def _write(
    painter: QPainter,
    area: QRect,
    text: str,
    *,
    role: str,
    tint: str,
    cut: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
) -> None:
    painter.setFont(font(role))
    painter.setPen(colour(tint))
    elided = QFontMetrics(font(role)).elidedText(text, cut, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)


class FileList(QListView):
    """Sends what is to be done: ``acted(FileAction, path)``."""

    acted = Signal(object, str)

    def __init__(self, model: FileRows) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegate(FileDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Files"))

    def _row(self, index: QModelIndex) -> FileRow | None:
        found = index.data(FileRole.ROW) if index.isValid() else None
        return found if isinstance(found, FileRow) else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do the action that was clicked."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        row = self._row(index)
        if row and event.button() == Qt.MouseButton.LeftButton:
            at = event.position().toPoint()
            if action_area(self.visualRect(index), row).contains(at):
                self._act(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over actions."""
        super().mouseMoveEvent(event)
        at = event.position().toPoint()
        row = self._row(self.indexAt(at))
        over = bool(row and action_area(self.visualRect(self.indexAt(at)), row).contains(at))
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do a row's action with Enter."""
        row = self._row(self.currentIndex())
        if row and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act(row)
        else:
            super().keyPressEvent(event)

    def _act(self, row: FileRow) -> None:
        if row.action is not FileAction.NONE:
            self.acted.emit(row.action, row.path)

    def menu_of(self, row: FileRow) -> QMenu:
        """Build the menu of a row."""
        menu = QMenu(self)
        if row.action in (FileAction.UNLOCK, FileAction.RETRY):
            menu.addAction(row.action_text, lambda: self._act(row))
        show = FileAction.SHOW
        menu.addAction(tr("Show in folder"), lambda: self.acted.emit(show, row.path))
        return menu

    def _open_menu(self, at: QPoint) -> None:
        row = self._row(self.indexAt(at)) or self._row(self.currentIndex())
        if row and row.path:
            self.menu_of(row).exec(self.viewport().mapToGlobal(at))
