"""Every kind of store, open for writing and empty."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from folioscope.domain.protocols import Access, VectorStore
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT
from tests.elastic_node import TestServer, elastic_node, named_server

MACHINE = "one"


@pytest.fixture(scope="session")
def elastic_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """A server: the one that the environment names, or a node for this run."""
    named = named_server()
    if named is not None:
        yield named
        return
    with elastic_node(tmp_path_factory.mktemp("elasticsearch")) as node:
        yield node.server()


@pytest.fixture
def elastic_store(elastic_server: TestServer) -> Iterator[Callable[..., ElasticsearchVectorStore]]:
    """Makes stores of one library on the server that are not open; deleted afterwards."""
    place, made = elastic_server.place(), []

    def make(machine: str = MACHINE) -> ElasticsearchVectorStore:
        made.append(ElasticsearchVectorStore(place, elastic_server.secret, machine=machine))
        return made[-1]

    yield make
    for store in made:
        store.close()
    elastic_server.forget(place)


@pytest.fixture(params=["memory", "lance", "elastic"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    """An empty library, of each kind in turn."""
    made: VectorStore
    if request.param == "memory":
        made = MemoryVectorStore()
    elif request.param == "lance":
        made = LanceVectorStore(tmp_path / "library")
    else:
        made = request.getfixturevalue("elastic_store")()
    made.open(Access.WRITE, fingerprint=FINGERPRINT)
    yield made
    made.close()


@pytest.fixture(params=["lance", "elastic"])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[MemoryVectorStore, VectorStore]]:
    """An empty library in memory and one of another kind, to be filled alike."""
    exact = MemoryVectorStore()
    other: VectorStore
    if request.param == "lance":
        other = LanceVectorStore(tmp_path / "library")
    else:
        other = request.getfixturevalue("elastic_store")()
    for made in (exact, other):
        made.open(Access.WRITE, fingerprint=FINGERPRINT)
    yield exact, other
    other.close()
