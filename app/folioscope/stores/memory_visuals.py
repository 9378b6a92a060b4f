"""Vectors of visual models in memory: neither pooled nor coded."""

import threading
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualPage, VisualQuery
from folioscope.domain.pages import Float32, PageRef
from folioscope.stores.maxsim import maxsim
from folioscope.stores.page_table import PageTable, Rows
from folioscope.stores.pooling import unit_vector
from folioscope.stores.visual_checks import (
    cells_of,
    checked_embedding,
    checked_page,
    checked_query,
    common_dims,
)
from folioscope.stores.visual_source import MISSING


class MemoryVisuals:
    """Exact, simple, the measure of the other. ``refs`` lists the pages that can be found."""

    def __init__(
        self,
        refs: Callable[[], list[PageRef]],
        has_page: Callable[[PageRef], bool],
        writing: Callable[[], threading.RLock],
    ) -> None:
        self._refs = refs
        self._has_page = has_page
        self._writing = writing
        self._kept: dict[str, dict[PageRef, VisualPage]] = {}

    def put(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages, all or none."""
        with self._writing():
            dims = [checked_embedding(ref, found) for ref, found in pages]
            self._keep(model, dims, [(ref, _exact(found)) for ref, found in pages])

    def put_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None:
        """Keep pages that another store has pooled, all or none."""
        with self._writing():
            self._keep(model, [checked_page(ref, found) for ref, found in pages], pages)

    def _keep(
        self,
        model: str,
        dims: Sequence[tuple[int, int]],
        pages: Sequence[tuple[PageRef, VisualPage]],
    ) -> None:
        kept = self._kept.get(model, {})
        common_dims([*(_dims(page) for page in kept.values()), *dims])
        new = {ref: page for ref, page in pages if self._has_page(ref)}
        if new:
            self._kept[model] = kept | new

    def pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch pages."""
        kept = self._kept.get(model, {})
        return [kept.get(ref) for ref in refs]

    def missing(self, model: str, *, limit: int) -> list[PageRef]:
        """List pages without vectors of that model."""
        kept = self._kept.get(model, {})
        return [ref for ref in self._refs() if ref not in kept][:limit]

    def counts(self) -> dict[str, int]:
        """Count the pages that have vectors."""
        refs = self._refs()
        counts = {model: sum(r in kept for r in refs) for model, kept in self._kept.items()}
        return {model: count for model, count in counts.items() if count}

    def sizes(self) -> dict[str, int]:
        """Tell how many bytes the vectors take, here in memory."""
        return {
            model: sum(page.single.nbytes + page.rows.nbytes for page in kept.values())
            for model, kept in self._kept.items()
        }

    def drop(self, model: str) -> None:
        """Forget a model."""
        with self._writing():
            self._kept.pop(model, None)

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget what was kept of documents."""
        gone = set(ids)
        self._keep_only(lambda document_id: document_id not in gone)

    def keep_documents(self, ids: AbstractSet[str]) -> None:
        """Forget what was kept of all other documents."""
        self._keep_only(lambda document_id: document_id in ids)

    def _keep_only(self, is_kept: Callable[[str], bool]) -> None:
        for model, kept in list(self._kept.items()):
            left = {ref: page for ref, page in kept.items() if is_kept(ref.document_id)}
            self._kept[model] = left
            if not left:
                del self._kept[model]

    # search

    def nearest(self, pages: PageTable, query: VisualQuery, rows: Rows, *, limit: int) -> Rows:
        """Return the nearest rows that have a vector."""
        scores = self.cosines(pages, query, rows)
        order = np.argsort(-scores, kind="stable")[:limit]
        return rows[order[scores[order] > MISSING]]

    def cosines(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the cosine of each row; of a model that makes rows alone, the score of those."""
        if not len(query.single):
            return self.late(pages, query, rows)
        found = self._found(pages, query, rows)
        unit = query.single / np.linalg.norm(query.single)
        return np.array([MISSING if p is None else p.single @ unit for p in found], np.float32)

    def late(self, pages: PageTable, query: VisualQuery, rows: Rows) -> Float32:
        """Return the late-interaction score of each row."""
        found = self._found(pages, query, rows)
        asked = query.rows
        if asked is None or not len(asked):
            return np.full(len(rows), MISSING)
        nothing = np.zeros((0, asked.shape[1]), np.float32)
        return maxsim(asked, [nothing if p is None else p.rows for p in found])

    def _found(self, pages: PageTable, query: VisualQuery, rows: Rows) -> list[VisualPage | None]:
        kept = self._kept.get(query.model, {})
        if kept:
            checked_query(query, common_dims(_dims(page) for page in kept.values()))
        return [kept.get(ref) for ref in pages.refs(rows)]


def _dims(page: VisualPage) -> tuple[int, int]:
    return len(page.single), page.rows.shape[1]


def _exact(found: Embedding) -> VisualPage:
    single = unit_vector(found.single)
    multi, grid = found.multi, found.grid
    if multi is None or not len(multi.rows):
        return VisualPage(single, np.zeros((0, 0), np.float32), np.zeros(0, np.int32), grid)
    lengths = np.linalg.norm(multi.rows, axis=1, keepdims=True)
    clusters = np.full(0 if grid is None else len(grid), -1, np.int32)
    if grid is not None:
        cells = cells_of(multi)
        places = np.flatnonzero(cells >= 0)
        clusters[cells[places]] = places
    return VisualPage(single, np.asarray(multi.rows / lengths, np.float32), clusters, grid)
