"""One vector a page of a visual model in memory, as int8, scanned by their first numbers.

A page of 2,048 numbers takes 2,056 bytes: 206 MB at 100,000 pages. Casting all of them for a
scan is bound by memory; where they are many, the first 512 numbers of each choose whom to look
at closely. Vectors of the models here are trained to be cut like that (matryoshka), and of any
other a part is still a sample.
"""

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.view_codes import Positions

LEAD = 512  # numbers looked at first
_EXACT_UP_TO = 2**25  # numbers that are scanned whole: 16,384 pages of 2,048
_CHUNK_BYTES = 2**25
_CAST = 2**17  # numbers turned into float32 at once: they stay in the second-level cache


class _Chunk:
    def __init__(self, rows: int, dim: int) -> None:
        self.codes = np.empty((rows, dim), np.int8)
        self.scales = np.empty(rows, np.float32)
        self.lead_scales = np.empty(rows, np.float32)
        self.count = 0


class SingleCodes:
    """Rows in chunks, so that growing copies nothing."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._lead = min(LEAD, dim)
        self._chunk_rows = max(1, _CHUNK_BYTES // dim)
        self._chunks: list[_Chunk] = []
        self._count = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    @property
    def is_scan_exact(self) -> bool:
        """Whether ``scan`` looks at all numbers."""
        return self._lead == self.dim or self._count * self.dim <= _EXACT_UP_TO

    def append(self, rows: RowCodes) -> None:
        """Add rows at the end."""
        start = 0
        while start < len(rows):
            if not self._chunks or self._chunks[-1].count == self._chunk_rows:
                self._chunks.append(_Chunk(self._chunk_rows, self.dim))
            chunk = self._chunks[-1]
            end = min(len(rows), start + self._chunk_rows - chunk.count)
            place = slice(chunk.count, chunk.count + end - start)
            chunk.codes[place] = rows.codes[start:end]
            chunk.scales[place] = rows.scales[start:end]
            chunk.lead_scales[place] = _lead_scales(rows.codes[start:end, : self._lead])
            chunk.count += end - start
            start = end
        self._count += len(rows)

    def scan(self, query: Float32) -> Float32:
        """Return the cosine of every row with ``query`` (dim,), roughly where they are many."""
        found = np.empty(self._count, np.float32)
        is_exact = self.is_scan_exact
        width = self.dim if is_exact else self._lead
        asked = _unit(query[:width])
        step = max(1, _CAST // width)
        block = np.empty((step, width), np.float32)
        for number, chunk in enumerate(self._chunks):
            out = found[number * self._chunk_rows :][: chunk.count]
            for start in range(0, chunk.count, step):
                end = min(start + step, chunk.count)
                cast = block[: end - start]
                np.copyto(cast, chunk.codes[start:end, :width], casting="unsafe")
                np.dot(cast, asked, out=out[start:end])
            out *= (chunk.scales if is_exact else chunk.lead_scales)[: chunk.count]
        return found

    def at(self, positions: Positions, query: Float32) -> Float32:
        """Return the cosine of the rows at ``positions`` with ``query``, exact up to codes."""
        found = np.empty(len(positions), np.float32)
        asked = _unit(query)
        numbers, rows = np.divmod(positions, self._chunk_rows)
        step = max(1, _CAST // self.dim)
        for number in np.unique(numbers).tolist():
            chunk, mine = self._chunks[number], np.flatnonzero(numbers == number)
            for start in range(0, len(mine), step):
                part = mine[start : start + step]
                codes = chunk.codes[rows[part]].astype(np.float32)
                found[part] = (codes @ asked) * chunk.scales[rows[part]]
        return found


def _lead_scales(codes: npt.NDArray[np.int8]) -> Float32:
    lengths = np.linalg.norm(codes.astype(np.float32), axis=1)
    return np.asarray(1 / np.maximum(lengths, 1), np.float32)


def _unit(vector: Float32) -> Float32:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-20), np.float32)
