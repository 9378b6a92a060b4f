"""Damaged libraries: told in a sentence, mended without losing what can be read."""

import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.documents import FileState
from folioscope.domain.errors import FolioscopeError, LibraryDamagedError
from folioscope.domain.protocols import Access, Health
from folioscope.domain.queries import StoreQuery
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.opening import CATALOGUE
from tests.contract.store_makers import FINGERPRINT, add, asking, document, found, page, unit

DOCUMENTS, PAGES = 30, 4


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A closed library with pages in bulk and fresh ones."""
    folder = tmp_path / "library"
    store = opened(folder)
    for number in range(DOCUMENTS):
        words = " ".join(f"word{number}x{i}" for i in range(120))
        add(store, f"doc{number}", [f"tea {words} page{i}" for i in range(PAGES)])
        if number == DOCUMENTS - 4:
            store.compact()
    store.set_value("folders", b"/home")
    store.close()
    return folder


def opened(folder: Path) -> LanceVectorStore:
    store = LanceVectorStore(folder)
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    return store


def scribble(path: Path, start: float, end: float, *, seed: int = 0) -> None:
    """Overwrite a share of a file with noise."""
    data = bytearray(path.read_bytes())
    a, b = int(len(data) * start), int(len(data) * end)
    data[a:b] = random.Random(seed).randbytes(b - a)
    path.write_bytes(data)


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def data_file(folder: Path) -> Path:
    return max((folder / "vectors").rglob("*.lance/data/*.lance"), key=lambda f: f.stat().st_size)


def assert_usable(folder: Path) -> LanceVectorStore:
    """The library opens, is sound, and every page that is left is whole."""
    store = opened(folder)
    report = store.verify()
    assert report.health is Health.SOUND, report.messages
    refs = store.page_refs(StoreQuery())
    got = store.pages(refs, with_vectors=True)
    assert len(got) == len(refs)
    for record in got:
        number, index = int(record.ref.document_id[3:]), record.ref.page_index
        assert record.text.words[1] == f"word{number}x0"
        assert record.text.words[-1] == f"page{index}"
    ids = {d.document_id for d in store.documents()}
    assert len(refs) == PAGES * len(ids)
    for file in store.files():
        expected = FileState.INDEXED if file.document_id in ids else FileState.WAITING
        assert file.state is expected
    if refs:
        vector = unit(np.random.default_rng(0), 32)
        result = store.search(asking("tea", vector=vector), limit=999)
        assert set(result.refs) == set(refs)
        assert len(found(store, "tea", limit=999)) == len(refs)
    add(store, "doc99", ["tea word99x0 page0", "tea word99x0 page1"])
    store.compact()
    assert found(store, "word99x0")
    return store


def mend(folder: Path) -> tuple[str, ...]:
    store = LanceVectorStore(folder)
    with contextlib.suppress(LibraryDamagedError):
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
    report = store.repair()
    assert report.health is Health.SOUND, report.messages
    store.close()
    return report.damaged


def test_garbage_for_a_catalogue_is_told_and_begun_anew(library: Path) -> None:
    (library / CATALOGUE).write_bytes(random.Random(0).randbytes(50_000))
    with pytest.raises(LibraryDamagedError, match="cannot be read"):
        opened(library)
    mend(library)
    store = opened_any(library)
    assert store.page_refs(StoreQuery()) == []
    store.close()


def opened_any(folder: Path) -> LanceVectorStore:
    store = LanceVectorStore(folder)
    store.open(Access.WRITE, fingerprint="")
    return store


@pytest.mark.parametrize("share", [0.9, 0.6, 0.3])
def test_a_catalogue_cut_short_is_told_and_mended(library: Path, share: float) -> None:
    cut(library / CATALOGUE, share)
    with pytest.raises(LibraryDamagedError):
        opened(library)
    mend(library)
    store = opened_any(library)
    assert store.verify().health is Health.SOUND
    store.close()


@pytest.mark.parametrize("seed", range(6))
def test_noise_in_the_catalogue_costs_documents_and_no_more(library: Path, seed: int) -> None:
    start = random.Random(seed).uniform(0.05, 0.9)
    scribble(library / CATALOGUE, start, start + 0.02, seed=seed)
    mend(library)
    store = assert_usable(library)
    store.close()


def test_a_few_bad_pages_are_found_by_verify(library: Path) -> None:
    store = opened(library)
    with store._database.writing() as connection:
        connection.execute(
            "UPDATE page_bodies SET text = x'00' WHERE id IN (SELECT p.id FROM pages p"
            " JOIN documents d ON d.number = p.owner WHERE d.document_id = 'doc3')"
        )
    report = store.verify()
    assert (report.health, report.damaged) == (Health.DAMAGED, ("doc3",))
    assert "4 pages of 1 document" in report.messages[0]
    assert store.repair().damaged == ("doc3",)
    assert len(store.documents()) == DOCUMENTS - 1
    assert [f.path for f in store.files(states=frozenset({FileState.WAITING}))] == [
        "/home/doc3.pdf"
    ]
    assert store.value("folders") == b"/home"
    store.close()
    assert_usable(library).close()


def vectors_gone(folder: Path) -> None:
    for entry in (folder / "vectors").rglob("*"):
        if entry.is_file():
            entry.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: cut(data_file(folder), 0.5),
        lambda folder: cut(data_file(folder), 0.0),
        lambda folder: data_file(folder).unlink(),
        lambda folder: scribble(data_file(folder), 0.95, 1.0),
        vectors_gone,
    ],
    ids=["cut", "empty", "missing", "noise at the end", "all gone"],
)
def test_damaged_vectors_are_told_and_mended(library: Path, damage: Callable[[Path], None]) -> None:
    damage(library)
    store = LanceVectorStore(library)

    def use() -> None:
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
        store.warm_up()

    with pytest.raises(LibraryDamagedError, match="Repair"):
        use()
    store.close()
    lost = mend(library)
    assert lost
    assert set(lost) <= {f"doc{n}" for n in range(DOCUMENTS - 3)}
    assert_usable(library).close()


def test_the_words_answer_where_vectors_are_damaged(library: Path) -> None:
    cut(data_file(library), 0.5)
    store = opened(library)
    assert len(found(store, "word2x7")) == PAGES
    assert store.verify().health is Health.DAMAGED
    store.close()


def test_staged_pages_survive_a_repair(library: Path) -> None:
    store = opened(library)
    store.stage_pages("long", [page("long", i, f"line {i}") for i in range(5)])
    report = store.repair()
    assert report.health is Health.SOUND
    assert store.staged_pages("long") == set(range(5))
    store.commit_document(document("long", 5))
    assert len(found(store, "line")) == 5
    store.close()


def test_a_reader_may_not_repair(library: Path) -> None:
    store = LanceVectorStore(library)
    store.open(Access.READ, fingerprint="")
    with pytest.raises(FolioscopeError, match="reading only"):
        store.repair()
    store.close()
