"""How much a page's likeness to the query stands out among the pages that were looked at.

Cosines of visual models lie close together, differently for every model and query, so they are
never taken as they are. Most pages have nothing to do with a query: the middle of the field
tells how likenesses without meaning are spread, and from their number follows how high chance
alone would lift the best of them. Only what comes near that, or above, counts, so a page that
was not looked at yet loses nothing, and a model that sees nothing in a query adds little.
"""

from statistics import NormalDist

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.domain.results import Candidates

_LEAST_PAGES = 6  # with fewer there is no telling what stands out
_MOST_OF_FEW = 0.4
_MOST_MEASURED = 400
_UPPER, _LOWER = 0.25, 0.75  # the middle of the field, by rank
_FROM, _FULL = -0.5, 2.5  # deviations around what chance reaches: from nothing to all
_CLEARER_SHARE = 0.7  # of whichever kind sees a page clearer; the other confirms it
_SAME = 0.985  # cosine of a picture with itself, but for rounding and codes
_NORMAL = NormalDist()


def stand_out(likeness: Float32, population: int = 0) -> Float32:
    """Return how clearly each page stands out, float32 (n,) from 0 to 1.

    ``likeness``: -1 for pages that have none; they get 0. ``population``: how many pages were
    compared in all, where only the best of them are here.
    """
    result = np.zeros(len(likeness), np.float32)
    known = likeness > -1.0
    count = int(known.sum())
    if count < _LEAST_PAGES:
        result[known] = _of_few(likeness[known])
        return result
    population = max(population, count)
    middle, deviation = _background(np.sort(likeness[known])[::-1], population)
    by_chance = _height(1, population)
    above = (likeness[known] - middle) / deviation - by_chance
    result[known] = np.clip((above - _FROM) / (_FULL - _FROM), 0.0, 1.0)
    return result


def _of_few(likeness: Float32) -> Float32:
    """Tell the best of a handful from the rest, without claiming much for it."""
    width = float(np.ptp(likeness)) if len(likeness) else 0.0
    if width <= 1e-5:
        return np.zeros(len(likeness), np.float32)
    return np.asarray(_MOST_OF_FEW * ((likeness - likeness.min()) / width) ** 2, np.float32)


def _background(ordered: Float32, population: int) -> tuple[float, float]:
    """Return mean and deviation of likenesses without meaning, from two ranks of them."""
    measured = min(len(ordered), _MOST_MEASURED)
    upper = max(2, round(measured * _UPPER))
    lower = max(upper + 2, round(measured * _LOWER))
    high, low = _height(upper, population), _height(lower, population)
    top = float(ordered[upper - 1])
    deviation = max((top - float(ordered[lower - 1])) / (high - low), 1e-5)
    return top - high * deviation, deviation


def _height(rank: int, population: int) -> float:
    """Where the value of a rank lies among so many, in deviations above the mean (Blom)."""
    return _NORMAL.inv_cdf(1.0 - (rank - 0.375) / (population + 0.25))


def sight(candidates: Candidates, population: int = 0, *, by_rows: bool = False) -> Float32:
    """Return how clearly each candidate's look stands out for the query, float32 (n,), 0 to 1.

    ``by_rows``: the model makes rows alone, and ``visual`` is but a rough ``maxsim``.
    """
    late = stand_out(candidates.maxsim, population)
    if by_rows:
        return np.asarray(np.where(candidates.maxsim >= _SAME, 1.0, late), np.float32)
    single = stand_out(candidates.visual, population)
    has_both = (candidates.maxsim > -1.0) & (candidates.visual > -1.0)
    clearer = np.maximum(single, late)
    both = _CLEARER_SHARE * clearer + (1.0 - _CLEARER_SHARE) * np.minimum(single, late)
    clear = np.where(has_both, both, clearer)
    is_same = np.maximum(candidates.visual, candidates.maxsim) >= _SAME
    return np.asarray(np.where(is_same, 1.0, clear), np.float32)
