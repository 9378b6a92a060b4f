"""One score a page out of words, meaning and looks.

The weights were measured on the development corpus (tests/benchmarks/quality.py): exact words
rule when nearly all of the query is on the page, meaning otherwise; looks are heard only when
the query names them.
"""

from dataclasses import dataclass

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.domain.results import Candidates
from folioscope.services.looks_words import NamedLooks


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts; the page's own vector counts 1."""

    region: float = 0.5
    title: float = 0.3
    colours: float = 0.2
    kinds: float = 0.2
    words: float = 0.7
    words_power: float = 6.0
    pairs: float = 1.0
    names: float = 0.4
    maxsim: float = 0.0  # late interaction: for the visual models to come


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Score and its parts, float32 (n,) each, in the order of the candidates."""

    score: Float32
    meaning: Float32
    looks: Float32
    exact: Float32


def fuse(candidates: Candidates, looks: NamedLooks, weights: Weights = DEFAULT_WEIGHTS) -> Evidence:
    """Weigh all evidence of the candidates."""
    meaning = _meaning(candidates, weights)
    shown = _looks(candidates, looks, weights)
    exact = _exact(candidates, weights)
    return Evidence(meaning + shown + exact, meaning, shown, exact)


def view_weights(weights: Weights = DEFAULT_WEIGHTS) -> tuple[float, float, float]:
    """Weights of page, best region and title by which a store should choose candidates."""
    return 1.0, weights.region, weights.title


def _meaning(candidates: Candidates, weights: Weights) -> Float32:
    """Weigh the views; a page with hardly any words of its own goes by its title line."""
    told = candidates.told
    page = told * candidates.page + (1 - told) * candidates.title
    region = told * candidates.region + (1 - told) * candidates.title
    late = np.maximum(candidates.maxsim, 0.0)
    return (
        page + weights.region * region + weights.title * candidates.title + weights.maxsim * late
    ).astype(np.float32)


def _looks(candidates: Candidates, looks: NamedLooks, weights: Weights) -> Float32:
    if not looks:
        return np.zeros(len(candidates), np.float32)
    columns = looks.weights(colours=weights.colours, kinds=weights.kinds)
    return (candidates.looks @ columns).astype(np.float32)


def _exact(candidates: Candidates, weights: Weights) -> Float32:
    """Exact words against the best page's, and only as far as the page holds the query."""
    raw = candidates.words + weights.pairs * candidates.pairs + weights.names * candidates.names
    best = float(raw.max(initial=0.0))
    if best <= 0:
        return np.zeros(len(candidates), np.float32)
    gate = candidates.held**weights.words_power  # nearly all of the query, or nothing
    return np.asarray(weights.words * raw / best * gate, np.float32)
