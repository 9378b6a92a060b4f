"""What every store promises: files, documents and pages."""

import os

import numpy as np
import pytest

from folioscope.domain.documents import DocumentKind, Failure, FailureCause, FileState, SourceFile
from folioscope.domain.errors import FingerprintMismatchError, StoreError
from folioscope.domain.pages import PageRef, TextSource
from folioscope.domain.protocols import Access, Health, VectorStore
from folioscope.domain.queries import StoreQuery, WordQuery
from tests.contract.store_makers import (
    DIM,
    FINGERPRINT,
    add,
    asking,
    document,
    file,
    found,
    page,
    unit,
)

UNDECODABLE = os.fsdecode(b"/home/caf\xe9/\xff report.pdf")


def test_values_are_kept_by_key(store: VectorStore) -> None:
    assert store.value("folders") is None
    store.set_value("folders", b"one")
    store.set_value("folders", b"two\x00")
    assert store.value("folders") == b"two\x00"


def test_the_fingerprint_is_told_and_guarded(store: VectorStore) -> None:
    assert store.fingerprint == FINGERPRINT
    store.close()
    with pytest.raises(FingerprintMismatchError):
        store.open(Access.WRITE, fingerprint="another model")
    store.open(Access.READ, fingerprint="")
    assert store.fingerprint == FINGERPRINT


def test_reading_alone_does_not_write(store: VectorStore) -> None:
    add(store, "a", ["tea"])
    store.close()
    store.open(Access.READ, fingerprint=FINGERPRINT)
    assert found(store, "tea") == [PageRef("a", 0)]
    with pytest.raises(StoreError):
        store.put_files([file("/home/b.pdf")])
    with pytest.raises(StoreError):
        store.stage_pages("b", [page("b", 0)])


def test_what_is_kept_survives_closing(store: VectorStore) -> None:
    add(store, "a", ["tea and cake", "coffee"])
    store.set_value("name", b"Mine")
    store.close()
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    assert found(store, "coffee") == [PageRef("a", 1)]
    assert store.value("name") == b"Mine"
    assert [f.path for f in store.files()] == ["/home/a.pdf"]


# files


def test_files_are_replaced_by_path_and_listed_by_it(store: VectorStore) -> None:
    store.put_files([file("/b/x.pdf", "1"), file("/a/y.pdf", "2")])
    changed = file("/b/x.pdf", "1", state=FileState.FAILED, mtime_ns=5, is_away=True)
    store.put_files([changed])
    assert store.files() == [file("/a/y.pdf", "2"), changed]


def test_files_are_chosen_by_folder_state_and_document(store: VectorStore) -> None:
    waiting = file("/a/1.pdf", state=FileState.WAITING)
    locked = file("/a/2.pdf", "x", state=FileState.LOCKED)
    other = file("/b/3.pdf", "x")
    store.put_files([waiting, locked, other])
    assert store.files(folder="/a") == [waiting, locked]
    assert store.files(states=frozenset({FileState.LOCKED, FileState.INDEXED})) == [locked, other]
    assert store.files(document_id="x") == [locked, other]
    assert store.files(folder="/b", states=frozenset({FileState.LOCKED})) == []
    assert store.files(states=frozenset()) == []


def test_failures_and_odd_names_come_back_as_they_were(store: VectorStore) -> None:
    failures = (
        Failure(FailureCause.TOO_SLOW, "Took longer than 60 seconds.", 3),
        Failure(FailureCause.CUT_SHORT, f"{UNDECODABLE} ends early."),
    )
    odd = SourceFile(UNDECODABLE, "/home/日本語 ñ", 0, -5, FileState.FAILED, "", failures, True)
    store.put_files([odd])
    assert store.files() == [odd]
    assert store.files(folder="/home/日本語 ñ") == [odd]


def test_pages_are_counted_by_folder(store: VectorStore) -> None:
    add(store, "a", ["x", "y"], paths=["/p/a.pdf", "/p/copy of a.pdf", "/q/a.pdf"])
    add(store, "b", ["z"], paths=["/q/b.pdf"])
    store.put_files([file("/r/new.pdf", state=FileState.WAITING, is_away=True)])
    counts = {c.folder: (c.pages, c.files, c.is_away) for c in store.page_counts()}
    assert counts == {"/p": (2, 2, False), "/q": (3, 2, False), "/r": (0, 1, True)}


def test_a_folder_is_away_when_all_its_files_are(store: VectorStore) -> None:
    add(store, "a", ["x"], paths=["/p/a.pdf"])
    store.put_files([file("/p/a.pdf", "a", is_away=True), file("/p/b.pdf")])
    assert [c.is_away for c in store.page_counts()] == [False]
    store.put_files([file("/p/b.pdf", is_away=True)])
    assert [c.is_away for c in store.page_counts()] == [True]
    assert found(store, "x") == [PageRef("a", 0)]


# documents and pages


def test_staged_pages_are_found_only_after_the_commit(store: VectorStore) -> None:
    store.put_files([file("/home/a.pdf", "a")])
    store.stage_pages("a", [page("a", 0, "tea"), page("a", 2, "cake")])
    assert store.staged_pages("a") == {0, 2}
    assert found(store, "tea") == []
    assert store.documents() == []
    assert store.pages([PageRef("a", 0)]) == []
    assert store.stats().pages == 0
    store.commit_document(document("a", 3))
    assert store.staged_pages("a") == frozenset()
    assert set(found(store, "tea cake")) == {PageRef("a", 0), PageRef("a", 2)}
    assert store.documents() == [document("a", 3)]


def test_staging_a_page_again_replaces_it(store: VectorStore) -> None:
    store.stage_pages("a", [page("a", 0, "tea")])
    store.stage_pages("a", [page("a", 0, "coffee"), page("a", 1, "milk")])
    store.commit_document(document("a", 2))
    assert found(store, "tea") == []
    assert found(store, "coffee") == [PageRef("a", 0)]
    assert store.stats().pages == 2


def test_discarded_pages_are_gone(store: VectorStore) -> None:
    store.stage_pages("a", [page("a", 0, "tea")])
    store.discard_staged("a")
    store.discard_staged("never seen")
    assert store.staged_pages("a") == frozenset()
    store.commit_document(document("a", 1))
    assert store.stats().pages == 0


def test_a_new_version_takes_the_place_of_the_old(store: VectorStore) -> None:
    add(store, "a", ["tea", "cake", "milk"])
    store.stage_pages("a", [page("a", 0, "coffee")])
    assert found(store, "tea") == [PageRef("a", 0)]
    store.commit_document(document("a", 1))
    assert found(store, "tea cake milk") == []
    assert found(store, "coffee") == [PageRef("a", 0)]
    assert store.page_refs(StoreQuery()) == [PageRef("a", 0)]


def test_committing_twice_changes_nothing(store: VectorStore) -> None:
    refs = add(store, "a", ["tea", "cake"])
    store.commit_document(document("a", 2))
    assert store.page_refs(StoreQuery()) == refs
    assert store.documents() == [document("a", 2)]


def test_pages_come_back_as_they_were_put(store: VectorStore) -> None:
    put = page("a", 1, "Grüße \ud800lone 東京 end\x00ing", source=TextSource.OCR)
    store.stage_pages("a", [put, page("a", 0, has_vector=False, regions=0)])
    store.commit_document(document("a", 2))
    got, empty = store.pages([PageRef("a", 1), PageRef("a", 0)], with_vectors=True)
    assert got.text.words == put.text.words
    np.testing.assert_allclose(got.text.boxes, put.text.boxes, atol=1e-5)
    np.testing.assert_array_equal(got.text.lines, put.text.lines)
    assert got.regions[1].last_word == 4
    np.testing.assert_allclose(got.regions[1].box.as_list(), put.regions[1].box.as_list())
    assert (got.text_source, got.title_line, got.ink) == (TextSource.OCR, "Title of 1", 0.25)
    np.testing.assert_allclose(got.looks, put.looks)
    np.testing.assert_allclose(got.vectors.page, put.vectors.page, atol=1e-3)
    np.testing.assert_allclose(got.vectors.regions, put.vectors.regions, atol=1e-3)
    assert empty.vectors.page is None
    assert empty.vectors.regions.shape == (0, DIM)
    assert len(empty.text) == 0


def test_pages_keep_the_order_asked_and_leave_out_the_unknown(store: VectorStore) -> None:
    add(store, "a", ["x", "y", "z"])
    asked = [PageRef("a", 2), PageRef("b", 0), PageRef("a", 0), PageRef("a", 9), PageRef("a", 2)]
    assert [p.ref.page_index for p in store.pages(asked)] == [2, 0, 2]


def test_replaced_pages_are_found_by_their_new_words(store: VectorStore) -> None:
    store.put_files([file("/home/a.pdf", "a")])
    waiting = page("a", 1, source=TextSource.WAITING)
    store.stage_pages("a", [page("a", 0, "tea"), waiting])
    store.commit_document(document("a", 2))
    assert store.waiting_for_ocr(limit=5) == [PageRef("a", 1)]
    assert store.stats().pages_waiting_for_ocr == 1
    store.replace_pages([page("a", 1, "cake", source=TextSource.OCR)])
    assert found(store, "cake") == [PageRef("a", 1)]
    assert store.waiting_for_ocr(limit=5) == []
    assert store.stats().pages == 2
    assert store.page_refs(StoreQuery()) == [PageRef("a", 0), PageRef("a", 1)]


def test_replacing_is_all_or_nothing(store: VectorStore) -> None:
    add(store, "a", ["tea"])
    with pytest.raises(StoreError):
        store.replace_pages([page("a", 0, "coffee"), page("gone", 0, "milk")])
    assert found(store, "tea") == [PageRef("a", 0)]
    assert found(store, "coffee") == []


def test_small_documents_wait_for_ocr_first(store: VectorStore) -> None:
    for name, pages in (("book", 3), ("note", 1), ("leaf", 1)):
        scans = [page(name, i, source=TextSource.WAITING) for i in range(pages)]
        store.stage_pages(name, scans)
        store.commit_document(document(name, pages))
    names = [(ref.document_id, ref.page_index) for ref in store.waiting_for_ocr(limit=4)]
    assert names == [("leaf", 0), ("note", 0), ("book", 0), ("book", 1)]


def test_documents_are_listed_by_id(store: VectorStore) -> None:
    for name in "abc":
        add(store, name, ["x"])
    assert [d.document_id for d in store.documents(["c", "zz", "a"])] == ["c", "a"]
    assert {d.document_id for d in store.documents()} == {"a", "b", "c"}
    assert store.documents([]) == []


def test_vectors_of_another_dimension_are_refused(store: VectorStore) -> None:
    add(store, "a", ["tea"])
    rng = np.random.default_rng(1)
    odd = page("b", 0, "cake")
    vectors = type(odd.vectors)(unit(rng, 8), unit(rng, 8), unit(rng, 1, 8))
    record = type(odd)(**{n: getattr(odd, n) for n in odd.__slots__} | {"vectors": vectors})
    with pytest.raises(FingerprintMismatchError):
        store.stage_pages("b", [record])


# removal, copies and moves


def test_a_document_goes_with_its_last_path(store: VectorStore) -> None:
    add(store, "a", ["tea"], paths=["/p/a.pdf", "/q/copy.pdf"])
    store.remove_files(["/p/a.pdf", "/not/here.pdf"])
    assert found(store, "tea") == [PageRef("a", 0)]
    store.remove_files(["/q/copy.pdf"])
    assert found(store, "tea") == []
    assert store.documents() == []
    assert store.files() == []


def test_removed_documents_are_not_found(store: VectorStore) -> None:
    add(store, "a", ["tea"])
    add(store, "b", ["tea"])
    store.remove_documents(["a", "unknown"])
    assert found(store, "tea") == [PageRef("b", 0)]
    assert store.pages([PageRef("a", 0)]) == []
    assert [f.path for f in store.files()] == ["/home/a.pdf", "/home/b.pdf"]


def test_a_moved_file_keeps_its_pages(store: VectorStore) -> None:
    refs = add(store, "a", ["tea"], paths=["/p/old name.pdf"])
    store.put_files([file("/p/new place.pdf", "a")])
    store.remove_files(["/p/old name.pdf"])
    assert store.page_refs(StoreQuery()) == refs
    names = store.search(asking("place old"), limit=5)
    assert names.names[0] > 0
    assert store.search(asking("old"), limit=5).names.sum() == 0


def test_a_path_with_new_contents_hides_the_old_ones(store: VectorStore) -> None:
    add(store, "old", ["tea"], paths=["/p/a.pdf"])
    store.put_files([file("/p/a.pdf", "new", state=FileState.WAITING)])
    assert found(store, "tea") == []
    assert store.documents() == []
    add(store, "new", ["coffee"], paths=["/p/a.pdf"])
    assert found(store, "coffee") == [PageRef("new", 0)]


def test_contents_that_come_back_are_found_without_being_read_again(store: VectorStore) -> None:
    add(store, "old", ["tea"], paths=["/p/a.pdf"])
    store.put_files([file("/p/a.pdf", "", state=FileState.WAITING)])
    assert found(store, "tea") == []
    store.put_files([file("/p/a.pdf", "old")])
    assert found(store, "tea") == [PageRef("old", 0)]
    assert store.documents() == [document("old")]


def test_hidden_contents_go_at_compaction(store: VectorStore) -> None:
    add(store, "old", ["tea"], paths=["/p/a.pdf"])
    store.put_files([file("/p/a.pdf", "new")])
    store.compact()
    store.put_files([file("/p/a.pdf", "old")])
    assert found(store, "tea") == []


# figures and upkeep


def test_stats_count_what_can_be_found(store: VectorStore) -> None:
    add(store, "a", ["x", "y"], paths=["/p/a.pdf", "/p/b.pdf"])
    add(store, "b", ["z"])
    store.stage_pages("c", [page("c", 0)])
    stats = store.stats()
    assert (stats.documents, stats.pages, stats.files) == (2, 3, 3)


def test_a_sound_library_is_told_so(store: VectorStore) -> None:
    add(store, "a", ["x", "y"])
    store.compact()
    add(store, "b", ["z"])
    report = store.verify()
    assert (report.health, report.checked_pages, report.damaged) == (Health.SOUND, 3, ())
    assert store.repair().health is Health.SOUND
    assert len(store.page_refs(StoreQuery())) == 3


def test_compaction_changes_nothing_that_is_found(store: VectorStore) -> None:
    for name in "abcdef":
        add(store, name, [f"tea {name}", "cake"])
    store.remove_documents(["b", "d"])
    before = store.page_refs(StoreQuery())
    store.compact()
    store.compact()
    assert store.page_refs(StoreQuery()) == before
    assert found(store, "b") == []
    assert found(store, "f") == [PageRef("f", 0)]
    got = store.pages([PageRef("c", 0)], with_vectors=True)[0]
    np.testing.assert_allclose(got.vectors.title, page("c", 0, "tea c").vectors.title, atol=1e-3)


def test_pages_without_a_word_are_kept_too(store: VectorStore) -> None:
    add(store, "scan", ["", ""])
    store.compact()
    assert len(store.page_refs(StoreQuery())) == 2
    assert store.verify().health is Health.SOUND
    assert len(store.search(asking("tea"), limit=5)) == 0


def test_an_empty_library_answers(store: VectorStore) -> None:
    assert (
        len(store.search(asking("tea", vector=unit(np.random.default_rng(0), DIM)), limit=5)) == 0
    )
    assert store.page_refs(StoreQuery(words=WordQuery(required=(("tea",),)))) == []
    store.refresh_statistics()
    store.compact()
    assert not store.needs_compaction()
    assert store.verify().health is Health.SOUND
    assert not store.refresh()
    add(store, "a", ["tea"])
    assert store.needs_compaction()
    store.compact()
    assert not store.needs_compaction()


def test_kinds_are_kept(store: VectorStore) -> None:
    add(store, "a", ["x"], kind=DocumentKind.IMAGE)
    assert store.documents()[0].kind is DocumentKind.IMAGE
