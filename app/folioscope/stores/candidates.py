"""From a query to candidates: each kind of evidence proposes pages, then all is filled in."""

from dataclasses import dataclass

import numpy as np

from folioscope.domain.pages import LOOK_COUNT, Float32, PageRef
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.stores.file_table import FileTable, newest_first
from folioscope.stores.page_table import Bools, PageTable, Rows
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.views import NO_VECTOR, Views, ViewScores
from folioscope.stores.visual_source import LookScores, VisualSource, look_scores
from folioscope.stores.word_source import WordSource
from folioscope.stores.words import Corpus, WordScores, WordSearch

_RESCORED = 4000  # pages looked at closely after a rough glance at all
_WORDS, _WORDS_POWER = 0.7, 6  # weight of exact words in the store's own order


@dataclass(frozen=True, slots=True, eq=False)
class Shelves:
    """All that a search looks at. ``views`` is None while vectors are not loaded.

    ``corpus`` is set where these are only some of the library's pages.
    """

    pages: PageTable
    files: FileTable
    words: WordSource
    statistics: LibraryStatistics
    views: Views | None
    corpus: Corpus | None = None


def find_refs(shelves: Shelves, query: StoreQuery, *, limit: int | None) -> list[PageRef]:
    """List the pages that pass filter and word restrictions, newest file first."""
    rows = newest_first(shelves.files, shelves.pages, _passing(shelves, query))
    return shelves.pages.refs(rows[:limit])


def find_candidates(
    shelves: Shelves, query: StoreQuery, *, limit: int, visuals: VisualSource
) -> Candidates:
    """Propose up to ``limit`` pages for each kind of evidence."""
    mask = _passing(shelves, query)
    search = WordSearch(shelves.pages, shelves.files, shelves.words, shelves.corpus)
    words = search.scores(query.words)
    rows = _chosen(shelves, query, mask, words, limit, visuals)
    views = _view_scores(shelves, query, rows)
    looks = shelves.statistics.ranks.percentiles(shelves.pages["looks"][rows])
    pairs = search.pairs(query.words, rows)
    told = shelves.pages["told"][rows]
    meaning = views.total(told, query.view_weights)
    if query.look_weights is not None:
        meaning = meaning + looks @ query.look_weights
    own = meaning + _exact_share(words, pairs, rows)
    seen = look_scores(visuals, query.visual, shelves.pages, rows, own)
    own += np.maximum(seen.visual, 0) + np.maximum(seen.maxsim, 0)
    order = np.lexsort((rows, -own))
    return _filled(shelves, rows, views, words, pairs, looks, seen, order)


def _passing(shelves: Shelves, query: StoreQuery) -> Bools:
    mask = shelves.files.passing(shelves.pages, query.filter)
    if query.words.restricts:
        search = WordSearch(shelves.pages, shelves.files, shelves.words, shelves.corpus)
        mask = search.restrict(query.words, mask)
    return mask


def _chosen(
    shelves: Shelves,
    query: StoreQuery,
    mask: Bools,
    words: WordScores,
    limit: int,
    visuals: VisualSource,
) -> Rows:
    """Return the rows that any kind of evidence proposes, ascending."""
    found = [
        _best(np.where(mask & (words.words > 0), words.words + words.names, 0), limit),
        _best(np.where(mask & (words.names > 0), words.names, 0), limit),
        _best(np.where(mask, words.held, 0), limit),
    ]
    allowed = np.flatnonzero(mask)
    if query.vector is not None and shelves.views is not None:
        found += _by_meaning(shelves, shelves.views, query, allowed, limit)
    elif query.look_weights is not None:
        found.append(allowed[_top(_look_sum(shelves, query, allowed), limit)])
    elif not query.words.terms and query.visual is None:
        found.append(allowed[:limit])
    if query.visual is not None:
        found.append(visuals.nearest(shelves.pages, query.visual, allowed, limit=limit))
    return np.unique(np.concatenate(found)).astype(np.intp)


def _by_meaning(
    shelves: Shelves, views: Views, query: StoreQuery, allowed: Rows, limit: int
) -> list[Rows]:
    vector, told = query.vector, shelves.pages["told"]
    assert vector is not None
    scores = views.scan(vector)
    total = scores.total(told, query.view_weights)[allowed]
    looks = _look_sum(shelves, query, allowed)
    if not scores.is_exact:
        near = _top(total, max(_RESCORED, 4 * limit))
        if query.look_weights is not None:
            near = np.union1d(near, _top(total + looks, max(_RESCORED, 4 * limit)))
        allowed, looks = allowed[near], looks[near]
        total = views.exact(vector, allowed).total(told[allowed], query.view_weights)
    found = [allowed[_top(total, limit)]]
    if query.look_weights is not None:
        found.append(allowed[_top(total + looks, limit)])
    return found


def _look_sum(shelves: Shelves, query: StoreQuery, rows: Rows) -> Float32:
    """Weigh the percentiles of the looks that the query cares about."""
    total = np.zeros(len(rows), np.float32)
    if query.look_weights is None:
        return total
    raw = shelves.pages["looks"][rows]
    for look in np.flatnonzero(query.look_weights).tolist():
        total += query.look_weights[look] * shelves.statistics.ranks.percentile(look, raw[:, look])
    return total


def _view_scores(shelves: Shelves, query: StoreQuery, rows: Rows) -> ViewScores:
    if query.vector is not None and shelves.views is not None:
        return shelves.views.exact(query.vector, rows)
    nothing = np.full(len(rows), NO_VECTOR, np.float32)
    return ViewScores(nothing, nothing, nothing, True, np.full(len(rows), -1, np.int32))


def _exact_share(words: WordScores, pairs: Float32, rows: Rows) -> Float32:
    raw = words.words[rows] + words.names[rows] + pairs
    share = raw / max(float(raw.max(initial=0)), 1e-9)
    return np.asarray(_WORDS * share * words.held[rows] ** _WORDS_POWER, np.float32)


def _filled(
    shelves: Shelves,
    rows: Rows,
    views: ViewScores,
    words: WordScores,
    pairs: Float32,
    looks: Float32,
    seen: LookScores,
    order: Rows,
) -> Candidates:
    assert views.region_index is not None
    pages, chosen = shelves.pages, rows[order]
    return Candidates(
        refs=tuple(pages.refs(chosen)),
        page=views.page[order],
        region=views.region[order],
        region_index=views.region_index[order],
        title=views.title[order],
        looks=looks[order].reshape(-1, LOOK_COUNT),
        told=pages["told"][chosen],
        words=words.words[chosen],
        pairs=pairs[order],
        names=words.names[chosen],
        held=words.held[chosen],
        maxsim=seen.maxsim[order],
        visual=seen.visual[order],
        ink=pages["ink"][chosen],
        digest=pages["digest"][chosen],
    )


def _best(scores: Float32, limit: int) -> Rows:
    """Return the rows of the largest scores above zero."""
    rows = np.flatnonzero(scores > 0)
    return rows[_top(scores[rows], limit)]


def _top(scores: Float32, limit: int) -> Rows:
    """Return the places of the largest scores, in no order."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    return np.argpartition(-scores, limit - 1)[:limit]
