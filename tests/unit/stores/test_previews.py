"""Previews: a cache that may be lost, and says once when there is no room."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef
from folioscope.stores.previews import SqlitePreviewStore

A, B = PageRef("a", 0), PageRef("b", 3)


@pytest.fixture
def store(tmp_path: Path) -> SqlitePreviewStore:
    made = SqlitePreviewStore(tmp_path / "new folder" / "previews.sqlite")
    made.open()
    return made


def test_pictures_come_back(store: SqlitePreviewStore) -> None:
    store.put([(A, b"one"), (B, b"two")])
    store.put([(A, b"three")])
    assert (store.get(A), store.get(B), store.get(PageRef("c", 0))) == (b"three", b"two", None)
    store.close()
    store.open()
    assert store.get(A) == b"three"


def test_documents_are_forgotten_and_room_given_back(store: SqlitePreviewStore) -> None:
    store.put([(PageRef("a", n), os.urandom(20_000)) for n in range(100)])
    store.put([(B, b"two")])
    store.compact()
    path = store._path
    before = path.stat().st_size
    store.remove_documents(["a", "unknown"])
    store.compact()
    assert path.stat().st_size < before / 10
    assert store.get(B) == b"two"
    assert store.get(A) is None


@pytest.mark.parametrize("damage", ["garbage", "cut", "middle"])
def test_a_damaged_file_is_started_anew(store: SqlitePreviewStore, damage: str) -> None:
    store.put([(PageRef("a", n), os.urandom(5_000)) for n in range(50)])
    store.close()
    path = store._path
    data = bytearray(path.read_bytes())
    if damage == "garbage":
        data = bytearray(os.urandom(5000))
    elif damage == "cut":
        del data[len(data) // 3 :]
    else:
        data[4096 : len(data) - 4096] = bytes(len(data) - 8192)
    path.write_bytes(data)
    store.open()
    for number in range(50):
        store.get(PageRef("a", number))
    store.put([(B, b"two")])
    store.put([(B, b"two")])
    assert store.get(B) == b"two"


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        SqlitePreviewStore(tmp_path / "p").put([(A, b"x")])


def test_a_full_disk_is_told_once(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from folioscope.domain.errors import DiskFullError
from folioscope.domain.pages import PageRef
from folioscope.stores.previews import SqlitePreviewStore
store = SqlitePreviewStore(Path(sys.argv[1]) / "previews.sqlite")
store.open()
store.put([(PageRef("a", 0), b"small")])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
told = 0
for number in range(1, 50):
    try:
        store.put([(PageRef("a", number), bytes(20_000))])
    except DiskFullError as error:
        told += 1
        print(error)
assert told == 1, told
assert store.get(PageRef("a", 0)) == b"small"
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "room" in done.stdout
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_gets_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be"):
        SqlitePreviewStore(tmp_path / "previews.sqlite").open()
