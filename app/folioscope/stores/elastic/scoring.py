"""Candidates that the server proposed, scored by the same code as those of a local library."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from folioscope.domain.results import Candidates
from folioscope.stores.candidates import Shelves, find_candidates
from folioscope.stores.elastic.candidate_words import CandidateWords
from folioscope.stores.elastic.document_rows import DocumentRow
from folioscope.stores.elastic.page_documents import FoundPage
from folioscope.stores.file_table import FileTable
from folioscope.stores.page_table import PageTable
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.view_codes import Positions
from folioscope.stores.views import VectorBatch, Views
from folioscope.stores.visual_source import VisualSource
from folioscope.stores.words import Corpus


def score(
    query: StoreQuery,
    pages: Sequence[FoundPage],
    rows: Mapping[str, DocumentRow],
    *,
    limit: int,
    corpus: Corpus,
    statistics: LibraryStatistics,
    visuals: VisualSource,
) -> Candidates:
    """Return the best of some pages for each kind of evidence, which filters have passed."""
    shelves = Shelves(
        pages=_table(pages),
        files=_names(rows.values()),
        words=CandidateWords([page.words for page in pages]),
        statistics=statistics,
        views=_views(pages, statistics) if query.vector is not None and pages else None,
        corpus=corpus,
    )
    words = WordQuery(query.words.terms, query.words.pairs)  # the server saw to what restricts
    plain = replace(query, filter=PageFilter(), words=words)
    return find_candidates(shelves, plain, limit=limit, visuals=visuals)


def _table(pages: Sequence[FoundPage]) -> PageTable:
    table = PageTable()
    table.append(list(range(1, len(pages) + 1)), [page.facts for page in pages])
    return table


def _names(rows: Iterable[DocumentRow]) -> FileTable:
    table = FileTable()
    for row in rows:
        if row.document is not None:
            table.put_named(row.document_id, row.document.kind, row.names)
    return table


class _WhitenedViews(Views):
    """Views of a few pages as float32, whitened once."""

    def __init__(self, statistics: LibraryStatistics) -> None:
        super().__init__(statistics)
        self._rows: list[Float32] = []

    def _take(self, batch: VectorBatch) -> None:
        views = zip(
            self.statistics.whitening, (batch.page, batch.regions, batch.title), strict=True
        )
        self._rows = [white.pages(rows) for white, rows in views]

    def _scan(self, queries: list[Float32]) -> tuple[Float32, Float32, Float32, bool]:
        page, region, title = (
            rows @ query for rows, query in zip(self._rows, queries, strict=True)
        )
        return page, region, title, True

    def _at(self, view: int, positions: Positions, query: Float32) -> Float32:
        return np.asarray(self._rows[view][positions] @ query, np.float32)


def _views(pages: Sequence[FoundPage], statistics: LibraryStatistics) -> Views:
    views = _WhitenedViews(statistics)
    vectors = [page.vectors for page in pages if page.vectors is not None]
    views.append(VectorBatch.of(vectors, statistics.dim))
    return views


def in_order(pages: Sequence[FoundPage]) -> list[FoundPage]:
    """Return pages each once, in an order of their own: of equals the first is kept first."""
    found = {page.ref: page for page in pages}
    return [found[ref] for ref in sorted(found)]


def are_current(pages: Sequence[FoundPage], rows: Mapping[str, DocumentRow]) -> list[FoundPage]:
    """Leave out pages that are staged, replaced or hidden: what a search saw may be older."""
    return [
        page
        for page in pages
        if (row := rows.get(page.ref.document_id)) is not None
        and row.is_shown
        and row.generation == page.generation
    ]
