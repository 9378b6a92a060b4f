"""A library on a real Elasticsearch node that goes away and comes back while it is indexed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from folioscope.domain.errors import StoreBlockedError
from folioscope.domain.pages import PageRef
from folioscope.domain.queries import StoreQuery
from folioscope.domain.store_places import ElasticSecret
from folioscope.jobs.tokens import Cancelled
from folioscope.services.api import IndexPhase
from folioscope.services.hashing import content_hash
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from tests.elastic_node import ElasticNode, elastic_node
from tests.library_parts import DrawnEncoder, Running, open_parts
from tests.made_documents import text_pdf
from tests.waiting import until

FILES, PAGES = 16, 2


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticNode]:
    with elastic_node(tmp_path_factory.mktemp("node")) as lent:
        yield lent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("documents")
    for number in range(FILES):
        text_pdf(made / f"{number}.pdf", PAGES, sentence=f"The heron of pond number{number} waits.")
    return made


def store(node: ElasticNode, prefix: str, library: Path) -> Callable[[], ElasticsearchVectorStore]:
    place = node.place(prefix=prefix)
    return lambda: ElasticsearchVectorStore(
        place, ElasticSecret(), machine="of-a-test", directory=library
    )


def killing(node: ElasticNode, *, at_batch: int) -> DrawnEncoder:
    """Return an encoder that ends the node before its so manieth batch."""
    encoder = DrawnEncoder()

    def before(_pages: object) -> None:
        if len(encoder.batches) + 1 == at_batch:
            node.kill()

    encoder.before = before
    return encoder


@pytest.mark.parametrize("at_batch", [1, 2])
def test_indexing_goes_on_by_itself_and_nothing_is_lost_or_doubled(
    node: ElasticNode, folder: Path, tmp_path: Path, at_batch: int
) -> None:
    encoder, library = killing(node, at_batch=at_batch), tmp_path / "library"
    make_store = store(node, f"folioscope-{at_batch}", library)
    with open_parts(library, encoder=encoder, make_store=make_store) as parts:
        parts.indexing.add([str(folder)])
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        assert "cannot be reached" in parts.indexing.state().message
        with pytest.raises(StoreBlockedError, match="cannot be reached"):
            parts.stores.reading.search(StoreQuery(), limit=1)
        node.start()
        running.join(120)
        assert running.error is None
        assert running.report is not None
        assert running.report.files_read == FILES
        held = parts.stores.reading.page_refs(StoreQuery())
        ids = [content_hash(str(path)) for path in folder.iterdir()]
        assert sorted(held) == sorted(PageRef(i, n) for i in ids for n in range(PAGES))
        assert len(parts.found("number7")) >= 1
        assert parts.index().files_read == 0


def test_a_wait_for_the_node_can_be_cancelled_and_taken_up_later(
    node: ElasticNode, folder: Path, tmp_path: Path
) -> None:
    encoder, library = killing(node, at_batch=2), tmp_path / "library"
    make_store = store(node, "folioscope-cancelled", library)
    with open_parts(library, encoder=encoder, make_store=make_store) as parts:
        parts.indexing.add([str(folder)])
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        running.token.cancel()
        running.join(20)
        assert isinstance(running.error, Cancelled)
        embedded = sum(encoder.batches)
        node.start()
        report = parts.index()
        assert report.failed == ()
        assert parts.library.stats().pages == FILES * PAGES
        assert sum(encoder.batches) - embedded <= FILES * PAGES
