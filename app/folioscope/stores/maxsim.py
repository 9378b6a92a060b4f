"""Late interaction: how well each row of a query is matched by the best row of a page."""

from collections.abc import Sequence

import numpy as np

from folioscope.domain.pages import Float32

_BATCH_ROWS = 16384  # rows multiplied at once: their products stay in the cache


def maxsim(query: Float32, pages: Sequence[Float32]) -> Float32:
    """Score pages: the mean over query rows of the best dot product with a row of the page.

    ``query`` float32 (m, dim); ``pages`` arrays (n, dim) of any float type, multiplied in
    float32. Returns float32 (len(pages),), -1 for a page without rows.
    """
    scores = np.full(len(pages), -1.0, np.float32)
    if not len(query):
        return scores
    filled = [number for number, rows in enumerate(pages) if len(rows)]
    start = 0
    while start < len(filled):
        end, rows = start, 0
        while end < len(filled) and (end == start or rows + len(pages[filled[end]]) <= _BATCH_ROWS):
            rows += len(pages[filled[end]])
            end += 1
        batch = filled[start:end]
        scores[batch] = _score(query, [pages[number] for number in batch])
        start = end
    return scores


def _score(query: Float32, pages: list[Float32]) -> Float32:
    stacked = np.concatenate(pages).astype(np.float32, copy=False)
    firsts = np.cumsum([0, *map(len, pages[:-1])])
    best = np.maximum.reduceat(stacked @ query.astype(np.float32).T, firsts, axis=0)
    return np.asarray(best.mean(axis=1), np.float32)
