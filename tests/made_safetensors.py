"""Files in the safetensors format written with NumPy alone, so that tests need no torch."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_NAMES = {"float32": "F32", "float16": "F16", "uint16": "BF16"}


def as_bf16(values: np.ndarray) -> np.ndarray:
    """Round float32 to bfloat16, ties to even; uint16 holds its bits."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bf16(bits: np.ndarray) -> np.ndarray:
    """Return bfloat16 bits as float32."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def header_of(shapes: Mapping[str, tuple[str, Sequence[int], int]]) -> bytes:
    """Return a file's head for tensors of (dtype, shape, bytes), laid one after another."""
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (dtype, shape, size_bytes) in shapes.items():
        offsets = [at, at + size_bytes]
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": offsets}
        at += size_bytes
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def write_safetensors(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """Write tensors; uint16 arrays are taken as the bits of bfloat16."""
    shapes = {n: (_NAMES[a.dtype.name], a.shape, a.nbytes) for n, a in tensors.items()}
    with path.open("wb") as file:
        file.write(header_of(shapes))
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).tobytes())


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Read all tensors of a file as float32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    dtypes = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}
    read = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[start:end], dtypes[entry["dtype"]]).reshape(entry["shape"])
        is_bf16 = entry["dtype"] == "BF16"
        read[name] = from_bf16(array) if is_bf16 else array.astype(np.float32)
    return read


def write_shards(folder: Path, tensors: Mapping[str, np.ndarray], count: int) -> None:
    """Write tensors in ``count`` shards with the index that names them."""
    names = list(tensors)
    weight_map: dict[str, str] = {}
    for number in range(count):
        shard = f"model-{number + 1:05d}-of-{count:05d}.safetensors"
        part = {name: tensors[name] for name in names[number::count]}
        write_safetensors(folder / shard, part)
        weight_map |= dict.fromkeys(part, shard)
    total = sum(array.nbytes for array in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
