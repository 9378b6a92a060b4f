"""Rows of vectors as int8 codes with a scale each, and blobs that tell when they are damaged."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32

_SUM = struct.Struct("<I")
_LEAST = np.float32(1e-20)


@dataclass(frozen=True, slots=True, eq=False)
class RowCodes:
    """Rows of length 1 as ``codes`` int8 (n, dim) times ``scales`` float32 (n,)."""

    codes: npt.NDArray[np.int8]
    scales: Float32

    @classmethod
    def of(cls, rows: Float32) -> "RowCodes":
        """Code rows (n, dim) of any length above zero.

        A row's largest number becomes 127. The scale makes the coded row itself of length 1,
        so that rounding turns it a little and never stretches it: each number is off by at most
        1 / 127 of the row's largest.
        """
        largest = np.abs(rows).max(axis=1, initial=0, keepdims=True)
        codes = np.rint(rows * (np.float32(127) / np.maximum(largest, _LEAST))).astype(np.int8)
        lengths = np.linalg.norm(codes.astype(np.float32), axis=1)
        return cls(codes, np.asarray(1 / np.maximum(lengths, 1), np.float32))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    def rows(self) -> Float32:
        """Return the rows, float32 (n, dim)."""
        return np.asarray(self.codes * self.scales[:, None], np.float32)

    def packed(self) -> bytes:
        """Return scales and codes as bytes."""
        return self.scales.astype("<f4").tobytes() + self.codes.tobytes()

    @classmethod
    def unpacked(cls, data: bytes, count: int, dim: int) -> "RowCodes":
        """Undo ``packed``; raises ValueError when there is not enough."""
        scales = np.frombuffer(data, "<f4", count)
        codes = np.frombuffer(data, np.int8, count * dim, 4 * count)
        return cls(codes.reshape(count, dim), scales)


def sealed(data: bytes) -> bytes:
    """Put a checksum behind."""
    return data + _SUM.pack(zlib.crc32(data))


def unsealed(data: bytes) -> bytes:
    """Undo ``sealed``; raises ValueError when the bytes are not what was written."""
    body, end = data[: -_SUM.size], data[-_SUM.size :]
    if len(end) < _SUM.size or _SUM.unpack(end)[0] != zlib.crc32(body):
        raise ValueError("a blob is not what was written")
    return body
