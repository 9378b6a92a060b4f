"""Looks on disk: other processes, old libraries, damage and repair."""

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.embeddings import Embedding, VisualQuery
from folioscope.domain.errors import LibraryDamagedError, StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Access, Health
from folioscope.domain.queries import StoreQuery
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.stores import visual_file
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.visual_file import file_of
from folioscope.stores.visual_mending import check_visuals
from tests.contract.store_makers import FINGERPRINT, add, asking
from tests.contract.visual_makers import MODEL, look, odd_rows, seeing

PAGES = 60
VISUALS = file_of(Path(), MODEL).name


def opened(folder: Path, access: Access = Access.WRITE) -> LanceVectorStore:
    store = LanceVectorStore(folder)
    store.open(access, fingerprint=FINGERPRINT)
    return store


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A closed library all of whose pages were looked at."""
    store = opened(tmp_path / "library")
    for start in range(0, PAGES, 10):
        refs = add(store, f"doc{start}", [f"tea page{start + i}" for i in range(10)])
        store.put_visual(MODEL, [(ref, detailed(start + i)) for i, ref in enumerate(refs)])
    store.compact()
    store.close()
    return tmp_path / "library"


def detailed(seed: int) -> Embedding:
    """A page whose patches all differ, so that it takes some room."""
    return look(seed, grid=PatchGrid(14, 18), noise=0.6)


def best(store: LanceVectorStore, seed: int) -> PageRef:
    result = store.search(StoreQuery(visual=seeing(seed)), limit=9)
    return result.refs[int(result.visual.argmax())]


def ref_of(seed: int) -> PageRef:
    return PageRef(f"doc{seed // 10 * 10}", seed % 10)


def assert_starter_works(store: LanceVectorStore) -> None:
    result = store.search(StoreQuery(words=asking("page7").words, visual=seeing(7)), limit=5)
    assert result.refs[0] == ref_of(7)
    assert len(store.page_refs(StoreQuery())) == PAGES


def test_who_reads_beside_takes_in_what_is_looked_at(library: Path) -> None:
    writer, reader = opened(library), opened(library, Access.READ)
    assert best(reader, 3) == ref_of(3)
    assert not reader.refresh()
    writer.put_visual(MODEL, [(ref_of(3), look(500))])
    assert reader.refresh()
    assert best(reader, 500) == ref_of(3)
    assert best(reader, 3) != ref_of(3)
    more = add(writer, "more", ["new"])
    writer.put_visual(MODEL, [(more[0], look(600))])
    reader.refresh()
    assert best(reader, 600) == more[0]
    writer.remove_documents(["more"])
    reader.refresh()
    assert reader.visual_counts() == {MODEL: PAGES}
    add(writer, "more", ["new"])
    reader.refresh()
    assert reader.visual_missing(MODEL, limit=5) == more
    writer.drop_visual(MODEL)
    assert reader.refresh()
    assert reader.visual_counts() == {}
    assert set(reader.search(StoreQuery(visual=seeing(3)), limit=5).visual.tolist()) <= {-1}
    reader.close()
    writer.close()


def test_who_reads_before_anything_was_looked_at_sees_the_first(tmp_path: Path) -> None:
    writer = opened(tmp_path)
    refs = add(writer, "a", ["x"])
    reader = opened(tmp_path, Access.READ)
    assert len(reader.search(StoreQuery(visual=seeing(0)), limit=5)) == 0
    assert reader.visual_pages(MODEL, refs) == [None]
    assert reader.visual_counts() == {}
    assert not (tmp_path / VISUALS).exists(), "reading makes no file"
    writer.put_visual(MODEL, [(refs[0], look(0))])
    assert best(reader, 0) == refs[0]
    reader.close()
    writer.close()


def test_a_library_without_looks_is_as_it_was(library: Path) -> None:
    (library / VISUALS).unlink()
    store = opened(library)
    assert store.visual_counts() == {}
    assert len(store.visual_missing(MODEL, limit=999)) == PAGES
    assert store.verify().health is Health.SOUND
    assert_starter_works(store)
    store.compact()
    store.close()


def test_dropping_a_model_gives_its_room_back(library: Path) -> None:
    before = (library / VISUALS).stat().st_size
    store = opened(library)
    stats = store.stats()
    store.drop_visual(MODEL)
    assert store.stats().disk_bytes <= stats.disk_bytes - before
    assert store.stats().live_bytes <= stats.live_bytes - before / 2
    store.put_visual(MODEL, [(ref_of(2), look(2))])
    assert best(store, 2) == ref_of(2)
    store.close()


def test_a_file_that_is_held_open_elsewhere_is_emptied(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "held open", str(path))

    monkeypatch.setattr(visual_file, "delete_files", refuse)  # as Windows does
    store, reader = opened(library), opened(library, Access.READ)
    assert best(reader, 3) == ref_of(3)
    store.drop_visual(MODEL)
    assert store.visual_counts() == reader.visual_counts() == {}
    assert len(store.visual_missing(MODEL, limit=999)) == PAGES
    store.put_visual(MODEL, [(ref_of(4), look(4, dim=40))])
    assert reader.visual_counts() == {MODEL: 1}
    result = reader.search(StoreQuery(visual=seeing(4, dim=40)), limit=9)
    assert result.visual.tolist() == pytest.approx([1], abs=0.01)
    reader.close()
    store.close()


def test_searching_by_one_model_and_then_another(library: Path) -> None:
    store = opened(library)
    store.put_visual("another", [(ref_of(n), look(n + 100, dim=40)) for n in range(9)])
    for _ in range(2):
        assert best(store, 3) == ref_of(3)
        other = seeing(104, model="another", dim=40)
        result = store.search(StoreQuery(visual=other), limit=20)
        assert result.refs[int(result.visual.argmax())] == ref_of(4)
        assert len(result) == 9
    assert store.visual_counts() == {MODEL: PAGES, "another": 9}
    store.close()


def scribble(path: Path, start: float, end: float, seed: int = 0) -> None:
    data = bytearray(path.read_bytes())
    a, b = int(len(data) * start), int(len(data) * end)
    data[a:b] = random.Random(seed).randbytes(b - a)
    path.write_bytes(data)


def mended(library: Path) -> LanceVectorStore:
    """Repair, and see that the library is sound, whole, and can be looked at again."""
    store = opened(library)
    report = store.repair()
    assert report.health is Health.SOUND, report.messages
    assert report.damaged == ()
    assert store.verify().health is Health.SOUND
    assert_starter_works(store)
    for ref in store.visual_missing(MODEL, limit=PAGES):
        number = int(ref.document_id[3:]) + ref.page_index
        store.put_visual(MODEL, [(ref, look(number))])
    for seed in range(0, PAGES, 7):
        assert best(store, seed) == ref_of(seed)
    return store


@pytest.mark.parametrize("seed", range(6))
def test_noise_costs_some_looks_and_nothing_else(library: Path, seed: int) -> None:
    start = random.Random(seed).uniform(0.3, 0.9)
    scribble(library / VISUALS, start, start + 0.03, seed)
    store = opened(library)
    assert_starter_works(store)
    report = store.verify()
    store.close()
    assert report.health is Health.DAMAGED
    assert report.damaged == (), "no document is to be read again"
    store = mended(library)
    store.close()


def test_repair_keeps_the_looks_that_can_be_read(library: Path) -> None:
    with sqlite3.connect(library / VISUALS) as connection:
        connection.execute("UPDATE bodies SET body = x'00' WHERE id IN (4, 9)")
        connection.execute("UPDATE singles SET codes = zeroblob(7) WHERE id = 20")
    connection.close()
    store = opened(library)
    assert_starter_works(store)
    assert store.visual_pages(MODEL, [ref_of(3)]) == [None]
    report = store.verify()
    assert "3 pages" in report.messages[0]
    store.repair()
    assert store.visual_counts() == {MODEL: PAGES - 3}
    store.close()
    store = mended(library)
    store.close()


def test_looks_of_a_model_without_vectors_are_checked_and_mended_too(library: Path) -> None:
    store = opened(library)
    refs = [ref_of(seed) for seed in range(6)]
    store.put_visual("rows", [(ref, look(n, dim=0)) for n, ref in enumerate(refs)])
    assert store.verify().health is Health.SOUND
    store.close()
    with sqlite3.connect(file_of(library, "rows")) as connection:
        connection.execute("UPDATE singles SET codes = zeroblob(7) WHERE id = 2")
    connection.close()
    store = opened(library)
    asked = VisualQuery("rows", np.zeros(0, np.float32), odd_rows(1))
    found = store.search(StoreQuery(visual=asked), limit=9)
    assert refs[1] not in [r for r, s in zip(found.refs, found.visual, strict=True) if s > -1]
    assert "1 pages" in store.verify().messages[0]
    store.repair()
    assert store.visual_counts()["rows"] == 5
    assert store.verify().health is Health.SOUND
    store.close()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.7])
def test_a_file_cut_short_is_told_and_mended(library: Path, share: float) -> None:
    data = (library / VISUALS).read_bytes()
    (library / VISUALS).write_bytes(data[: int(len(data) * share)])
    store = opened(library)
    assert_starter_works(store)
    if share:
        assert store.verify().health is Health.DAMAGED
    store.close()
    store = mended(library)
    store.close()


def test_garbage_is_told_when_looking_and_mended(library: Path) -> None:
    (library / VISUALS).write_bytes(random.Random(0).randbytes(50_000))
    store = opened(library)
    assert_starter_works(store)
    with pytest.raises(LibraryDamagedError, match="cannot be read"):
        store.put_visual(MODEL, [(ref_of(1), look(1))])
    with pytest.raises(LibraryDamagedError):
        store.visual_missing(MODEL, limit=1)
    store.remove_documents(["doc50"])
    store.compact()
    store.stats()
    add(store, "doc50", [f"tea page{50 + i}" for i in range(10)])
    store.close()
    store = mended(library)
    store.close()


def test_a_file_that_was_only_begun_is_no_damage(tmp_path: Path) -> None:
    store = opened(tmp_path)
    refs = add(store, "a", ["x"])
    (tmp_path / VISUALS).touch()
    assert store.verify().health is Health.SOUND
    assert store.visual_counts() == {}
    store.put_visual(MODEL, [(refs[0], look(0))])
    assert best(store, 0) == refs[0]
    store.close()


def test_vectors_of_another_model_than_the_name_says_are_not_used(library: Path) -> None:
    with sqlite3.connect(library / VISUALS) as connection:
        connection.execute("UPDATE facts SET value = 'another' WHERE key = 'fingerprint'")
    connection.close()
    store = opened(library)
    assert store.visual_counts() == {}
    assert_starter_works(store)
    assert store.verify().health is Health.DAMAGED
    store.close()
    store = mended(library)
    store.close()


def test_a_check_that_is_no_longer_wanted_stops(library: Path) -> None:
    token = CancelToken()
    token.cancel()
    store = opened(library)
    with pytest.raises(Cancelled):
        check_visuals(library, token)
    store.close()


def test_looks_of_a_newer_folioscope_are_left_alone(library: Path) -> None:
    with sqlite3.connect(library / VISUALS) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    store = opened(library)
    with pytest.raises(StoreError, match="newer Folioscope"):
        store.put_visual(MODEL, [(ref_of(1), look(1))])
    store.close()


def test_many_threads_look_and_search_at_once(library: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store = opened(library)

    def work(number: int) -> bool:
        if number % 4 == 0:
            store.put_visual(MODEL, [(ref_of(number), look(number))])
            return True
        if number % 4 == 1:
            return len(store.visual_missing(MODEL, limit=3)) == 0
        return best(store, number) == ref_of(number)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, list(range(PAGES)) * 2))
    assert store.visual_counts() == {MODEL: PAGES}
    np.testing.assert_allclose(
        store.search(StoreQuery(visual=seeing(5)), limit=1).visual, 1, atol=0.01
    )
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are set otherwise")
def test_a_full_disk_is_told_and_leaves_all_as_it_was(library: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from folioscope.domain.errors import DiskFullError
from folioscope.domain.protocols import Access
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.visual_makers import MODEL, look
from tests.unit.stores.test_visual_damage import detailed, ref_of
store = LanceVectorStore(Path(sys.argv[1]))
store.open(Access.WRITE, fingerprint="")
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
kept = 0
try:
    for number in range(10_000):
        pair = [(ref_of(step), detailed(number)) for step in (number % 60, (number + 1) % 60)]
        store.put_visual("more", pair)
        kept = min(60, number + 2)
except DiskFullError as error:
    print(error)
assert store.visual_counts()["more"] == kept
print(kept)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(library)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sentence, kept = done.stdout.strip().splitlines()
    assert sentence.startswith("The disk is full.")
    store = opened(library)
    assert store.visual_counts() == {MODEL: PAGES, "more": int(kept)}
    assert store.verify().health is Health.SOUND
    store.put_visual("more", [(ref_of(59), look(59))])
    assert best(store, 3) == ref_of(3)
    store.close()
