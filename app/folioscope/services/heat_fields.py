"""Where on a page's patches a query is answered: fields of heat, and the spots that stand out.

A field is the similarity of every patch to some rows of the query, less what the patch has in
common with the words of the template around every query (some patches are close to anything),
smoothed, and measured in deviations from the page's own background. A spot has to rise so far
above it that vectors without meaning draw next to nothing (tests/unit/services/look states how
often they do).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage
from folioscope.domain.pages import Float32, Int32
from folioscope.domain.patches import PatchGrid
from folioscope.services.touching import Flags, touching_groups

STANDS_OUT = 5.7  # deviations from the background
_FEW_ROWS = 12.0  # with so few rows the background is known badly, and the bound is doubled
_LEAST_ROWS = 12
_LEAST_RISE = 0.04  # of cosine, above the background
_LEAST_SPREAD = 0.01
_SHARE_OF_PEAK = 0.5  # a spot reaches down to half of its peak


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Neighbouring patches that stand out: int32 (n,) patches, float32 (n,) their heat."""

    patches: Int32
    heat: Float32

    @property
    def peak(self) -> float:
        """The highest heat, in deviations from the background."""
        return float(self.heat.max())


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Similarities of a page's patches to a query's rows: float32 (patches, rows).

    ``is_page`` bool (patches,): patches that lie on the page and were kept. ``clusters``: what
    was kept as one, such as all of an empty margin. ``steadiness`` float32 (patches,): how much
    of chance is left of each patch when it is smoothed; all of it inside of such a margin.
    """

    grid: PatchGrid
    similarity: Float32
    is_page: Flags
    clusters: Int32
    steadiness: Float32
    bound: float


def seen_by(page: VisualPage, query: Embedding) -> Seen | None:
    """Compare a page with a query; None where either has no rows, or the page too few."""
    grid, multi = page.grid, query.multi
    if grid is None or multi is None or len(page.rows) < _LEAST_ROWS or not len(multi.rows):
        return None
    if len(page.clusters) != len(grid) or page.rows.shape[1] != multi.rows.shape[1]:
        return None
    by_row = page.rows @ multi.rows.T
    template = template_rows(query)
    if template.any() and not template.all():
        by_row = by_row - by_row[:, template].mean(axis=1, keepdims=True)
    boxes = grid.page_boxes()
    has_area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) > 0
    similarity = by_row[np.maximum(page.clusters, 0)].astype(np.float32)
    bound = STANDS_OUT * (1.0 + _FEW_ROWS / len(page.rows))
    is_page = (page.clusters >= 0) & has_area
    steadiness = _steadiness(page.clusters, is_page, grid)
    return Seen(grid, similarity, is_page, page.clusters, steadiness, bound)


def template_rows(query: Embedding) -> Flags:
    """Tell which rows of a query stand for the template around it, bool (n,)."""
    count = 0 if query.multi is None else len(query.multi.rows)
    if query.spans is None or len(query.spans) != count:
        return np.zeros(count, np.bool_)
    return np.asarray(query.spans[:, 0] < 0)


def rows_within(query: Embedding, start: int, end: int) -> Int32:
    """Return the rows that stand for some of the characters from ``start`` to ``end``."""
    if query.spans is None:
        return np.zeros(0, np.int32)
    starts, ends = query.spans[:, 0], query.spans[:, 1]
    touched = (starts >= 0) & (starts < end) & (ends > start)
    return np.flatnonzero(touched).astype(np.int32)


def spots(seen: Seen, rows: Sequence[int] | Int32, *, of_any: bool = False) -> list[Spot]:
    """Return what stands out for these rows of the query, hottest first.

    ``of_any``: a patch is as hot as for the row it is closest to, not as for all in the mean;
    for queries by picture, whose rows are parts of a picture.
    """
    chosen = np.asarray(rows, np.int32)
    if not len(chosen) or not seen.is_page.any():
        return []
    columns = seen.similarity[:, chosen]
    raw = columns.max(axis=1) if of_any else columns.mean(axis=1)
    heat, rise = _standing_out(raw, seen)
    peak = float(heat.max())
    hot = (heat >= max(seen.bound, peak * _SHARE_OF_PEAK)) & (rise >= _LEAST_RISE)
    columns_of_grid = seen.grid.columns
    groups = touching_groups(hot.reshape(-1, columns_of_grid), by_corners=True)
    numbers = [(cells[:, 0] * columns_of_grid + cells[:, 1]).astype(np.int32) for cells in groups]
    found = [Spot(patches, heat[patches]) for patches in numbers]
    return sorted(found, key=lambda spot: -spot.peak)


def _standing_out(raw: Float32, seen: Seen) -> tuple[Float32, Float32]:
    """Return heat in deviations, and the rise in cosine, each float32 (patches,)."""
    shape = (seen.grid.rows, seen.grid.columns)
    smooth = _smoothed(raw.reshape(shape), seen.is_page.reshape(shape)).ravel()
    on_page, clusters = seen.is_page, seen.clusters[seen.is_page]
    middle = float(np.median(_by_cluster(smooth[on_page], clusters)))
    above = (smooth - middle) / seen.steadiness
    away = np.abs(_by_cluster(above[on_page], clusters))
    spread = max(1.4826 * float(np.median(away)), _LEAST_SPREAD)
    rise = np.where(on_page, smooth - middle, 0.0).astype(np.float32)
    return np.where(on_page, above / spread, 0.0).astype(np.float32), rise


def _by_cluster(values: Float32, clusters: Int32) -> Float32:
    """Average values by cluster: an empty margin, however wide, is one part of the background."""
    counts = np.bincount(clusters)
    sums = np.bincount(clusters, weights=values)
    return np.asarray(sums[counts > 0] / counts[counts > 0], np.float32)


def _smoothed(field: Float32, is_page: Flags) -> Float32:
    """Average each patch with its neighbours (1 2 1 each way), leaving out what is no page."""
    weight = is_page.astype(np.float32)
    total = _blurred(np.where(is_page, field, 0.0).astype(np.float32))
    return np.asarray(total / np.maximum(_blurred(weight), 1e-6), np.float32)


def _steadiness(clusters: Int32, is_page: Flags, grid: PatchGrid) -> Float32:
    """Return the deviation of each patch after smoothing, where that of every cluster is 1.

    Neighbours that were kept as one do not even each other out.
    """
    shape = (grid.rows, grid.columns)
    wide = np.pad(np.where(is_page, clusters, -1).reshape(shape), 1, constant_values=-1)
    views = [
        (float(weight_y * weight_x), wide[y : y + shape[0], x : x + shape[1]])
        for y, weight_y in enumerate((1, 2, 1))
        for x, weight_x in enumerate((1, 2, 1))
    ]
    total = np.zeros(shape, np.float32)
    variance = np.zeros(shape, np.float32)
    for weight, own in views:
        total += weight * (own >= 0)
        for other_weight, other in views:
            variance += weight * other_weight * ((own == other) & (own >= 0))
    return np.asarray(np.sqrt(variance) / np.maximum(total, 1.0), np.float32).ravel().clip(0.05)


def _blurred(field: Float32) -> Float32:
    wide = np.pad(field, 1)
    across = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    return np.asarray((across[:-2] + 2 * across[1:-1] + across[2:]) / 16, np.float32)
