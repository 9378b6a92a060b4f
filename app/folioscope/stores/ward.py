"""Ward's hierarchical clustering, which joins what lies closest and leaves loners alone.

The chain of nearest neighbours (Murtagh, 1983) needs n² distances and some 3 n steps over a row
of them: 0.02 s for 736 rows, 0.04 s for 1,300.
"""

from dataclasses import dataclass

import numpy as np

from folioscope.domain.pages import Float32, Int32


@dataclass(frozen=True, slots=True, eq=False)
class Merges:
    """All n - 1 merges of n rows, in no order of height.

    ``pairs`` int32 (n - 1, 2): a row of each of the two clusters that were joined. ``heights``
    float32 (n - 1,): twice the growth of the sum of squared distances to the centres.
    """

    pairs: Int32
    heights: Float32

    def labels(self, clusters: int, *, flat: float = -1.0) -> Int32:
        """Return the cluster of each row, int32 (n,), numbered in the order of their first rows.

        There are ``clusters`` of them, or fewer where joins beyond that are not above ``flat``.
        """
        count = len(self.pairs) + 1
        order = np.argsort(self.heights, kind="stable")
        joins = max(count - clusters, int((self.heights <= flat).sum()))
        parents = list(range(count))
        for first, second in self.pairs[order[:joins]].tolist():
            parents[_root(parents, second)] = _root(parents, first)
        roots = [_root(parents, row) for row in range(count)]
        numbers: dict[int, int] = {}
        return np.array([numbers.setdefault(root, len(numbers)) for root in roots], np.int32)


def ward_merges(rows: Float32) -> Merges:
    """Join rows (n, dim) of length 1 until one cluster is left."""
    count = len(rows)
    apart = np.maximum(2 - 2 * (rows @ rows.T), 0)
    np.fill_diagonal(apart, np.inf)
    sizes = np.ones(count, np.float32)
    pairs = np.zeros((max(count - 1, 0), 2), np.int32)
    heights = np.zeros(len(pairs), np.float32)
    chain: list[int] = []
    for merge in range(len(pairs)):
        if not chain:
            chain.append(int(sizes.argmax()))
        first, second = _follow(apart, chain)
        pairs[merge], heights[merge] = (first, second), apart[first, second]
        _join(apart, sizes, first, second)
    return Merges(pairs, heights)


def _follow(apart: Float32, chain: list[int]) -> tuple[int, int]:
    """Go from neighbour to nearest neighbour until two are each other's; take them off."""
    while True:
        last = chain[-1]
        nearest = int(apart[last].argmin())
        before = chain[-2] if len(chain) > 1 else -1
        if before >= 0 and apart[last, before] <= apart[last, nearest]:  # ties end the chain
            del chain[-2:]
            return last, before
        chain.append(nearest)


def _join(apart: Float32, sizes: Float32, first: int, second: int) -> None:
    """Let ``first`` stand for both, by the formula of Lance and Williams."""
    a, b, between = sizes[first], sizes[second], apart[first, second]
    new = (a + sizes) * apart[first] + (b + sizes) * apart[second] - sizes * between
    new /= a + b + sizes
    new[[first, second]] = np.inf  # those joined before stay infinitely far
    apart[first] = apart[:, first] = new
    apart[second] = apart[:, second] = np.inf
    sizes[first], sizes[second] = a + b, 0


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row
