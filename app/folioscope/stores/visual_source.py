"""What a search asks of the vectors of visual models."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import Float32
from folioscope.stores.page_table import PageTable, Rows

MISSING = np.float32(-1.0)
# pages whose rows are compared: nearest by vector, and best by all other evidence
_LATE_BY_LOOK, _LATE_BY_REST = 200, 150
_LATE_BY_SKETCH = 400  # nearest where there is no vector: what proposes them is rougher


class VisualSource(Protocol):
    """Scores pages by look. ``rows`` are rows of ``pages``."""

    def nearest(self, pages: PageTable, query: VisualQuery, rows: Rows, *, limit: int) -> Rows:
        """Return which of the rows are nearest, in no order; those without a vector never are."""
        ...

    def cosines(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the cosine of each row's vector, -1 where there is none."""
        ...

    def late(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the late-interaction score of each row, -1 where there is none."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LookScores:
    """Cosines and late-interaction scores of pages, float32 (n,) each, -1 where there is none."""

    visual: Float32
    maxsim: Float32


def look_scores(
    source: VisualSource, query: VisualQuery | None, pages: PageTable, rows: Rows, own: Float32
) -> LookScores:
    """Score candidates by look; ``own`` is what all other evidence says of them.

    Rows are compared for the best of each kind of evidence, not for the best of a sum: cosines
    of visual models lie close together, and in a sum would hardly be heard.
    """
    late = np.full(len(rows), MISSING)
    if query is None:
        return LookScores(late.copy(), late)
    visual = source.cosines(pages, query, rows)
    known = np.flatnonzero(visual > MISSING)
    most = _LATE_BY_LOOK if len(query.single) else _LATE_BY_SKETCH
    by_look = known[_best(visual[known], most)]
    by_rest = known[_best(own[known], _LATE_BY_REST)]
    chosen = np.union1d(by_look, by_rest)
    late[chosen] = source.late(pages, query, rows[chosen])
    return LookScores(visual, late)


def _best(scores: Float32, limit: int) -> Rows:
    """Return the places of the largest scores, in no order."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    return np.argpartition(-scores, limit - 1)[:limit]
