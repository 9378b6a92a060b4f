"""How far a match can be trusted: strong, fair or weak."""

import numpy as np

from folioscope.domain.results import Candidates, Strength
from folioscope.services.fusion import Evidence

STRONG_FROM = 1.0
FAIR_FROM = 0.55


def grade(candidates: Candidates, evidence: Evidence) -> list[Strength]:
    """Grade each candidate by absolute evidence, whatever else was found."""
    trust = evidence.meaning + np.maximum(evidence.looks, 0) + 0.8 * candidates.held**3
    return [
        Strength.STRONG
        if value >= STRONG_FROM
        else Strength.FAIR
        if value >= FAIR_FROM
        else Strength.WEAK
        for value in trust.tolist()
    ]
