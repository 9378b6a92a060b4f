"""Asks two stores the same questions: do they find the same pages, in the same order?

Questions are made of the library's own pages, spread over all of it: a few words of the page,
its title's vector, and what a visual model made of it. No model has to be loaded for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import VectorStore
from folioscope.domain.queries import StoreQuery, WordQuery
from folioscope.domain.tokens import tokens
from folioscope.services.fusion import DEFAULT_WEIGHTS, fuse, view_weights

QUERIES = 12
TOP = 10
_CANDIDATES = 400  # as many as a search by a user looks at
_TERMS = 4
_ROWS = 16
_ALONE = replace(DEFAULT_WEIGHTS, neighbours=0.0)
# two stores round differently; pages whose scores are nearer than that may change places
_SAME_SCORE = 0.02


@dataclass(frozen=True, slots=True)
class Scored:
    """A page that was found, and its score."""

    ref: PageRef
    score: float


def sample_queries(
    store: VectorStore, refs: Sequence[PageRef], models: Sequence[str], *, count: int = QUERIES
) -> list[StoreQuery]:
    """Make questions out of pages that lie evenly between the first and the last."""
    if not refs:
        return []
    places = np.unique(np.linspace(0, len(refs) - 1, min(count, len(refs))).round().astype(int))
    queries = []
    for number, place in enumerate(places.tolist()):
        pages = store.pages([refs[place]], with_vectors=True)
        if pages:
            seen = _look(store, models[number % len(models)], refs[place]) if models else None
            vector = pages[0].vectors.title
            words = _words(list(tokens(pages[0].text.plain)))
            queries.append(StoreQuery(words, vector, visual=seen, view_weights=view_weights()))
    return queries


def best_pages(
    store: VectorStore, query: StoreQuery, page_counts: Mapping[str, int]
) -> list[Scored]:
    """Return the best pages that a store finds, and a few more to settle ties by.

    Only what a page says of itself is scored: what stands beside it, or how far it stands out,
    would hang on which other pages a store happens to propose.
    """
    found = store.search(query, limit=_CANDIDATES)
    own = fuse(found, query.look_weights, page_counts, weights=_ALONE).score
    scores = own + np.maximum(found.visual, 0)
    order = np.argsort(-scores, kind="stable")[: 2 * TOP]
    return [Scored(found.refs[i], float(scores[i])) for i in order.tolist()]


def agreement(one: Sequence[Scored], other: Sequence[Scored]) -> float:
    """Return the share (0 to 1) of the best ten of either that the other has among its own.

    Pages that score like the last of the ten may be among them or not.
    """
    return min(_shared(one, other), _shared(other, one))


def _shared(one: Sequence[Scored], other: Sequence[Scored]) -> float:
    best = one[:TOP]
    if not best:
        return 1.0
    theirs = {found.ref: found.score for found in other[:TOP]}
    last = min(theirs.values(), default=float("-inf"))
    is_full = len(theirs) == TOP
    shared = sum(
        abs(theirs[found.ref] - found.score) <= _SAME_SCORE
        if found.ref in theirs
        else is_full and found.score <= last + _SAME_SCORE
        for found in best
    )
    return shared / len(best)


def _words(said: Sequence[str]) -> WordQuery:
    terms = list(dict.fromkeys(said))
    if not terms:
        return WordQuery()
    places = np.unique(np.linspace(0, len(terms) - 1, _TERMS).round().astype(int))
    pairs = list(pairwise(said))[: _TERMS // 2]
    return WordQuery(terms=tuple(terms[i] for i in places.tolist()), pairs=tuple(pairs))


def _look(store: VectorStore, model: str, ref: PageRef) -> VisualQuery | None:
    (kept,) = store.visual_pages(model, [ref])
    if kept is None:
        return None
    return VisualQuery(model, kept.single, kept.rows[:_ROWS] if len(kept.rows) else None)
