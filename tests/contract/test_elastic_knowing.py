"""What a search fetched is known to the next one, and never outlives what is on the server."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.stores.elastic import mapping, page_documents
from folioscope.stores.elastic.asking import Asker
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.errors import ServerAwayError
from folioscope.stores.elastic.page_codes import PageCodes
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from tests.contract.store_makers import DIM, FINGERPRINT, add, asking, document, found, page, unit
from tests.contract.visual_makers import MODEL, look, seeing

Making = Callable[..., ElasticsearchVectorStore]
FETCHED = "vectors", "codes", "words", "body"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of pages of which searches fetch what scores them."""
    keys: list[str] = []
    msearch = ElasticConnection.msearch

    def noted(self: ElasticConnection, searches: Any, **options: Any) -> list[Any]:
        answers = msearch(self, searches, **options)
        for (_, body), answer in zip(searches, answers, strict=True):
            if set(FETCHED) & set(body.get("docvalue_fields", ())):
                keys.extend(hit["fields"]["ref"][0] for hit in answer["hits"]["hits"])
        return answers

    monkeypatch.setattr(ElasticConnection, "msearch", noted)
    return keys


@pytest.fixture
def one(elastic_store: Making) -> ElasticsearchVectorStore:
    """A library that is open for writing."""
    store = elastic_store("one")
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    return store


def by_meaning(store: ElasticsearchVectorStore, words: str = "") -> Candidates:
    return store.search(asking(words, vector=unit(np.random.default_rng(7), DIM)), limit=50)


def test_a_second_search_fetches_only_pages_that_are_new(
    one: ElasticsearchVectorStore, fetched: list[str]
) -> None:
    add(one, "a", ["tea", "tea cake"])
    first = by_meaning(one, "tea")
    assert sorted(fetched) == ["a:0", "a:1"]
    again = by_meaning(one, "tea")
    assert sorted(fetched) == ["a:0", "a:1"]
    assert again.refs == first.refs
    for column in ("page", "region", "title", "words", "pairs", "held", "looks"):
        np.testing.assert_array_equal(getattr(again, column), getattr(first, column))
    add(one, "b", ["tea"])
    assert set(by_meaning(one, "tea").refs) == {*first.refs, PageRef("b", 0)}
    assert sorted(fetched) == ["a:0", "a:1", "b:0"]


def test_a_page_known_by_its_words_is_fetched_for_its_meaning(
    one: ElasticsearchVectorStore, fetched: list[str]
) -> None:
    add(one, "a", ["tea"])
    assert found(one, "tea") == [PageRef("a", 0)]
    assert by_meaning(one).title[0] > -1
    assert by_meaning(one, "tea").words[0] > 0
    assert fetched == ["a:0", "a:0"]


def test_a_page_that_was_replaced_elsewhere_is_found_as_it_is_now(elastic_store: Making) -> None:
    one, other = elastic_store("one"), elastic_store("two")
    for store in (one, other):
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(one, "a", ["tea", "cake"])
    other.refresh()
    before = by_meaning(other, "tea cake")
    one.replace_pages([page("a", 1, "tea tea")])
    one.close()
    assert set(found(other, "tea")) == {PageRef("a", 0), PageRef("a", 1)}
    after = by_meaning(other, "tea cake")
    place, now = before.refs.index(PageRef("a", 1)), after.refs.index(PageRef("a", 1))
    assert after.digest[now] != before.digest[place]
    assert found(other, "cake") == []


def test_other_statistics_score_pages_that_were_known_before(
    one: ElasticsearchVectorStore, elastic_store: Making
) -> None:
    rng = np.random.default_rng(1)
    for number in range(8):
        add(one, f"d{number}", [" ".join(rng.choice(["tea", "cake"], 4)) for _ in range(3)])
    before = by_meaning(one)
    made_by = one.statistics
    one.refresh_statistics()
    assert one.statistics is not made_by
    after = by_meaning(one)
    assert set(after.refs) == set(before.refs)
    assert not np.allclose(np.sort(after.title), np.sort(before.title), atol=1e-3)
    fresh = elastic_store("two")
    fresh.open(Access.READ, fingerprint=FINGERPRINT)
    anew = by_meaning(fresh)
    assert anew.refs == after.refs
    np.testing.assert_array_equal(anew.title, after.title)


def test_rows_of_looks_are_fetched_once_and_again_when_the_page_is_looked_at_anew(
    one: ElasticsearchVectorStore, fetched: list[str]
) -> None:
    refs = add(one, "a", ["tea", "cake"])
    one.put_visual(MODEL, [(ref, look(number)) for number, ref in enumerate(refs)])
    query = StoreQuery(visual=seeing(0))
    first = one.search(query, limit=9)
    again = one.search(query, limit=9)
    assert sorted(fetched) == ["a:0", "a:1"]
    np.testing.assert_array_equal(again.maxsim, first.maxsim)
    assert first.refs[0] == refs[0]
    one.put_visual(MODEL, [(refs[1], look(0))])
    anew = one.search(query, limit=9)
    assert sorted(fetched) == ["a:0", "a:1", "a:1"]
    assert anew.maxsim[0] == anew.maxsim[1] == first.maxsim[0]


def test_pages_without_codes_are_scored_by_their_vectors(
    elastic_store: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = "folioscope.stores.elastic."
    with monkeypatch.context() as older:  # as versions before codes wrote
        searched, pages = page_documents._searched, mapping.pages

        def without_codes() -> Any:
            layout = pages()
            del layout["properties"]["codes"]
            return layout

        older.setattr(f"{room}mapping.pages", without_codes)
        older.setattr(f"{room}library.ServerLibrary.take_codes", lambda self: None)
        older.setattr(
            f"{room}page_documents._searched",
            lambda *given: ({k: v for k, v in s.items() if k != "codes"} for s in searched(*given)),
        )
        old = elastic_store("one")
        old.open(Access.WRITE, fingerprint=FINGERPRINT)
        add(old, "a", ["tea"])
        before = by_meaning(old, "tea")
        old.close()
    reader = elastic_store("two")
    reader.open(Access.READ, fingerprint=FINGERPRINT)
    np.testing.assert_allclose(by_meaning(reader, "tea").title, before.title, atol=1e-6)
    writer = elastic_store("one")
    writer.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(writer, "b", ["tea"])
    assert set(by_meaning(writer, "tea").refs) == {PageRef("a", 0), PageRef("b", 0)}


def test_a_page_whose_codes_are_damaged_is_scored_by_its_vectors(
    one: ElasticsearchVectorStore, elastic_store: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = PageCodes.packed
    monkeypatch.setattr(PageCodes, "packed", lambda codes: packed(codes)[:-9] + b"damaged!!")
    add(one, "a", ["tea"])
    monkeypatch.undo()
    add(one, "b", ["tea"])
    one.close()
    reader = elastic_store("two")
    reader.open(Access.READ, fingerprint=FINGERPRINT)
    found_pages = by_meaning(reader, "tea")
    assert set(found_pages.refs) == {PageRef("a", 0), PageRef("b", 0)}
    assert (found_pages.title > -1).all()
    assert reader.verify().damaged == ()


def test_a_write_whose_answer_is_lost_counts_once(
    one: ElasticsearchVectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(one, "a", ["tea", "cake"])
    send, lost = Asker._send, []

    def losing(self: Asker, method: str, path: str, *rest: Any) -> Any:
        answer = send(self, method, path, *rest)
        if method == "PUT" and "/_doc/d-" in path and len(lost) < 2:
            lost.append(path)
            raise ServerAwayError("The answer was lost.", hint="")
        return answer

    monkeypatch.setattr(Asker, "_send", losing)
    one.replace_pages([page("a", 1, "coffee")])
    one.commit_document(document("a", 2))
    one.stage_pages("b", [page("b", 0, "coffee")])
    one.commit_document(document("b", 1))
    assert len(lost) == 2
    assert set(found(one, "coffee")) == {PageRef("a", 1), PageRef("b", 0)}
    assert one.verify().damaged == ()
