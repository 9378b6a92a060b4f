"""Checksums of what stores hold of a page, equal for equal contents in whatever store.

Stores round: boxes to fractions of 65,535, vectors to float16, rows of looks to int8 with a scale.
A checksum is taken of what is left after that, so a store that keeps more gives the same one.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from folioscope.domain.documents import Document
from folioscope.domain.embeddings import VisualPage
from folioscope.domain.pages import Float32, PageRecord

_BOX_STEPS = 65535
_PLACE = struct.Struct("<Iddd")
_REGION = struct.Struct("<4fII")
_GRID = struct.Struct("<IIdd")
_LEAST = np.float32(1e-20)


def page_digest(page: PageRecord | None, looks: Mapping[str, VisualPage | None]) -> bytes:
    """Return the sha256 of a page with its vectors, and of its looks by model."""
    found = hashlib.sha256()
    parts = [] if page is None else _page_parts(page)
    for model in sorted(looks):
        look = looks[model]
        if look is not None:
            parts += [model.encode("utf-8", "surrogatepass"), *_look_parts(look)]
    for part in parts:
        found.update(struct.pack("<Q", len(part)))  # so that no part can lend to its neighbour
        found.update(part)
    return found.digest()


def document_digest(document: Document, pages: Iterable[bytes]) -> bytes:
    """Return the sha256 of a document and of the digests of its pages, in order."""
    found = hashlib.sha256()
    title = document.title.encode("utf-8", "surrogatepass")
    names = (document.document_id, document.kind.value, document.fingerprint)
    numbers = (document.page_count, document.size_bytes, len(document.failures))
    found.update(repr((names, numbers, title)).encode("utf-8", "surrogatepass"))
    for digest in pages:
        found.update(digest)
    return found.digest()


def _page_parts(page: PageRecord) -> list[bytes]:
    text, vectors = page.text, page.vectors
    boxes = np.round(np.clip(text.boxes, 0, 1) * _BOX_STEPS).astype("<u2")
    place = _PLACE.pack(page.ref.page_index, page.width_pt, page.height_pt, page.ink)
    return [
        place,
        page.text_source.value.encode(),
        "\0".join(text.words).encode("utf-8", "surrogatepass"),
        boxes.tobytes(),
        text.lines.astype("<i4").tobytes(),
        text.blocks.astype("<i4").tobytes(),
        b"".join(
            _REGION.pack(r.box.x0, r.box.y0, r.box.x1, r.box.y1, r.first_word, r.last_word)
            for r in page.regions
        ),
        np.ascontiguousarray(page.looks, "<f4").tobytes(),
        page.title_line.encode("utf-8", "surrogatepass"),
        b"" if vectors.page is None else _half(vectors.page),
        _half(vectors.title),
        _half(vectors.regions),
    ]


def _look_parts(look: VisualPage) -> list[bytes]:
    grid = look.grid
    sizes = () if grid is None else (grid.columns, grid.rows, grid.page_width, grid.page_height)
    return [
        _codes(look.single[None]).tobytes(),
        _codes(look.rows).tobytes() if len(look.rows) else b"",
        look.clusters.astype("<i4").tobytes() if len(look.rows) else b"",
        _GRID.pack(*sizes) if sizes else b"",
    ]


def _codes(rows: Float32) -> npt.NDArray[np.int8]:
    largest = np.abs(rows).max(axis=1, initial=0, keepdims=True)
    scaled = rows * (np.float32(127) / np.maximum(largest, _LEAST))
    return np.asarray(np.rint(scaled), np.int8)


def _half(values: Float32) -> bytes:
    return np.ascontiguousarray(values, dtype="<f2").tobytes()
