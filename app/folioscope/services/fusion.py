"""One score a page out of words, meaning, looks and the pages beside it.

The weights were measured on the development corpus (tests/benchmarks/quality.py): exact words
rule when nearly all of the query is on the page, meaning otherwise; looks are heard when the
query names them, and softly when its vector resembles queries for pictures.

The weight of what a visual model sees was chosen with stand-ins of known quality
(tests/benchmarks/noisy_looks.py): 0.6 is the most that costs queries for words nothing even if
the model knows nothing (nDCG@10 0.872 without, 0.874 with); with a good one (0.94 by itself)
queries for looks rise from 0.53 to 0.89.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from folioscope.domain.pages import Float32, PageRef
from folioscope.domain.results import Candidates
from folioscope.services.looks_guess import LookGuess
from folioscope.services.looks_words import NamedLooks

_TIE = 0.01
_WHOLE = 0.995  # share of the query's idf that counts as all of it


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts; the page's own vector counts 1."""

    region: float = 0.5
    title: float = 0.4
    colours: float = 0.3
    kinds: float = 0.2
    guessed_kinds: float = 0.15
    words: float = 0.7
    words_power: float = 6.0
    all_words: float = 0.5  # for pages that hold the whole query
    pairs: float = 1.0
    names: float = 0.6
    neighbours: float = 0.2
    seen: float = 0.6  # by a visual model, where the page clearly stands out


DEFAULT_WEIGHTS = Weights()
# a picture that is asked for beside words says what is meant, and counts as much as all of them
SEEN_BY_PICTURE = 1.4


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Score and its parts, float32 (n,) each, in the order of the candidates."""

    score: Float32
    meaning: Float32
    looks: Float32
    exact: Float32
    sight: Float32


def fuse(
    candidates: Candidates,
    look_weights: Float32 | None,
    page_counts: Mapping[str, int],
    *,
    seen: Float32 | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Evidence:
    """Weigh all evidence of the candidates.

    ``look_weights`` as made by ``weigh_looks``; ``page_counts`` of the candidates' documents;
    ``seen`` as made by ``sight``, None where no visual model was asked.
    """
    meaning = _meaning(candidates, weights)
    exact = _exact(candidates, weights)
    looks = np.zeros(len(candidates), np.float32)
    if look_weights is not None:
        looks = np.asarray(candidates.looks @ look_weights, np.float32)
    own = meaning + looks + exact
    clear = np.zeros(len(candidates), np.float32)
    if seen is not None:
        clear = seen
        own = np.asarray(own + weights.seen * seen, np.float32)
    beside = _beside(own, candidates.refs, page_counts)
    return Evidence(own + weights.neighbours * beside, meaning, looks, exact, clear)


def by_likeness(candidates: Candidates, seen: Float32, *, by_rows: bool = False) -> Evidence:
    """Weigh candidates by likeness alone, for a query by picture; ``by_rows`` as in ``sight``.

    Pages that stand out equally, or not at all, keep the order of their cosines.
    """
    nothing = np.zeros(len(candidates), np.float32)
    closest = np.maximum(candidates.visual, candidates.maxsim)
    if by_rows:
        closest = np.where(candidates.maxsim > -1.0, candidates.maxsim, candidates.visual - 1.0)
    score = np.asarray(seen + _TIE * closest, np.float32)
    return Evidence(score, nothing, nothing, nothing, seen)


def weigh_looks(
    named: NamedLooks,
    guess: LookGuess | None,
    vector: Float32,
    *,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Float32 | None:
    """Return how much each look counts, float32 (16,): those named, else those guessed.

    ``vector``: the query's, as the encoder returns it. None when looks say nothing.
    """
    columns = named.weights(colours=weights.colours, kinds=weights.kinds)
    if guess is not None and not named.kinds and weights.guessed_kinds:
        columns = columns + guess.weights(vector, weight=weights.guessed_kinds)
    return columns if columns.any() else None


def view_weights(weights: Weights = DEFAULT_WEIGHTS) -> tuple[float, float, float]:
    """Weights of page, best region and title by which a store should choose candidates."""
    return 1.0, weights.region, weights.title


def _meaning(candidates: Candidates, weights: Weights) -> Float32:
    """Weigh the views; a page with hardly any words of its own goes by its title line."""
    told = candidates.told
    page = told * candidates.page + (1 - told) * candidates.title
    region = told * candidates.region + (1 - told) * candidates.title
    whole = page + weights.region * region + weights.title * candidates.title
    return np.asarray(whole, np.float32)


def _exact(candidates: Candidates, weights: Weights) -> Float32:
    """Exact words against the best page's, and only as far as the page holds the query."""
    words, pairs, names = candidates.words, candidates.pairs, candidates.names
    raw = words + weights.pairs * pairs + weights.names * names
    best = float(raw.max(initial=0.0))
    if best <= 0:
        return np.zeros(len(candidates), np.float32)
    share = raw / best
    gate = candidates.held**weights.words_power  # nearly all of the query, or nothing
    whole = (candidates.held >= _WHOLE) * share**3  # the best of those that hold all stand out
    return np.asarray(weights.words * share * gate + weights.all_words * whole, np.float32)


def _beside(own: Float32, refs: Sequence[PageRef], page_counts: Mapping[str, int]) -> Float32:
    """Return the mean score of the pages before and after; a lone page's is its own.

    Pages whose neighbours speak of the same are more likely meant. A neighbour that the store
    did not propose counts as the least of those it did.
    """
    place = {ref: number for number, ref in enumerate(refs)}
    scores = own.tolist()
    least = min(scores, default=0.0)
    beside = np.empty(len(refs), np.float32)
    for number, ref in enumerate(refs):
        last = page_counts.get(ref.document_id, 1) - 1
        near = [i for i in (ref.page_index - 1, ref.page_index + 1) if 0 <= i <= last]
        numbers = [place.get(PageRef(ref.document_id, i)) for i in near]
        values = [least if n is None else scores[n] for n in numbers]
        beside[number] = sum(values) / len(values) if values else scores[number]
    return beside
