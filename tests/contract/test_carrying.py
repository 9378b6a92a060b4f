"""What every store promises to those who carry a library over to another store."""

import numpy as np
import pytest

from folioscope.domain.embeddings import VisualPage
from folioscope.domain.errors import FingerprintMismatchError, StoreError
from folioscope.domain.pages import Float32, PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import DIM, FINGERPRINT, add, asking, unit
from tests.contract.visual_makers import MODEL, look


def other_library(*, pages: int = 40) -> MemoryVectorStore:
    """A library elsewhere, with statistics of its own."""
    made = MemoryVectorStore()
    made.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(made, "far", [f"tea {n}" for n in range(pages)])
    made.refresh_statistics()
    return made


def scores(store: VectorStore, vector: Float32) -> dict[PageRef, float]:
    found = store.search(asking(vector=vector), limit=50)
    return dict(zip(found.refs, found.page.tolist(), strict=True))


def test_small_values_are_listed(store: VectorStore) -> None:
    assert store.values() == {}
    store.set_value("folders", b"[]")
    store.set_value("under way", b"\x00\xff")
    assert store.values() == {"folders": b"[]", "under way": b"\x00\xff"}


def test_a_library_without_pages_has_no_statistics_of_its_own(store: VectorStore) -> None:
    assert store.packed_statistics() is None


def test_statistics_of_another_store_whiten_as_they_did_there(store: VectorStore) -> None:
    other = other_library()
    refs = [PageRef("far", index) for index in range(40)]
    packed = other.packed_statistics()
    assert packed is not None
    store.put_statistics(packed)
    store.stage_pages("far", other.pages(refs, with_vectors=True))
    store.commit_document(other.documents()[0])
    store.put_statistics(packed)
    assert store.packed_statistics() == packed
    vector = unit(np.random.default_rng(5), DIM)
    mine, theirs = scores(store, vector), scores(other, vector)
    assert mine.keys() == theirs.keys()
    assert list(mine.values()) == pytest.approx([theirs[ref] for ref in mine], abs=0.02)


def test_statistics_that_are_cut_short_are_refused(store: VectorStore) -> None:
    packed = other_library().packed_statistics()
    assert packed is not None
    with pytest.raises(StoreError, match="cannot be read"):
        store.put_statistics(packed[:-40])
    assert store.packed_statistics() is None


def test_statistics_of_another_model_are_refused(store: VectorStore) -> None:
    from folioscope.stores.statistics import default_statistics

    add(store, "a", ["tea"])
    before = store.packed_statistics()
    with pytest.raises(FingerprintMismatchError):
        store.put_statistics(default_statistics(DIM + 1).packed())
    assert store.packed_statistics() == before


def test_looks_that_another_store_pooled_are_kept_as_they_are(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "milk"])
    gone = PageRef("gone", 0)
    store.put_visual(MODEL, [(refs[0], look(1))])
    (pooled,) = store.visual_pages(MODEL, [refs[0]])
    assert pooled is not None
    store.put_visual_pages(MODEL, [(refs[1], pooled), (gone, pooled)])
    (kept,) = store.visual_pages(MODEL, [refs[1]])
    assert kept is not None
    np.testing.assert_allclose(kept.single, pooled.single, atol=1e-6)
    np.testing.assert_allclose(kept.rows, pooled.rows, atol=1e-6)
    np.testing.assert_array_equal(kept.clusters, pooled.clusters)
    assert kept.grid == pooled.grid
    assert store.visual_counts() == {MODEL: 2}


def test_looks_that_do_not_fit_are_refused_all_together(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "milk"])
    store.put_visual(MODEL, [(refs[0], look(1))])
    (good,) = store.visual_pages(MODEL, [refs[0]])
    assert good is not None
    bad = VisualPage(good.single, good.rows, good.clusters + len(good.rows), good.grid)
    with pytest.raises(StoreError, match="damaged"):
        store.put_visual_pages(MODEL, [(refs[1], good), (refs[1], bad)])
    short = VisualPage(good.single[:-1], good.rows, good.clusters, good.grid)
    with pytest.raises(StoreError, match="size"):
        store.put_visual_pages(MODEL, [(refs[1], short)])
    assert store.visual_counts() == {MODEL: 1}
