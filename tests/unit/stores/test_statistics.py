"""Whitening, percentiles, and what a new library starts from."""

from importlib import resources

import numpy as np
import pytest

from folioscope.domain.pages import LOOK_COUNT
from folioscope.stores.look_ranks import LookRanks
from folioscope.stores.statistics import (
    DEFAULT_PAGES,
    MomentSum,
    default_statistics,
    is_due,
    make_statistics,
    statistics_of,
    unpack_statistics,
)


def sums_of(rows: np.ndarray) -> tuple[MomentSum, MomentSum, MomentSum]:
    made = tuple(MomentSum(rows.shape[1]) for _ in range(3))
    for total in made:
        total.add(rows[: len(rows) // 2])
        total.add(rows[len(rows) // 2 :])
    return made  # type: ignore[return-value]


def naive_percentile(values: np.ndarray) -> np.ndarray:
    ordered = np.sort(values)
    below, up_to = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return (below + up_to) / 2 / len(values) - 0.5


def test_a_large_library_goes_by_its_own_vectors() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((20_000, 12)) * np.arange(1, 13) + 5).astype(np.float32)
    looks = np.zeros((2_000_000, LOOK_COUNT), np.float32)
    made = make_statistics(sums_of(rows), looks, version=1, dim=12)
    white = made.whitening[0]
    np.testing.assert_allclose(white.mean, rows.mean(0), atol=0.02)
    covariance = np.cov(rows.T)
    variance, axes = np.linalg.eigh(covariance)
    wanted = axes @ np.diag((variance + 5 * variance.mean()) ** -0.5) @ axes.T
    np.testing.assert_allclose(white.matrix, wanted, rtol=0.01, atol=1e-3)
    lengths = np.linalg.norm(white.pages(rows), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_a_small_library_leans_on_what_is_shipped() -> None:
    dim = default_dim()
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((50, dim)) + 3).astype(np.float32)
    looks = rng.random((50, LOOK_COUNT)).astype(np.float32)
    made = make_statistics(sums_of(rows), looks, version=1, dim=dim)
    default = default_statistics(dim)
    share = 50 / (50 + DEFAULT_PAGES)
    wanted = (1 - share) * default.whitening[0].mean + share * rows.mean(0)
    np.testing.assert_allclose(made.whitening[0].mean, wanted, atol=1e-4)
    assert default.pages == 0


def test_what_is_shipped_is_small_and_only_aggregates() -> None:
    file = resources.files("folioscope.stores") / "default_statistics.npz"
    assert len(file.read_bytes()) < 1_500_000
    with file.open("rb") as opened, np.load(opened) as arrays:
        assert all(a.ndim == 1 for a in arrays.values())


def test_shipped_statistics_survive_being_packed() -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((300, 16)).astype(np.float32)
    looks = rng.random((300, LOOK_COUNT)).astype(np.float32)
    arrays = statistics_of((rows, rows, rows), looks)
    half = arrays["covariance_page"].astype(np.float64) * arrays["scale_page"][0]
    np.testing.assert_allclose(half, np.cov(rows.T, bias=True)[np.triu_indices(16)], atol=1e-3)


def test_statistics_come_back_as_they_were_packed() -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((100, 8)).astype(np.float32)
    looks = rng.random((100, LOOK_COUNT)).astype(np.float32)
    made = make_statistics(sums_of(rows), looks, version=7, dim=8)
    back = unpack_statistics(made.packed(), version=7)
    assert (back.version, back.pages, back.dim) == (7, 100, 8)
    np.testing.assert_array_equal(back.whitening[2].matrix, made.whitening[2].matrix)
    np.testing.assert_array_equal(back.ranks.percentiles(looks), made.ranks.percentiles(looks))


def test_percentiles_share_ranks_among_equals() -> None:
    rng = np.random.default_rng(1)
    looks = np.round(rng.random((500, LOOK_COUNT)), 2).astype(np.float32)
    looks[:400, 3] = 0
    looks[:, 4] = 0.25
    got = LookRanks.of(np.round(looks, 5)).percentiles(looks)
    for column in range(LOOK_COUNT):
        np.testing.assert_allclose(got[:, column], naive_percentile(looks[:, column]), atol=1e-6)
    assert set(got[:, 4]) == {0.0}


def test_many_values_are_thinned_without_harm() -> None:
    rng = np.random.default_rng(2)
    looks = rng.random((30_000, LOOK_COUNT)).astype(np.float32)
    looks[:20_000, 0] = 0
    ranks = LookRanks.of(np.round(looks, 5))
    assert sum(len(curve.values) for curve in ranks.curves) < 40_000
    got = ranks.percentiles(looks)
    for column in (0, 1):
        rounded = np.round(looks[:, column], 5)
        np.testing.assert_allclose(got[:, column], naive_percentile(rounded), atol=2e-3)


def test_statistics_are_due_when_pages_have_doubled() -> None:
    assert not is_due(0, pages=31)
    assert is_due(0, pages=32)
    assert not is_due(100, pages=199)
    assert is_due(100, pages=200)


def test_vectors_of_an_unknown_encoder_are_left_as_they_are() -> None:
    white = default_statistics(5).whitening[1]
    vector = np.array([3, 0, 4, 0, 0], np.float32)
    np.testing.assert_allclose(white.query(vector), vector / 5, atol=1e-6)


def test_no_vectors_make_no_statistics() -> None:
    nothing = np.zeros((0, 4), np.float32)
    with pytest.raises(ValueError, match="no vectors"):
        statistics_of((nothing, nothing, nothing), np.zeros((0, LOOK_COUNT), np.float32))


def default_dim() -> int:
    file = resources.files("folioscope.stores") / "default_statistics.npz"
    with file.open("rb") as opened, np.load(opened) as arrays:
        return len(arrays["mean_page"])
