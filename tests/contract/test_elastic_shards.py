"""An index of several shards, which a template of the server's keeper asks for."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access
from folioscope.domain.results import Candidates
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import DIM, FINGERPRINT, add, asking, unit
from tests.elastic_node import TestServer

SHARDS = 3
WORDS = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]


@pytest.fixture
def keeper(elastic_server: TestServer) -> Iterator[ElasticConnection]:
    """Asks the server as its keeper; the template is gone afterwards."""
    connection = ElasticConnection(elastic_server.place(), elastic_server.secret)
    connection.open()
    yield connection
    connection.change("DELETE", f"/_index_template/{connection.place.prefix}")
    connection.close()


def test_pages_in_several_shards_are_found_and_scored_as_in_one(
    keeper: ElasticConnection, elastic_store: Callable[..., ElasticsearchVectorStore]
) -> None:
    sharded, exact = elastic_store(), MemoryVectorStore()
    pages = f"{sharded.place.prefix}-pages"
    template = {"settings": {"number_of_shards": SHARDS}}
    body = {"index_patterns": [f"{pages}-v*"], "priority": 500, "template": template}
    keeper.change("PUT", f"/_index_template/{keeper.place.prefix}", body)
    for store in (sharded, exact):
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
    rng = np.random.default_rng(5)
    for number in range(12):
        texts = [" ".join(rng.choice(WORDS, rng.integers(1, 30))) for _ in range(3)]
        for store in (sharded, exact):
            add(store, f"doc{number:02}", texts, mtime_ns=number)
    settings = keeper.read("GET", f"/{pages}/_settings")
    assert [s["settings"]["index"]["number_of_shards"] for s in settings.values()] == ["3"]
    exact.refresh_statistics()
    packed = exact.packed_statistics()
    assert packed is not None
    sharded.put_statistics(packed)
    for words in ("ant bee", "cat", "fox gnu hen"):
        query = asking(words, vector=unit(rng, DIM))
        ours, right = (_columns(store.search(query, limit=50)) for store in (sharded, exact))
        assert ours.keys() == right.keys()
        assert all(ours[ref] == pytest.approx(right[ref], abs=3e-3) for ref in right)


def _columns(found: Candidates) -> dict[PageRef, tuple[float, ...]]:
    names = ("page", "region", "title", "words", "pairs", "names", "held")
    rows = zip(*(getattr(found, name).tolist() for name in names), strict=True)
    return dict(zip(found.refs, rows, strict=True))
