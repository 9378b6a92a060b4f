"""Asks two stores the same questions: do they find the same pages, in the same order?

Questions are made of the library's own pages, spread over all of it: a few words of the page,
its title's vector, and what a visual model made of it. No model has to be loaded for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import VectorStore
from folioscope.domain.queries import StoreQuery, WordQuery
from folioscope.domain.tokens import tokens
from folioscope.services.fusion import fuse, view_weights
from folioscope.services.sight import sight

QUERIES = 12
TOP = 10
_CANDIDATES = 200
_TERMS = 4
_ROWS = 16
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
    """Return the best pages that a store finds, and a few more to settle ties by."""
    found = store.search(query, limit=_CANDIDATES)
    seen = None if query.visual is None else sight(found)
    scores = fuse(found, query.look_weights, page_counts, seen=seen).score
    order = np.argsort(-scores, kind="stable")[: 2 * TOP]
    return [Scored(found.refs[i], float(scores[i])) for i in order.tolist()]


def do_agree(one: Sequence[Scored], other: Sequence[Scored]) -> bool:
    """Whether the best ten are the same, but for pages that score alike."""
    return _is_within(one, other) and _is_within(other, one)


def _is_within(one: Sequence[Scored], other: Sequence[Scored]) -> bool:
    theirs = {found.ref: found.score for found in other}
    least = other[min(TOP, len(other)) - 1].score if other else float("inf")
    for place, found in enumerate(one[:TOP]):
        if found.ref not in theirs and found.score > least + _SAME_SCORE:
            return False
        if place >= len(other):
            return False
        there = other[place]
        if there.ref != found.ref and abs(there.score - found.score) > _SAME_SCORE:
            return False
    return True


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
