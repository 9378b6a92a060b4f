"""MaxSim against two plain loops."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from folioscope.domain.pages import Float32
from folioscope.stores.maxsim import maxsim


def naive(query: Float32, page: Float32) -> float:
    if not len(page):
        return -1.0
    return sum(max(float(np.dot(q, row)) for row in page) for q in query) / len(query)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 9), max_size=12),
    asked=st.integers(1, 6),
    dim=st.integers(1, 16),
    seed=st.integers(0, 2**16),
    half=st.booleans(),
)
def test_maxsim_is_the_mean_of_best_matches(
    sizes: list[int], asked: int, dim: int, seed: int, half: bool
) -> None:
    rng = np.random.default_rng(seed)
    query = rng.standard_normal((asked, dim)).astype(np.float32)
    kind = np.float16 if half else np.float32
    pages = [rng.standard_normal((size, dim)).astype(kind) for size in sizes]
    got = maxsim(query, pages)
    wanted = [naive(query, page.astype(np.float32)) for page in pages]
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)


def test_many_rows_are_scored_in_batches() -> None:
    rng = np.random.default_rng(0)
    query = rng.standard_normal((3, 4)).astype(np.float32)
    sizes = [20_000, 0, 5, 16_000, 700]
    pages = [rng.standard_normal((size, 4)).astype(np.float32) for size in sizes]
    wanted = [(query @ p.T).max(1).mean() if len(p) else -1 for p in pages]
    np.testing.assert_allclose(maxsim(query, pages), wanted, rtol=1e-4)


def test_an_empty_query_scores_nothing() -> None:
    assert maxsim(np.zeros((0, 4), np.float32), [np.ones((2, 4), np.float32)]).tolist() == [-1]
