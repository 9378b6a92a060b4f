"""Several machines on one library of a server, and writers that are killed in the middle."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from folioscope.domain.documents import FileState
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access, Health
from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from folioscope.domain.store_places import ElasticSecret
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.stores.elastic.bulk import BulkReport
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from tests.contract.store_makers import FINGERPRINT, add, asking, document, file, found, page
from tests.contract.visual_makers import MODEL, look, seeing
from tests.elastic_node import TestServer

Making = Callable[..., ElasticsearchVectorStore]
Two = tuple[ElasticsearchVectorStore, ElasticsearchVectorStore]


@pytest.fixture
def two(elastic_store: Making) -> Two:
    """The same library, open for writing on two machines."""
    one, other = elastic_store("one"), elastic_store("two")
    for store in (one, other):
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
    return one, other


def test_a_page_read_by_one_is_found_by_all(two: Two) -> None:
    one, other = two
    refs = add(one, "a", ["tea", "cake"], paths=["/home/one/a.pdf"])
    one.put_visual(MODEL, [(refs[0], look(1))])
    one.close()
    assert other.refresh()
    assert found(other, "tea") == [refs[0]]
    assert [d.document_id for d in other.documents()] == ["a"]
    assert other.visual_missing(MODEL, limit=9) == [refs[1]]
    assert not other.refresh()


def test_a_visual_model_may_be_forgotten_while_others_search_by_it(two: Two) -> None:
    one, other = two
    refs = add(one, "a", ["tea"])
    one.put_visual(MODEL, [(refs[0], look(1))])
    one.drop_visual(MODEL)
    assert found(one, "tea") == refs
    one.put_visual(MODEL, [(refs[0], look(1))])
    query = StoreQuery(visual=seeing(1))
    one.search(query, limit=9)
    other.refresh()
    assert other.search(query, limit=9).visual[0] > 0.9
    one.drop_visual(MODEL)
    assert len(other.search(query, limit=9)) == 0


def test_paths_and_small_values_are_each_machine_s_own(two: Two) -> None:
    one, other = two
    one.set_value("folders", b"mine")
    add(one, "a", ["tea"], paths=["/home/one/a.pdf"])
    other.put_files([file("/home/two/copy.pdf", "a"), file("/home/two/new.pdf")])
    assert other.value("folders") is None
    assert [f.path for f in one.files()] == ["/home/one/a.pdf"]
    assert [f.path for f in other.files()] == ["/home/two/copy.pdf", "/home/two/new.pdf"]
    assert one.stats().files == 1
    assert [c.folder for c in other.page_counts()] == ["/home/two"]
    assert [(c.pages, c.files) for c in other.page_counts()] == [(1, 2)]


def test_what_lies_on_another_machine_is_told_as_away(two: Two) -> None:
    one, other = two
    add(one, "a", ["tea"], paths=["/home/one/a report.pdf"])
    one.close()
    assert other.files() == []
    (elsewhere,) = other.files(document_id="a")
    assert (elsewhere.path, elsewhere.is_away) == ("/home/one/a report.pdf", True)
    assert other.search(asking("report"), limit=9).names[0] > 0
    other.put_files([file("/home/two/b.pdf", "a")])
    assert [f.path for f in other.files(document_id="a")] == ["/home/two/b.pdf"]


def test_a_document_goes_when_it_has_no_file_on_any_machine(two: Two) -> None:
    one, other = two
    refs = add(one, "a", ["tea"], paths=["/home/one/a.pdf"])
    other.put_files([file("/home/two/a.pdf", "a")])
    one.remove_files(["/home/one/a.pdf"])
    assert found(one, "tea") == refs
    other.remove_files(["/home/two/a.pdf"])
    one.refresh()
    assert found(one, "tea") == []
    assert one.documents() == []


def test_both_may_read_the_same_document_at_once(two: Two) -> None:
    for store in two:
        store.stage_pages("a", [page("a", 0, "tea")])
    assert [store.staged_pages("a") for store in two] == [{0}, {0}]
    for store in two:
        store.stage_pages("a", [page("a", 1, "cake")])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda store: store.commit_document(document("a", 2)), two))
    for store in two:
        store.refresh()
        assert store.page_refs(StoreQuery()) == [PageRef("a", 0), PageRef("a", 1)]
        assert set(found(store, "tea cake")) == {PageRef("a", 0), PageRef("a", 1)}
    two[0].compact()
    assert two[0].verify().health is Health.SOUND
    assert two[0].stats().pages == 2


def test_renewing_holds_for_every_machine(two: Two) -> None:
    one, other = two
    add(one, "a", ["tea"], paths=["/home/one/a.pdf"])
    other.put_files([file("/home/two/a.pdf", "a")])
    one.renew("another model")
    assert other.refresh()
    assert other.fingerprint == "another model"
    assert found(other, "tea") == []
    assert [(f.state, f.document_id) for f in other.files()] == [(FileState.WAITING, "")]


def test_who_may_only_search_writes_nothing(
    elastic_server: TestServer, elastic_store: Making
) -> None:
    writer = elastic_store()
    writer.open(Access.WRITE, fingerprint=FINGERPRINT)
    refs = add(writer, "a", ["tea"])
    writer.close()
    place = replace(writer.place, is_read_only=True)
    reader = ElasticsearchVectorStore(place, elastic_server.secret, machine="two")
    with pytest.raises(StoreError, match="only be searched"):
        reader.open(Access.WRITE, fingerprint=FINGERPRINT)
    reader.open(Access.READ, fingerprint=FINGERPRINT)
    assert found(reader, "tea") == refs
    with pytest.raises(StoreError):
        reader.put_files([file("/home/b.pdf")])
    reader.close()


def test_looking_for_a_library_that_is_not_there_makes_none(elastic_store: Making) -> None:
    store = elastic_store()
    for _ in range(2):
        with pytest.raises(StoreError, match="no library"):
            store.open(Access.READ, fingerprint="")


def write(store: ElasticsearchVectorStore, index: str, key: str, source: Any) -> None:
    """Change a document of the library behind its back; None deletes it."""
    connection = ElasticConnection(store.place, ElasticSecret())
    connection.open()
    path = f"/{store.place.prefix}-{index}/_doc/{key}"
    if source is None:
        connection.change("DELETE", path)
    else:
        connection.change("PUT", path, source)
    connection.refresh(f"{store.place.prefix}-{index}")
    connection.close()


def test_damage_is_told_and_mended(two: Two, elastic_store: Making) -> None:
    one, other = two
    add(one, "a", ["tea", "cake"], paths=["/home/one/a.pdf"])
    refs = add(one, "b", ["milk"], paths=["/home/one/b.pdf"])
    other.put_files([file("/home/two/a.pdf", "a")])
    one.compact()
    (key,) = keys_of(one, "pages", {"term": {"ref": "a:1"}})
    write(one, "pages", key, None)
    (blob,) = keys_of(one, "documents", {"prefix": {"what": "stat"}}, "data")
    write(one, "documents", blob, None)
    one.close()
    one = elastic_store("one")
    one.open(Access.WRITE, fingerprint=FINGERPRINT)
    assert found(one, "milk") == refs
    report = one.verify()
    assert (report.health, report.damaged, len(report.messages)) == (Health.DAMAGED, ("a",), 2)
    one.repair()
    assert one.verify().health is Health.SOUND
    assert one.page_refs(StoreQuery()) == refs
    for store in (one, other):
        store.refresh()
        states = [(f.state, f.document_id) for f in store.files() if "a.pdf" in f.path]
        assert states == [(FileState.WAITING, "")]


def keys_of(store: ElasticsearchVectorStore, index: str, query: Any, having: str = "") -> list[str]:
    connection = ElasticConnection(store.place, ElasticSecret())
    connection.open()
    connection.refresh(f"{store.place.prefix}-{index}")
    hits = list(connection.scan(f"{store.place.prefix}-{index}", query))
    connection.close()
    return [hit["_id"] for hit in hits if not having or having in hit["_source"]]


def test_long_lists_come_in_parts(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = two
    refs = []
    for number in range(7):
        name = f"d{number}"
        refs += add(one, name, ["tea", "cake", "tea"], mtime_ns=-number)
        one.put_visual(MODEL, [(refs[-1], look(number))])
    before = one.files(), one.documents(), one.page_counts()
    room = "folioscope.stores.elastic."
    for module in ("file_rows", "document_rows", "committing", "kept_statistics", "upkeep"):
        monkeypatch.setattr(f"{room}{module}._AT_ONCE", 2)
    monkeypatch.setattr(f"{room}searching._LISTED_AT_ONCE", 2)
    monkeypatch.setattr(f"{room}searching.MOST", 4)
    monkeypatch.setattr(f"{room}filters._MOST_TERMS", 3)
    monkeypatch.setattr(f"{room}proposing._FETCHED", 4)
    assert (one.files(), one.documents(), one.page_counts()) == before
    assert one.page_refs(StoreQuery()) == refs
    assert one.page_refs(StoreQuery(), limit=5) == refs[:5]
    tea = [ref for ref in refs if ref.page_index != 1]
    assert one.page_refs(StoreQuery(words=WordQuery(required=(("tea",),)))) == tea
    assert set(found(one, "tea")) == set(tea)
    chosen = PageFilter(documents=tuple(f"d{n}" for n in range(5)))
    assert one.page_refs(StoreQuery(filter=chosen)) == refs[:15]
    assert one.visual_missing(MODEL, limit=99) == [ref for ref in refs if ref.page_index != 2]
    assert one.visual_counts() == {MODEL: 7}
    one.compact()
    assert one.verify().checked_pages == len(refs)
    one.remove_documents([f"d{n}" for n in range(6)])
    assert one.page_refs(StoreQuery()) == refs[18:]


# killed in the middle


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Lets the process die before its n-th write from now on; 0: never."""
    left = [0]

    def dying(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if left[0]:
                left[0] -= 1
                if left[0] == 0:
                    left[0] = -1
            if left[0] < 0:
                raise Killed
            return original(*arguments, **named)

        return call

    for name in ("bulk", "change"):  # puts and refreshes are changes too
        monkeypatch.setattr(ElasticConnection, name, dying(getattr(ElasticConnection, name)))

    def set_off(number: int) -> None:
        left[0] = number

    yield set_off
    set_off(0)


def died(action: Callable[[], object]) -> bool:
    try:
        action()
    except Killed:
        return True
    return False


OLD, NEW = ["old tea", "old cake", "old milk"], ["new tea", "new cake"]


def test_a_document_that_is_read_again_is_found_whole_wherever_it_stops(
    elastic_store: Making, killing: Callable[[int], None]
) -> None:
    store = elastic_store()
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(store, "a", OLD)
    cuts = 0
    for number in range(1, 30):
        killing(number)
        is_cut = died(partial(add, store, "a", NEW))
        killing(0)
        cuts += is_cut
        reopened = elastic_store()
        reopened.open(Access.WRITE, fingerprint=FINGERPRINT)
        assert len(found(reopened, "new old")) == len(reopened.page_refs(StoreQuery()))
        said = [" ".join(p.text.words) for p in reopened.pages([PageRef("a", i) for i in range(3)])]
        assert said in (OLD, NEW)
        add(reopened, "a", OLD)
        store = reopened
        if not is_cut:
            break
    assert cuts > 4
    store.compact()
    assert store.verify().health is Health.SOUND
    assert store.verify().checked_pages == len(OLD)


def test_refreshing_statistics_goes_on_where_it_stopped(
    elastic_store: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = elastic_store()
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    for name in "abcd":
        add(store, name, ["tea", "cake"])
    monkeypatch.setattr("folioscope.stores.elastic.kept_statistics._AT_ONCE", 3)
    token = CancelToken()
    whole, written = ElasticConnection.bulk, []

    def bulk(self: ElasticConnection, actions: Any, **named: Any) -> BulkReport:
        some = list(actions)
        report = whole(self, some, **named)
        written.append([action.id for action in some])
        token.cancel()
        return report

    monkeypatch.setattr(ElasticConnection, "bulk", bulk)
    with pytest.raises(Cancelled):
        store.refresh_statistics(token)
    version = store.statistics.version
    first = [key for keys in written for key in keys]
    written.clear()
    again = elastic_store()
    again.open(Access.WRITE, fingerprint=FINGERPRINT)
    again.refresh_statistics()
    assert again.statistics.version == version
    second = [key for keys in written for key in keys if ":" in key]
    assert len(first) == 3
    assert sorted(first + second) == sorted(set(first + second))
    assert len(first + second) == 8
    again.refresh_statistics()
    assert again.statistics.version == version + 1


def test_a_library_is_renewed_or_not_wherever_it_stops(
    elastic_store: Making, killing: Callable[[int], None]
) -> None:
    store = elastic_store()
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(store, "a", ["tea"])
    for number in range(1, 12):
        killing(number)
        died(partial(store.renew, "another model"))
        killing(0)
        store = elastic_store()
        store.open(Access.WRITE, fingerprint="")
        is_old = store.fingerprint == FINGERPRINT
        assert len(found(store, "tea")) == len(store.documents()) == is_old
        assert [f.state is FileState.INDEXED for f in store.files()] == [is_old]
        if not is_old:
            break
    assert not is_old
    assert number > 2
    store.compact()
    add(store, "a", ["coffee"])
    assert found(store, "coffee") == [PageRef("a", 0)]
