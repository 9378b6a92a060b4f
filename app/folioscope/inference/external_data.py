"""The file of weights beside a graph, written once from front to back."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import TensorProto

_PAGE = 65_536  # Windows maps files at multiples of this; others are content with 4,096
_LINE = 64


class ExternalData:
    """Writes arrays and describes them as initializers. ``sha256`` is known at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self._at = 0

    def __enter__(self) -> Self:
        """Open the file, replacing one that is there."""
        self._file = self._path.open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    @property
    def sha256(self) -> str:
        """The hash of all that was written, in hexadecimal digits."""
        return self._hash.hexdigest()

    def add(
        self,
        name: str,
        parts: Iterable[npt.NDArray[Any]],
        *,
        dtype: npt.DTypeLike,
        shape: tuple[int, ...],
    ) -> "TensorProto":
        """Write an array in parts, one behind the other; return its initializer."""
        import onnx

        kind = np.dtype(dtype)
        size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
        self._write(bytes(-self._at % (_PAGE if size >= _PAGE else _LINE)))
        start = self._at
        for part in parts:
            flat = np.ascontiguousarray(part, dtype=kind).reshape(-1)
            self._write(flat.view(np.uint8).data)
        if self._at - start != size:
            raise ValueError(f"{name}: {self._at - start} bytes written where {size} belong")
        tensor = onnx.TensorProto(
            name=name,
            data_type=onnx.helper.np_dtype_to_tensor_dtype(kind),
            dims=shape,
            data_location=onnx.TensorProto.EXTERNAL,
        )
        place = {"location": self._path.name, "offset": str(start), "length": str(size)}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=value)
        return tensor

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._hash.update(data)
        self._at += len(data)
