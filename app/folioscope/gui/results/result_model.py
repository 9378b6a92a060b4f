"""The results as Qt's views ask for them: immutable, O(1), no I/O."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import chain, islice
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from folioscope.domain.pages import PageRef
from folioscope.domain.results import SearchResult
from folioscope.gui.results.result_words import file_name, page_label, spoken

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class ResultRole(IntEnum):
    """What a row can be asked for besides Qt's own roles."""

    RESULT = Qt.ItemDataRole.UserRole + 1
    REF = Qt.ItemDataRole.UserRole + 2
    IS_WEAKER = Qt.ItemDataRole.UserRole + 3


class ResultListModel(QAbstractListModel):
    """Holds a tuple of results; the rows from ``weaker_from`` on are the weaker ones."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results: tuple[SearchResult, ...] = ()
        self._names: list[str] | None = None
        self.weaker_from = 0

    @property
    def results(self) -> tuple[SearchResult, ...]:
        """All results, best first."""
        return self._results

    def result(self, row: int) -> SearchResult | None:
        """Return the result of a row."""
        return self._results[row] if 0 <= row < len(self._results) else None

    def row_of(self, ref: PageRef) -> int:
        """Return the row of a page, -1 when it is not among the results."""
        for row, result in enumerate(self._results):
            if _is_same(result.ref, ref):
                return row
        return -1

    def row_named(self, prefix: str, *, start: int) -> int:
        """Return the next row from ``start`` on whose file name begins so, -1 for none."""
        if self._names is None:
            self._names = [file_name(result).casefold() for result in self._results]
        wanted = prefix.casefold()
        for row in chain(range(start, len(self._names)), range(start)):
            if self._names[row].startswith(wanted):
                return row
        return -1

    def replace(self, results: Sequence[SearchResult], *, weaker_from: int | None = None) -> None:
        """Show other results. Rows that stay at either end are kept, so that views keep theirs."""
        new = tuple(results)
        head, tail = _common_ends(self._results, new)
        cut, put = len(self._results) - tail, len(new) - tail
        if head + tail == 0 and self._results and new:
            self.beginResetModel()
            self._take(new, weaker_from)
            self.endResetModel()
            return
        if cut > head:
            self.beginRemoveRows(_NO_INDEX, head, cut - 1)
            self._take(self._results[:head] + self._results[cut:], self.weaker_from)
            self.endRemoveRows()
        if put > head:
            self.beginInsertRows(_NO_INDEX, head, put - 1)
            self._take(new, weaker_from)
            self.endInsertRows()
        self._take(new, weaker_from)
        if head + tail:
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1))

    def _take(self, results: tuple[SearchResult, ...], weaker_from: int | None) -> None:
        self._results = results
        self.weaker_from = len(results) if weaker_from is None else weaker_from
        self._names = None

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """Count the results."""
        return 0 if parent.isValid() else len(self._results)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer for a row."""
        result = self.result(index.row()) if index.isValid() else None
        if result is None:
            return None
        if role == ResultRole.RESULT:
            return result
        if role == ResultRole.REF:
            return result.ref
        if role == ResultRole.IS_WEAKER:
            return index.row() >= self.weaker_from
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(result)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{file_name(result)}, {page_label(result)}"
        return None


def _is_same(one: PageRef, other: PageRef) -> bool:
    # dataclasses compare by making tuples first, which is felt at 50,000 rows
    return one.page_index == other.page_index and one.document_id == other.document_id


def _common(pairs: Iterable[tuple[SearchResult, SearchResult]]) -> int:
    """Return how many pairs from the first on are of one page."""
    count = 0
    for one, other in pairs:
        if one is not other and not _is_same(one.ref, other.ref):
            break
        count += 1
    return count


def _common_ends(old: tuple[SearchResult, ...], new: tuple[SearchResult, ...]) -> tuple[int, int]:
    """Return how many pages stay at the beginning and at the end."""
    head = _common(zip(old, new, strict=False))
    left = min(len(old), len(new)) - head
    tail = _common(islice(zip(reversed(old), reversed(new), strict=False), left))
    return head, tail
