"""The document's pages as a strip of small pictures beside the large page."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from folioscope.domain.pages import PageRef
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.pages.marks import paint_swatch
from folioscope.gui.pages.paper import paint_hairline, paint_shadow
from folioscope.gui.parts import painted
from folioscope.gui.results.sheets import fitted
from folioscope.gui.results.thumbnails import ThumbnailLoader
from folioscope.gui.theme import colour, font, line_px, size_px
from folioscope.gui.words import number, tr
from folioscope.services.api import Services

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_PICTURE = QSize(74, 104)
_GAP = 9
_MOST_BYTES = 24 * 2**20
_ROWS_AROUND = 3  # loaded before they come into sight


class FilmStripModel(QAbstractListModel):
    """All pages of one document, and which of them are hits."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document_id = ""
        self._count = 0
        self.hits: frozenset[int] = frozenset()

    def show_document(self, document_id: str, count: int, hits: frozenset[int]) -> None:
        """Show another document, or the same with other hits."""
        if (document_id, count, hits) == (self.document_id, self._count, self.hits):
            return
        self.beginResetModel()
        self.document_id, self._count, self.hits = document_id, count, hits
        self.endResetModel()

    def ref(self, row: int) -> PageRef:
        """Return the page of a row."""
        return PageRef(self.document_id, row)

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """Count the pages."""
        return 0 if parent.isValid() else self._count

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer for a page."""
        if not index.isValid() or index.row() >= self._count:
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            page = tr("Page {page}").format(page=number(index.row() + 1))
            return f"{page}, {tr('matches')}" if index.row() in self.hits else page
        return number(index.row() + 1) if role == Qt.ItemDataRole.DisplayRole else None


class _FilmDelegate(QStyledItemDelegate):
    def __init__(self, model: FilmStripModel, loader: ThumbnailLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._loader = loader

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(_PICTURE.width() + 20, _PICTURE.height() + line_px("small") + 3 * _GAP // 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        cell = QRectF(option.rect)
        left = cell.x() + (cell.width() - _PICTURE.width()) / 2
        room = QRectF(left, cell.y() + 5, _PICTURE.width(), _PICTURE.height())
        found = self._loader.thumbnail(self._model.ref(index.row()))
        page = room
        if found is not None:
            page = fitted(found.image.width() / max(1, found.image.height()), room)
            paint_shadow(painter, page)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(page, found.image)
        else:
            painter.fillRect(room, colour("mat"))
        paint_hairline(painter, page)
        if is_current:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(page.adjusted(-3, -3, 3, 3), 4, 4)
        self._paint_number(painter, index, cell, is_current=is_current)
        painter.restore()

    def _paint_number(
        self, painter: QPainter, index: AnyIndex, cell: QRectF, *, is_current: bool
    ) -> None:
        line = QRectF(
            cell.x(), cell.bottom() - line_px("small") - 4, cell.width(), line_px("small")
        )
        painter.setFont(font("small_strong" if is_current else "small"))
        painter.setPen(colour("text" if is_current else "text_muted"))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, number(index.row() + 1))
        if index.row() in self._model.hits:
            middle = line.center()
            paint_swatch(painter, QRectF(middle.x() + 14, middle.y() - 6, 18, 12), "word")


class FilmStrip(QListView):
    """A page chosen here is shown large."""

    page_chosen = Signal(int)  # page index

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        painted("sidebar", self)
        self._pages = FilmStripModel(self)
        self._loader = ThumbnailLoader(services, runner, self, most_bytes=_MOST_BYTES)
        self._is_following = False
        self.setModel(self._pages)
        self.setItemDelegate(_FilmDelegate(self._pages, self._loader, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFixedWidth(size_px("filmstrip"))
        self.setAccessibleName(tr("Pages of the document"))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._want_visible)
        self._loader.arrived.connect(self._repaint)
        self.verticalScrollBar().valueChanged.connect(self._want_soon)
        self.selectionModel().currentChanged.connect(self._choose)

    def show_page(self, ref: PageRef, count: int, hits: frozenset[int]) -> None:
        """Show the pages around this one."""
        self._is_following = True
        self._pages.show_document(ref.document_id, count, hits)
        index = self._pages.index(ref.page_index)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._is_following = False
        self._want_soon()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_following:
            self.page_chosen.emit(index.row())

    def _repaint(self) -> None:
        self.viewport().update()

    def _want_soon(self) -> None:
        self._later.start()

    def _want_visible(self) -> None:
        count = self._pages.rowCount()
        if not count or not self.isVisible():
            return
        middle = self.viewport().width() // 2
        first = self.indexAt(QPoint(middle, 1)).row()
        last = self.indexAt(QPoint(middle, self.viewport().height() - 1)).row()
        start = max(0, (first if first >= 0 else 0) - _ROWS_AROUND)
        end = min(count, (last if last >= 0 else count - 1) + 1 + _ROWS_AROUND)
        longest = round(_PICTURE.height() * self.devicePixelRatioF())
        self._loader.want([self._pages.ref(row) for row in range(start, end)], longest_px=longest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for what came into sight."""
        super().resizeEvent(event)
        self._want_soon()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what came into sight."""
        super().showEvent(event)
        self._want_soon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; leave letters and Enter to the page."""
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
        if Qt.Key(event.key()) in moves and not event.modifiers():
            super().keyPressEvent(event)
        else:
            event.ignore()
