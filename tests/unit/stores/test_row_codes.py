"""Codes of vectors: how far they may be off, and that damage is noticed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folioscope.domain.embeddings import VisualPage
from folioscope.domain.patches import PatchGrid
from folioscope.stores.maxsim import maxsim
from folioscope.stores.pooling import unit_rows
from folioscope.stores.row_codes import RowCodes, sealed, unsealed
from folioscope.stores.single_codes import SingleCodes
from folioscope.stores.sketches import Sketch, SketchCodes
from folioscope.stores.visual_blobs import (
    look_of,
    pack_body,
    pack_single,
    unpack_body,
    unpack_single,
)

seeds = st.integers(0, 2**16)


@settings(max_examples=80, deadline=None)
@given(
    seed=seeds,
    count=st.integers(1, 9),
    dim=st.integers(1, 300),
    length=st.sampled_from([1e-12, 1.0, 1e6]),
    spike=st.booleans(),
)
def test_codes_are_off_by_little_and_rows_have_length_one(
    seed: int, count: int, dim: int, length: float, spike: bool
) -> None:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    if spike:
        rows[:, 0] *= 20  # a few numbers of such models are far larger than the rest
    unit = unit_rows(rows)
    found = RowCodes.of(np.asarray(unit * np.float32(length), np.float32)).rows()
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    largest = np.abs(unit).max(axis=1, keepdims=True)
    # half a step for rounding; the rest for the length that is made good
    step = largest / 127
    allowed = step / 2 + np.abs(unit) * (step * dim**0.5 / 2) + 1e-5
    assert (np.abs(found - unit) <= allowed).all()


@settings(max_examples=40, deadline=None)
@given(seed=seeds, rows=st.integers(0, 40), dim=st.integers(1, 130))
def test_a_page_survives_packing(seed: int, rows: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    grid = PatchGrid(5, 4, 1.0, 0.25) if rows else None
    clusters = rng.integers(-1, rows, 20 if rows else 0).astype(np.int32)
    vectors = rng.standard_normal((rows, dim)).astype(np.float32)
    page = VisualPage(unit_rows(np.ones((1, 7), np.float32))[0], vectors, clusters, grid)
    found = look_of(unpack_single(pack_single(page.single), 7), unpack_body(pack_body(page)))
    assert found.grid == grid
    np.testing.assert_array_equal(found.clusters, clusters)
    assert found.rows.shape == (rows, dim)
    np.testing.assert_allclose(found.rows, unit_rows(vectors), atol=0.01)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(min_size=1, max_size=90), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_turned_is_noticed(data: bytes, place: int, bit: int) -> None:
    whole = bytearray(sealed(data))
    assert unsealed(bytes(whole)) == data
    whole[place % len(whole)] ^= 1 << bit
    with pytest.raises(ValueError, match="not what was written"):
        unsealed(bytes(whole))


def test_what_is_cut_short_is_noticed() -> None:
    page = VisualPage(
        np.ones(3, np.float32), np.ones((4, 6), np.float32), np.zeros(2, np.int32), PatchGrid(2, 1)
    )
    data = pack_body(page)
    for end in (0, 3, len(data) // 2, len(data) - 1):
        with pytest.raises(ValueError, match="not what was written"):
            unpack_body(data[:end])


@pytest.mark.parametrize("count", [1, 5, 40_000])
def test_vectors_in_memory_are_scanned_like_plain_ones(count: int) -> None:
    rng = np.random.default_rng(count)
    dim = 1024
    rows = unit_rows(rng.standard_normal((count, dim)).astype(np.float32))
    query = rows[count // 2] * 3
    codes = SingleCodes(dim)
    for part in np.array_split(rows, min(count, 3)):
        codes.append(RowCodes.of(part))
    assert len(codes) == count
    wanted = rows @ rows[count // 2]
    places = rng.permutation(count)[:100]
    np.testing.assert_allclose(codes.at(places, query), wanted[places], atol=2e-3)
    scores = codes.scan(query)
    assert int(scores.argmax()) == count // 2
    if codes.is_scan_exact:
        np.testing.assert_allclose(scores, wanted, atol=2e-3)
    else:
        lead = rows[:, :512] @ rows[count // 2, :512] / np.linalg.norm(rows[:, :512], axis=1)
        lead /= np.linalg.norm(rows[count // 2, :512])
        np.testing.assert_allclose(scores, lead, atol=3e-3)
    assert codes.is_scan_exact == (count < 40_000)


@pytest.mark.parametrize(("dim", "off"), [(128, 0.1), (7, 0.2)])
def test_sketches_score_pages_nearly_as_their_rows_do(dim: int, off: float) -> None:
    rng = np.random.default_rng(dim)
    pages = [unit_rows(rng.standard_normal((n, dim)).astype(np.float32)) for n in (1, 40, 900, 3)]
    query = np.concatenate([pages[1][:2], pages[3][:1]])
    codes = SketchCodes(dim)
    codes.append([Sketch.of(page) for page in pages[:2]])
    codes.append([None, *(Sketch.unpacked(Sketch.of(p).packed(), dim) for p in pages[2:])])
    assert len(codes) == 5
    wanted = maxsim(query, [pages[0], pages[1], np.zeros((0, dim), np.float32), *pages[2:]])
    np.testing.assert_allclose(codes.scan(query), wanted, atol=off)
    assert codes.scan(query)[2] == -1
    assert codes.scan(query).argmax() == wanted.argmax()
    some = codes.at(np.array([4, 1]), query)
    np.testing.assert_allclose(some, codes.scan(query)[[4, 1]], atol=1e-5)


def test_many_pages_are_scored_by_several_threads_alike() -> None:
    rng = np.random.default_rng(9)
    pages = [unit_rows(rng.standard_normal((400, 16)).astype(np.float32)) for _ in range(20)]
    codes = SketchCodes(16)
    for _ in range(50):  # 400,000 rows
        codes.append([Sketch.of(page) for page in pages])
    scores = codes.scan(pages[7][:3])
    alike = np.tile(scores[:20], (50, 1))
    np.testing.assert_allclose(scores.reshape(50, 20), alike, atol=1e-5)
    assert int(scores[:20].argmax()) == 7
    some = codes.at(np.array([7, 993]), pages[7][:3])
    np.testing.assert_allclose(some, scores[[7, 993]], atol=1e-5)


def test_a_sketch_that_is_cut_short_is_noticed() -> None:
    data = Sketch.of(np.ones((3, 8), np.float32)).packed()
    with pytest.raises(ValueError, match="whole rows"):
        Sketch.unpacked(data[:-1], 8)
