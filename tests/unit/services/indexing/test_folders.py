"""Which folders belong to a library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.domain.protocols import Access
from folioscope.services.folders import add_folders, drop_folders, known_folders, left_out
from folioscope.stores.memory_store import MemoryVectorStore


@pytest.fixture
def store() -> Iterator[MemoryVectorStore]:
    made = MemoryVectorStore()
    made.open(Access.WRITE, fingerprint="f")
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("a/b", "a/.hidden", "a/ignored", "c"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "b" / "one.pdf").touch()
    return tmp_path


def add(store: MemoryVectorStore, *paths: Path) -> tuple[str, ...]:
    return add_folders(store, [str(path) for path in paths], ["ignored/"])


def test_folders_are_kept_in_the_order_of_adding(store: MemoryVectorStore, home: Path) -> None:
    add(store, home / "c", home / "a")
    assert known_folders(store) == (str(home / "c"), str(home / "a"))


def test_what_is_inside_already_changes_nothing(store: MemoryVectorStore, home: Path) -> None:
    assert add(store, home / "a", home / "a" / "b", home / "a" / "b" / "one.pdf") == (
        str(home / "a"),
    )


def test_a_folder_around_takes_the_place_of_those_in_it(
    store: MemoryVectorStore, home: Path
) -> None:
    add(store, home / "a" / "b", home / "c")
    assert add(store, home / "a") == (str(home / "c"), str(home / "a"))


def test_what_a_folder_hides_can_be_added_by_name(store: MemoryVectorStore, home: Path) -> None:
    add(store, home / "a", home / "a" / ".hidden", home / "a" / "ignored")
    assert len(known_folders(store)) == 3


def test_what_is_dropped_inside_a_folder_stays_out_until_it_is_added(
    store: MemoryVectorStore, home: Path
) -> None:
    add(store, home / "a")
    drop_folders(store, [str(home / "a" / "b")])
    assert known_folders(store) == (str(home / "a"),)
    assert left_out(store) == (str(home / "a" / "b"),)
    add(store, home / "a" / "b")
    assert left_out(store) == ()
    assert known_folders(store) == (str(home / "a"),)


def test_a_dropped_folder_takes_its_exceptions_along(store: MemoryVectorStore, home: Path) -> None:
    add(store, home / "a", home / "c")
    drop_folders(store, [str(home / "a" / "b")])
    drop_folders(store, [str(home / "a")])
    assert known_folders(store) == (str(home / "c"),)
    assert left_out(store) == ()


def test_names_that_are_no_unicode_survive(store: MemoryVectorStore) -> None:
    name = "/home/caf\udce9"
    add_folders(store, [name])
    assert known_folders(store) == (name,)
