"""What goes wrong with a real Elasticsearch node: killed, full, locked; nothing lost or doubled."""

import base64
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from folioscope.domain.errors import DiskFullError, InferenceError, UntrustedServerError
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.inference.remote_servers import ElasticInferenceServers
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.patience import PatientWriter
from folioscope.stores.elastic.asking import Patience
from folioscope.stores.elastic.bulk import BulkAction
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.errors import (
    DeniedError,
    MappingConflictError,
    ServerAwayError,
    UnknownUserError,
)
from tests.elastic_node import PASSWORD, ElasticNode, elastic_node
from tests.waiting import until

INDEX = "folioscope-failing"
BRISK = Patience(tries=2, first_wait_s=0.01)
MAPPING = {"properties": {"n": {"type": "integer"}, "text": {"type": "text", "index": False}}}
SETTINGS = {"number_of_replicas": 0}
BATCHES, BATCH = 6, 50  # batches at least, pages in one


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticNode]:
    """A node without security, whose disk can be made to look full."""
    extra = ["cluster.info.update.interval=10s"]
    with elastic_node(tmp_path_factory.mktemp("node"), extra=extra) as lent:
        yield lent


@pytest.fixture(scope="module")
def secure(secure_node: ElasticNode) -> ElasticNode:
    """A node with TLS and users."""
    return secure_node


def connected(place: ElasticPlace, secret: ElasticSecret | None = None) -> ElasticConnection:
    made = ElasticConnection(place, secret or ElasticSecret(), reading=BRISK, writing=BRISK)
    made.open()
    return made


def made_anew(connection: ElasticConnection) -> None:
    connection.delete_index(INDEX)
    connection.put_index(INDEX, settings=SETTINGS, mappings=MAPPING)


def batch(number: int) -> list[BulkAction]:
    numbers = range(number * BATCH, number * BATCH + BATCH)
    return [BulkAction(INDEX, str(n), {"n": n, "text": f"page {n} " * 200}) for n in numbers]


def numbers_in(connection: ElasticConnection) -> list[int]:
    connection.refresh(INDEX)
    hits = connection.scan(INDEX, {"match_all": {}}, fields={"_source": ["n"]}, at_once=500)
    found = [(hit["_id"], hit["_source"]["n"]) for hit in hits]
    assert all(name == str(n) for name, n in found)
    return sorted(n for _, n in found)


class Writing:
    """Writes batches in a thread, as indexing does: what finds nobody waits and goes on.

    It goes on until told that it is enough, so that what a test does falls into the writing,
    however fast the machine is.
    """

    def __init__(self, connection: ElasticConnection) -> None:
        self.token = CancelToken()
        self.written = 0  # batches
        self.blocked: list[str] = []
        self.is_blocked = threading.Event()
        self.is_under_way = threading.Event()
        self.is_enough = threading.Event()
        self.error: BaseException | None = None
        self._connection = connection
        self._writer = PatientWriter(self.token, self._note, look_every_s=0.2)
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self.is_under_way.wait(60)

    def end(self, *, is_enough: bool = True) -> None:
        if is_enough:
            self.is_enough.set()
        self._thread.join(120)
        assert not self._thread.is_alive()
        if self.error is not None:
            raise self.error

    def _go(self) -> None:
        try:
            while self.written < BATCHES or not self.is_enough.is_set():
                self._writer.write(lambda i=self.written: self._connection.bulk(batch(i)))  # type: ignore[misc]
                self.written += 1
                if self.written > BATCHES:
                    self.is_under_way.set()
        except BaseException as error:  # noqa: BLE001  (raised again in the test's thread)
            self.error = error
            self.is_under_way.set()

    def _note(self, message: str) -> None:
        self.blocked.append(message)
        if message:
            self.is_blocked.set()


def test_a_node_that_is_killed_while_pages_are_written_loses_and_doubles_nothing(
    node: ElasticNode,
) -> None:
    connection = connected(node.place())
    made_anew(connection)
    writing = Writing(connection)
    writing.start()
    node.kill()
    assert writing.is_blocked.wait(60)
    with pytest.raises(ServerAwayError, match="cannot be reached: nothing listens there"):
        connection.search({}, INDEX)
    node.start()
    writing.end()
    assert any("cannot be reached" in message for message in writing.blocked)
    assert writing.blocked[-1] == ""
    assert numbers_in(connection) == list(range(writing.written * BATCH))


def test_a_wait_for_a_node_that_is_away_can_be_cancelled(node: ElasticNode) -> None:
    connection = connected(node.place())
    made_anew(connection)
    writing = Writing(connection)
    writing.start()
    node.kill()
    try:
        assert writing.is_blocked.wait(60)
        writing.token.cancel()
        with pytest.raises(Cancelled):
            writing.end(is_enough=False)
    finally:
        node.start()
    held = numbers_in(connection)
    assert held == list(range(len(held)))  # whole batches, in their order
    assert len(held) % BATCH == 0


def watermarks(connection: ElasticConnection, *, is_full: bool) -> None:
    keys = ("low", "high", "flood_stage")
    levels: dict[str, object] = dict.fromkeys(
        (f"cluster.routing.allocation.disk.watermark.{key}" for key in keys), None
    )
    if is_full:
        levels = dict(zip(levels, ("4000gb", "3500gb", "3000gb"), strict=True))
    levels["cluster.routing.allocation.disk.threshold_enabled"] = True if is_full else None
    connection.change("PUT", "/_cluster/settings", {"persistent": levels})


def is_full(connection: ElasticConnection) -> bool:
    try:
        connection.bulk([BulkAction(INDEX, "0", batch(0)[0].source)])
    except DiskFullError as error:
        return "nearly full" in str(error)
    return False


def test_a_node_whose_disk_is_full_is_waited_for(node: ElasticNode) -> None:
    connection = connected(node.place())
    made_anew(connection)
    watermarks(connection, is_full=True)
    try:
        until(lambda: is_full(connection))
        assert connection.count(INDEX, {"match_all": {}}) <= 1  # reading goes on
        writing = Writing(connection)
        writing._thread.start()
        assert writing.is_blocked.wait(60)
    finally:
        watermarks(connection, is_full=False)
    writing.end()
    assert "Make room on the server" in writing.blocked[0]
    assert numbers_in(connection) == list(range(writing.written * BATCH))


def test_an_index_that_was_made_for_something_else_is_told(node: ElasticNode) -> None:
    connection = connected(node.place())
    made_anew(connection)
    with pytest.raises(MappingConflictError, match="choose another prefix") as raised:
        connection.bulk([BulkAction(INDEX, "1", {"n": "the text of a page"})])
    assert "the text of a page" not in str(raised.value)
    with pytest.raises(MappingConflictError, match="cannot be changed from type"):
        connection.put_mapping(INDEX, {"properties": {"n": {"type": "text"}}})


# --- keys, rights and trust


def api_key(admin: ElasticConnection, expires: str = "1d") -> tuple[str, ElasticSecret]:
    body = {"name": "of a test", "expiration": expires}
    made = admin.change("POST", "/_security/api_key", body)
    return made["id"], ElasticSecret(api_key=made["encoded"])


def test_a_key_that_is_revoked_while_pages_are_written_ends_it_and_a_new_one_goes_on(
    secure: ElasticNode,
) -> None:
    admin = connected(secure.place(user="admin"), secure.secret())
    made_anew(admin)
    name, key = api_key(admin)
    writing = Writing(connected(secure.place(), key))
    writing.start()
    admin.change("DELETE", "/_security/api_key", {"ids": [name]})
    with pytest.raises(UnknownUserError, match="was revoked"):
        writing.end(is_enough=False)
    again = Writing(connected(secure.place(), api_key(admin)[1]))
    again.written = writing.written
    again.start()
    again.end()
    assert numbers_in(admin) == list(range(again.written * BATCH))


def test_a_key_that_has_expired_is_told(secure: ElasticNode) -> None:
    admin = connected(secure.place(user="admin"), secure.secret())
    _, key = api_key(admin, expires="1s")

    def has_expired() -> bool:
        try:
            connected(secure.place(), key).close()
        except UnknownUserError as error:
            return "has expired" in str(error)
        return False

    until(has_expired)


@pytest.mark.parametrize(
    ("user", "can_read", "can_write"),
    [("writer", True, True), ("reader", True, False), ("nobody", False, False)],
)
def test_what_a_user_may_do_is_known_before_it_is_tried(
    secure: ElasticNode, user: str, can_read: bool, can_write: bool
) -> None:
    connection = connected(secure.place(user=user), secure.secret())
    facts = connection.facts()
    assert (facts.can_read, facts.can_write) == (can_read, can_write)
    if not can_write:
        with pytest.raises(DeniedError, match=rf"{user} may not do this .* “create_index”"):
            connection.put_index(f"{INDEX}-{user}", settings={}, mappings={})
    admin = connected(secure.place(user="admin"), secure.secret())
    assert not admin.read("GET", "/folioscope-trial-*")  # what was tried is gone


def test_what_the_node_can_do_is_asked(node: ElasticNode) -> None:
    facts = connected(node.place()).facts()
    assert facts.licence == "basic"
    assert (facts.vector_index, facts.has_rank_vectors, facts.has_fusion) == (
        "bbq_hnsw",
        False,
        False,
    )
    assert facts.version.startswith("8.")


def places(secure: ElasticNode, node: ElasticNode) -> dict[str, ElasticPlace]:
    trusted = secure.place()
    by_file = replace(trusted, fingerprint="", ca_file=secure.facts["ca"])
    return {
        "has another fingerprint": replace(trusted, fingerprint="ab" * 32),
        "is not signed by anybody": replace(trusted, fingerprint=""),
        "was made for another name": replace(
            by_file, url=by_file.url.replace("127.0.0.1", "127.1")
        ),
        "wants a safe connection": replace(trusted, url=trusted.url.replace("https", "http")),
        "does not speak TLS": replace(trusted, url=node.url.replace("http", "https")),
    }


def test_a_server_that_cannot_be_trusted_is_told_and_gets_no_secret(
    secure: ElasticNode, node: ElasticNode
) -> None:
    for told, place in places(secure, node).items():
        with pytest.raises(UntrustedServerError, match=told):
            connected(replace(place, user="admin"), secure.secret())


def test_a_node_is_trusted_by_its_fingerprint_or_its_authority(secure: ElasticNode) -> None:
    colons = ":".join(secure.facts["fingerprint"][i : i + 2].upper() for i in range(0, 64, 2))
    by_finger = replace(secure.place(user="reader"), fingerprint=colons)
    by_file = replace(by_finger, fingerprint="", ca_file=secure.facts["ca"])
    for place in (by_finger, by_file):
        assert connected(place, secure.secret()).facts().can_read


def test_nobody_reads_secrets_in_logs(
    secure: ElasticNode, caplog: pytest.LogCaptureFixture
) -> None:
    key = api_key(connected(secure.place(user="admin"), secure.secret()))[1]
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    for name in ("elastic_transport", "elastic_transport.node", "elasticsearch", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    for place, secret, told in (
        (secure.place(user="reader"), secure.secret(), DeniedError),
        (secure.place(user="reader"), ElasticSecret(password="wrong-password"), UnknownUserError),
        (secure.place(), replace(key, api_key=key.api_key[::-1]), UnknownUserError),
    ):
        with pytest.raises(told) as raised:
            connected(place, secret).bulk([BulkAction(INDEX, "1", {})])
        logging.getLogger("test").error("%r %r", raised.value, raised.value.__cause__)
    connected(secure.place(), key).close()
    sent = {
        base64.b64encode(f"reader:{word}".encode()).decode()
        for word in (PASSWORD, "wrong-password")
    }
    assert "[reader]" in caplog.text
    for word in (*sent, "wrong-password", key.api_key, key.api_key[::-1]):
        assert word not in caplog.text


def test_a_node_without_inference_offers_no_models(secure: ElasticNode) -> None:
    servers = ElasticInferenceServers()
    assert servers.offers(secure.place(user="admin"), secure.secret()) == []
    with pytest.raises(InferenceError, match="cluster right “monitor_inference”"):
        servers.offers(secure.place(user="writer"), secure.secret())
    with pytest.raises(InferenceError, match="does not know this API key or password"):
        servers.offers(secure.place(user="writer"), ElasticSecret(password="wrong"))
    other = replace(secure.place(), fingerprint="ab" * 32)
    with pytest.raises(InferenceError, match="has another fingerprint"):
        servers.offers(other, secure.secret())
