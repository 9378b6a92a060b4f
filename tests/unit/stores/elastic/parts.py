"""What the tests of the Elasticsearch connection share: a server that says what it is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.stores.elastic.asking import Patience
from folioscope.stores.elastic.connection import ElasticConnection
from tests.answering_server import Answer, AnsweringServer, Asked

BRISK = Patience(tries=4, first_wait_s=0.001, longest_wait_s=0.002)
FLOOD = {
    "type": "cluster_block_exception",
    "reason": "index [folioscope-pages] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded "
    "flood-stage watermark, index has read-only-allow-delete block];",
}
REJECTED = {"type": "es_rejected_execution_exception", "reason": "rejected execution"}


def hello(version: str = "8.19.21", flavor: str = "default") -> Answer:
    """Answer to GET / as a server does."""
    said = {"number": version, "build_flavor": flavor}
    return Answer(body={"cluster_name": "library", "version": said})


def error(kind: str, reason: str, status: int) -> Answer:
    """An error as Elasticsearch tells it."""
    return Answer(status, {"error": {"type": kind, "reason": reason}, "status": status})


def server(
    answer: Callable[[Asked], Answer | None],
) -> AbstractContextManager[AnsweringServer]:
    """Serve what ``answer`` says, the greeting where it says nothing, else 404."""

    def whole(asked: Asked) -> Answer:
        said = answer(asked)
        if said is None and asked.path == "/":
            return hello()
        return said or error("not_found", "nothing here", 404)

    return AnsweringServer(whole)


def connected(
    url: str, *, prefix: str = "folioscope", read_only: bool = False
) -> ElasticConnection:
    """Open a connection that does not wait long."""
    place = ElasticPlace(url, prefix=prefix, is_read_only=read_only)
    made = ElasticConnection(place, ElasticSecret(), reading=BRISK, writing=BRISK)
    made.open()
    return made
