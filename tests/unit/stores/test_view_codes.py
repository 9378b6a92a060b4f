"""Coded vectors against the floats they stand for."""

import numpy as np
import pytest

from folioscope.stores.statistics import default_statistics
from folioscope.stores.view_codes import CHUNK_ROWS, ViewCodes, coded
from folioscope.stores.views import CodedViews, ExactViews, VectorBatch, code_batch
from tests.contract.store_makers import unit

DIM = 96


@pytest.fixture
def rows() -> np.ndarray:
    return unit(np.random.default_rng(0), CHUNK_ROWS + 700, DIM)


def test_scan_is_close_to_the_cosine(rows: np.ndarray) -> None:
    codes = ViewCodes(DIM)
    codes.append(coded(rows[:500]))
    codes.append(coded(rows[500:]))
    query = unit(np.random.default_rng(1), DIM)
    np.testing.assert_allclose(codes.scan(query), rows @ query, atol=4e-3)


def test_chosen_rows_are_scored_alike_in_any_order(rows: np.ndarray) -> None:
    codes = ViewCodes(DIM)
    codes.append(coded(rows))
    query = unit(np.random.default_rng(1), DIM)
    chosen = np.random.default_rng(2).permutation(len(rows))[:3000]
    np.testing.assert_allclose(codes.at(chosen, query), codes.scan(query)[chosen], atol=1e-6)
    assert len(codes.at(np.zeros(0, np.intp), query)) == 0


def test_a_glance_puts_near_rows_before_far_ones(rows: np.ndarray) -> None:
    codes = ViewCodes(DIM)
    codes.append(coded(rows))
    query = rows[CHUNK_ROWS + 5]
    assert int(codes.glance(query).argmax()) == CHUNK_ROWS + 5
    assert np.corrcoef(codes.glance(query), rows @ query)[0, 1] > 0.6


def test_a_row_of_zeros_is_far_from_all() -> None:
    codes = ViewCodes(DIM)
    codes.append(coded(np.zeros((2, DIM), np.float32)))
    assert codes.scan(unit(np.random.default_rng(1), DIM)).tolist() == [0, 0]


def test_views_pick_each_pages_best_region() -> None:
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 5, 400)
    counts[[0, 399]] = 0
    batch = VectorBatch(
        page=unit(rng, 400, DIM),
        has_page=rng.random(400) < 0.9,
        title=unit(rng, 400, DIM),
        regions=unit(rng, int(counts.sum()), DIM),
        region_counts=counts,
    )
    statistics = default_statistics(DIM)
    exact, fast = ExactViews(statistics), CodedViews(statistics)
    exact.append(batch)
    fast.append(batch)
    query = unit(rng, DIM)
    whole = exact.scan(query)
    ends = np.cumsum(counts)
    similarity = batch.regions @ query
    for views in (exact, fast):
        rows = rng.permutation(400)
        scores = views.exact(query, rows)
        np.testing.assert_allclose(scores.region, whole.region[rows], atol=5e-3)
        assert scores.region_index is not None
        for row, index, best in zip(rows, scores.region_index, scores.region, strict=True):
            mine = similarity[ends[row] - counts[row] : ends[row]]
            assert (index, best) == (-1, -1) if not len(mine) else mine[index] > mine.max() - 0.01
        assert (scores.page[~batch.has_page[rows]] == -1).all()


def test_taking_pages_out_of_a_batch_keeps_their_regions() -> None:
    rng = np.random.default_rng(4)
    counts = np.array([2, 0, 3, 1])
    batch = VectorBatch(unit(rng, 4, 8), np.ones(4, bool), unit(rng, 4, 8), unit(rng, 6, 8), counts)
    taken = batch.taken(np.array([2, 0]))
    np.testing.assert_array_equal(taken.regions, batch.regions[[2, 3, 4, 0, 1]])
    np.testing.assert_array_equal(taken.region_counts, [3, 2])
    views = code_batch(batch, default_statistics(8))
    assert [len(v) for v in views] == [4, 6, 4]
