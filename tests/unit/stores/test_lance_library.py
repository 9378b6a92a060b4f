"""The library on disk: locking, readers beside the writer, room on disk, large numbers."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.errors import DiskFullError, LibraryBusyError, StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access, Health
from folioscope.domain.queries import StoreQuery
from folioscope.stores import code_cache, settling, views
from folioscope.stores.lance_store import LanceVectorStore
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
from tests.unit.stores.lance_libraries import opened, run


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


# locking


def test_a_second_writer_gets_a_sentence_that_names_the_first(library: Path) -> None:
    first = opened(library)
    second = LanceVectorStore(library)
    with pytest.raises(LibraryBusyError, match=rf"process {os.getpid()}\) is writing"):
        second.open(Access.WRITE, fingerprint=FINGERPRINT)
    second.open(Access.READ, fingerprint=FINGERPRINT)
    second.close()
    first.close()
    opened(library).close()


def test_the_lock_of_a_dead_process_is_free(library: Path) -> None:
    opened(library).close()
    program = """
import os, signal, sys
from pathlib import Path
from folioscope.domain.protocols import Access
from folioscope.stores.lance_store import LanceVectorStore
LanceVectorStore(Path(sys.argv[1])).open(Access.WRITE, fingerprint="")
os.kill(os.getpid(), signal.SIGKILL)
"""
    run(program, str(library))
    opened(library).close()


def test_opening_does_not_wait_for_lancedb(library: Path) -> None:
    store = opened(library)
    add(store, "a", ["tea"])
    store.compact()
    store.close()
    program = """
import sys
from pathlib import Path
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.stores.lance_store import LanceVectorStore
store = LanceVectorStore(Path(sys.argv[1]))
store.open(Access.READ, fingerprint="")
assert store.stats().pages == 1
assert len(store.page_refs(StoreQuery())) == 1
assert store.files() and store.documents() and store.page_counts()
print("lancedb" in sys.modules, "pyarrow" in sys.modules)
"""
    done = run(program, str(library))
    assert done.stdout.split() == ["False", "False"], done.stderr


def test_reading_needs_a_library(library: Path) -> None:
    with pytest.raises(StoreError, match="no library"):
        opened(library, Access.READ)
    assert not library.exists()


def test_a_newer_library_is_refused(library: Path) -> None:
    store = opened(library)
    with store._database.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreError, match="newer Folioscope"):
        opened(library)


# readers beside the writer


def test_a_reader_takes_in_what_was_written(library: Path) -> None:
    writer = opened(library)
    add(writer, "a", ["tea"])
    reader = opened(library, Access.READ)
    vector = unit(np.random.default_rng(0), DIM)
    assert reader.search(StoreQuery(vector=vector), limit=9).refs == (PageRef("a", 0),)
    assert not reader.refresh()
    add(writer, "b", ["tea", "cake"])
    writer.replace_pages([page("a", 0, "coffee")])
    assert reader.refresh()
    assert not reader.refresh()
    assert set(reader.search(StoreQuery(vector=vector), limit=9).refs) == {
        PageRef("a", 0),
        PageRef("b", 0),
        PageRef("b", 1),
    }
    assert found(reader, "tea") == [PageRef("b", 0)]
    assert found(reader, "coffee") == [PageRef("a", 0)]
    writer.remove_files(["/home/b.pdf"])
    writer.compact()
    assert reader.refresh()
    assert reader.page_refs(StoreQuery()) == [PageRef("a", 0)]
    assert reader.search(StoreQuery(vector=vector), limit=9).refs == (PageRef("a", 0),)
    got = reader.pages([PageRef("a", 0)], with_vectors=True)[0]
    assert got.vectors.page is not None
    reader.close()
    writer.close()


def test_a_reader_that_slept_long_catches_up(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_KEPT_CHANGES", 3)
    writer = opened(library)
    add(writer, "a", ["tea"])
    reader = opened(library, Access.READ)
    assert found(reader, "tea") == [PageRef("a", 0)]
    for name in "bcdef":
        add(writer, name, ["tea"])
    writer.remove_documents(["a"])
    writer.compact()
    assert reader.refresh()
    assert {ref.document_id for ref in found(reader, "tea")} == set("bcdef")
    reader.close()
    writer.close()


def test_searching_goes_on_from_many_threads_while_writing(library: Path) -> None:
    store = opened(library)
    add(store, "first", ["tea"])
    errors: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        query = asking("tea", vector=unit(np.random.default_rng(0), DIM))
        try:
            while not done.is_set():
                result = store.search(query, limit=500)
                counts = {ref.document_id for ref in result.refs}
                assert len(result.refs) >= len(counts)
                store.pages(result.refs[:5], with_vectors=True)
                store.page_refs(StoreQuery(), limit=5)
        except BaseException as error:  # noqa: BLE001  (told to the test below)
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(40):
        add(store, f"doc{number}", ["tea time", "cake"])
        if number % 10 == 9:
            store.remove_documents([f"doc{number - 3}"])
            store.compact()
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert store.stats().pages == 1 + 2 * 36
    store.close()


# moving pages in bulk


def test_pages_are_found_wherever_they_lie(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MOST_FRESH", 7)
    store = opened(library)
    reader = opened(library, Access.READ)
    reader.warm_up()
    for number in range(12):
        add(store, f"doc{number}", [f"common word{number} page{i}" for i in range(3)])
        reader.refresh()
        for each in (store, reader):
            assert found(each, f"word{number}")[0].document_id == f"doc{number}"
            result = each.search(asking("common"), limit=500)
            assert len(result) == 3 * number + 3
            assert result.words.max() == pytest.approx(result.words.min(), rel=1e-5)
    with store._database.reading() as connection:
        fresh = connection.execute("SELECT COUNT(*) FROM fresh_vectors").fetchone()[0]
        settled = connection.execute("SELECT COUNT(*) FROM pages WHERE is_settled = 1").fetchone()
    assert (fresh < 10, settled[0] > 20) == (True, True)
    vector = unit(np.random.default_rng(0), DIM)
    mine, theirs = (each.search(StoreQuery(vector=vector), limit=500) for each in (store, reader))
    assert mine.refs == theirs.refs
    np.testing.assert_allclose(mine.region, theirs.region, atol=1e-5)
    reader.close()
    store.close()


def test_a_word_on_very_many_pages_is_counted_right(library: Path) -> None:
    store = opened(library)
    for number in range(4):
        add(store, f"doc{number}", ["the " * (i % 5 + 1) for i in range(500)])
    store.compact()
    add(store, "last", ["the"])
    assert len(store.search(asking("the"), limit=5000)) == 2001
    store.remove_documents(["doc1"])
    store.compact()
    result = store.search(asking("the"), limit=5000)
    assert len(result) == 1501
    assert (result.words > 0).all()
    store.close()


def test_coded_vectors_are_kept_for_large_libraries(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_cache, "LEAST_PAGES", 50)
    monkeypatch.setattr("folioscope.stores.library_index.LEAST_PAGES", 50)
    store = opened(library)
    for number in range(20):
        add(store, f"doc{number}", [f"page {i}" for i in range(5)])
    store.compact()
    add(store, "new", ["page"])
    store.remove_documents(["doc3"])
    vector = unit(np.random.default_rng(0), DIM)
    before = store.search(StoreQuery(vector=vector), limit=500)
    store.close()
    folders = list(library.glob("codes-*"))
    assert len(folders) == 1
    for damage in (None, "sums.json", "title", "region"):
        if damage:
            data = (folders[0] / damage).read_bytes()
            (folders[0] / damage).write_bytes(data[:-9] + b"\0" * 5)
        store = opened(library, Access.READ)
        after = store.search(StoreQuery(vector=vector), limit=500)
        store.close()
        assert after.refs == before.refs
        np.testing.assert_allclose(after.title, before.title, atol=1e-4)
        np.testing.assert_array_equal(after.region_index, before.region_index)


def test_a_rough_glance_finds_the_same_top(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(library)
    add(store, "a", [f"some text on page {i} " * 9 for i in range(3000)])
    vectors = [unit(np.random.default_rng(seed), DIM) for seed in range(5)]
    exact = [store.search(StoreQuery(vector=v), limit=20) for v in vectors]
    monkeypatch.setattr(views, "_GLANCE_FROM", 0)
    monkeypatch.setattr("folioscope.stores.candidates._RESCORED", 1000)
    rough = [store.search(StoreQuery(vector=v), limit=20) for v in vectors]
    hits = [len({*a.refs[:10]} & {*b.refs[:10]}) for a, b in zip(exact, rough, strict=True)]
    assert sum(hits) >= 44  # 32 signs are far fewer than the 384 of a real vector
    store.close()


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be opened or written"):
        opened(tmp_path / "file" / "library")


def test_all_or_nothing_when_a_write_fails(library: Path) -> None:
    store = opened(library)
    add(store, "a", ["tea"])

    def files() -> object:
        yield file("/p/new.pdf", "x")
        raise DiskFullError("full")

    with pytest.raises(DiskFullError):
        store.put_files(files())  # type: ignore[arg-type]
    assert [f.path for f in store.files()] == ["/home/a.pdf"]
    broken = page("b", 1, "cake")
    object.__setattr__(broken, "width_pt", object())
    with pytest.raises(Exception, match="type"):
        store.stage_pages("b", [page("b", 0, "newword"), broken])
    assert store.staged_pages("b") == frozenset()
    store.stage_pages("b", [page("b", 0, "newword")])
    store.commit_document(document("b", 1))
    assert found(store, "newword") == [PageRef("b", 0)]
    store.close()
    store = opened(library)
    assert found(store, "newword") == [PageRef("b", 0)]
    store.close()


def test_a_table_with_columns_of_the_past_is_read_and_written(library: Path) -> None:
    store = opened(library)
    add(store, "a", ["tea", "milk"])
    store.compact()
    store.close()
    _add_old_columns(library)
    store = opened(library)
    add(store, "b", ["coffee"])
    store.compact()
    add(store, "c", ["cocoa"])
    store.remove_documents(["a"])
    store.compact()
    assert store.verify().health is Health.SOUND
    (got,) = store.pages([PageRef("b", 0)], with_vectors=True)
    wanted = page("b", 0, "coffee").vectors.title
    np.testing.assert_allclose(got.vectors.title, wanted, atol=1e-3)
    assert {ref.document_id for ref in store.page_refs(StoreQuery())} == {"b", "c"}
    store.close()


def _add_old_columns(library: Path) -> None:
    import lancedb
    import pyarrow as pa

    (folder,) = (library / "vectors").glob("*.lance")
    table = lancedb.connect(library / "vectors").open_table(folder.stem)
    names = ("multi_codes", "multi_scales", "multi_cells")
    table.add_columns([pa.field(name, pa.large_binary()) for name in names])
