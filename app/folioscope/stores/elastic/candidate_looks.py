"""Scores a search's candidates by look."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import Float32, PageRef
from folioscope.stores.maxsim import maxsim_coded
from folioscope.stores.page_table import PageTable, Rows
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.visual_blobs import LookBody
from folioscope.stores.visual_checks import checked_query
from folioscope.stores.visual_source import MISSING

Bodies = Callable[[str, Sequence[PageRef]], Mapping[PageRef, LookBody]]


class CandidateLooks:
    """A VisualSource over a few pages. ``singles``: vectors of those that have one.

    ``dims``: of vectors and rows that are kept of the query's model, 0 for none.
    """

    def __init__(
        self, dims: tuple[int, int], singles: Mapping[PageRef, RowCodes], bodies: Bodies
    ) -> None:
        self._dims = dims
        self._singles = singles
        self._bodies = bodies

    def nearest(self, pages: PageTable, query: VisualQuery, rows: Rows, *, limit: int) -> Rows:
        """Return the nearest rows that have a vector."""
        scores = self.cosines(pages, query, rows)
        order = np.argsort(-scores, kind="stable")[:limit]
        return rows[order[scores[order] > MISSING]]

    def cosines(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the cosine of each row."""
        found = np.full(len(rows), MISSING)
        if not self._dims[0]:
            return found
        checked_query(query, self._dims)
        unit = query.single / np.linalg.norm(query.single)
        for place, ref in enumerate(pages.refs(rows)):
            single = self._singles.get(ref)
            if single is not None:
                found[place] = (single.codes[0].astype(np.float32) @ unit) * single.scales[0]
        return found

    def late(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the late-interaction score of each row."""
        if query.rows is None or not len(query.rows):
            return np.full(len(rows), MISSING)
        refs = pages.refs(rows)
        bodies = self._bodies(query.model, refs)
        nothing = RowCodes(np.zeros((0, query.rows.shape[1]), np.int8), np.zeros(0, np.float32))
        rows_of = [
            body.rows if (body := bodies.get(ref)) is not None and len(body.rows) else nothing
            for ref in refs
        ]
        return maxsim_coded(query.rows, rows_of)
