"""Pooling of a page's patches: every patch has a row, and what stands out keeps its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folioscope.domain.embeddings import Embedding
from folioscope.domain.pages import Float32, MultiVector
from folioscope.domain.patches import PatchGrid
from folioscope.stores.pooling import cluster, means, pooled, unit_rows
from folioscope.stores.ward import ward_merges

sizes = st.integers(1, 60)
seeds = st.integers(0, 2**16)


def made_rows(seed: int, count: int, dim: int = 8) -> Float32:
    """Rows of a few kinds, disturbed; some exactly alike."""
    rng = np.random.default_rng(seed)
    kinds = rng.standard_normal((max(1, count // 5), dim))
    rows = kinds[rng.integers(0, len(kinds), count)]
    noise = rng.choice([0.0, 0.05, 0.6], (count, 1)) * rng.standard_normal((count, dim))
    return unit_rows((rows + noise).astype(np.float32))


def plain_ward(rows: Float32) -> list[float]:
    """Join, again and again, the two clusters that cost least; returns the costs."""
    groups = [[n] for n in range(len(rows))]
    costs = []

    def spread(numbers: list[int]) -> float:
        part = rows[numbers].astype(np.float64)
        return float(((part - part.mean(axis=0)) ** 2).sum())

    while len(groups) > 1:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a)]
        cost = [
            spread(groups[a] + groups[b]) - spread(groups[a]) - spread(groups[b]) for a, b in pairs
        ]
        best = int(np.argmin(cost))
        a, b = pairs[best]
        costs.append(2 * cost[best])
        groups[b] += groups[a]
        del groups[a]
    return costs


@settings(max_examples=30, deadline=None)
@given(seed=seeds, count=st.integers(1, 12))
def test_merges_cost_what_the_plain_way_costs(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    rows = unit_rows(rng.standard_normal((count, 4)).astype(np.float32))
    found = np.sort(ward_merges(rows).heights)
    np.testing.assert_allclose(found, np.sort(plain_ward(rows)), rtol=1e-3, atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, count=sizes, wanted=st.integers(1, 70))
def test_there_are_as_many_clusters_as_wanted(seed: int, count: int, wanted: int) -> None:
    labels = ward_merges(made_rows(seed, count)).labels(wanted)
    assert labels.shape == (count,)
    assert sorted(set(labels.tolist())) == list(range(min(wanted, count)))
    _, firsts = np.unique(labels, return_index=True)
    assert (np.diff(firsts) > 0).all(), "clusters are numbered in reading order"


@settings(max_examples=60, deadline=None)
@given(
    seed=seeds,
    columns=st.integers(1, 9),
    rows=st.integers(1, 9),
    template=st.integers(0, 4),
    share=st.floats(0.2, 1.0),
)
def test_every_patch_with_a_row_leads_to_one(
    seed: int, columns: int, rows: int, template: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    grid = PatchGrid(columns, rows)
    named = np.flatnonzero(rng.random(len(grid)) < share).astype(np.int32)
    cells = np.concatenate([named, np.full(template + 1, -1, np.int32)])
    multi = MultiVector(made_rows(seed, len(cells)), cells)
    kept = pooled(Embedding(np.ones(4, np.float32), multi, grid))
    assert kept.clusters.shape == (len(grid),)
    assert set(np.flatnonzero(kept.clusters >= 0).tolist()) == set(named.tolist())
    assert kept.clusters.max(initial=-1) < len(kept.rows) <= len(cells)
    np.testing.assert_allclose(np.linalg.norm(kept.rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(kept.single), 1, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_a_lone_word_is_not_lost_in_the_ground(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground, lone = unit_rows(rng.standard_normal((2, 64)).astype(np.float32))
    rows = unit_rows(ground + 0.2 * unit_rows(rng.standard_normal((700, 64)).astype(np.float32)))
    rows[123] = lone
    kept = means(rows, cluster(rows))
    assert len(kept) < 350
    assert (kept @ lone).max() > 0.999


def test_a_blank_page_takes_few_rows() -> None:
    ground = unit_rows(np.random.default_rng(0).standard_normal((1, 64)).astype(np.float32))
    rows = np.repeat(ground, 700, axis=0)
    assert cluster(rows).max() == 0


def test_very_many_patches_are_pooled_in_bands() -> None:
    rows = made_rows(1, 5000, 16)
    labels = cluster(rows)
    assert len(labels) == 5000
    assert set(labels.tolist()) == set(range(int(labels.max()) + 1))
    assert labels.max() < 2600
    near = (rows * means(rows, labels)[labels]).sum(axis=1)
    assert np.median(near) > 0.95


def test_opposites_that_cancel_leave_a_row() -> None:
    rows = np.repeat(np.array([[1, 0], [-1, 0]], np.float32), 50, axis=0)
    kept = means(rows, np.zeros(100, np.int32))
    np.testing.assert_allclose(kept, [[1, 0]])


def test_pages_pool_alike_each_time() -> None:
    rows = made_rows(3, 400)
    np.testing.assert_array_equal(cluster(rows), cluster(rows.copy()))
