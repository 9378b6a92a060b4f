"""Safetensors files, read a few rows at a time.

The format is a header in JSON and plain arrays. Reading through the file (and not through
mapped memory, as the library of that name does) keeps the memory of converting a model of many
gigabytes small, and knows bfloat16 without torch.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32

_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000
_STORED: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}
_OTHER_BITS = {"F64": 64, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U8": 8, "BOOL": 8}
_AGAIN = "Fetch the file again."


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies. ``kind`` as safetensors names it: F32, F16, BF16, …"""

    path: Path
    name: str
    kind: str
    shape: tuple[int, ...]
    offset: int
    size_bytes: int

    def raw(self, first: int = 0, end: int | None = None) -> npt.NDArray[Any]:
        """Read rows (along the first axis) as stored, bfloat16 as uint16."""
        dtype = _STORED[self.kind]
        rows = self.shape[0] if self.shape else 1
        end = rows if end is None else min(end, rows)
        row_bytes = self.size_bytes // max(rows, 1)
        with self.path.open("rb") as file:
            file.seek(self.offset + first * row_bytes)
            data = file.read((end - first) * row_bytes)
        if len(data) != (end - first) * row_bytes:
            raise InferenceError(f"{self.path} is cut short.", hint=_AGAIN)
        return np.frombuffer(data, dtype).reshape(end - first, *self.shape[1:])


def as_floats(raw: npt.NDArray[Any]) -> Float32:
    """Turn what ``raw`` returned into float32, exactly."""
    if raw.dtype == np.uint16:
        wide: Float32 = (raw.astype(np.uint32) << 16).view(np.float32)
        return wide
    return raw.astype(np.float32)


class _Entry(msgspec.Struct):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def read_header(path: Path) -> list[StoredTensor]:
    """List the tensors of a file; InferenceError where it is missing, damaged or cut short."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            text = file.read(length) if length <= min(size, _LONGEST_HEADER) else b""
    except FileNotFoundError as error:
        raise InferenceError(
            f"{path} is missing.", hint="Fetch it again, or copy the whole folder."
        ) from error
    except OSError as error:
        raise InferenceError(f"{path} cannot be read: {error.strerror}.") from error
    if len(text) != length or not length:
        raise InferenceError(f"{path} is damaged or no safetensors file.", hint=_AGAIN)
    start = _LENGTH_BYTES + length
    tensors = [_placed(path, name, entry, start) for name, entry in _entries(path, text)]
    if size < max((t.offset + t.size_bytes for t in tensors), default=0):
        raise InferenceError(f"{path} is cut short.", hint=_AGAIN)
    return tensors


def _entries(path: Path, text: bytes) -> list[tuple[str, _Entry]]:
    try:
        header = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        header.pop("__metadata__", None)
        return [(name, msgspec.json.decode(raw, type=_Entry)) for name, raw in header.items()]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InferenceError(f"{path} is damaged or no safetensors file.", hint=_AGAIN) from error


def _placed(path: Path, name: str, entry: _Entry, start: int) -> StoredTensor:
    first, end = entry.data_offsets
    count = math.prod(entry.shape)
    known = entry.dtype in _STORED
    bits = _STORED[entry.dtype].itemsize * 8 if known else _OTHER_BITS.get(entry.dtype, 0)
    if first < 0 or min(entry.shape, default=0) < 0 or (bits and (end - first) * 8 != count * bits):
        raise InferenceError(f"{path} is damaged: `{name}` has an impossible size.", hint=_AGAIN)
    return StoredTensor(path, name, entry.dtype, entry.shape, start + first, end - first)


def is_readable(tensor: StoredTensor) -> bool:
    """Whether its kind of numbers can be made into floats."""
    return tensor.kind in _STORED
