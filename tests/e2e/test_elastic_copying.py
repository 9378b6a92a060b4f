"""A library that is copied to and from a real Elasticsearch node that goes away meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.domain.protocols import Access, VectorStore
from folioscope.domain.store_places import ElasticSecret
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import CancelToken
from folioscope.services.store_copy_log import CopyLog
from folioscope.services.store_moving import StoreCopy
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import FINGERPRINT, add
from tests.elastic_node import ElasticNode, elastic_node

DOCUMENTS, PAGES = 9, 8  # a batch of a copy takes four documents


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticNode]:
    with elastic_node(tmp_path_factory.mktemp("node")) as lent:
        yield lent


def on_server(node: ElasticNode, name: str) -> VectorStore:
    place = node.place(prefix=f"folioscope-{name}")
    return ElasticsearchVectorStore(place, ElasticSecret(), machine="of-a-test")


def filled(store: VectorStore) -> VectorStore:
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    for number in range(DOCUMENTS):
        texts = [f"leaf {number} of {index}" for index in range(PAGES)]
        add(store, f"{number:064x}", texts)
    store.close()
    return store


class PowerCut:
    """Ends the node once so many pages are copied or checked, and starts it when that is told."""

    def __init__(self, node: ElasticNode, *, label: str, done: int) -> None:
        self._node = node
        self._at = (label, done)
        self.is_off = False
        self.told: list[str] = []

    def report(self, now: Progress) -> None:
        if "cannot be reached" in now.label:
            assert self.is_off
            assert now.may_pass
            if not self.told:
                self._node.start()
            self.told.append(now.label)
        elif not self.is_off and now.label == self._at[0] and now.done >= self._at[1]:
            self._node.kill()
            self.is_off = True


@pytest.mark.parametrize(("way", "label"), [("to", "copying"), ("from", "checking")])
def test_a_copy_waits_for_the_node_and_goes_on_by_itself(
    node: ElasticNode, tmp_path: Path, way: str, label: str
) -> None:
    here, there = LanceVectorStore(tmp_path / "library"), on_server(node, f"{way}-{label}")
    source, target = (here, there) if way == "to" else (there, here)
    filled(source)
    cut = PowerCut(node, label=label, done=4 * PAGES)
    copy = StoreCopy(source, target, CopyLog(tmp_path / "copying.log", "somewhere"))
    report = copy.run(JobContext(CancelToken(), cut.report))
    assert cut.told
    assert (report.documents, report.pages) == (DOCUMENTS, DOCUMENTS * PAGES)
    assert report.queries > 0
    target.open(Access.READ, fingerprint=FINGERPRINT)
    stats = target.stats()
    target.close()
    assert (stats.documents, stats.pages, stats.files) == (DOCUMENTS, DOCUMENTS * PAGES, DOCUMENTS)
