"""What a search asks of the vectors of visual models."""

from typing import Protocol

import numpy as np

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import Float32
from folioscope.stores.page_table import PageTable, Rows

MISSING = np.float32(-1.0)


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
