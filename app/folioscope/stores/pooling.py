"""Fewer rows a page for late interaction, and which patch went into which row."""

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage
from folioscope.stores.visual_checks import cells_of


def pooled(found: Embedding) -> VisualPage:
    """Return what is kept of a page; ``found`` has been checked."""
    single = np.asarray(found.single / np.linalg.norm(found.single), np.float32)
    multi, grid = found.multi, found.grid
    if multi is None or not len(multi.rows):
        return VisualPage(single, np.zeros((0, 0), np.float32), np.zeros(0, np.int32), grid)
    lengths = np.linalg.norm(multi.rows, axis=1, keepdims=True)
    clusters = np.full(0 if grid is None else len(grid), -1, np.int32)
    cells = cells_of(multi)
    if grid is not None:
        places = np.flatnonzero(cells >= 0)
        clusters[cells[places]] = places
    return VisualPage(single, np.asarray(multi.rows / lengths, np.float32), clusters, grid)
