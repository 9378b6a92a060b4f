"""A graph without its large weights, however they are stored.

Official graphs keep up to two gigabytes of weights inside the file, and parsing it takes twice
that in memory. Here the file is walked by the rules of Protocol Buffers, and each large weight is
described as lying outside: in the same file, where it is.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from folioscope.domain.errors import InferenceError

_GRAPH, _INITIALIZER, _RAW_DATA = 7, 5, 9  # of ModelProto, GraphProto, TensorProto
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LARGE_BYTES = 65_536
_HINT = "Fetch the file again."


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a message: from ``start`` with its tag, its value from ``value`` to ``end``."""

    number: int
    kind: int
    start: int
    value: int
    end: int


def load_skeleton(path: Path) -> Any:
    """Return an onnx ModelProto whose large weights are external data of ``path`` itself.

    Raises InferenceError where the file is missing, empty or damaged.
    """
    import onnx

    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            model = onnx.load_model_from_string(_without_weights(data))
            _describe_weights(model, path.name, list(_large_weights(data)))
    except FileNotFoundError as error:
        raise InferenceError(f"{path} is missing.", hint="Fetch the whole checkpoint.") from error
    except Exception as error:  # what protobuf raises differs by its version
        raise InferenceError(f"{path} is damaged or no ONNX file.", hint=_HINT) from error
    return model


def _describe_weights(model: Any, location: str, places: list[tuple[int, int]]) -> None:
    """Say of weights that were left out where they lie; both lists are in the file's order."""
    import onnx

    marked = [t for t in model.graph.initializer if t.doc_string == _MARK]
    for tensor, (offset, length) in zip(marked, places, strict=True):
        tensor.ClearField("doc_string")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        values = {"location": location, "offset": str(offset), "length": str(length)}
        for key, value in values.items():
            tensor.external_data.add(key=key, value=value)


_MARK = "folioscope: lies elsewhere"
_MARK_FIELD = bytes([12 << 3 | _BYTES, len(_MARK)]) + _MARK.encode()  # TensorProto.doc_string


def _without_weights(data: mmap.mmap) -> bytes:
    kept = []
    for field in _fields(data, 0, len(data)):
        if field.number == _GRAPH:
            graph = b"".join(_graph_parts(data, field))
            kept.append(_message(_GRAPH, graph))
        else:
            kept.append(data[field.start : field.end])
    return b"".join(kept)


def _graph_parts(data: mmap.mmap, graph: _Field) -> Iterator[bytes]:
    for field in _fields(data, graph.value, graph.end):
        raw = _large_raw_data(data, field)
        if raw is None:
            yield data[field.start : field.end]
        else:
            tensor = data[field.value : raw.start] + data[raw.end : field.end] + _MARK_FIELD
            yield _message(_INITIALIZER, tensor)


def _large_weights(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Yield where the values of large weights lie: offset and length."""
    for graph in _fields(data, 0, len(data)):
        if graph.number != _GRAPH:
            continue
        for field in _fields(data, graph.value, graph.end):
            raw = _large_raw_data(data, field)
            if raw is not None:
                yield raw.value, raw.end - raw.value


def _large_raw_data(data: mmap.mmap, field: _Field) -> _Field | None:
    if field.number != _INITIALIZER or field.end - field.value < _LARGE_BYTES:
        return None
    inner = _fields(data, field.value, field.end)
    return next((f for f in inner if f.number == _RAW_DATA), None)


def _fields(data: mmap.mmap, start: int, end: int) -> Iterator[_Field]:
    at = start
    while at < end:
        tag, value = _varint(data, at)
        kind = tag & 7
        if kind == _BYTES:
            length, value = _varint(data, value)
            after = value + length
        elif kind == _VARINT:
            _, after = _varint(data, value)
        elif kind in (_FIXED64, _FIXED32):
            after = value + (8 if kind == _FIXED64 else 4)
        else:
            raise ValueError(f"a field of kind {kind} at {at}")
        if after > end:
            raise ValueError(f"a field at {at} goes beyond its message")
        yield _Field(tag >> 3, kind, at, value, after)
        at = after


def _varint(data: mmap.mmap, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at
        if shift > 63:
            raise ValueError(f"a number at {at} has no end")


def _message(number: int, content: bytes) -> bytes:
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(content)) + content


def _as_varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
