"""Fewer rows a page for late interaction, and which patch went into which row.

Rows that are nearly alike are joined by Ward's clustering and replaced by their mean: up to a
height that is the same for every page, and in any case until half of them are gone. Rows are
kept as int8 (see row_codes). Chosen with ``tests/benchmarks/visual_pooling.py`` on 200 pages.
Weights of real models could not be had, so *made* pages are smooth fields with words in some of
736 patches, asked for by four words or by one that stands alone (needle); *drawn* are real pages
through random layers, and *tiny* through a model built like jina-embeddings-v4 with few and
random weights, both asked for by parts of pages. The figures compare ways to pool, and do not
tell how well any model finds. ρ: rank correlation with MaxSim over all patches; ten: share of
its best ten pages that stay among the best ten.

                        made           words     needle         drawn          tiny
                        rows   bytes   ρ    ten  ρ    ten  rows ρ    ten  rows ρ    ten
    all, float32         736 376,832 1.00  1.00 1.00 1.00   722 1.00 1.00  234 1.00 1.00
    mean of 2 × 2        192  98,304 0.73  0.38 0.78 0.43   189 0.82 0.46   61 0.91 0.59
    k-means, 1 in 4      184  94,208 0.71  0.32 0.89 0.62   140 0.90 0.64   58 0.96 0.73
    Ward, 1 in 2         368 188,416 1.00  0.95 0.98 0.89   361 0.80 0.67  117 0.98 0.81
    Ward, 1 in 4         184  94,208 0.95  0.73 0.90 0.72   181 0.66 0.52   59 0.96 0.71
    Ward, 1 in 9          82  41,984 0.85  0.45 0.87 0.61    80 0.65 0.50   32 0.91 0.61
    to 0.05, 1 in 2      358 183,099 1.00  0.95 0.98 0.88   210 0.88 0.70   85 0.99 0.81
    to 0.2, 1 in 2       147  75,077 0.98  0.90 0.91 0.73    75 0.79 0.52   42 0.96 0.68
    to 0.1, 1 in 3       170  86,966 0.98  0.85 0.93 0.75   131 0.84 0.60   56 0.98 0.74
    to 0.1, 1 in 2       183  93,545 0.99  0.92 0.94 0.79   141 0.85 0.60   64 0.98 0.77
    that in int8: kept   183  24,117 0.99  0.92 0.94 0.79   141 0.85 0.60   64 0.98 0.77
    that in int4         183  12,424 0.98  0.89 0.92 0.76   141 0.80 0.56   64 0.97 0.77
    that as signs        183   2,923 0.82  0.55 0.52 0.34   141 0.67 0.27   64 0.90 0.53

- A height does better than a factor at the same size: a factor blurs crowded pages and leaves
  sparse ones sharp, and then their scores can no longer be compared.
- Means over squares and k-means lose words that stand alone, which are what people remember: the
  page with the needle came first for 0.07 and 0.03 of the queries, with Ward for 0.32, over all
  patches for 0.30.
- 0.1 joins two patches with a cosine of 0.95, which is how near the same patch comes in two
  implementations of one model at half precision. 0.05 doubles the room for a little more.
- int8 costs nothing that can be seen; int4 and signs do.
- The bound of 1 in 2 counts where real patches lie farther apart than these. Of ColPali,
  hierarchical pooling at 1 in 3 is reported to keep 97.8 % of the retrieval quality (Faysse et
  al., 2024), so it is on the safe side.

A page takes 0.02 to 0.05 s, next to seconds in the model.
"""

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage
from folioscope.domain.pages import Float32, Int32
from folioscope.stores.visual_checks import cells_of
from folioscope.stores.ward import ward_merges

FLAT = 0.1  # joins up to this height are made: of two patches with a cosine of 0.95
FACTOR = 2  # patches a row at least
LEAST = 32  # rows that a page may have in any case
_VOID = 1e-4  # length of a sum that is rounding noise
_AT_ONCE = 2048  # rows clustered together; distances take four times their square in bytes


def pooled(found: Embedding) -> VisualPage:
    """Return what is kept of a page; ``found`` has been checked."""
    single = unit_vector(found.single)
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
    """Return the mean of each cluster's rows, of length 1; of opposites that cancel, the first."""
    sums = np.zeros((int(labels.max()) + 1, rows.shape[1]), np.float32)
    np.add.at(sums, labels, rows)
    void = np.linalg.norm(sums, axis=1) < _VOID
    if void.any():
        _, firsts = np.unique(labels, return_index=True)
        sums[void] = rows[firsts[void]]
    return unit_rows(sums)


def few(rows: Float32, most: int) -> Float32:
    """Return ``most`` rows that stand for many (n, dim): means of what is alike."""
    if len(rows) <= most:
        return rows
    return means(rows, ward_merges(unit_rows(rows)).labels(most))


def unit_vector(vector: Float32) -> Float32:
    """Return a vector at length 1; an empty one, of a model that makes rows alone, as it is."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-20), np.float32)


def unit_rows(rows: Float32) -> Float32:
    """Return rows of length 1."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-20), np.float32)
