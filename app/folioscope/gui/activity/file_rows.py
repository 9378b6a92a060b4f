"""The rows of the Activity view: files with what became of them and what can be done."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import PurePath

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from folioscope.domain.documents import Failure, FailureCause, FileState
from folioscope.gui.sentences import translated
from folioscope.gui.sidebar.rows import folder_name
from folioscope.gui.words import number, tr
from folioscope.services.api import FileReport, IndexReport

Index = QModelIndex | QPersistentModelIndex


class FileAction(Enum):
    """What can be done about a file."""

    NONE = "none"
    RETRY = "retry"
    UNLOCK = "unlock"
    SHOW = "show"


class FileRole(IntEnum):
    """Roles beyond Qt's own."""

    ROW = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row: a file (or what a run did), why, and the action offered first."""

    name: str
    place: str
    reason: str
    path: str = ""
    icon_name: str = "file-x"
    tint: str = "bad"
    action: FileAction = FileAction.NONE

    @property
    def action_text(self) -> str:
        """What the link at the row's end says."""
        match self.action:
            case FileAction.RETRY:
                return tr("Try again")
            case FileAction.UNLOCK:
                return tr("Unlock…")
            case FileAction.SHOW:
                return tr("Show in folder")
            case _:
                return ""

    @property
    def spoken(self) -> str:
        """What a screen reader says of it."""
        return ". ".join(filter(None, (self.name, self.reason.rstrip("."), self.action_text)))


_ICONS = {
    FailureCause.LOCKED: ("lock", "warn"),
    FailureCause.TOO_SLOW: ("clock", "bad"),
    FailureCause.TOO_LARGE: ("triangle-alert", "bad"),
    FailureCause.TOO_MUCH_MEMORY: ("triangle-alert", "bad"),
    FailureCause.GONE: ("unplug", "warn"),
    FailureCause.UNSUPPORTED: ("file-x", "text_muted"),
    FailureCause.EMPTY: ("file-x", "warn"),
}


def _place(report: FileReport) -> str:
    parent = PurePath(report.path).parent
    root = PurePath(report.folder)
    inside = parent.relative_to(root).parts if parent.is_relative_to(root) else ()
    return " › ".join((folder_name(report.folder), *inside))


def rows_of(reports: list[FileReport]) -> list[FileRow]:
    """List a row for each failure: of a whole file, and of pages of it."""
    return [_row(report, failure) for report in reports for failure in _failures(report)]


def _failures(report: FileReport) -> tuple[Failure, ...]:
    if report.failures:
        return report.failures
    if report.state is FileState.LOCKED:
        return (Failure(FailureCause.LOCKED, "Locked with a password."),)
    if report.state is FileState.UNSUPPORTED:
        text = "Not a kind of file that Folioscope reads."
        return (Failure(FailureCause.UNSUPPORTED, text),)
    return (Failure(FailureCause.UNREADABLE, tr("Could not be read.")),)


def _row(report: FileReport, failure: Failure) -> FileRow:
    name = PurePath(report.path).name
    if failure.page_index is not None:
        page = number(failure.page_index + 1)
        name = tr("{name}, page {page}").format(name=name, page=page)
    if failure.cause is FailureCause.LOCKED:
        action = FileAction.UNLOCK
    elif failure.cause is FailureCause.UNSUPPORTED:
        action = FileAction.SHOW
    else:
        action = FileAction.RETRY
    icon_name, tint = _ICONS.get(failure.cause, ("file-x", "bad"))
    reason = translated(failure.message)
    return FileRow(name, _place(report), reason, report.path, icon_name, tint, action)


def row_of_run(report: IndexReport, at: str) -> FileRow:
    """Describe what a run did."""
    parts = []
    if report.files_read:
        files = tr("%Ln files", n=report.files_read)
        pages = tr("%Ln pages", n=report.pages_read)
        parts.append(tr("Read {files}, {pages}.").format(files=files, pages=pages))
    if report.files_relinked:
        parts.append(tr("%Ln moved files found again.", n=report.files_relinked))
    if report.files_removed:
        parts.append(tr("%Ln files no longer there.", n=report.files_removed))
    seconds = tr("took {seconds} s").format(seconds=number(max(1.0, report.elapsed_s)))
    return FileRow(at, seconds, " ".join(parts), icon_name="circle-check", tint="good")


class FileRows(QAbstractListModel):
    """A list of rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[FileRow] = []

    def set_rows(self, rows: list[FileRow]) -> None:
        """Replace the rows, if they differ."""
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rows(self) -> list[FileRow]:
        """Return all rows."""
        return list(self._rows)

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
                return row.name
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (row.path or row.name, row.reason)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case FileRole.ROW:
                return row
        return None
