"""The rows of the sidebar and what they say."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import PurePath

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from folioscope.domain.documents import DocumentKind
from folioscope.domain.protocols import PageCount
from folioscope.gui.words import number, tr

Index = QModelIndex | QPersistentModelIndex


class RowKind(Enum):
    """What a row stands for."""

    ALL = "all"
    HEADING = "heading"
    FOLDER = "folder"
    ADD = "add"
    TYPE = "type"


class RowRole(IntEnum):
    """Roles beyond Qt's own."""

    ROW = Qt.ItemDataRole.UserRole + 1
    IS_ON = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row; ``value`` is a folder's path or a kind of document."""

    kind: RowKind
    text: str
    icon_name: str = ""
    count: int | None = None
    value: str = ""
    is_away: bool = False

    @property
    def spoken(self) -> str:
        """What a screen reader says of it."""
        parts = [self.text]
        if self.count is not None:
            parts.append(tr("%Ln pages", n=self.count))
        if self.is_away:
            parts.append(tr("not connected"))
        return ", ".join(parts)


_PICTURE_SUFFIXES = ("png", "jpg", "jpeg", "webp", "tif", "tiff", "gif", "bmp", "avif", "heic")
_FILE_SUFFIXES = frozenset(f".{name}" for name in ("pdf", *_PICTURE_SUFFIXES))


def kind_name(kind: str) -> str:
    """Return what a kind of document is called in the window."""
    return tr("Pictures") if kind == DocumentKind.IMAGE else kind.upper()


def kind_icon(kind: str) -> str:
    """Return the icon of a kind of document."""
    return "file-image" if kind == DocumentKind.IMAGE else "file-text"


def folder_name(path: str) -> str:
    """Return a folder's own name, or all of a root's."""
    return PurePath(path).name or path


def _folder_icon(folder: PageCount) -> str:
    # single files can be added too; told by their name, as the disk may be slow to ask
    suffix = PurePath(folder.folder).suffix.lower()
    if folder.files > 1 or suffix not in _FILE_SUFFIXES:
        return "folder"
    return "file-text" if suffix == ".pdf" else "file-image"


def build_rows(
    folders: list[PageCount],
    kinds: tuple[tuple[str, int], ...],
    *,
    page_count: int,
    can_add: bool = True,
) -> list[Row]:
    """List the sidebar's rows: all pages, folders, and filters where there are any."""
    rows = [
        Row(RowKind.ALL, tr("All pages"), "library", page_count),
        Row(RowKind.HEADING, tr("Folders")),
    ]
    for folder in folders:
        sign = "unplug" if folder.is_away else _folder_icon(folder)
        rows.append(
            Row(
                RowKind.FOLDER,
                folder_name(folder.folder),
                sign,
                folder.pages,
                value=folder.folder,
                is_away=folder.is_away,
            )
        )
    if can_add:
        rows.append(Row(RowKind.ADD, tr("Add folder…"), "folder-plus"))
    present = [(kind, count) for kind, count in kinds if count and page_count]
    if present:
        rows.append(Row(RowKind.HEADING, tr("Filters")))
    for kind, count in present:
        rows.append(Row(RowKind.TYPE, kind_name(kind), kind_icon(kind), count, value=kind))
    return rows


class SidebarModel(QAbstractListModel):
    """Rows, and which of them hold at present."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._on: frozenset[tuple[RowKind, str]] = frozenset({(RowKind.ALL, "")})

    def set_rows(self, rows: list[Row]) -> None:
        """Replace the rows; where only words and counts differ, the selection stays."""
        same = [(r.kind, r.value) for r in rows] == [(r.kind, r.value) for r in self._rows]
        if same:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def set_on(self, on: frozenset[tuple[RowKind, str]]) -> None:
        """Mark the rows that hold."""
        if on != self._on:
            self._on = on
            if self._rows:
                self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_at(self, index: Index) -> Row:
        """Return the row at an index."""
        return self._rows[index.row()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a role asks of a row."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.text
            case Qt.ItemDataRole.ToolTipRole:
                return row.value if row.kind is RowKind.FOLDER else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case RowRole.ROW:
                return row
            case RowRole.IS_ON:
                return (row.kind, row.value) in self._on
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Make all rows but headings choosable."""
        if not index.isValid() or self._rows[index.row()].kind is RowKind.HEADING:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def count_text(row: Row) -> str:
    """Return the number at a row's end."""
    return "" if row.count is None else number(row.count)
