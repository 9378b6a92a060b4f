"""What every store finds: words, phrases, scripts, filters, looks, meaning."""

from datetime import date, datetime

import numpy as np
import pytest

from folioscope.domain.documents import DocumentKind
from folioscope.domain.pages import LOOK_COUNT, LOOK_NAMES, PageRef, TextSource
from folioscope.domain.protocols import VectorStore
from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from tests.contract.store_makers import (
    DIM,
    add,
    asking,
    document,
    file,
    found,
    page,
    run_of,
    unit,
)


def refs(store: VectorStore, **words: object) -> set[PageRef]:
    """Pages that a query of exact runs lets pass."""
    return set(store.page_refs(StoreQuery(words=WordQuery(**words))))  # type: ignore[arg-type]


def passing(store: VectorStore, **filters: object) -> list[PageRef]:
    return store.page_refs(StoreQuery(filter=PageFilter(**filters)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("die Größe der Straße", "GROSSE STRASSE"),
        ("Ελληνικά και Ωραία", "ελληνικα ωραια"),
        ("المكتبة العامة في أحمد", "المكتبه احمد"),
        ("東京都の図書館で本を読む", "図書館"),
        ("한국어 문서 검색", "문서"),
        ("เอกสารภาษาไทย รายงาน", "รายงาน"),
        ("naïve café — résumé", "cafe resume"),
        ("Số hoá đơn: INV-2024/00017", "INV-2024/00017"),
        ("x² and ﬁle ｆｕｌｌ", "file full"),
        ("שלום עולם", "שלום"),
        ("हिन्दी भाषा", "हिन्दी"),
    ],
)
def test_words_of_many_scripts_are_found(store: VectorStore, text: str, query: str) -> None:
    add(store, "a", [text, "something else", "other 本 京"])
    assert found(store, query)[0] == PageRef("a", 0)
    assert refs(store, required=(run_of(query.split()[0]),)) == {PageRef("a", 0)}


def test_one_cjk_sign_is_found_inside_words(store: VectorStore) -> None:
    add(store, "a", ["東京都", "都", "京都市", "大阪"])
    assert set(found(store, "都")) == {PageRef("a", i) for i in (0, 1, 2)}
    assert refs(store, required=(("都",),)) == {PageRef("a", i) for i in (0, 1, 2)}
    result = store.search(asking("都"), limit=9)
    assert result.held.min() == pytest.approx(1.0)


def test_mixed_queries_find_both_parts(store: VectorStore) -> None:
    add(store, "a", ["PDF文書を検索する", "PDF reader", "文書館"])
    assert found(store, "PDF文書")[0] == PageRef("a", 0)
    assert refs(store, required=(run_of("PDF文書"),)) == {PageRef("a", 0)}


def test_compounds_are_found_at_half_weight(store: VectorStore) -> None:
    texts = ["Kreditvertrag vom Mai", "Vertrag vom Mai", "Vertragsende im Juni", "Kredit"]
    add(store, "a", texts)
    result = store.search(asking("Vertrag"), limit=9)
    held = dict(zip((r.page_index for r in result.refs), result.held.tolist(), strict=True))
    assert held == pytest.approx({0: 0.5, 1: 1.0, 2: 0.5}, abs=1e-5)
    assert found(store, "Vertrag")[0] == PageRef("a", 1)
    assert set(found(store, "Kreditvertrag")) == {PageRef("a", i) for i in (0, 1, 3)}
    assert refs(store, required=(("vertrag",),)) == {PageRef("a", 1)}


def test_short_words_are_no_compounds(store: VectorStore) -> None:
    add(store, "a", ["category", "cat"])
    assert found(store, "cat") == [PageRef("a", 1)]


def test_phrases_minus_and_or(store: VectorStore) -> None:
    add(store, "a", ["green tea cup", "tea green cup", "cup of tea", "coffee"])
    at = lambda *numbers: {PageRef("a", n) for n in numbers}  # noqa: E731
    assert refs(store, required=(("green", "tea"),)) == at(0)
    assert refs(store, required=(("tea",), ("cup",))) == at(0, 1, 2)
    assert refs(store, excluded=(("green",),)) == at(2, 3)
    assert refs(store, excluded=(("green", "tea"),)) == at(1, 2, 3)
    assert refs(store, alternatives=((("coffee",), ("of", "tea")),)) == at(2, 3)
    assert refs(store, required=(("tea",),), alternatives=((("of",), ("green", "cup")),)) == at(
        1, 2
    )
    assert refs(store, required=(("milk",),)) == set()
    assert refs(store, excluded=(("milk",),)) == at(0, 1, 2, 3)
    query = asking("tea", vector=unit(np.random.default_rng(0), DIM))
    words = WordQuery(terms=query.words.terms, excluded=(("green",),))
    result = store.search(StoreQuery(words=words, vector=query.vector), limit=9)
    assert set(result.refs) == at(2, 3)


def test_phrases_do_not_run_over_pages(store: VectorStore) -> None:
    add(store, "a", ["one two", "three four"])
    assert refs(store, required=(("two", "three"),)) == set()


def test_the_best_words_come_first(store: VectorStore) -> None:
    add(store, "a", ["loan", "loan agreement for a house", "agreement loan", "nothing"])
    assert found(store, "loan agreement")[0] in {PageRef("a", 1)}
    result = store.search(asking("loan agreement"), limit=9)
    pairs = {r.page_index: p for r, p in zip(result.refs, result.pairs.tolist(), strict=True)}
    assert pairs[1] > 0
    assert pairs[2] == 0


def test_file_names_are_words_too(store: VectorStore) -> None:
    add(store, "a", ["x"], paths=["/p/2020_Annual-Report.final.pdf"])
    add(store, "b", ["y"], paths=["/p/other.pdf", "/q/annual budget.pdf"])
    add(store, "c", ["z"])
    result = store.search(asking("annual report"), limit=9)
    held = {
        r.document_id: (h, n > 0)
        for r, h, n in zip(result.refs, result.held, result.names, strict=True)
    }
    assert held["a"] == (pytest.approx(1.0), True)
    assert 0 < held["b"][0] < 1
    assert "c" not in held or held["c"] == (0.0, False)


def test_more_asked_than_there_are(store: VectorStore) -> None:
    add(store, "a", ["x", "y"])
    vector = unit(np.random.default_rng(0), DIM)
    result = store.search(asking("x", vector=vector), limit=1000)
    assert len(result) == 2
    assert len(store.search(asking("x", vector=vector), limit=1)) <= 2
    for name in ("page", "region", "title", "told", "words", "held", "maxsim", "visual", "digest"):
        assert len(getattr(result, name)) == 2
    assert result.looks.shape == (2, LOOK_COUNT)


def test_meaning_finds_the_page_the_region_and_the_title(store: VectorStore) -> None:
    add(store, "a", [f"page number {n} " * 20 for n in range(40)])
    store.refresh_statistics()
    records = store.pages([PageRef("a", n) for n in range(40)], with_vectors=True)
    mean = np.mean([r.vectors.page for r in records], axis=0)
    own = records[7].vectors
    for vector, column in ((own.page, "page"), (own.regions[1], "region"), (own.title, "title")):
        result = store.search(StoreQuery(vector=(vector - mean).astype(np.float32)), limit=40)
        best = int(getattr(result, column).argmax())
        assert result.refs[best] == PageRef("a", 7)
    row = result.refs.index(PageRef("a", 7))
    assert result.region_index[row] in (0, 1)
    result = store.search(StoreQuery(vector=(own.regions[1] - mean).astype(np.float32)), limit=40)
    assert result.region_index[result.refs.index(PageRef("a", 7))] == 1


def test_pages_without_text_have_no_vector_of_their_own(store: VectorStore) -> None:
    store.stage_pages("a", [page("a", 0, has_vector=False, regions=0), page("a", 1, "tea " * 60)])
    store.commit_document(document("a", 2))
    result = store.search(StoreQuery(vector=unit(np.random.default_rng(0), DIM)), limit=5)
    empty = result.refs.index(PageRef("a", 0))
    assert (result.page[empty], result.region[empty], result.region_index[empty]) == (-1, -1, -1)
    assert result.told[empty] == 0
    assert result.told[1 - empty] == 1
    assert result.digest[empty] == 0
    assert result.ink.tolist() == [0.25, 0.25]


def test_equal_texts_share_a_digest(store: VectorStore) -> None:
    add(store, "a", ["Same  words, HERE", "same words here", "other words here"])
    result = store.search(asking("words"), limit=9)
    digest = {r.page_index: int(d) for r, d in zip(result.refs, result.digest, strict=True)}
    assert digest[0] == digest[1] != digest[2]
    assert digest[0] != 0


def test_looks_choose_pages_and_are_ranked(store: VectorStore) -> None:
    red = LOOK_NAMES.index("red")
    pages = []
    for number in range(60):
        looks = np.zeros(LOOK_COUNT, np.float32)
        looks[red] = number / 60
        pages.append(page("a", number, looks=looks))
    store.stage_pages("a", pages)
    store.commit_document(document("a", 60))
    store.refresh_statistics()
    weights = np.zeros(LOOK_COUNT, np.float32)
    weights[red] = 1.0
    vector = unit(np.random.default_rng(0), DIM) * 0
    result = store.search(StoreQuery(vector=vector, look_weights=weights), limit=5)
    by_look = np.argsort(-result.looks[:, red])
    assert {result.refs[i].page_index for i in by_look[:5]} == {55, 56, 57, 58, 59}
    assert np.ptp(result.looks[:, LOOK_NAMES.index("photo")]) == 0  # all alike: no opinion
    assert np.abs(result.looks).max() <= 0.5


# filters


def test_filters_by_file(store: VectorStore) -> None:
    at = lambda *names: [PageRef(name, 0) for name in names]  # noqa: E731
    add(store, "a", ["x"], paths=["/data/Work/Report.PDF"], mtime_ns=_at(2024, 5, 1))
    add(store, "b", ["x"], paths=["/data/workshop/Résumé.pdf"], mtime_ns=_at(2023, 5, 1))
    add(
        store,
        "c",
        ["x"],
        paths=["/data/Work/deep/scan.png"],
        mtime_ns=_at(2022, 5, 1),
        kind=DocumentKind.IMAGE,
    )
    assert passing(store) == at("a", "b", "c")
    assert passing(store, folders=("/data/work",)) == at("a", "c")
    assert passing(store, folders=("/data/Work/",)) == at("a", "c")
    assert passing(store, folders=("work",)) == at("a", "b", "c")
    assert passing(store, folders=("deep", "/data/workshop")) == at("b", "c")
    assert passing(store, folders=("/data/Work/Report.PDF",)) == at("a")
    assert passing(store, file_names=("resume",)) == at("b")
    assert passing(store, file_names=("re", "port")) == at("a")
    assert passing(store, extensions=("pdf",)) == at("a", "b")
    assert passing(store, extensions=("PNG", "tif")) == at("c")
    assert passing(store, kinds=(DocumentKind.IMAGE,)) == at("c")
    assert passing(store, documents=("b", "zz")) == at("b")
    assert passing(store, documents=("",)) == []
    assert passing(store, after=date(2023, 5, 1)) == at("a", "b")
    assert passing(store, before=date(2023, 5, 1)) == at("c")
    assert passing(store, after=date(2023, 1, 1), before=date(2024, 1, 1)) == at("b")


def test_signs_in_filters_mean_themselves(store: VectorStore) -> None:
    add(store, "a", ["x"], paths=["/p/100%/*half?\\ [off].pdf"])
    add(store, "b", ["x"], paths=["/p/100/a half x off.pdf"])
    for part in ("*half", "f?", "\\ ", "[off]", "f?\\ [o"):
        assert passing(store, file_names=(part,)) == [PageRef("a", 0)], part
    assert passing(store, folders=("0%",)) == [PageRef("a", 0)]
    assert passing(store, folders=("/p/100",)) == [PageRef("b", 0)]
    assert passing(store, file_names=("half*off",)) == []


def test_one_file_must_fit_the_whole_filter(store: VectorStore) -> None:
    add(store, "a", ["x"], paths=["/p/report.pdf", "/q/copy.pdf"])
    assert passing(store, folders=("/q",), file_names=("report",)) == []
    assert passing(store, folders=("/p",), file_names=("report",)) == [PageRef("a", 0)]


def test_filters_by_page_and_source(store: VectorStore) -> None:
    pages = [
        page("a", n, "x", source=TextSource.OCR if n % 2 else TextSource.LAYER) for n in range(6)
    ]
    store.stage_pages("a", pages)
    store.commit_document(document("a", 6))
    assert [r.page_index for r in passing(store, pages=((1, 2), (5, 9)))] == [1, 2, 5]
    assert [r.page_index for r in passing(store, text_sources=(TextSource.OCR,))] == [1, 3, 5]
    query = asking("x", vector=unit(np.random.default_rng(0), DIM), pages=((4, 4),))
    assert store.search(query, limit=9).refs == (PageRef("a", 4),)


def test_the_newest_file_comes_first(store: VectorStore) -> None:
    add(store, "old", ["x", "y"], mtime_ns=1)
    add(store, "new", ["x", "y"], mtime_ns=2)
    store.put_files([file("/home/copy.pdf", "old", mtime_ns=3)])
    assert [r.document_id for r in passing(store)] == ["old", "old", "new", "new"]
    assert [r.page_index for r in passing(store)] == [0, 1, 0, 1]
    assert len(store.page_refs(StoreQuery(), limit=3)) == 3


def test_a_filter_hears_of_renamed_files(store: VectorStore) -> None:
    add(store, "a", ["x"], paths=["/p/one.pdf"])
    assert passing(store, file_names=("two",)) == []
    store.put_files([file("/p/two.pdf", "a")])
    assert passing(store, file_names=("two",)) == [PageRef("a", 0)]


def _at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, 12).astimezone().timestamp()) * 10**9
