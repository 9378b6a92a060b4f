"""Guessing which look a query asks for when it names none, from its vector alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from folioscope.domain.pages import LOOK_NAMES, Float32
from folioscope.services.look_examples import EXAMPLES

_SHARPNESS = 6.0  # of the softmax over cosines; 3 to 10 measured alike


@dataclass(frozen=True, slots=True, eq=False)
class LookGuess:
    """Tells kinds of look by the nearest groups of example queries.

    ``centre`` float32 (dim,); ``groups`` float32 (k, dim), unit rows; ``columns`` names the look
    (a column of LOOK_NAMES) that each group speaks for, -1 for none.
    """

    centre: Float32
    groups: Float32
    columns: tuple[int, ...]

    def weights(self, vector: Float32, *, weight: float) -> Float32:
        """Return weights of the looks, float32 (16,): ``weight`` is shared by likelihood."""
        offset = vector - self.centre
        cosines = self.groups @ (offset / max(float(np.linalg.norm(offset)), 1e-9))
        likelihoods = np.exp(_SHARPNESS * cosines)
        likelihoods /= likelihoods.sum()
        looks = np.zeros(len(LOOK_NAMES), np.float32)
        for column, likelihood in zip(self.columns, likelihoods.tolist(), strict=True):
            if column >= 0:
                looks[column] += weight * likelihood
        return looks


def learn_looks(embed_query: Callable[[str], Float32]) -> LookGuess:
    """Embed the example queries; takes some 0.7 s."""
    vectors = [np.stack([embed_query(text) for text in texts]) for _, texts in EXAMPLES]
    centre = np.concatenate(vectors).mean(0)
    groups = np.stack([_unit(group.mean(0) - centre) for group in vectors])
    return LookGuess(
        centre=np.asarray(centre, np.float32),
        groups=np.asarray(groups, np.float32),
        columns=_columns([look for look, _ in EXAMPLES]),
    )


def _columns(looks: Sequence[str]) -> tuple[int, ...]:
    return tuple(LOOK_NAMES.index(look) if look else -1 for look in looks)


def _unit(vector: Float32) -> Float32:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
