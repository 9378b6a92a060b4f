"""Scores a search's candidates by look."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import Float32, PageRef
from folioscope.stores.maxsim import maxsim_coded
from folioscope.stores.page_table import PageTable, Rows
from folioscope.stores.pooling import few
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.sketches import ASKED_ROWS, Sketch, SketchCodes
from folioscope.stores.visual_blobs import LookBody
from folioscope.stores.visual_checks import checked_query
from folioscope.stores.visual_source import MISSING

Bodies = Callable[[Sequence[PageRef]], Mapping[PageRef, LookBody]]


class CandidateLooks:
    """A VisualSource over a few pages. ``proposals``: vectors of those that have one.

    Of a model that makes rows alone they are sketches. ``dims``: of vectors and rows that are
    kept of the query's model, 0 for none.
    """

    def __init__(
        self,
        dims: tuple[int, int],
        proposals: Mapping[PageRef, RowCodes | Sketch],
        bodies: Bodies,
    ) -> None:
        self._dims = dims
        self._proposals = proposals
        self._bodies = bodies

    def nearest(self, pages: PageTable, query: VisualQuery, rows: Rows, *, limit: int) -> Rows:
        """Return the nearest rows that have a vector."""
        scores = self.cosines(pages, query, rows)
        order = np.argsort(-scores, kind="stable")[:limit]
        return rows[order[scores[order] > MISSING]]

    def cosines(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the cosine of each row."""
        if not any(self._dims):
            return np.full(len(rows), MISSING)
        checked_query(query, self._dims)
        proposals = [self._proposals.get(ref) for ref in pages.refs(rows)]
        if self._dims[0]:
            return _by_vector(query.single, proposals)
        return self._by_sketch(query, proposals)

    def _by_sketch(
        self, query: VisualQuery, proposals: Sequence[RowCodes | Sketch | None]
    ) -> Float32:
        codes = SketchCodes(self._dims[1])
        codes.append([each if isinstance(each, Sketch) else None for each in proposals])
        asked = query.rows
        if asked is None:
            return np.full(len(proposals), MISSING)
        return codes.scan(few(asked, ASKED_ROWS))

    def late(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the late-interaction score of each row."""
        if query.rows is None or not len(query.rows):
            return np.full(len(rows), MISSING)
        refs = pages.refs(rows)
        bodies = self._bodies(refs)
        nothing = RowCodes(np.zeros((0, query.rows.shape[1]), np.int8), np.zeros(0, np.float32))
        rows_of = [
            body.rows if (body := bodies.get(ref)) is not None and len(body.rows) else nothing
            for ref in refs
        ]
        return maxsim_coded(query.rows, rows_of)


def _by_vector(query: Float32, proposals: Sequence[RowCodes | Sketch | None]) -> Float32:
    found = np.full(len(proposals), MISSING)
    unit = query / np.linalg.norm(query)
    for place, single in enumerate(proposals):
        if isinstance(single, RowCodes):
            found[place] = (single.codes[0].astype(np.float32) @ unit) * single.scales[0]
    return found
