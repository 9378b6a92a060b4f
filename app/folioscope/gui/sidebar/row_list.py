"""The list of rows: mouse, keyboard and the menu of a folder."""

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QSizePolicy, QWidget

from folioscope.gui.sidebar.row_delegate import RowDelegate
from folioscope.gui.sidebar.rows import Row, RowKind, SidebarModel
from folioscope.gui.words import tr


class RowList(QListView):
    """Sends a row when it is clicked or Enter is pressed on it."""

    chosen = Signal(object)
    show_in_folder = Signal(str)
    rescan = Signal(str)
    remove = Signal(str)

    def __init__(self, model: SidebarModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.can_change = True  # whether folders can be removed and looked at anew
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Library"))
        self.viewport().setAutoFillBackground(False)
        self.customContextMenuRequested.connect(self._open_menu)
        self.clicked.connect(self._send)
        model.modelReset.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Be as high as all rows, so that the years follow right below."""
        heights = (self.sizeHintForRow(i) for i in range(self._model.rowCount()))
        return QSize(200, sum(heights) + 2)

    def minimumSizeHint(self) -> QSize:
        """Leave room for a few rows."""
        return QSize(100, min(120, self.sizeHint().height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter or Space, remove a folder with Delete."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._send(index)
        elif event.key() == Qt.Key.Key_Delete and self.can_change and self._folder_at(index):
            self.remove.emit(self._folder_at(index))
        else:
            super().keyPressEvent(event)

    def _send(self, index: QModelIndex) -> None:
        if index.isValid():
            row: Row = self._model.row_at(index)
            if row.kind is not RowKind.HEADING:
                self.chosen.emit(row)

    def _folder_at(self, index: QModelIndex) -> str:
        if not index.isValid():
            return ""
        row = self._model.row_at(index)
        return row.value if row.kind is RowKind.FOLDER else ""

    def folder_menu(self, path: str) -> QMenu:
        """Build the menu of a folder."""
        menu = QMenu(self)
        menu.addAction(tr("Show in folder"), lambda: self.show_in_folder.emit(path))
        if not self.can_change:
            return menu
        menu.addAction(tr("Look for changes now"), lambda: self.rescan.emit(path))
        menu.addSeparator()
        menu.addAction(tr("Remove from library…"), lambda: self.remove.emit(path))
        return menu

    def _open_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not index.isValid():  # the menu key: Qt gives the middle of the view
            index = self.currentIndex()
        if path := self._folder_at(index):
            self.folder_menu(path).exec(self.viewport().mapToGlobal(at))
