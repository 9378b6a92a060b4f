"""Raw vectors of settled pages, float16, in a LanceDB table a generation.

Compaction writes the next generation and drops the last: no versions pile up, nothing removed
stays behind, and a reader that finds its generation gone opens the present one.
"""

import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import PageVectors
from folioscope.stores.views import VectorBatch

_BATCH = 2048
_VIEWS = ["id", "page", "title", "regions"]


class LanceVectors:
    """Vectors in ``directory``. Imports lancedb (2.5 s) at first need."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._database: Any = None
        self._tables: dict[int, Any] = {}

    def add(self, generation: int, pages: Mapping[int, PageVectors], dim: int) -> None:
        """Add pages to a generation, making it first if need be."""
        import pyarrow as pa

        table = self._table(generation, dim)
        table.add(pa.Table.from_batches([_record_batch(pages, dim)]))

    def scan(self, generation: int) -> Iterator[tuple[npt.NDArray[np.int64], VectorBatch]]:
        """Yield ids and vectors of all pages."""
        table = self._newest(generation)
        if table is None:
            return
        for batch in table.search().select(_VIEWS).to_batches(_BATCH):
            if batch.num_rows:
                yield batch.column("id").to_numpy(), _vector_batch(batch)

    def fetch(self, generation: int, ids: Sequence[int]) -> dict[int, PageVectors]:
        """Return the vectors of some pages."""
        found: dict[int, PageVectors] = {}
        for batch in self._rows(generation, ids):
            vectors = _vector_batch(batch)
            ends = np.cumsum(vectors.region_counts).tolist()
            for row, page_id in enumerate(batch.column("id").to_pylist()):
                start = ends[row] - int(vectors.region_counts[row])
                found[page_id] = PageVectors(
                    page=vectors.page[row] if vectors.has_page[row] else None,
                    title=vectors.title[row],
                    regions=vectors.regions[start : ends[row]],
                )
        return found

    def copy(self, generation: int, live: npt.NDArray[np.bool_]) -> Iterator[int]:
        """Write the next generation with the pages that are ``live`` (bool by id).

        Yields the number of pages after each batch, so that the caller can stop in between.
        """
        import pyarrow as pa

        source = self._newest(generation)
        self.drop(generation + 1)
        if source is None:
            return
        seen: set[int] = set()
        # of its own shape, not of the source's: older ones have columns that nobody filled
        target = self._create(generation + 1, source.schema.field("title").type.list_size)
        waiting: list[Any] = []
        for batch in source.search().select(_VIEWS).to_batches(_BATCH):
            ids = batch.column("id").to_numpy()
            kept = [i for i, page in enumerate(ids.tolist()) if live[page] and page not in seen]
            seen.update(ids[kept].tolist())
            if kept:
                waiting.append(batch.take(pa.array(kept)))
            if sum(b.num_rows for b in waiting) >= 2 * _BATCH:
                target.add(pa.Table.from_batches(waiting))
                waiting = []
            yield len(seen)
        if waiting:
            target.add(pa.Table.from_batches(waiting))
        yield len(seen)

    def count(self, generation: int) -> int:
        """Return the number of rows, those of removed pages too."""
        table = self._newest(generation)
        return 0 if table is None else int(table.count_rows())

    def fragments(self, generation: int) -> int:
        """Return the number of pieces that the table lies in."""
        data = self._directory / f"{_name(generation)}.lance" / "data"
        return len(list(data.iterdir())) if data.is_dir() else 0

    def drop(self, generation: int) -> None:
        """Delete a generation; what is still in use elsewhere stays until ``tidy``."""
        with self._lock:
            self._tables.pop(generation, None)
        shutil.rmtree(self._directory / f"{_name(generation)}.lance", ignore_errors=True)

    def tidy(self, generation: int) -> None:
        """Delete all generations but this one."""
        if not self._directory.is_dir():
            return
        for entry in self._directory.iterdir():
            if entry.name != f"{_name(generation)}.lance":
                shutil.rmtree(entry, ignore_errors=True)

    def disk_bytes(self, generation: int) -> int:
        """Return the size of a generation on disk."""
        found = (self._directory / f"{_name(generation)}.lance").rglob("*")
        return sum(entry.stat().st_size for entry in found if entry.is_file())

    def close(self) -> None:
        """Let go of all tables."""
        with self._lock:
            self._tables.clear()
            self._database = None

    def is_current(self, generation: int) -> bool:
        """Whether a generation is the one that was read last."""
        return generation in self._tables

    def exists(self, generation: int) -> bool:
        """Whether anything was written to a generation."""
        return (self._directory / f"{_name(generation)}.lance").is_dir()

    def _rows(self, generation: int, ids: Sequence[int]) -> Iterator[Any]:
        table = self._newest(generation)
        if table is None:
            return
        for start in range(0, len(ids), _BATCH):
            part = ids[start : start + _BATCH]
            wanted = f"id IN ({', '.join(map(str, part))})"
            yield from table.search().where(wanted).select(_VIEWS).to_batches(_BATCH)

    def _newest(self, generation: int) -> Any:
        """Return the table as it is on disk now, None when nothing was written yet."""
        if not self.exists(generation):
            return None
        table = self._table(generation, 0)
        table.checkout_latest()
        return table

    def _table(self, generation: int, dim: int) -> Any:
        with self._lock:
            if generation not in self._tables:
                if self.exists(generation):
                    found = self._connected().open_table(_name(generation))
                else:
                    found = self._connected().create_table(_name(generation), schema=_schema(dim))
                self._tables = {generation: found}
            return self._tables[generation]

    def _create(self, generation: int, dim: int) -> Any:
        with self._lock:
            return self._connected().create_table(_name(generation), schema=_schema(dim))

    def _connected(self) -> Any:
        if self._database is None:
            # without this every query may print a warning
            os.environ.setdefault("LANCE_LOG", "error")
            import lancedb

            self._directory.mkdir(parents=True, exist_ok=True)
            self._database = lancedb.connect(self._directory)
        return self._database


def _name(generation: int) -> str:
    return f"vectors-{generation}"


def _schema(dim: int) -> Any:
    import pyarrow as pa

    vector = pa.list_(pa.float16(), dim)
    return pa.schema(
        [
            pa.field("id", pa.int64()),
            pa.field("page", vector),
            pa.field("title", vector),
            pa.field("regions", pa.list_(vector)),
        ]
    )


def _record_batch(pages: Mapping[int, PageVectors], dim: int) -> Any:
    import pyarrow as pa

    batch = VectorBatch.of(list(pages.values()), dim)

    def vectors(rows: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_] | None = None) -> Any:
        flat = pa.array(rows.astype(np.float16).ravel())
        missing = None if mask is None else pa.array(mask)
        return pa.FixedSizeListArray.from_arrays(flat, dim, mask=missing)

    offsets = np.concatenate([[0], np.cumsum(batch.region_counts)]).astype(np.int32)
    return pa.record_batch(
        [
            pa.array(list(pages), pa.int64()),
            vectors(batch.page, ~batch.has_page),
            vectors(batch.title),
            pa.ListArray.from_arrays(pa.array(offsets), vectors(batch.regions)),
        ],
        schema=_schema(dim),
    )


def _vector_batch(batch: Any) -> VectorBatch:
    page, title, regions = (batch.column(name) for name in ("page", "title", "regions"))
    dim = title.type.list_size
    has_page = ~page.is_null().to_numpy(zero_copy_only=False)
    return VectorBatch(
        page=_rows_of(page, dim, has_page),
        has_page=has_page,
        title=_rows_of(title, dim),
        regions=_rows_of(regions.flatten(), dim),
        region_counts=np.diff(regions.offsets.to_numpy()).astype(np.int64),
    )


def _rows_of(
    column: Any, dim: int, filled: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.float32]:
    values = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, dim).astype(np.float32)
    if filled is None or len(values) == len(filled):
        return np.asarray(values)
    rows = np.zeros((len(filled), dim), np.float32)  # flatten leaves the missing ones out
    rows[filled] = values
    return rows
