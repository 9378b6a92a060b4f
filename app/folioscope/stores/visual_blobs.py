"""What is kept of a page's look, as bytes: one blob to propose it by, one for its rows.

A page of 736 patches, pooled as told in ``pooling``, takes some 25 kB.
"""

import struct
from dataclasses import dataclass

import numpy as np

from folioscope.domain.embeddings import VisualPage
from folioscope.domain.pages import Float32, Int32
from folioscope.domain.patches import PatchGrid
from folioscope.stores.row_codes import RowCodes, sealed, unsealed
from folioscope.stores.sketches import Sketch

_HEAD = struct.Struct("<IHIIdd")  # rows, their dim, columns and rows of the grid, shares of page
_NO_CLUSTER = 0xFFFF


@dataclass(frozen=True, slots=True, eq=False)
class LookBody:
    """Late-interaction rows with their codes, the row of each patch, and the grid."""

    rows: RowCodes
    clusters: Int32
    grid: PatchGrid | None


def pack_single(single: Float32) -> bytes:
    """Pack a page's vector (dim,)."""
    return sealed(RowCodes.of(single[None]).packed())


def unpack_single(data: bytes, dim: int) -> RowCodes:
    """Undo ``pack_single``; raises ValueError when the bytes are damaged."""
    return RowCodes.unpacked(unsealed(data), 1, dim)


def pack_proposal(page: VisualPage) -> bytes:
    """Pack what a page is proposed by: its vector, or where there is none a sketch of its rows."""
    if len(page.single):
        return pack_single(page.single)
    return sealed(Sketch.of(page.rows).packed())


def unpack_sketch(data: bytes, row_dim: int) -> Sketch:
    """Undo ``pack_proposal`` of a page without vector; raises ValueError when damaged."""
    return Sketch.unpacked(unsealed(data), row_dim)


def check_proposal(data: bytes, dims: tuple[int, int]) -> None:
    """Raise ValueError unless pages of these dimensions can be proposed by the bytes."""
    dim, row_dim = dims
    if dim:
        unpack_single(data, dim)
    else:
        unpack_sketch(data, row_dim)


def pack_body(page: VisualPage) -> bytes:
    """Pack all of a page but its vector."""
    grid = page.grid or PatchGrid(0, 0)
    count, dim = page.rows.shape
    head = _HEAD.pack(count, dim, grid.columns, grid.rows, grid.page_width, grid.page_height)
    clusters = page.clusters.astype("<i4").astype("<u2")
    return sealed(head + RowCodes.of(page.rows).packed() + clusters.tobytes())


def unpack_body(data: bytes) -> LookBody:
    """Undo ``pack_body``; raises ValueError or struct.error when the bytes are damaged."""
    body = unsealed(data)
    count, dim, columns, rows, width, height = _HEAD.unpack_from(body)
    end = _HEAD.size + count * (dim + 4)
    clusters = np.frombuffer(body, "<u2", -1, end).astype(np.int32)
    clusters[clusters == _NO_CLUSTER] = -1
    grid = PatchGrid(columns, rows, width, height) if columns else None
    return LookBody(RowCodes.unpacked(body[_HEAD.size : end], count, dim), clusters, grid)


def look_of(single: RowCodes | None, body: LookBody) -> VisualPage:
    """Undo the codes; ``single`` is None for models that make rows alone."""
    vector = np.zeros(0, np.float32) if single is None else single.rows()[0]
    return VisualPage(vector, body.rows.rows(), body.clusters, body.grid)
