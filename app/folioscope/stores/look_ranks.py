"""Looks as percentiles of a library: where a page stands among the others, -0.5 to 0.5.

Equal values share their mean rank, so a library without any photo has no opinion on photos.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from folioscope.domain.pages import LOOK_COUNT, Float32

_KNOTS = 1024  # points that a curve of ranks is thinned to


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """Rank of each of some ascending values; those in between are interpolated."""

    values: Float32
    ranks: Float32

    def __call__(self, values: Float32) -> Float32:
        if not len(self.values):
            return np.zeros(len(values), np.float32)
        return np.interp(values, self.values, self.ranks).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LookRanks:
    """A curve for each look."""

    curves: tuple[_Curve, ...]

    @classmethod
    def of(cls, looks: Float32) -> "LookRanks":
        """Rank raw looks (n, 16) of a library's pages."""
        return cls(tuple(_curve(column) for column in looks.T))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any]) -> "LookRanks":
        """Undo ``arrays``."""
        values, ranks, ends = arrays["look_values"], arrays["look_ranks"], arrays["look_ends"]
        starts = [0, *ends[:-1]]
        pieces = zip(starts, ends, strict=True)
        return cls(tuple(_Curve(values[a:b], ranks[a:b]) for a, b in pieces))

    def arrays(self) -> dict[str, Any]:
        """Return the curves as arrays to be kept."""
        return {
            "look_values": np.concatenate([c.values for c in self.curves]).astype(np.float32),
            "look_ranks": np.concatenate([c.ranks for c in self.curves]).astype(np.float32),
            "look_ends": np.cumsum([len(c.values) for c in self.curves]),
        }

    def blended(self, other: "LookRanks", share: float) -> "LookRanks":
        """Return ranks with ``share`` (0 to 1) of the other's."""
        return LookRanks(
            tuple(
                _blend(own, theirs, share)
                for own, theirs in zip(self.curves, other.curves, strict=True)
            )
        )

    def percentiles(self, looks: Float32) -> Float32:
        """Return the percentiles of raw looks (n, 16), float32 from -0.5 to 0.5."""
        ranked = [self.percentile(k, looks[:, k]) for k in range(LOOK_COUNT)]
        return np.stack(ranked, axis=1).astype(np.float32)

    def percentile(self, look: int, values: Float32) -> Float32:
        """Return the percentiles of raw values (n,) of one look."""
        return self.curves[look](np.round(values, 5))


def _curve(values: Float32) -> _Curve:
    if not len(values):
        return _Curve(np.zeros(0, np.float32), np.zeros(0, np.float32))
    unique, counts = np.unique(values.astype(np.float32), return_counts=True)
    up_to = np.cumsum(counts)
    ranks = ((up_to - counts / 2) / len(values) - 0.5).astype(np.float32)
    return _thinned(_Curve(unique, ranks), counts / len(values))


def _thinned(curve: _Curve, weights: np.ndarray[Any, np.dtype[np.float64]]) -> _Curve:
    """Keep some values evenly by rank, and those that many pages share with their neighbours."""
    if len(curve.values) <= _KNOTS:
        return curve
    slot = np.floor((curve.ranks + 0.5) * _KNOTS)
    keep = np.diff(slot, prepend=-1) > 0
    shared = np.flatnonzero(weights > 1 / _KNOTS)
    for beside in (-1, 0, 1):
        keep[np.clip(shared + beside, 0, len(keep) - 1)] = True
    keep[[0, -1]] = True
    return _Curve(curve.values[keep], curve.ranks[keep])


def _blend(own: _Curve, other: _Curve, share: float) -> _Curve:
    if not len(own.values) or not len(other.values):
        return own if len(own.values) else other
    values = np.union1d(own.values, other.values).astype(np.float32)
    return _Curve(values, (1 - share) * own(values) + share * other(values))
