"""Pages as bytes: words with boxes, regions and vectors, packed for a database row.

Text is kept as UTF-8 with lone surrogates let through (PDFs hold them); boxes as fractions of
65,535, which is a fifth of a pixel on the largest screen; vectors as float16.
"""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageText, PageVectors, Region

_BOX_STEPS = 65535
_TEXT_HEAD = struct.Struct("<I")
_REGION = struct.Struct("<4fII")
_VECTORS_HEAD = struct.Struct("<HHHII")  # dim, has a page vector, regions; two are not used


def encode_text(text: str) -> bytes:
    """Encode any string, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def decode_text(data: bytes) -> str:
    """Undo ``encode_text``."""
    return bytes(data).decode("utf-8", "surrogatepass")


def pack_text(text: PageText) -> bytes:
    """Pack the words of a page, compressed."""
    encoded = [encode_text(word) for word in text.words]
    lengths = np.array([len(word) for word in encoded], "<u4")
    boxes = np.round(np.clip(text.boxes, 0, 1) * _BOX_STEPS).astype("<u2")
    # word by word these hardly change, and differences compress to next to nothing
    lines = np.diff(text.lines, prepend=0).astype("<i4")
    blocks = np.diff(text.blocks, prepend=0).astype("<i4")
    columns = (lengths, np.ascontiguousarray(boxes.T), lines, blocks)
    body = b"".join([_TEXT_HEAD.pack(len(encoded)), *(c.tobytes() for c in columns), *encoded])
    return zlib.compress(body, 6)


def unpack_text(data: bytes) -> PageText:
    """Undo ``pack_text``; raises ValueError or zlib.error when the bytes are damaged."""
    body = zlib.decompress(data)
    (count,) = _TEXT_HEAD.unpack_from(body)
    place = _TEXT_HEAD.size
    lengths = np.frombuffer(body, "<u4", count, place)
    place += 4 * count
    boxes = np.frombuffer(body, "<u2", 4 * count, place).reshape(4, count)
    place += 8 * count
    lines = np.frombuffer(body, "<i4", count, place)
    blocks = np.frombuffer(body, "<i4", count, place + 4 * count)
    place += 8 * count
    ends = (place + np.cumsum(lengths, dtype=np.int64)).tolist()
    starts = [place, *ends[:-1]]
    return PageText(
        words=tuple(decode_text(body[a:b]) for a, b in zip(starts, ends, strict=False)),
        boxes=np.ascontiguousarray(boxes.T.astype(np.float32) / _BOX_STEPS),
        lines=np.cumsum(lines, dtype=np.int32),
        blocks=np.cumsum(blocks, dtype=np.int32),
    )


def pack_regions(regions: Sequence[Region]) -> bytes:
    """Pack regions, uncompressed."""
    return b"".join(
        _REGION.pack(r.box.x0, r.box.y0, r.box.x1, r.box.y1, r.first_word, r.last_word)
        for r in regions
    )


def unpack_regions(data: bytes) -> tuple[Region, ...]:
    """Undo ``pack_regions``; raises struct.error when the bytes are damaged."""
    return tuple(
        Region(Box(x0, y0, x1, y1), first, last)
        for x0, y0, x1, y1, first, last in _REGION.iter_unpack(data)
    )


def pack_vectors(vectors: PageVectors) -> bytes:
    """Pack the vectors of a page as float16."""
    dim = len(vectors.title)
    head = _VECTORS_HEAD.pack(dim, vectors.page is not None, 0, len(vectors.regions), 0)
    page = np.zeros(0) if vectors.page is None else vectors.page
    return b"".join([head, _half(page), _half(vectors.title), _half(vectors.regions)])


def unpack_vectors(data: bytes) -> PageVectors:
    """Undo ``pack_vectors``; raises ValueError or struct.error when the bytes are damaged."""
    dim, has_page, _, regions, _ = _VECTORS_HEAD.unpack_from(data)
    place = _VECTORS_HEAD.size
    halves = np.frombuffer(data, "<f2", dim * (has_page + 1 + regions), place).astype(np.float32)
    halves = halves.reshape(-1, dim)
    return PageVectors(
        page=halves[0] if has_page else None,
        title=halves[int(has_page)],
        regions=halves[int(has_page) + 1 :],
    )


def _half(values: npt.NDArray[np.floating]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f2").tobytes()
