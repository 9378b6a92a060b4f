"""Whitened vectors in memory as int8, with sign bits for a first look at very many.

Rows lie in chunks, so that growing copies nothing. A row of 384 numbers takes 384 bytes of
codes, 4 of scale and 48 of signs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32

CHUNK_ROWS = 16384
_CAST_ROWS = 512  # rows turned into float32 at once: they stay in the second-level cache
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class CodedRows:
    """Rows as ``codes`` int8 (n, dim) times ``scales`` float32 (n,)."""

    codes: npt.NDArray[np.int8]
    scales: Float32

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    def taken(self, rows: Positions) -> "CodedRows":
        """Return some of the rows."""
        return CodedRows(self.codes[rows], self.scales[rows])


def coded(rows: Float32) -> CodedRows:
    """Round rows (n, dim) to a 127th of their largest number."""
    scales = np.abs(rows).max(axis=1, initial=0) / np.float32(127)
    codes = rows * (1 / np.maximum(scales, 1e-30))[:, None]
    return CodedRows(np.rint(codes, out=codes).astype(np.int8), scales)


class _Chunk:
    def __init__(self, dim: int) -> None:
        self.codes = np.empty((CHUNK_ROWS, dim), np.int8)
        self.scales = np.empty(CHUNK_ROWS, np.float32)
        # word by word, so that each step of counting runs over memory in order
        self.signs = np.empty((-(-dim // 64), CHUNK_ROWS), np.uint64)
        self.count = 0

    def fill(self, rows: CodedRows) -> None:
        place = slice(self.count, self.count + len(rows))
        self.codes[place] = rows.codes
        self.scales[place] = rows.scales
        self.signs[:, place] = _signs(rows.codes).T
        self.count += len(rows)


class ViewCodes:
    """The rows of one view."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._chunks: list[_Chunk] = []
        self._count = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def append(self, rows: CodedRows) -> None:
        """Add rows at the end."""
        start = 0
        while start < len(rows):
            if not self._chunks or self._chunks[-1].count == CHUNK_ROWS:
                self._chunks.append(_Chunk(self.dim))
            end = start + CHUNK_ROWS - self._chunks[-1].count
            self._chunks[-1].fill(CodedRows(rows.codes[start:end], rows.scales[start:end]))
            start = end
        self._count += len(rows)

    def scan(self, query: Float32) -> Float32:
        """Return the cosine of every row with ``query`` (dim,), exact up to the rounding."""
        found = np.empty(self._count, np.float32)
        block = np.empty((_CAST_ROWS, self.dim), np.float32)
        for number, chunk in enumerate(self._chunks):
            out = found[number * CHUNK_ROWS :][: chunk.count]
            for start in range(0, chunk.count, _CAST_ROWS):
                end = min(start + _CAST_ROWS, chunk.count)
                cast = block[: end - start]
                np.copyto(cast, chunk.codes[start:end], casting="unsafe")
                np.dot(cast, query, out=out[start:end])
            out *= chunk.scales[: chunk.count]
        return found

    def glance(self, query: Float32) -> Float32:
        """Return a rough cosine of every row, from the share of signs that agree."""
        found = np.empty(self._count, np.float32)
        signs = _signs(query[None])[0]
        cosines = np.cos(np.pi * np.arange(self.dim + 1, dtype=np.float32) / self.dim)
        both = np.empty(CHUNK_ROWS, np.uint64)
        bits = np.empty(CHUNK_ROWS, np.uint8)
        differing = np.empty(CHUNK_ROWS, np.uint16)
        for number, chunk in enumerate(self._chunks):
            n = chunk.count
            differing[:n] = 0
            for words, wanted in zip(chunk.signs, signs, strict=True):
                np.bitwise_xor(words[:n], wanted, out=both[:n])
                np.bitwise_count(both[:n], out=bits[:n])
                differing[:n] += bits[:n]
            np.take(cosines, differing[:n], out=found[number * CHUNK_ROWS :][:n])
        return found

    def at(self, positions: Positions, query: Float32) -> Float32:
        """Return the cosine of the rows at ``positions`` with ``query``."""
        found = np.empty(len(positions), np.float32)
        order = np.argsort(positions, kind="stable")
        ordered = positions[order]
        limits = np.arange(1, len(self._chunks) + 1) * CHUNK_ROWS
        start = 0
        block = np.empty((_CAST_ROWS, self.dim), np.float32)
        for number, end in enumerate(np.searchsorted(ordered, limits, "left").tolist()):
            chunk = self._chunks[number]
            for first in range(start, end, _CAST_ROWS):
                last = min(first + _CAST_ROWS, end)
                rows = ordered[first:last] - number * CHUNK_ROWS
                cast = block[: last - first]
                np.copyto(cast, chunk.codes[rows], casting="unsafe")
                found[order[first:last]] = (cast @ query) * chunk.scales[rows]
            start = end
        return found


def _signs(rows: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    bits = np.packbits(rows > 0, axis=1)
    missing = -bits.shape[1] % 8
    padded = np.pad(bits, ((0, 0), (0, missing))) if missing else bits
    return np.ascontiguousarray(padded).view(np.uint64)
