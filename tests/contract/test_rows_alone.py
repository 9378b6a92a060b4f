"""What every store promises of visual models that make rows alone, and no vector a page."""

import numpy as np
import pytest

from folioscope.domain.embeddings import Embedding, VisualQuery
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import Float32, MultiVector, PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.domain.queries import PageFilter, StoreQuery
from folioscope.domain.results import Candidates
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT, add, unit
from tests.contract.visual_makers import MODEL, ROW_DIM, look, odd_rows

ROWS_ALONE = "rows-alone@1/w8a8"
NOTHING = np.zeros(0, np.float32)


def put(store: VectorStore, refs: list[PageRef], *, first: int = 0) -> None:
    """Keep a page made of a seed each, counted from ``first``."""
    looks = [(ref, look(first + n, dim=0)) for n, ref in enumerate(refs)]
    store.put_visual(ROWS_ALONE, looks)


def seen(store: VectorStore, rows: Float32, *, limit: int = 50, **filters: object) -> Candidates:
    query = VisualQuery(ROWS_ALONE, NOTHING, rows)
    wanted = PageFilter(**filters)  # type: ignore[arg-type]
    return store.search(StoreQuery(visual=query, filter=wanted), limit=limit)


def best(found: Candidates) -> PageRef:
    return found.refs[int(found.maxsim.argmax())]


def test_a_page_comes_back_without_a_vector(store: VectorStore) -> None:
    (ref,) = add(store, "a", ["tea"])
    put(store, [ref], first=3)
    (kept,) = store.visual_pages(ROWS_ALONE, [ref])
    assert kept is not None
    assert kept.single.shape == (0,)
    assert (kept.rows @ odd_rows(3).T).max(axis=0).min() > 0.98
    assert store.visual_counts() == {ROWS_ALONE: 1}


@pytest.mark.parametrize("wanted", [0, 7, 29])
def test_pages_are_found_by_a_row_that_stands_in_one_patch(store: VectorStore, wanted: int) -> None:
    refs = add(store, "a", [f"page {n}" for n in range(30)])
    put(store, refs)
    found = seen(store, odd_rows(wanted)[:1], limit=5)
    assert best(found) == refs[wanted]
    assert found.maxsim.max() == pytest.approx(1, abs=0.02)
    assert found.visual[found.maxsim.argmax()] == pytest.approx(1, abs=0.15)
    assert found.visual.argmax() == found.maxsim.argmax()


def test_what_passes_the_filter_is_found_alone(store: VectorStore) -> None:
    first = add(store, "a", ["one", "two"])
    second = add(store, "b", ["three"])
    put(store, [*first, *second])
    found = seen(store, odd_rows(0), documents=("b",))
    assert set(found.refs) == set(second)


def test_pages_that_were_not_looked_at_have_no_score(store: VectorStore) -> None:
    refs = add(store, "a", ["one", "two"])
    put(store, refs[:1])
    found = seen(store, odd_rows(0))
    scores = dict(zip(found.refs, found.visual.tolist(), strict=True))
    assert scores[refs[0]] > 0.8
    assert scores.get(refs[1], -1.0) == -1.0
    assert store.visual_missing(ROWS_ALONE, limit=9) == refs[1:]


def test_beside_a_model_with_vectors_each_keeps_its_own(store: VectorStore) -> None:
    refs = add(store, "a", ["one", "two"])
    put(store, refs)
    store.put_visual(MODEL, [(refs[0], look(0))])
    assert store.visual_counts() == {ROWS_ALONE: 2, MODEL: 1}
    store.drop_visual(ROWS_ALONE)
    assert store.visual_counts() == {MODEL: 1}
    put(store, refs)
    assert best(seen(store, odd_rows(1))) == refs[1]


def test_replaced_and_removed_pages_are_no_longer_found(store: VectorStore) -> None:
    refs = add(store, "a", ["one", "two", "three"])
    put(store, refs)
    store.put_visual(ROWS_ALONE, [(refs[0], look(9, dim=0))])
    assert best(seen(store, odd_rows(9))) == refs[0]
    other = add(store, "b", ["four"])
    put(store, other, first=5)
    store.remove_documents(["a"])
    assert set(seen(store, odd_rows(9)).refs) == set(other)


@pytest.mark.parametrize(
    "bad",
    [
        Embedding(NOTHING),
        Embedding(NOTHING, MultiVector(np.zeros((0, ROW_DIM), np.float32))),
        Embedding(NOTHING, MultiVector(np.full((3, ROW_DIM), np.nan, np.float32))),
        Embedding(NOTHING, MultiVector(np.ones((3, 5), np.float32))),
        look(1),  # a vector, where the others have none
    ],
)
def test_unfit_pages_are_refused(store: VectorStore, bad: Embedding) -> None:
    refs = add(store, "a", ["one", "two"])
    put(store, refs[:1])
    with pytest.raises(StoreError):
        store.put_visual(ROWS_ALONE, [(refs[1], bad)])
    assert store.visual_counts() == {ROWS_ALONE: 1}


@pytest.mark.parametrize(
    ("single", "rows"),
    [
        (NOTHING, None),
        (NOTHING, np.zeros((0, ROW_DIM), np.float32)),
        (NOTHING, unit(np.random.default_rng(0), 2, ROW_DIM + 4)),
        (look(1).single, odd_rows(1)),
    ],
)
def test_unfit_queries_are_refused(
    store: VectorStore, single: Float32, rows: Float32 | None
) -> None:
    put(store, add(store, "a", ["one"]))
    with pytest.raises(StoreError):
        store.search(StoreQuery(visual=VisualQuery(ROWS_ALONE, single, rows)), limit=5)


def test_pages_are_carried_over_as_they_are(store: VectorStore) -> None:
    refs = add(store, "a", ["one", "two"])
    other = MemoryVectorStore()
    other.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(other, "a", ["one", "two"])
    put(other, refs)
    found = other.visual_pages(ROWS_ALONE, refs)
    pages = [(ref, page) for ref, page in zip(refs, found, strict=True) if page is not None]
    store.put_visual_pages(ROWS_ALONE, pages)
    assert best(seen(store, odd_rows(1))) == refs[1]
