"""Facts of all pages in memory, a row each; removed rows stay behind, marked dead."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import LOOK_COUNT, PageRef, TextSource
from folioscope.stores.growing import Column
from folioscope.stores.page_facts import SOURCES, PageFacts

Rows = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]


class PageTable:
    """Columns of equal length. ``owner`` numbers the documents in the order they came."""

    def __init__(self) -> None:
        self.document_ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self.columns: dict[str, Column] = {
            "id": Column(np.int64),
            "owner": Column(np.int32),
            "index": Column(np.int32),
            "source": Column(np.uint8),
            "told": Column(np.float32),
            "ink": Column(np.float32),
            "digest": Column(np.uint64),
            "length": Column(np.float32),
            "looks": Column(np.float32, (LOOK_COUNT,)),
            "is_alive": Column(bool),
        }
        self._row_of_id = np.full(1024, -1, np.int32)
        self.alive = 0

    def __len__(self) -> int:
        """Return the number of rows, dead ones among them."""
        return len(self.columns["id"])

    def __getitem__(self, name: str) -> Any:
        """Return a column's values."""
        return self.columns[name].values

    def append(self, ids: Sequence[int], facts: Sequence[PageFacts]) -> None:
        """Add pages at the end."""
        if not ids:
            return
        start = len(self)
        owners = [self.number_of(f.document_id, is_new=True) for f in facts]
        self.columns["id"].extend(ids)
        self.columns["owner"].extend(owners)
        self.columns["index"].extend([f.page_index for f in facts])
        self.columns["source"].extend([SOURCES.index(f.source) for f in facts])
        for name in ("told", "ink", "length"):
            self.columns[name].extend([getattr(f, name) for f in facts])
        self.columns["digest"].extend(np.array([f.digest for f in facts], np.uint64))
        self.columns["looks"].extend(np.array([f.looks for f in facts], np.float32))
        self.columns["is_alive"].extend(np.ones(len(ids), bool))
        self._make_room(max(ids))
        self._row_of_id[list(ids)] = np.arange(start, start + len(ids))
        self.alive += len(ids)

    def remove(self, page_id: int) -> None:
        """Mark a page dead; unknown ones are passed over."""
        row = int(self.rows_of_ids(np.array([page_id]))[0])
        if row >= 0:
            self["is_alive"][row] = False
            self._row_of_id[page_id] = -1
            self.alive -= 1

    def number_of(self, document_id: str, *, is_new: bool = False) -> int:
        """Return a document's number, -1 when it has none."""
        number = self._numbers.get(document_id, -1)
        if number < 0 and is_new:
            number = self._numbers[document_id] = len(self.document_ids)
            self.document_ids.append(document_id)
        return number

    def rows_of_ids(self, ids: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
        """Return the row of each page id, -1 where it is not (or no longer) here."""
        known = ids < len(self._row_of_id)
        return np.where(known, self._row_of_id[np.where(known, ids, 0)], -1).astype(np.int32)

    def refs(self, rows: Rows) -> list[PageRef]:
        """Return which pages some rows are."""
        owners, indices = self["owner"][rows].tolist(), self["index"][rows].tolist()
        names = self.document_ids
        return [PageRef(names[o], i) for o, i in zip(owners, indices, strict=True)]

    def with_sources(self, sources: Sequence[TextSource]) -> Bools:
        """Tell which rows have their text from one of ``sources``."""
        return np.isin(self["source"], [SOURCES.index(s) for s in sources])

    def permuted(self, rows: Rows) -> "PageTable":
        """Return a table of these rows in this order."""
        table = PageTable()
        table.document_ids = list(self.document_ids)
        table._numbers = dict(self._numbers)
        for name, column in self.columns.items():
            table.columns[name].extend(column.values[rows])
        ids = table["id"]
        table._make_room(int(ids.max(initial=0)))
        table._row_of_id[ids] = np.arange(len(ids))
        table.alive = int(table["is_alive"].sum())
        return table

    def _make_room(self, largest_id: int) -> None:
        if largest_id >= len(self._row_of_id):
            grown = np.full(max(largest_id + 1, len(self._row_of_id) * 2), -1, np.int32)
            grown[: len(self._row_of_id)] = self._row_of_id
            self._row_of_id = grown
