"""Late-interaction rows in two bits a number, by which pages are proposed where there is no vector.

Some visual models make rows alone. A mean of rows, or a few of them, loses the page where a word
stands in one patch, which is what people remember. So every row of every page is compared, but
roughly: sign and size (below or above the usual) of each number, in memory; the best pages are
then compared by their int8 rows. Measured with tests/benchmarks/row_proposals.py.

A page of 190 rows of 128 takes 6.5 kB: 65 MB at 10,000 pages, scanned for 16 rows in 0.2 s of a
core, which threads share. Of the exact ten best of 3,000 pages, the best 400 hold all by sketch,
0.91 to 1.00 by signs alone, 0.59 to 0.82 by 32 means a page, 0.23 to 0.50 by one.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.stores.growing import Column
from folioscope.stores.maxsim import BLOCK_PRODUCTS
from folioscope.stores.view_codes import Positions
from folioscope.system.machine import usable_cores

ASKED_ROWS = 32  # of a query, which pictures have hundreds of
_A_BYTE = 4  # numbers
_LEVELS = np.array([-3, -1, 1, 3], np.float32)
_LARGE = 0.98  # of the root mean square: what is above counts three times (Max, 1960: 0.98, 3.3)
_BLOCK_ROWS = 1024  # decoded at once: they stay in the second-level cache
_SHARED_OUT = 16  # blocks of some 16,000 rows, from which on threads share them
_MOST_THREADS = 4
_SCALE = np.dtype("<f2")
Bits = npt.NDArray[np.uint8]


def _levels_of_bytes() -> Float32:
    shifts = np.arange(_A_BYTE) * 2
    return np.asarray(_LEVELS[(np.arange(256)[:, None] >> shifts) & 3], np.float32)


_OF_BYTE = _levels_of_bytes()


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Rows of length 1 as ``bits`` uint8 (n, ceil(dim / 4)) times ``scales`` float16 (n,)."""

    bits: Bits
    scales: npt.NDArray[np.float16]

    @classmethod
    def of(cls, rows: Float32) -> "Sketch":
        """Sketch rows (n, dim) of any length above zero."""
        count, dim = rows.shape
        usual = np.sqrt(np.square(rows).mean(axis=1, keepdims=True))
        large = np.abs(rows) > _LARGE * usual
        numbers = np.where(rows > 0, 2 + large, 1 - large).astype(np.uint8)
        levels = _LEVELS[numbers]
        scales = 1 / np.linalg.norm(levels, axis=1)
        numbers = np.pad(numbers, ((0, 0), (0, -dim % _A_BYTE))).reshape(count, -1, _A_BYTE)
        shifts = (np.arange(_A_BYTE) * 2).astype(np.uint8)
        bits = np.bitwise_or.reduce(numbers << shifts, axis=2)
        return cls(bits.astype(np.uint8), scales.astype(_SCALE))

    def packed(self) -> bytes:
        """Return scales and bits as bytes."""
        return self.scales.tobytes() + self.bits.tobytes()

    @classmethod
    def unpacked(cls, data: bytes, dim: int) -> "Sketch":
        """Undo ``packed``; raises ValueError where the length cannot be."""
        width = -(-dim // _A_BYTE)
        count, rest = divmod(len(data), width + _SCALE.itemsize)
        if rest or not count:
            raise ValueError("a sketch is not of whole rows")
        scales = np.frombuffer(data, _SCALE, count)
        bits = np.frombuffer(data, np.uint8, count * width, count * _SCALE.itemsize)
        return cls(bits.reshape(count, width), scales)


class SketchCodes:
    """Sketches of pages, so that growing copies little; searched as a SingleCodes is."""

    is_scan_exact = True  # it looks at all rows; that they are rough is mended afterwards

    def __init__(self, row_dim: int) -> None:
        self.row_dim = row_dim
        self._bits = Column(np.uint8, (-(-row_dim // _A_BYTE),))
        self._scales = Column(np.float16)
        self._ends = Column(np.int64)

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self._ends)

    def append(self, pages: Sequence[Sketch | None]) -> None:
        """Add pages at the end; None for one that cannot be read, which scores -1."""
        found = [page for page in pages if page is not None]
        first = len(self._scales)
        counts = [0 if page is None else len(page.scales) for page in pages]
        if found:
            self._bits.extend(np.concatenate([page.bits for page in found]))
            self._scales.extend(np.concatenate([page.scales for page in found]))
        self._ends.extend(first + np.cumsum(counts, dtype=np.int64))

    def scan(self, query: Float32) -> Float32:
        """Return the rough late-interaction score of every page with query rows (m, row_dim)."""
        return self.at(np.arange(len(self)), query)

    def at(self, positions: Positions, query: Float32) -> Float32:
        """Return the rough scores of the pages at ``positions``, float32 (n,)."""
        ends = self._ends.values[positions]
        starts = np.where(positions > 0, self._ends.values[positions - 1], 0)
        scores = np.full(len(positions), np.float32(-1))
        asked = self._asked(query)

        def score(part: Positions) -> None:
            rows = _ranges(starts[part], ends[part])
            firsts = _firsts(starts[part], ends[part])
            scores[part] = np.maximum.reduceat(self._products(rows, asked), firsts).mean(axis=1)

        parts = list(_blocks(ends - starts))
        if len(parts) < _SHARED_OUT:
            for part in parts:
                score(part)
        else:  # NumPy lets go of the interpreter in all that takes long here
            with ThreadPoolExecutor(min(_MOST_THREADS, usable_cores())) as pool:
                list(pool.map(score, parts))
        return scores

    def _asked(self, query: Float32) -> Float32:
        padding = -self.row_dim % _A_BYTE
        return np.ascontiguousarray(np.pad(query, ((0, 0), (0, padding))).T, np.float32)

    def _products(self, rows: "slice | Positions", asked: Float32) -> Float32:
        bits, scales = self._bits.values[rows], self._scales.values[rows]
        products = np.empty((len(bits), asked.shape[1]), np.float32)
        block = np.empty((_BLOCK_ROWS, len(asked)), np.float32)
        step = max(8, BLOCK_PRODUCTS // asked.size)  # as in maxsim: each on one thread
        for start in range(0, len(bits), _BLOCK_ROWS):
            part = bits[start : start + _BLOCK_ROWS]
            levels = block[: len(part)]
            np.take(_OF_BYTE, part, axis=0, out=levels.reshape(*part.shape, _A_BYTE), mode="clip")
            for first in range(0, len(part), step):
                end = min(first + step, len(part))
                np.dot(levels[first:end], asked, out=products[start + first : start + end])
        products *= scales.astype(np.float32)[:, None]
        return products


def _blocks(counts: npt.NDArray[np.int64]) -> Iterator[Positions]:
    """Yield the places of pages with rows, some at a time."""
    filled = np.flatnonzero(counts)
    most = 16 * _BLOCK_ROWS
    number = (np.cumsum(counts[filled]) - 1) // most
    yield from np.split(filled, np.flatnonzero(np.diff(number)) + 1) if len(filled) else ()


def _ranges(starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> "slice | Positions":
    """Return the numbers from each start to its end; a slice where they lie in one piece."""
    if (starts[1:] == ends[:-1]).all():
        return slice(int(starts[0]), int(ends[-1]))
    return np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)])


def _firsts(starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Positions:
    return np.concatenate([[0], np.cumsum(ends - starts)[:-1]]).astype(np.intp)
