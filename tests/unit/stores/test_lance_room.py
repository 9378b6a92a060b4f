"""Room that a library takes on disk: given back, never outgrown, and what a full disk costs."""

from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Health
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.stores import settling
from tests.contract.store_makers import add, found, page
from tests.unit.stores.lance_libraries import opened, run


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def test_a_library_stays_within_its_live_data(library: Path) -> None:
    store = opened(library)
    for number in range(200):
        words = " ".join(f"word{number}x{i}" for i in range(300))
        add(store, f"doc{number:03}", [f"{words} own{number}"])
    assert store.needs_compaction()  # of a small library, to make its statistics anew
    store.compact()
    assert store.needs_compaction() is False
    full = store.stats()
    assert full.disk_bytes <= 1.5 * full.live_bytes
    for number in range(0, 200, 2):
        store.remove_files([f"/home/doc{number:03}.pdf"])
    assert store.needs_compaction()
    store.compact()
    half = store.stats()
    assert half.pages == 100
    assert half.disk_bytes <= 1.5 * half.live_bytes
    assert half.live_bytes < 0.75 * full.live_bytes
    assert store.needs_compaction() is False
    assert found(store, "own3") == [PageRef("doc003", 0)]
    assert found(store, "own4") == []
    store.close()


def test_what_was_removed_is_gone_from_the_disk(library: Path) -> None:
    store = opened(library)
    add(store, "a", ["secretword inside"], paths=["/p/secretname.pdf"])
    add(store, "b", ["other"])
    store.compact()
    store.remove_files(["/p/secretname.pdf"])
    store.compact()
    store.close()
    left = b"".join(entry.read_bytes() for entry in library.rglob("*") if entry.is_file())
    assert b"secretword" not in left
    title = np.asarray(page("a", 0, "secretword inside").vectors.title, np.float16).tobytes()
    assert title[:24] not in left


def test_compaction_can_be_cancelled(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MOST_FRESH", 10)
    store = opened(library)
    for number in range(30):
        add(store, f"doc{number}", ["tea"])
    store.remove_documents(["doc3"])
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        store.compact(token)
    assert len(found(store, "tea", limit=99)) == 29
    store.compact()
    assert store.verify().health is Health.SOUND
    assert len(found(store, "tea", limit=99)) == 29
    store.close()


def test_a_full_disk_costs_nothing_that_was_kept(library: Path) -> None:
    store = opened(library)
    add(store, "a", ["tea"])
    store.close()
    program = """
import resource, signal, sys
from pathlib import Path
from folioscope.domain.errors import DiskFullError
from folioscope.domain.protocols import Access
from folioscope.stores import settling
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import add, document, page
settling.MOST_FRESH = 40
store = LanceVectorStore(Path(sys.argv[1]))
store.open(Access.WRITE, fingerprint="")
resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))
kept = 1
try:
    for number in range(10_000):
        name = f"doc{number}"
        text = " ".join(f"word{number}x{i}" for i in range(200))
        store.stage_pages(name, [page(name, i, text) for i in range(10)])
        store.commit_document(document(name, 10))
        kept += 10
except DiskFullError as error:
    print(error)
assert len(store.pages([])) == 0
assert store.stats().pages in (kept, kept + 10)
print(kept)
"""
    done = run(program, str(library))
    assert done.returncode == 0, done.stderr
    sentence, kept = done.stdout.strip().splitlines()
    assert sentence.startswith("The disk is full.")
    store = opened(library)
    assert store.stats().pages in (int(kept), int(kept) + 10)
    assert store.verify().health is Health.SOUND
    assert found(store, "tea") == [PageRef("a", 0)]
    add(store, "new", ["room again"])
    store.compact()
    assert found(store, "room") == [PageRef("new", 0)]
    store.close()
