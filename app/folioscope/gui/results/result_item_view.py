"""A view of results whose geometry is arithmetic: what QListView's own would visit item by item.

At 50,000 items QListView lays out for 60 to 170 ms at each resize; here that is one division.
Selection, keyboard, accessibility and drag stay QListView's.
"""

import time

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from folioscope.domain.pages import PageRef
from folioscope.gui.results.result_model import ResultListModel
from folioscope.gui.results.result_words import tooltip
from folioscope.gui.results.thumbnails import ThumbnailLoader
from folioscope.gui.results.tile_delegate import fade_ms
from folioscope.gui.results.tile_layout import Action, ItemLayout

AnyIndex = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
_TYPING_MS = 900  # letters that come faster than this are one word
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_FRAME_MS = 16
_STEP_PX = 60


class ResultItemView(QListView):
    """Shows the rows of a ResultListModel where ``make_layout`` says."""

    open_chosen = Signal(QModelIndex)  # Ctrl+Enter
    large_chosen = Signal(QModelIndex)  # Enter, or a double click
    peeked = Signal(QModelIndex)  # Space

    def __init__(
        self, model: ResultListModel, loader: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._results = model
        self._loader = loader
        self._hovered = -1
        self._pressed = -1
        self._typed = ""
        self._typing = QElapsedTimer()
        self._fading = QTimer(self)
        self._fading.setInterval(_FRAME_MS)
        self._fading.timeout.connect(self._fade)
        self._fades_until: dict[PageRef, float] = {}
        self._layout_now: ItemLayout | None = None
        self._seen: dict[PageRef, int] = {}
        self.setModel(model)
        self._set_up()
        loader.arrived.connect(self._show_arrived)

    def _set_up(self) -> None:
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setViewportMargins(8, 0, 0, 0)
        self.doubleClicked.connect(self.large_chosen)

    # what the grid and the documents do in their own way

    def make_layout(self) -> ItemLayout:
        """Compute where the rows lie, from the width of the view."""
        raise NotImplementedError

    def longest_px(self) -> int:
        """Return how many device-independent pixels a page has on its longer side."""
        raise NotImplementedError

    def paint_around(self, painter: QPainter, seen: QRect) -> None:
        """Paint what is no item, such as headings; ``seen`` is in the content's pixels."""

    # geometry

    @property
    def item_layout(self) -> ItemLayout:
        """Where the rows lie; computed when it is asked for."""
        if self._layout_now is None:
            self._layout_now = self.make_layout()
        return self._layout_now

    def doItemsLayout(self) -> None:
        """Forget where the rows lie; a view out of sight computes it when it is shown."""
        self._layout_now = None
        if not self.isVisible():
            return
        self.updateGeometries()
        self.viewport().update()
        self._want_visible()

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the content."""
        bar = self.verticalScrollBar()
        high = self.viewport().height()
        bar.setPageStep(max(1, high - self.item_layout.row_height // 3))
        bar.setSingleStep(_STEP_PX)
        bar.setRange(0, max(0, self.item_layout.height - high))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the first visible row in place while the columns change."""
        offset = self.verticalOffset()
        first = next(iter(self.item_layout.rows_between(offset, offset + 1)), -1)
        inside = offset - self.item_layout.rect(first).top() if first >= 0 else 0
        was = self.item_layout
        self.doItemsLayout()
        if first > 0 and was.height != self.item_layout.height:
            self.verticalScrollBar().setValue(self.item_layout.rect(first).top() + inside)

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Move what is painted, and ask for the pictures of what came into sight."""
        self.viewport().scroll(0, dy)
        self._set_hovered(-1)
        self._want_visible()

    def verticalOffset(self) -> int:
        """Return how far the content is scrolled."""
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        """Return 0: there is nothing beside."""
        return 0

    def visualRect(self, index: AnyIndex) -> QRect:
        """Return where an index lies in the viewport."""
        rect = self.item_layout.rect(index.row()) if index.isValid() else QRect()
        return rect.translated(0, -self.verticalOffset()) if not rect.isEmpty() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the index at a point of the viewport."""
        row = self.item_layout.row_at(point + QPoint(0, self.verticalOffset()))
        return self._results.index(row) if row >= 0 else QModelIndex()

    def isIndexHidden(self, index: AnyIndex) -> bool:
        """Tell whether a row is folded away."""
        return self.item_layout.rect(index.row()).isEmpty()

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return all that has to be painted anew when a selection changes."""
        if not selection.isEmpty():
            return QRegion(self.viewport().rect())
        return QRegion()

    def scrollTo(
        self,
        index: AnyIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring an index into sight, the shortest way unless told otherwise."""
        rect, bar = self.visualRect(index), self.verticalScrollBar()
        if rect.isEmpty():
            return
        high = self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - high // 2)
        elif hint == QAbstractItemView.ScrollHint.PositionAtTop or rect.top() < 0:
            bar.setValue(bar.value() + rect.top())
        elif rect.bottom() > high:
            bar.setValue(bar.value() + min(rect.top(), rect.bottom() - high))

    def viewportSizeHint(self) -> QSize:
        """Wish for two lines."""
        return QSize(400, self.item_layout.row_height * 2)

    # keyboard and selection

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Return where a key leads."""
        if not self._results.rowCount():
            return QModelIndex()
        row = self.currentIndex().row() if self.currentIndex().isValid() else -1
        page_px = self.viewport().height()
        moved = self.item_layout.moved(row, Action(action), page_px=page_px)
        return self._results.index(moved)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select from the anchor (``rect``'s first corner) to the row at the other one."""
        first, last = self.indexAt(rect.topLeft()), self.indexAt(rect.bottomRight())
        if not (first.isValid() and last.isValid()):
            return
        rows = sorted(self.item_layout.span(first.row(), last.row()))
        chosen = QItemSelection()
        start = 0
        for number, row in enumerate(rows):
            if number + 1 == len(rows) or rows[number + 1] != row + 1:
                chosen.select(self._results.index(rows[start]), self._results.index(row))
                start = number + 1
        self.selectionModel().select(chosen, command)

    def keyboardSearch(self, search: str) -> None:
        """Go to the next file whose name begins with the letters typed."""
        going_on = self._typing.isValid() and self._typing.elapsed() < _TYPING_MS
        self._typing.start()
        self._typed = self._typed + search if going_on else search
        current = max(0, self.currentIndex().row())
        start = current if going_on else current + 1
        row = self._results.row_named(self._typed, start=start)
        if row >= 0:
            self.setCurrentIndex(self._results.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter, peek with Space; the rest is the list's."""
        index = self.currentIndex()
        if event.key() in _ENTER and index.isValid():
            opens = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            (self.open_chosen if opens else self.large_chosen).emit(index)
        elif event.key() == Qt.Key.Key_Space and not event.modifiers() and index.isValid():
            self.peeked.emit(index)
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F3):
            event.ignore()
        else:
            super().keyPressEvent(event)

    # pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        super().mouseMoveEvent(event)
        self._set_hovered(self.indexAt(event.position().toPoint()).row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show what is pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.indexAt(event.position().toPoint()).row()
        super().mousePressEvent(event)
        self._update_row(self._pressed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        was, self._pressed = self._pressed, -1
        super().mouseReleaseEvent(event)
        self._update_row(was)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        super().leaveEvent(event)
        self._set_hovered(-1)

    def _set_hovered(self, row: int) -> None:
        if row != self._hovered:
            was, self._hovered = self._hovered, row
            self._update_row(was)
            self._update_row(row)

    def _update_row(self, row: int) -> None:
        if row >= 0:
            rect = self.visualRect(self._results.index(row))
            self.viewport().update(rect.adjusted(-4, -4, 4, 4))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell in a tooltip what a tile has no room for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            result = self._results.result(index.row()) if index.isValid() else None
            if result is None:
                QToolTip.hideText()
            else:
                text = tooltip(result, self._loader.failure(result.ref))
                QToolTip.showText(event.globalPos(), text, self.viewport(), self.visualRect(index))
            return True
        return bool(super().viewportEvent(event))

    # pictures

    def visible_rows(self) -> list[int]:
        """Return the rows in sight, in order."""
        top = self.verticalOffset()
        return list(self.item_layout.rows_between(top, top + self.viewport().height()))

    def _want_visible(self) -> None:
        if not self.isVisible():
            return
        rows = self.visible_rows()
        self._seen = {result.ref: row for row in rows if (result := self._results.result(row))}
        longest = round(self.longest_px() * self.devicePixelRatioF())
        self._loader.want(list(self._seen), longest_px=longest)

    def showEvent(self, event: QEvent) -> None:
        """Ask for pictures once there is something to see."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.updateGeometries()
        self._want_visible()

    def _show_arrived(self, ref: PageRef) -> None:
        if ref not in self._seen or not self.isVisible():
            return
        self._update_row(self._seen[ref])
        self._fades_until[ref] = time.monotonic() + (fade_ms() + _FRAME_MS) / 1000
        if not self._fading.isActive():
            self._fading.start()

    def _fade(self) -> None:
        now = time.monotonic()
        for ref, until in list(self._fades_until.items()):
            self._update_row(self._seen.get(ref, -1))
            if now > until:
                del self._fades_until[ref]
        if not self._fades_until:
            self._fading.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows in sight."""
        painter = QPainter(self.viewport())
        offset = self.verticalOffset()
        seen = event.rect().translated(0, offset)
        painter.translate(0, -offset)
        self.paint_around(painter, seen)
        painter.translate(0, offset)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        chosen = self.selectionModel()
        current = self.currentIndex().row() if self.hasFocus() else -1
        for row in self.item_layout.rows_between(seen.top(), seen.bottom()):
            index = self._results.index(row)
            option.rect = self.visualRect(index)
            option.state = self._state(row, current, is_chosen=chosen.isSelected(index))
            self.itemDelegate().paint(painter, option, index)
        painter.end()

    def _state(self, row: int, current: int, *, is_chosen: bool) -> QStyle.StateFlag:
        flags = (
            (is_chosen, State.State_Selected),
            (row == self._hovered, State.State_MouseOver),
            (row == self._pressed, State.State_Sunken),
            (row == current, State.State_HasFocus),
        )
        state = State.State_Enabled
        for holds, flag in flags:
            if holds:
                state |= flag
        return state
