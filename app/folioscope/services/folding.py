"""Leaving out blank pages, and folding near-duplicates behind the best of them."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

import numpy as np

from folioscope.domain.pages import PageRef
from folioscope.domain.results import Candidates

BLANK_INK = 0.0005  # share of the page: less is dust
_SAME_LOOK = 0.05  # in percentiles
_SAME_COSINE = 0.002


def is_blank(candidates: Candidates, number: int) -> bool:
    """Whether there is nothing on the page: no words, no ink."""
    return bool(candidates.told[number] == 0 and candidates.ink[number] < BLANK_INK)


def folded(candidates: Candidates, order: Iterable[int]) -> list[tuple[int, tuple[PageRef, ...]]]:
    """Return candidates without blank pages, each with the near-duplicates behind it.

    Two pages are near-duplicates when they look alike and either hold the same text or mean
    the same to within rounding.
    """
    shown: list[int] = []
    behind: dict[int, list[PageRef]] = defaultdict(list)
    by_digest: dict[int, list[int]] = defaultdict(list)
    by_meaning: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in order:
        if is_blank(candidates, number):
            continue
        digest = int(candidates.digest[number])
        across, down = _place(candidates, number)
        alike = by_digest[digest] if digest else []
        near = (
            other
            for place in product((across - 1, across, across + 1), (down - 1, down, down + 1))
            for other in by_meaning.get(place, ())
        )
        first = next((n for n in (*alike, *near) if _is_duplicate(candidates, n, number)), None)
        if first is not None:
            behind[first].append(candidates.refs[number])
            continue
        shown.append(number)
        by_digest[digest].append(number)
        by_meaning[across, down].append(number)
    return [(number, tuple(behind[number])) for number in shown]


def _place(candidates: Candidates, number: int) -> tuple[int, int]:
    """Return a cell of cosines; near-duplicates lie in the same or a neighbouring one."""
    width = 2 * _SAME_COSINE
    return round(float(candidates.page[number]) / width), round(
        float(candidates.region[number]) / width
    )


def _is_duplicate(candidates: Candidates, a: int, b: int) -> bool:
    if np.abs(candidates.looks[a] - candidates.looks[b]).max() > _SAME_LOOK:
        return False
    if candidates.digest[a] == candidates.digest[b] != 0:
        return True
    columns = (candidates.page, candidates.region, candidates.told)
    return candidates.told[a] == 1 and all(
        abs(float(c[a]) - float(c[b])) < _SAME_COSINE for c in columns
    )
