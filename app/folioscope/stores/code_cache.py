"""Coded vectors on disk, so that a large library is there within a second or two.

They are derived: made at compaction for one version of the statistics, checked when read, and
made anew from the raw vectors where they do not fit. A folder holds ``pages.npy`` (a row a page:
id, whether it has a vector of its own, number of regions) and a file a view, whose rows are the
codes and the scale.
"""

import contextlib
import json
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.stores.statistics import VIEWS, LibraryStatistics
from folioscope.stores.view_codes import CodedRows
from folioscope.stores.views import CodedBatch, VectorBatch, code_batch

LEAST_PAGES = 2000  # smaller libraries are made from their raw vectors in no time
_PAGE = np.dtype([("id", "<i8"), ("has_page", "?"), ("regions", "<u4")])
_READ_PAGES = 8192
_SUMS = "sums.json"
Ids = npt.NDArray[np.int64]


class CodeCache:
    """Folders ``codes-…`` in a library's folder."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(
        self, name: str, batches: Iterable[tuple[list[int], VectorBatch]], white: LibraryStatistics
    ) -> None:
        """Code all pages; nobody sees the folder before it is whole."""
        self.tidy(keep="")
        draft = self._directory / "codes.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        sums = dict.fromkeys(("pages", *VIEWS), 0)
        with contextlib.ExitStack() as stack:
            files = {key: stack.enter_context((draft / key).open("wb")) for key in sums}

            def put(key: str, rows: npt.NDArray[Any]) -> None:
                data = np.ascontiguousarray(rows).tobytes()
                sums[key] = zlib.crc32(data, sums[key])
                files[key].write(data)

            for ids, batch in batches:
                pages = np.empty(len(ids), _PAGE)
                pages["id"], pages["has_page"] = ids, batch.has_page
                pages["regions"] = batch.region_counts
                put("pages", pages)
                for view, rows in zip(VIEWS, code_batch(batch, white), strict=True):
                    put(view, _joined(rows))
        (draft / _SUMS).write_text(json.dumps(sums), encoding="ascii")
        draft.rename(self._directory / f"codes-{name}")

    def read(self, name: str, dim: int) -> Iterator[tuple[Ids, CodedBatch]]:
        """Yield ids and coded vectors of pages; ValueError or OSError where it is not whole."""
        folder = self._directory / f"codes-{name}"
        sums = json.loads((folder / _SUMS).read_text(encoding="ascii"))
        found = dict.fromkeys(sums, 0)
        row = np.dtype([("codes", "i1", (dim,)), ("scale", "<f4")])
        with contextlib.ExitStack() as stack:
            files = {key: stack.enter_context((folder / key).open("rb")) for key in sums}

            def take(key: str, kind: np.dtype[Any], count: int) -> npt.NDArray[Any]:
                data = files[key].read(count * kind.itemsize)
                found[key] = zlib.crc32(data, found[key])
                return np.frombuffer(data, kind)

            while len(pages := take("pages", _PAGE, _READ_PAGES)):
                counts = pages["regions"].astype(np.int64)
                sizes = (len(pages), int(counts.sum()), len(pages))
                views = [take(view, row, size) for view, size in zip(VIEWS, sizes, strict=True)]
                if any(len(v) != size for v, size in zip(views, sizes, strict=True)):
                    raise ValueError("a file of codes ends too early")
                page, region, title = (CodedRows(v["codes"], v["scale"]) for v in views)
                yield pages["id"], CodedBatch(pages["has_page"], counts, (page, region, title))
        if found != sums:
            raise ValueError("a file of codes is not what was written")

    def exists(self, name: str) -> bool:
        """Whether there are codes of this name."""
        return (self._directory / f"codes-{name}").is_dir()

    def tidy(self, *, keep: str) -> None:
        """Delete all codes but these."""
        for entry in self._directory.glob("codes*"):
            if entry.name != f"codes-{keep}":
                shutil.rmtree(entry, ignore_errors=True)


def _joined(rows: CodedRows) -> npt.NDArray[Any]:
    dim = rows.codes.shape[1]
    joined = np.empty(len(rows), np.dtype([("codes", "i1", (dim,)), ("scale", "<f4")]))
    joined["codes"], joined["scale"] = rows.codes, rows.scales
    return joined
