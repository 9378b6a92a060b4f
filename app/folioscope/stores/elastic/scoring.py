"""Candidates that the server proposed, scored by the same code as those of a local library."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from folioscope.domain.results import Candidates
from folioscope.stores.candidates import Shelves, find_candidates
from folioscope.stores.elastic.candidate_words import CandidateWords
from folioscope.stores.elastic.document_rows import DocumentRow
from folioscope.stores.elastic.page_cache import KnownPage
from folioscope.stores.elastic.page_codes import stacked
from folioscope.stores.elastic.vocabulary import Vocabulary
from folioscope.stores.file_table import FileTable
from folioscope.stores.page_table import PageTable
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.views import CodedViews, Views
from folioscope.stores.visual_source import VisualSource
from folioscope.stores.word_source import TokenIds
from folioscope.stores.words import Corpus


def score(
    query: StoreQuery,
    pages: Sequence[KnownPage],
    rows: Mapping[str, DocumentRow],
    *,
    limit: int,
    corpus: Corpus,
    statistics: LibraryStatistics,
    vocabulary: Vocabulary,
    visuals: VisualSource,
) -> Candidates:
    """Return the best of some pages for each kind of evidence, which filters have passed."""
    shelves = Shelves(
        pages=_table(pages),
        files=_names(rows.values()),
        words=CandidateWords([_tokens(page) for page in pages], vocabulary),
        statistics=statistics,
        views=_views(pages, statistics) if query.vector is not None and pages else None,
        corpus=corpus,
    )
    words = WordQuery(query.words.terms, query.words.pairs)  # the server saw to what restricts
    plain = replace(query, filter=PageFilter(), words=words)
    return find_candidates(shelves, plain, limit=limit, visuals=visuals)


def _tokens(page: KnownPage) -> TokenIds:
    return np.zeros(0, np.uint32) if page.tokens is None else page.tokens


def _table(pages: Sequence[KnownPage]) -> PageTable:
    table = PageTable()
    table.append(list(range(1, len(pages) + 1)), [page.facts for page in pages])
    return table


def _names(rows: Iterable[DocumentRow]) -> FileTable:
    table = FileTable()
    for row in rows:
        if row.document is not None:
            table.put_named(row.document_id, row.document.kind, row.names)
    return table


def _views(pages: Sequence[KnownPage], statistics: LibraryStatistics) -> Views:
    views = CodedViews(statistics)
    views.append_coded(stacked(page.codes for page in pages if page.codes is not None))
    return views


def in_order(pages: Sequence[KnownPage]) -> list[KnownPage]:
    """Return pages each once, in an order of their own: of equals the first is kept first."""
    found = {page.ref: page for page in pages}
    return [found[ref] for ref in sorted(found)]


def are_current(pages: Sequence[KnownPage], rows: Mapping[str, DocumentRow]) -> list[KnownPage]:
    """Leave out pages that are staged, replaced or hidden: what a search saw may be older."""
    return [
        page
        for page in pages
        if (row := rows.get(page.ref.document_id)) is not None
        and row.is_shown
        and row.generation == page.generation
    ]
