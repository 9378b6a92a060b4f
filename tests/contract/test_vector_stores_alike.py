"""The stores that keep pages find what exact, simple means find."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from folioscope.domain.pages import LOOK_COUNT, PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.domain.queries import StoreQuery, WordQuery
from folioscope.domain.results import Candidates
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import DIM, add, asking, document, file, page, unit

Both = tuple[MemoryVectorStore, VectorStore]
WORDS = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]
slow_start = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def fill(stores: Both, *, documents: int = 30, pages: int = 4) -> None:
    rng = np.random.default_rng(5)
    for number in range(documents):
        texts = [" ".join(rng.choice(WORDS, rng.integers(0, 40))) for _ in range(pages)]
        for store in stores:
            add(store, f"doc{number:03}", texts, mtime_ns=number)


def queries(count: int = 20) -> list[StoreQuery]:
    rng = np.random.default_rng(6)
    weights = np.zeros(LOOK_COUNT, np.float32)
    weights[[0, 5]] = 0.2
    made = []
    for number in range(count):
        words = asking(" ".join(rng.choice(WORDS, rng.integers(1, 4)))).words
        looks = weights if number % 3 == 0 else None
        made.append(StoreQuery(words=words, vector=unit(rng, DIM), look_weights=looks))
    return made


def by_ref(result: Candidates) -> dict[PageRef, tuple[float, ...]]:
    columns = [
        getattr(result, name).tolist()
        for name in ("page", "region", "title", "told", "words", "pairs", "names", "held", "ink")
    ]
    return dict(zip(result.refs, zip(*columns, strict=True), strict=True))


def meaning(result: Candidates) -> np.ndarray:
    lean = (1 - result.told) * result.title
    page_part = result.told * result.page + lean
    return page_part + 0.5 * (result.told * result.region + lean) + 0.3 * result.title


def assert_alike(stores: Both, query: StoreQuery, *, limit: int = 200) -> None:
    exact, coded = (store.search(query, limit=limit) for store in stores)
    rows = by_ref(exact)
    assert set(exact.refs) == set(coded.refs)
    for ref, row in by_ref(coded).items():
        assert row == pytest.approx(rows[ref], abs=0.01)
    order = np.argsort(-meaning(exact), kind="stable")
    place = {ref: i for i, ref in enumerate(exact.refs)}
    got = [coded.refs[i] for i in np.argsort(-meaning(coded), kind="stable")[:10]]
    best = meaning(exact)[order[:10]]
    assert [meaning(exact)[place[ref]] for ref in got] == pytest.approx(best.tolist(), abs=0.02)
    looks = dict(zip(coded.refs, coded.looks, strict=True))
    for ref, row in zip(exact.refs, exact.looks, strict=True):
        np.testing.assert_allclose(looks[ref], row, atol=1e-4)


def test_both_stores_find_the_same(stores: Both) -> None:
    fill(stores)
    for query in queries():
        assert_alike(stores, query)


def test_both_find_the_same_after_all_was_changed_and_compacted(stores: Both) -> None:
    fill(stores)
    for store in stores:
        store.remove_documents([f"doc{n:03}" for n in range(0, 30, 3)])
        store.replace_pages([page("doc001", 2, "ant ant gnu"), page("doc004", 0, "fox")])
        store.put_files([file("/home/doc002.pdf", "doc005")])
        store.compact()
    for query in queries():
        assert_alike(stores, query)
    assert stores[0].page_refs(StoreQuery()) == stores[1].page_refs(StoreQuery())


def test_both_find_the_same_after_opening_again(stores: Both) -> None:
    fill(stores, documents=12)
    stores[1].close()
    stores[1].open(Access.READ, fingerprint="")
    for query in queries(8):
        assert_alike(stores, query)


def test_a_small_limit_keeps_the_best_of_each_kind(stores: Both) -> None:
    fill(stores)
    for query in queries(8):
        exact, coded = (store.search(query, limit=10) for store in stores)
        everything = stores[0].search(query, limit=1000)
        best = [everything.refs[i] for i in np.argsort(-meaning(everything))[:8]]
        assert len(set(best) & set(exact.refs)) == 8
        assert len(set(best) & set(coded.refs)) >= 7


# against naive references

texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=8)
runs = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple)


def _fresh(store: VectorStore, said: list[list[str]], seen: list[int]) -> str:
    """Put the pages as one more document, alone in the library; returns its id."""
    store.remove_documents([f"d{number}" for number in seen])
    seen.append(len(seen))
    name = f"d{seen[-1]}"
    pages = [page(name, i, " ".join(words), regions=1) for i, words in enumerate(said)]
    store.stage_pages(name, pages)
    store.commit_document(document(name, len(said)))
    return name


def bm25(said: list[list[str]], terms: list[str]) -> tuple[list[float], list[float]]:
    """The textbook's formula, one page and one term after another; and the share held."""
    n, mean = len(said), sum(map(len, said)) / len(said)
    scores, held = [0.0] * n, [0.0] * n
    total = 0.0
    for term in dict.fromkeys(terms):
        df = sum(term in words for words in said)
        idf = math.log(1 + (n - df + 0.5) / (df + 0.5)) if df else math.log(2 * n + 2)
        total += idf
        for i, words in enumerate(said):
            if tf := Counter(words)[term]:
                length = 1 - 0.75 + 0.75 * len(words) / max(mean, 1)
                scores[i] += idf * tf * 2.2 / (tf + 1.2 * length)
                held[i] += idf
    return scores, [h / total for h in held]


@slow_start
@given(said=texts, asked=st.lists(st.sampled_from([*WORDS, "yak"]), min_size=1, max_size=4))
def test_words_score_as_in_the_textbook(
    store: VectorStore, said: list[list[str]], asked: list[str]
) -> None:
    seen = _seen(store)
    name = _fresh(store, said, seen)
    result = store.search(asking(" ".join(asked)), limit=100)
    scores, held = bm25(said, asked)
    neighbours = [list(pairwise(words)) for words in said]
    by_index = {ref.page_index: i for i, ref in enumerate(result.refs)}
    assert all(ref.document_id == name for ref in result.refs)
    for index, score in enumerate(scores):
        if score == 0:
            continue
        row = by_index[index]
        assert result.words[row] == pytest.approx(score, rel=1e-4)
        assert result.held[row] == pytest.approx(held[index], rel=1e-4)
        wanted = [p for p in pairwise(asked) if p in neighbours[index]]
        assert (result.pairs[row] > 0) == bool(wanted)


@slow_start
@given(
    said=texts,
    required=st.lists(runs, max_size=2),
    excluded=st.lists(runs, max_size=2),
    alternatives=st.lists(st.lists(runs, min_size=1, max_size=2).map(tuple), max_size=2),
)
def test_runs_restrict_as_reading_would(
    store: VectorStore,
    said: list[list[str]],
    required: list[tuple[str, ...]],
    excluded: list[tuple[str, ...]],
    alternatives: list[tuple[tuple[str, ...], ...]],
) -> None:
    name = _fresh(store, said, _seen(store))

    def stands(run: tuple[str, ...], words: list[str]) -> bool:
        return f" {' '.join(run)} " in f" {' '.join(words)} "

    wanted = [
        PageRef(name, index)
        for index, words in enumerate(said)
        if all(stands(run, words) for run in required)
        and not any(stands(run, words) for run in excluded)
        and all(any(stands(run, words) for run in group) for group in alternatives)
    ]
    query = WordQuery(
        required=tuple(required), excluded=tuple(excluded), alternatives=tuple(alternatives)
    )
    assert store.page_refs(StoreQuery(words=query)) == wanted


def _seen(store: VectorStore) -> list[int]:
    """Numbers of the documents that were put into this store before."""
    known = [int(d.document_id[1:]) for d in store.documents()]
    return list(range(max(known, default=-1) + 1))
