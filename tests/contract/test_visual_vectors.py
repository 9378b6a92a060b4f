"""What every store promises of the vectors of visual models."""

import numpy as np
import pytest

from folioscope.domain.documents import DocumentKind, FileState
from folioscope.domain.embeddings import Embedding, VisualQuery
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import Float32, MultiVector, PageRef
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Access, VectorStore
from folioscope.domain.queries import PageFilter, StoreQuery
from folioscope.domain.results import Candidates
from tests.contract.store_makers import DIM, FINGERPRINT, add, asking, document, file, page, unit
from tests.contract.visual_makers import (
    MODEL,
    ROW_DIM,
    SINGLE_DIM,
    look,
    odd_patches,
    odd_rows,
    seeing,
)


def put(store: VectorStore, refs: list[PageRef], *, model: str = MODEL, first: int = 0) -> None:
    """Keep a page made of a seed each, counted from ``first``."""
    store.put_visual(model, [(ref, look(first + n)) for n, ref in enumerate(refs)])


def seen(
    store: VectorStore, query: VisualQuery, *, limit: int = 50, **filters: object
) -> Candidates:
    wanted = PageFilter(**filters)  # type: ignore[arg-type]
    return store.search(StoreQuery(visual=query, filter=wanted), limit=limit)


def column(result: Candidates, name: str) -> dict[PageRef, float]:
    return dict(zip(result.refs, getattr(result, name).tolist(), strict=True))


def test_a_page_comes_back_with_its_vector_its_rows_and_its_grid(store: VectorStore) -> None:
    (ref,) = add(store, "a", ["tea"])
    grid = PatchGrid(7, 4, page_width=0.5)
    put_in = look(1, grid=grid)
    store.put_visual(MODEL, [(ref, put_in)])
    (kept,) = store.visual_pages(MODEL, [ref])
    assert kept is not None
    np.testing.assert_allclose(kept.single, put_in.single, atol=5e-3)
    assert kept.grid == grid
    assert kept.clusters.shape == (len(grid),)
    assert 0 <= kept.clusters.min() <= kept.clusters.max() < len(kept.rows)
    np.testing.assert_allclose(np.linalg.norm(kept.rows, axis=1), 1, atol=1e-5)
    found = kept.rows[kept.clusters[odd_patches(grid)]]
    assert (found * odd_rows(1)).sum(axis=1).min() > 0.99, "what stands out was blurred"


def test_rows_of_the_template_stand_for_no_patch(store: VectorStore) -> None:
    (ref,) = add(store, "a", ["tea"])
    store.put_visual(MODEL, [(ref, look(1, template=5))])
    (kept,) = store.visual_pages(MODEL, [ref])
    assert kept is not None
    assert kept.clusters.shape == (30,)
    assert kept.clusters.min() >= 0


def test_patches_without_a_row_belong_to_none(store: VectorStore) -> None:
    (ref,) = add(store, "a", ["tea"])
    rows = unit(np.random.default_rng(0), 2, ROW_DIM)
    cells = np.array([3, 0], np.int32)
    grid = PatchGrid(2, 2)
    store.put_visual(MODEL, [(ref, Embedding(look(0).single, MultiVector(rows, cells), grid))])
    (kept,) = store.visual_pages(MODEL, [ref])
    assert kept is not None
    assert kept.clusters[[1, 2]].tolist() == [-1, -1]
    np.testing.assert_allclose(kept.rows[kept.clusters[[3, 0]]], rows, atol=0.02)


def test_models_without_rows_keep_a_vector_alone(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "milk"])
    store.put_visual(MODEL, [(ref, look(n, row_dim=0)) for n, ref in enumerate(refs)])
    (kept,) = store.visual_pages(MODEL, refs[:1])
    assert kept is not None
    assert len(kept.rows) == len(kept.clusters) == 0
    result = seen(store, seeing(1))
    assert column(result, "visual")[refs[1]] == pytest.approx(1, abs=0.01)
    assert set(result.maxsim.tolist()) == {-1}


def test_pages_are_fetched_in_the_order_asked(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y", "z"])
    put(store, refs[:2])
    asked = [refs[1], refs[2], PageRef("b", 0), refs[0]]
    got = store.visual_pages(MODEL, asked)
    assert [page is not None for page in got] == [True, False, False, True]
    assert got[0] is not None
    assert got[0].single @ look(1).single > 0.99
    assert store.visual_pages("another", refs) == [None] * 3


def test_pages_that_are_gone_are_passed_over(store: VectorStore) -> None:
    refs = add(store, "a", ["x"])
    store.stage_pages("s", [page("s", 0)])
    put(store, [PageRef("a", 7), PageRef("b", 0), PageRef("s", 0), refs[0]])
    assert store.visual_counts() == {MODEL: 1}
    got = store.visual_pages(MODEL, [PageRef("a", 7), PageRef("b", 0), PageRef("s", 0)])
    assert got == [None] * 3
    put(store, [PageRef("b", 0)], model="another")
    assert "another" not in store.visual_counts()


def test_a_page_that_is_put_again_is_replaced(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y"])
    put(store, refs)
    store.put_visual(MODEL, [(refs[0], look(9))])
    assert store.visual_counts() == {MODEL: 2}
    (kept,) = store.visual_pages(MODEL, refs[:1])
    assert kept is not None
    assert kept.single @ look(9).single > 0.99
    assert column(seen(store, seeing(9)), "visual")[refs[0]] == pytest.approx(1, abs=0.01)


def test_what_is_missing_is_listed_newest_file_first(store: VectorStore) -> None:
    old = add(store, "a", ["x", "y"], mtime_ns=1)
    new = add(store, "b", ["x", "y", "z"], mtime_ns=2)
    assert store.visual_missing(MODEL, limit=9) == [*new, *old]
    put(store, [new[1], old[0]])
    assert store.visual_missing(MODEL, limit=9) == [new[0], new[2], old[1]]
    assert store.visual_missing(MODEL, limit=2) == [new[0], new[2]]
    assert store.visual_missing("another", limit=1) == [new[0]]


def test_models_are_kept_apart_and_dropped_one_at_a_time(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y"])
    put(store, refs)
    put(store, refs[:1], model="another", first=5)
    assert store.visual_counts() == {MODEL: 2, "another": 1}
    store.drop_visual(MODEL)
    store.drop_visual("never heard of")
    assert store.visual_counts() == {"another": 1}
    assert store.visual_pages(MODEL, refs) == [None, None]
    assert store.visual_missing(MODEL, limit=9) == refs
    assert set(seen(store, seeing(0)).visual.tolist()) <= {-1}
    put(store, refs[1:], first=1)
    assert column(seen(store, seeing(1)), "visual")[refs[1]] == pytest.approx(1, abs=0.01)


def _nan(vector: Float32) -> Float32:
    return np.where(np.arange(len(vector)) == 2, np.float32(np.nan), vector)


@pytest.mark.parametrize(
    "bad",
    [
        Embedding(_nan(look(1).single)),
        Embedding(np.zeros(SINGLE_DIM, np.float32)),
        Embedding(np.zeros((2, SINGLE_DIM), np.float32)),
        Embedding(look(1).single[:50]),
        Embedding(look(1).single, MultiVector(np.full((3, ROW_DIM), np.inf, np.float32))),
        Embedding(look(1).single, MultiVector(np.zeros((3, ROW_DIM), np.float32))),
        Embedding(look(1).single, MultiVector(np.ones((3, 5), np.float32))),
        Embedding(
            look(1).single,
            MultiVector(np.ones((2, ROW_DIM), np.float32), np.array([0, 4], np.int32)),
            PatchGrid(2, 2),
        ),
    ],
)
def test_unfit_vectors_are_refused_and_nothing_of_the_put_is_kept(
    store: VectorStore, bad: Embedding
) -> None:
    refs = add(store, "a", ["x", "y", "z"])
    put(store, refs[:1])
    with pytest.raises(StoreError) as told:
        store.put_visual(MODEL, [(refs[1], look(1)), (refs[2], bad)])
    assert told.value.hint
    assert store.visual_counts() == {MODEL: 1}
    assert store.visual_pages(MODEL, refs[1:]) == [None, None]


def test_rows_that_are_none_are_no_rows(store: VectorStore) -> None:
    (ref,) = add(store, "a", ["x"])
    nothing = MultiVector(np.zeros((0, ROW_DIM), np.float32))
    store.put_visual(MODEL, [(ref, Embedding(look(1).single, nothing))])
    assert column(seen(store, seeing(1)), "maxsim")[ref] == -1


# they belong to the picture


def test_reading_a_page_again_leaves_its_look(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "milk"])
    put(store, refs)
    store.replace_pages([page("a", 0, "coffee")])
    add(store, "a", ["tea again", "milk again"])
    assert store.visual_counts() == {MODEL: 2}
    store.compact()
    assert store.visual_missing(MODEL, limit=9) == []
    assert column(seen(store, seeing(0)), "visual")[refs[0]] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("way", ["documents", "files"])
def test_a_document_that_goes_takes_its_looks_along(store: VectorStore, way: str) -> None:
    gone, kept = add(store, "a", ["x"]), add(store, "b", ["y"])
    put(store, [*gone, *kept])
    seen(store, seeing(0))
    if way == "documents":
        store.remove_documents(["a"])
    else:
        store.remove_files(["/home/a.pdf"])
    assert store.visual_counts() == {MODEL: 1}
    add(store, "a", ["x"])
    assert store.visual_pages(MODEL, gone) == [None]
    assert store.visual_missing(MODEL, limit=9) == gone
    assert gone[0] not in {r for r, s in column(seen(store, seeing(0)), "visual").items() if s > -1}


def test_hidden_documents_keep_theirs_until_compaction(store: VectorStore) -> None:
    refs, others = add(store, "a", ["x"]), add(store, "b", ["y"])
    put(store, [*refs, *others])
    store.put_files([file("/home/a.pdf", "b")])  # nothing leads to a any more
    assert store.visual_counts() == {MODEL: 1}
    assert refs[0] not in seen(store, seeing(0)).refs
    store.put_files([file("/home/a.pdf", "a")])
    assert store.visual_counts() == {MODEL: 2}
    store.put_files([file("/home/a.pdf", "b")])
    store.compact()
    add(store, "a", ["x"])
    assert store.visual_missing(MODEL, limit=9) == refs


def test_a_library_that_is_renewed_need_not_be_looked_at_again(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y"])
    put(store, refs)
    store.renew("other words")
    assert store.visual_counts() == {}
    store.compact()  # its files wait to be read: whose looks they will need is not known yet
    assert all(f.state is FileState.WAITING for f in store.files())
    add(store, "a", ["x", "y"])
    assert store.visual_counts() == {MODEL: 2}
    store.compact()
    assert store.visual_counts() == {MODEL: 2}


# search


def test_the_page_that_looks_alike_is_found(store: VectorStore) -> None:
    refs = add(store, "a", [f"page {n}" for n in range(12)])
    put(store, refs[:10])
    result = seen(store, seeing(3))
    assert set(result.refs) == set(refs[:10]), "pages without a vector answer nothing by look"
    visual, late = column(result, "visual"), column(result, "maxsim")
    assert visual[refs[3]] == pytest.approx(1, abs=0.01)
    assert late[refs[3]] == pytest.approx(1, abs=0.02)
    assert max(visual, key=lambda r: visual[r]) == max(late, key=lambda r: late[r]) == refs[3]
    assert result.refs[0] == refs[3]
    for number, ref in enumerate(refs[:10]):
        wanted = look(number).single @ look(3).single
        assert visual[ref] == pytest.approx(wanted, abs=0.02)


def test_a_small_limit_keeps_the_nearest(store: VectorStore) -> None:
    refs = add(store, "a", [f"page {n}" for n in range(40)])
    put(store, refs)
    scores = np.array([look(n).single @ look(7).single for n in range(40)])
    best = {refs[n] for n in np.argsort(-scores)[:5]}
    assert set(seen(store, seeing(7), limit=5).refs) == best


def test_look_joins_words_and_meaning(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "milk", "coffee", "cocoa"])
    put(store, refs[:2])
    query = asking("cocoa")
    result = store.search(StoreQuery(words=query.words, visual=seeing(1)), limit=9)
    assert {refs[0], refs[1], refs[3]} == set(result.refs)
    assert column(result, "visual")[refs[3]] == column(result, "maxsim")[refs[3]] == -1
    assert column(result, "visual")[refs[1]] == pytest.approx(1, abs=0.01)
    vector = unit(np.random.default_rng(0), DIM)
    result = store.search(StoreQuery(vector=vector, visual=seeing(1)), limit=9)
    assert set(result.refs) == set(refs), "pages without a look are not ruled out"
    assert column(result, "visual")[refs[2]] == -1


def test_filters_hold_for_looks(store: VectorStore) -> None:
    first = add(store, "a", ["x", "y"], paths=["/p/a.pdf"])
    second = add(store, "b", ["x"], paths=["/q/b.png"], kind=DocumentKind.IMAGE)
    put(store, [*first, *second])
    assert set(seen(store, seeing(0), folders=("/q",)).refs) == set(second)
    assert set(seen(store, seeing(2), kinds=frozenset({DocumentKind.PDF})).refs) == set(first)
    assert set(seen(store, seeing(0), pages=((1, 1),)).refs) == {first[1]}


def test_a_query_without_rows_is_answered_by_vectors(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y"])
    put(store, refs)
    result = seen(store, VisualQuery(MODEL, look(1).single))
    assert column(result, "visual")[refs[1]] == pytest.approx(1, abs=0.01)
    assert set(result.maxsim.tolist()) == {-1}


def test_a_model_nothing_was_looked_at_with_finds_nothing_by_look(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "milk"])
    put(store, refs)
    query = StoreQuery(words=asking("tea").words, visual=seeing(0, model="another"))
    result = store.search(query, limit=9)
    assert refs[0] in result.refs
    assert set(result.visual.tolist()) == set(result.maxsim.tolist()) == {-1}


@pytest.mark.parametrize(
    "query",
    [
        VisualQuery(MODEL, look(0).single[:40]),
        VisualQuery(MODEL, _nan(look(0).single)),
        VisualQuery(MODEL, look(0).single, np.ones((2, 5), np.float32)),
        VisualQuery(MODEL, look(0).single, np.full((2, ROW_DIM), np.nan, np.float32)),
    ],
)
def test_a_query_of_another_size_or_without_sense_is_told(
    store: VectorStore, query: VisualQuery
) -> None:
    put(store, add(store, "a", ["x"]))
    with pytest.raises(StoreError):
        seen(store, query)


def test_looks_are_there_after_opening_again(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y"])
    put(store, refs)
    store.close()
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    assert store.visual_counts() == {MODEL: 2}
    assert column(seen(store, seeing(1)), "maxsim")[refs[1]] == pytest.approx(1, abs=0.02)
    store.close()
    store.open(Access.READ, fingerprint=FINGERPRINT)
    with pytest.raises(StoreError, match="reading only"):
        put(store, refs)
    with pytest.raises(StoreError, match="reading only"):
        store.drop_visual(MODEL)


def test_a_document_without_some_pages_counts_those_it_has(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y", "z"])
    put(store, refs)
    store.stage_pages("a", [page("a", 0, "x"), page("a", 2, "z")])
    store.commit_document(document("a", 3))
    assert store.visual_counts() == {MODEL: 2}
    assert store.visual_missing(MODEL, limit=9) == []


def test_what_vectors_take_is_told_by_model(store: VectorStore) -> None:
    refs = add(store, "a", ["x", "y"])
    assert store.visual_sizes() == {}
    put(store, refs)
    put(store, refs[:1], model="another")
    sizes = store.visual_sizes()
    assert sizes.keys() == {MODEL, "another"}
    assert min(sizes.values()) > 0
    store.drop_visual(MODEL)
    assert store.visual_sizes().keys() == {"another"}
