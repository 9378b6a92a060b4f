"""How far a match can be trusted: strong, fair or weak.

Both limits are scores, calibrated on the development corpus against queries for subjects that
it does not hold (tests/benchmarks/quality.py prints the table): of first places from STRONG_FROM
up, 83 % were judged relevant and 95 % lay in the right document, and no absent subject came so
far; below FAIR_FROM fell 4 % of the first places that were asked for and 70 % of those for
absent subjects.
"""

from folioscope.domain.queries import WordQuery
from folioscope.domain.results import Candidates, Strength
from folioscope.services.fusion import Evidence

STRONG_FROM = 0.65
FAIR_FROM = 0.43
_HOLDS_ALL = 0.995  # share of the query's idf


def grade(candidates: Candidates, evidence: Evidence, words: WordQuery) -> list[Strength]:
    """Grade each candidate; a page with all words or the phrases asked for is never weak."""
    was_asked = bool(words.required)
    return [
        _strength(score, is_exact=was_asked or held >= _HOLDS_ALL)
        for score, held in zip(evidence.score.tolist(), candidates.held.tolist(), strict=True)
    ]


def _strength(score: float, *, is_exact: bool) -> Strength:
    if score >= STRONG_FROM:
        return Strength.STRONG
    if score >= FAIR_FROM or is_exact:
        return Strength.FAIR
    return Strength.WEAK
