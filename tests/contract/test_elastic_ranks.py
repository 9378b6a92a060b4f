"""Where a server's licence lets it compare rows of pages, it does; where it ends, we do."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from folioscope.domain.embeddings import Embedding
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.domain.store_places import ElasticPlace
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from tests.answering_server import AnsweringServer
from tests.contract.licensed_server import LicensedServer
from tests.contract.store_makers import FINGERPRINT, add
from tests.contract.visual_makers import MODEL, look, odd_rows, seeing
from tests.elastic_node import TestServer

PAGES = 6


@pytest.fixture
def licensed(elastic_server: TestServer) -> Iterator[tuple[LicensedServer, ElasticPlace]]:
    """A licensed server, and where a library on it is."""
    if elastic_server.ca_file or elastic_server.user or elastic_server.secret.api_key:
        pytest.skip("the licensed server hands requests on to one that asks for no key")
    place = elastic_server.place()
    licensed = LicensedServer(place.url)
    with AnsweringServer(licensed.answer) as front:
        yield licensed, replace(place, url=front.url)
    elastic_server.forget(place)


@pytest.fixture
def library(
    licensed: tuple[LicensedServer, ElasticPlace],
    elastic_server: TestServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ElasticsearchVectorStore]:
    """A library of a few pages, of which few are looked at closely."""
    monkeypatch.setattr("folioscope.stores.elastic.proposing.LEAST", 2)
    store = ElasticsearchVectorStore(licensed[1], elastic_server.secret, machine="one")
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    refs = add(store, "a", ["tea"] * PAGES)
    # the vector of each page is near that of the first, in this order; what stands out is its own
    store.put_visual(MODEL, [(ref, _away(number)) for number, ref in enumerate(refs)])
    yield store
    store.close()


def _away(number: int) -> Embedding:
    single = np.asarray(look(0).single + 0.02 * number * look(number).single, np.float32)
    return replace(look(number), single=single / np.linalg.norm(single))


def asked_for_the_last() -> StoreQuery:
    """Ask for what stands out on the last page, with a vector that is nearest the first."""
    return StoreQuery(visual=replace(seeing(0), rows=odd_rows(PAGES - 1)))


def test_the_server_compares_rows_where_its_licence_has_that(
    library: ElasticsearchVectorStore, licensed: tuple[LicensedServer, ElasticPlace]
) -> None:
    assert library.facts.has_rank_vectors
    found = library.search(asked_for_the_last(), limit=2)
    assert len(licensed[0].asked) == 1
    assert len(licensed[0].rows) == PAGES
    last = PageRef("a", PAGES - 1)
    assert last in found.refs
    # scored by us, as everywhere
    assert found.maxsim[found.refs.index(last)] == max(found.maxsim) > 0.9


def test_where_the_licence_has_ended_rows_are_compared_here(
    library: ElasticsearchVectorStore, licensed: tuple[LicensedServer, ElasticPlace]
) -> None:
    licensed[0].is_licensed = False
    found = library.search(asked_for_the_last(), limit=2)
    assert set(found.refs) == {PageRef("a", 0), PageRef("a", 1)}
    library.search(asked_for_the_last(), limit=2)
    assert len(licensed[0].asked) == 1  # it was not asked to again


def test_a_search_for_a_vector_alone_asks_for_no_rows(
    library: ElasticsearchVectorStore, licensed: tuple[LicensedServer, ElasticPlace]
) -> None:
    query = StoreQuery(visual=replace(seeing(0), rows=None))
    assert library.search(query, limit=2).refs[0] == PageRef("a", 0)
    assert licensed[0].asked == []
