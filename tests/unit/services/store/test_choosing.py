"""A library remembers where its pages are, and only goes where it can."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from folioscope.domain.errors import LibraryMissingError, StoreError
from folioscope.domain.protocols import Access, Cancellation, VectorStore
from folioscope.domain.store_places import (
    ElasticFacts,
    ElasticPlace,
    ElasticSecret,
    StoreKind,
    StorePlace,
)
from folioscope.jobs.progress import JobContext
from folioscope.services.chosen_store import ChosenStore
from folioscope.services.store_api import StoreHealth
from folioscope.services.store_choice import read_place, write_place
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT, add

SERVER = ElasticPlace("https://search.example.org:9200", prefix="team")
PLACE = StorePlace(StoreKind.ELASTICSEARCH, SERVER)
LOCAL = StorePlace()
NOTHING = ElasticSecret()


def facts(*, can_read: bool = True, can_write: bool = True) -> ElasticFacts:
    return ElasticFacts(
        name="test",
        version="8.19.21",
        licence="basic",
        plugins=(),
        vector_index="int8_hnsw",
        has_rank_vectors=False,
        has_fusion=False,
        can_read=can_read,
        can_write=can_write,
    )


@dataclass
class Rooms:
    """A folder, and a server that keeps pages in memory."""

    directory: Path
    server: MemoryVectorStore = field(default_factory=MemoryVectorStore)
    told: ElasticFacts | StoreError = field(default_factory=facts)
    shown: list[ElasticSecret] = field(default_factory=list)

    def store(self, place: StorePlace, secret: ElasticSecret) -> VectorStore:
        return LanceVectorStore(self.directory) if place.elastic is None else self.server

    def ask(
        self, place: ElasticPlace, secret: ElasticSecret, token: Cancellation | None
    ) -> ElasticFacts:
        self.shown.append(secret)
        if isinstance(self.told, StoreError):
            raise self.told
        return self.told


@dataclass
class Ring:
    kept: dict[ElasticPlace, ElasticSecret] = field(default_factory=dict)

    def find(self, place: ElasticPlace) -> ElasticSecret:
        return self.kept.get(place, NOTHING)

    def keep(self, place: ElasticPlace, secret: ElasticSecret) -> None:
        self.kept[place] = secret


@dataclass
class Desk:
    directory: Path
    rooms: Rooms
    ring: Ring
    store: ChosenStore


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    directory, ring = tmp_path / "library", Ring()
    rooms = Rooms(directory)
    return Desk(directory, rooms, ring, ChosenStore(directory, rooms, ring))


def fill(store: VectorStore) -> None:
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(store, "a", ["tea leaf", "milk cup"])
    store.close()


def test_a_choice_is_kept_with_the_library_and_holds_no_secret(tmp_path: Path) -> None:
    assert read_place(tmp_path / "none") == LOCAL
    write_place(tmp_path / "new", PLACE)
    assert read_place(tmp_path / "new") == PLACE
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["store.json"]
    write_place(tmp_path / "new", LOCAL)
    assert read_place(tmp_path / "new") == LOCAL
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"kind": "paper"}', b'{"kind": "elasticsearch"}', b"\xff"]
)
def test_a_damaged_choice_is_told_and_not_guessed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "store.json").write_bytes(content)
    with pytest.raises(StoreError, match="folioscope store use"):
        read_place(tmp_path)


def test_a_server_is_used_after_it_was_tested(desk: Desk) -> None:
    secret = ElasticSecret(api_key="the key")
    desk.store.use(PLACE, secret, JobContext())
    assert desk.store.place == PLACE
    assert desk.rooms.shown == [secret]
    assert desk.ring.kept == {SERVER: secret}
    assert b"the key" not in (desk.directory / "store.json").read_bytes()
    desk.store.use(LOCAL, NOTHING, JobContext())
    assert desk.store.place == LOCAL


@pytest.mark.parametrize(
    ("told", "match"),
    [
        (StoreError("The server is away."), "is away"),
        (facts(can_read=False, can_write=False), "may not read the indices team-…"),
        (facts(can_write=False), "--read-only"),
    ],
)
def test_a_server_that_will_not_do_changes_nothing(
    desk: Desk, told: ElasticFacts | StoreError, match: str
) -> None:
    desk.rooms.told = told
    with pytest.raises(StoreError, match=match):
        desk.store.use(PLACE, ElasticSecret(api_key="the key"), JobContext())
    assert desk.store.place == LOCAL
    assert desk.ring.kept == {}


def test_another_secret_takes_the_place_of_the_one_before_and_of_its_file(desk: Desk) -> None:
    by_file = replace(SERVER, api_key_file="/etc/key", is_read_only=True)
    write_place(desk.directory, StorePlace(StoreKind.ELASTICSEARCH, by_file))
    desk.store.give_secret(" a new key\n")
    now = desk.store.place.elastic
    assert now == replace(by_file, api_key_file="")
    assert desk.ring.find(now) == ElasticSecret(api_key="a new key")
    by_user = replace(SERVER, user="anna", password_file="/etc/password")
    write_place(desk.directory, StorePlace(StoreKind.ELASTICSEARCH, by_user))
    desk.store.give_secret("two words ")
    now = desk.store.place.elastic
    assert now is not None
    assert desk.ring.find(now) == ElasticSecret(password="two words ")
    assert "two words" not in (desk.directory / "store.json").read_text("utf-8")
    write_place(desk.directory, LOCAL)
    with pytest.raises(StoreError, match="no server"):
        desk.store.give_secret("x")


def test_those_who_may_only_search_need_a_library_to_be_there(desk: Desk) -> None:
    desk.rooms.told = facts(can_write=False)
    reading = StorePlace(StoreKind.ELASTICSEARCH, replace(SERVER, is_read_only=True))
    with pytest.raises(LibraryMissingError):
        desk.store.use(reading, NOTHING, JobContext())
    fill(desk.rooms.server)
    desk.store.use(reading, NOTHING, JobContext())
    assert desk.store.place.is_read_only


def test_facts_tell_what_is_there(desk: Desk) -> None:
    assert desk.store.facts().health is StoreHealth.EMPTY
    fill(LanceVectorStore(desk.directory))
    found = desk.store.facts()
    assert (found.health, found.pages, found.documents) == (StoreHealth.WORKING, 2, 1)
    assert (found.where, found.server) == (str(desk.directory), None)
    fill(desk.rooms.server)
    desk.store.use(PLACE, NOTHING, JobContext())
    assert desk.store.facts().server == facts()
    desk.rooms.told = StoreError("The server is away.", hint="Start it.")
    found = desk.store.facts()
    assert (found.health, found.message) == (
        StoreHealth.UNREACHABLE,
        "The server is away. Start it.",
    )


def test_a_copy_goes_there_and_back_and_the_choice_stays(desk: Desk) -> None:
    fill(LanceVectorStore(desk.directory))
    report = desk.store.copy(PLACE, NOTHING, JobContext())
    assert (report.documents, report.pages) == (1, 2)
    assert desk.store.place == LOCAL
    assert not (desk.directory / "copying.log").exists()
    with pytest.raises(StoreError, match="already"):
        desk.store.copy(LOCAL, NOTHING, JobContext())
    desk.store.use(PLACE, NOTHING, JobContext())
    assert desk.store.copy(LOCAL, NOTHING, JobContext()).checksum == report.checksum


def test_nothing_is_copied_to_where_nothing_may_be_written(desk: Desk) -> None:
    fill(LanceVectorStore(desk.directory))
    desk.rooms.told = facts(can_write=False)
    with pytest.raises(StoreError, match="may not write"):
        desk.store.copy(PLACE, NOTHING, JobContext())
