"""Refuses vectors that cannot be those of a visual model."""

from collections.abc import Iterable

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage, VisualQuery
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import Float32, MultiVector, PageRef

_HINT = "Verify the model, or use another precision."
_CHECK_HINT = "Check the library it comes from: folioscope verify."
MOST_ROWS = 65_000  # a page of the largest pictures that the models take has 16,384


def checked_embedding(ref: PageRef, found: Embedding) -> tuple[int, int]:
    """Return the dimensions of vector and rows, 0 without one; StoreError when unfit."""
    place = f"page {ref.page_index + 1} of {ref.document_id[:12]}"
    multi = found.multi
    has_rows = multi is not None and len(multi.rows) > 0
    if not (_is_vector(found.single) or (has_rows and _is_none(found.single))):
        raise StoreError(f"The visual model gave no usable vector for {place}.", hint=_HINT)
    if multi is None or not has_rows:
        return len(found.single), 0
    if not (_are_rows(multi.rows) and _do_cells_fit(found, multi)):
        raise StoreError(f"The visual model gave no usable patches for {place}.", hint=_HINT)
    return len(found.single), multi.rows.shape[1]


def checked_page(ref: PageRef, kept: VisualPage) -> tuple[int, int]:
    """Return the dimensions of what another store kept; StoreError when unfit."""
    patches = 0 if kept.grid is None else len(kept.grid)
    has_rows = len(kept.rows) > 0
    has_vector = _is_vector(kept.single) or (has_rows and _is_none(kept.single))
    is_fit = has_vector and (not has_rows or _are_rows(kept.rows))
    fits = len(kept.clusters) in (0, patches) and patches <= MOST_ROWS
    if not (is_fit and fits and _are_places(kept)):
        place = f"page {ref.page_index + 1} of {ref.document_id[:12]}"
        raise StoreError(f"What was kept of the look of {place} is damaged.", hint=_CHECK_HINT)
    return len(kept.single), kept.rows.shape[1] if has_rows else 0


def common_dims(dims: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the one pair that all agree on, (0, 0) of nothing; StoreError when they differ.

    A page without rows (0) agrees with any dimension of rows; one without vector (0) only with
    others that have none.
    """
    known = set(dims)
    singles, rows = {dim for dim, _ in known}, {dim for _, dim in known} - {0}
    if len(singles) > 1 or len(rows) > 1:
        raise StoreError(
            "These vectors are not of the size of those kept of this model.",
            hint="Forget what was kept of it, and look at the pages again.",
        )
    return max(singles, default=0), max(rows, default=0)


def checked_query(query: VisualQuery, dims: tuple[int, int]) -> None:
    """Raise StoreError unless the query's vectors can be compared with those of ``dims``.

    ``dims``: of the vectors and of the rows that are kept, 0 where there are none.
    """
    dim, row_dim = dims
    rows = query.rows
    asks_rows = rows is not None and len(rows) > 0
    has_any = _is_vector(query.single) or (asks_rows and _is_none(query.single))
    if not has_any or (rows is not None and asks_rows and not _are_rows(rows)):
        raise StoreError("The visual model gave no usable vectors for the query.", hint=_HINT)
    has_rows = asks_rows and row_dim > 0
    if len(query.single) != dim or (has_rows and rows is not None and rows.shape[1] != row_dim):
        raise StoreError(
            f"The query has {_numbers(query)} numbers, but pages were looked at with"
            f" {dim or row_dim}.",
            hint="Look at the pages again with the model of this query.",
        )


def cells_of(multi: MultiVector) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """Return the patch of each row; rows that name none stand for themselves in order."""
    if len(multi.cells):
        return multi.cells
    return np.arange(len(multi.rows), dtype=np.int32)


def _is_vector(vector: Float32) -> bool:
    return vector.ndim == 1 and bool(np.isfinite(vector).all()) and bool(vector.any())


def _is_none(vector: Float32) -> bool:
    return vector.ndim == 1 and not len(vector)


def _numbers(query: VisualQuery) -> int:
    rows = query.rows
    return len(query.single) or (0 if rows is None or rows.ndim < 2 else rows.shape[1])


def _are_places(kept: VisualPage) -> bool:
    clusters = kept.clusters
    return not len(clusters) or (clusters.min() >= -1 and clusters.max() < len(kept.rows))


def _are_rows(rows: Float32) -> bool:
    is_shaped = rows.ndim == 2 and 0 < len(rows) <= MOST_ROWS
    return is_shaped and bool(np.isfinite(rows).all()) and bool(rows.any(axis=1).all())


def _do_cells_fit(found: Embedding, multi: MultiVector) -> bool:
    cells = cells_of(multi)
    patches = 0 if found.grid is None else len(found.grid)
    if len(cells) != len(multi.rows) or patches > MOST_ROWS:
        return False
    return found.grid is None or bool((cells.max(initial=-1) < patches) and cells.min() >= -1)
