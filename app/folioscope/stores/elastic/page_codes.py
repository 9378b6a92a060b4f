"""A page's whitened vectors as a search scores them: int8 codes, kept beside the vectors.

Fetching and whitening vectors as they were given takes four times as long as reading these. They
say by which statistics they were made; where those are others by now, the vectors are fetched.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.stores.row_codes import sealed, unsealed
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.view_codes import CodedRows, coded
from folioscope.stores.views import Bools, CodedBatch, VectorBatch

_STAMP_BYTES = 8
_HEAD = struct.Struct(f"<{_STAMP_BYTES}sHH?")  # stamp, rows, numbers in each, has a page vector
_OTHERS = 2  # rows that are not regions


@dataclass(frozen=True, slots=True, eq=False)
class PageCodes:
    """Row 0 is the page's vector, row 1 its title's, the others its regions'.

    ``codes`` int8 (n, dim) times ``scales`` float32 (n,); ``stamp``: of the statistics.
    """

    stamp: bytes
    has_page: bool
    codes: npt.NDArray[np.int8]
    scales: Float32

    def packed(self) -> bytes:
        """Return all as bytes."""
        head = _HEAD.pack(self.stamp, *self.codes.shape, self.has_page)
        return sealed(head + self.scales.astype("<f4").tobytes() + self.codes.tobytes())

    @classmethod
    def unpacked(cls, data: bytes) -> "PageCodes":
        """Undo ``packed``; raises ValueError or struct.error when the bytes are damaged."""
        body = unsealed(data)
        stamp, rows, dim, has_page = _HEAD.unpack_from(body)
        scales = np.frombuffer(body, "<f4", rows, _HEAD.size)
        codes = np.frombuffer(body, np.int8, rows * dim, _HEAD.size + 4 * rows)
        return cls(stamp, has_page, codes.reshape(rows, dim), scales)


@lru_cache(maxsize=8)
def stamp_of(statistics: LibraryStatistics) -> bytes:
    """Return bytes that tell what whitens vectors from whatever else may."""
    digest = hashlib.blake2b(digest_size=_STAMP_BYTES)
    for white in statistics.whitening:
        digest.update(white.mean.tobytes() + white.matrix.tobytes())
    return digest.digest()


def page_codes(
    has_page: Bools, region_counts: npt.NDArray[np.int64], views: Sequence[Float32], stamp: bytes
) -> Iterator[PageCodes]:
    """Yield the codes of pages whose page, region and title vectors are whitened already."""
    page, regions, title = (coded(rows) for rows in views)
    ends = np.cumsum(region_counts)
    for row, (end, count) in enumerate(zip(ends, region_counts, strict=True)):
        own = slice(row, row + 1), slice(row, row + 1), slice(end - count, end)
        parts = list(zip((page, title, regions), own, strict=True))
        yield PageCodes(
            stamp,
            bool(has_page[row]),
            np.concatenate([part.codes[rows] for part, rows in parts]),
            np.concatenate([part.scales[rows] for part, rows in parts]),
        )


def whitened(batch: VectorBatch, statistics: LibraryStatistics) -> tuple[Float32, Float32, Float32]:
    """Return whitened page, region and title vectors of pages."""
    page, region, title = statistics.whitening
    return page.pages(batch.page), region.pages(batch.regions), title.pages(batch.title)


def stacked(pages: Iterable[PageCodes]) -> CodedBatch:
    """Return the codes of pages, at least one, as views take them."""
    each = list(pages)
    whole = CodedRows(
        np.concatenate([page.codes for page in each]),
        np.concatenate([page.scales for page in each]),
    )
    rows = np.array([len(page.scales) for page in each], np.int64)
    firsts = np.cumsum(rows) - rows
    is_region = np.ones(len(whole), bool)
    is_region[firsts] = is_region[firsts + 1] = False
    return CodedBatch(
        np.array([page.has_page for page in each], bool),
        rows - _OTHERS,
        (
            whole.taken(firsts),
            whole.taken(np.flatnonzero(is_region)),
            whole.taken(firsts + 1),
        ),
    )
