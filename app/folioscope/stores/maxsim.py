"""Late interaction: how well each row of a query is matched by the best row of a page.

Products are taken in blocks too small for the matrix library to share out among threads: 62,000
pages a second of 184 coded rows of 128 numbers against 20 on one core of two, while blocks of
1,024 rows took eight times as long as soon as anything else ran, for threads wait for each other.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.stores.row_codes import RowCodes

_BATCH_ROWS = 16384  # rows whose products are kept at once
BLOCK_PRODUCTS = 2**18  # what OpenBLAS still does on one thread
_NO_ROWS = np.float32(-1.0)


def maxsim(query: Float32, pages: Sequence[Float32]) -> Float32:
    """Score pages: the mean over query rows of the best dot product with a row of the page.

    ``query`` float32 (m, dim); ``pages`` arrays (n, dim) of any float type, multiplied in
    float32. Returns float32 (len(pages),), -1 for a page without rows.
    """
    return _scored(query, pages, None)


def maxsim_coded(query: Float32, pages: Sequence[RowCodes]) -> Float32:
    """Score pages by their codes, in the same way."""
    return _scored(query, [page.codes for page in pages], [page.scales for page in pages])


def _scored(
    query: Float32, pages: Sequence[npt.NDArray[Any]], scales: Sequence[Float32] | None
) -> Float32:
    scores = np.full(len(pages), _NO_ROWS)
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
        products = _products(query, np.concatenate([pages[number] for number in batch]))
        if scales is not None:
            products *= np.concatenate([scales[number] for number in batch])[:, None]
        firsts = np.cumsum([0, *(len(pages[number]) for number in batch[:-1])])
        scores[batch] = np.maximum.reduceat(products, firsts, axis=0).mean(axis=1)
        start = end
    return scores


def _products(query: Float32, rows: npt.NDArray[Any]) -> Float32:
    """Return the products of rows (n, dim) of any type with query rows: float32 (n, m)."""
    asked = np.ascontiguousarray(query.T, np.float32)
    step = max(8, BLOCK_PRODUCTS // max(1, asked.size))
    products = np.empty((len(rows), asked.shape[1]), np.float32)
    block = np.empty((step, rows.shape[1]), np.float32)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        cast = block[: len(part)]
        np.copyto(cast, part, casting="unsafe")
        np.dot(cast, asked, out=products[start : start + len(part)])
    return products
