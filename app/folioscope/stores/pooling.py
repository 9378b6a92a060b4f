"""Fewer rows a page for late interaction, and which patch went into which row."""

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage
from folioscope.domain.pages import Float32, Int32
from folioscope.stores.visual_checks import cells_of
from folioscope.stores.ward import ward_merges

FLAT = 0.1  # joins up to this height are made: of two patches with a cosine of 0.95
FACTOR = 2  # patches a row at least
LEAST = 32  # rows that a page may have in any case
_AT_ONCE = 2048  # rows clustered together; distances take four times their square in bytes


def pooled(found: Embedding) -> VisualPage:
    """Return what is kept of a page; ``found`` has been checked."""
    single = np.asarray(found.single / np.linalg.norm(found.single), np.float32)
    multi, grid = found.multi, found.grid
    if multi is None or not len(multi.rows):
        return VisualPage(single, np.zeros((0, 0), np.float32), np.zeros(0, np.int32), grid)
    rows = unit_rows(multi.rows)
    labels = cluster(rows)
    clusters = np.full(0 if grid is None else len(grid), -1, np.int32)
    if grid is not None:
        cells = cells_of(multi)
        named = np.flatnonzero(cells >= 0)
        clusters[cells[named]] = labels[named]
    return VisualPage(single, means(rows, labels), clusters, grid)


def cluster(rows: Float32, *, factor: float = FACTOR, flat: float = FLAT) -> Int32:
    """Return the cluster of each row (n, dim) of length 1, int32 (n,), counted from 0.

    Very many rows are clustered band by band, in the order in which they come.
    """
    labels, first = [], 0
    bands = -(-len(rows) // _AT_ONCE)
    for band in np.array_split(rows, bands):
        wanted = max(LEAST, round(len(band) / factor))
        labels.append(first + ward_merges(band).labels(wanted, flat=flat))
        first = int(labels[-1].max()) + 1
    return np.concatenate(labels)


def means(rows: Float32, labels: Int32) -> Float32:
    """Return the mean of each cluster's rows, of length 1."""
    sums = np.zeros((int(labels.max()) + 1, rows.shape[1]), np.float32)
    np.add.at(sums, labels, rows)
    return unit_rows(sums)


def unit_rows(rows: Float32) -> Float32:
    """Return rows of length 1."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-20), np.float32)
