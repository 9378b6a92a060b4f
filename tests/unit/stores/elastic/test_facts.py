"""What is asked of servers of other versions, licences and plugins than the test node has."""

import re

import pytest

from folioscope.domain.errors import UntrustedServerError
from folioscope.domain.store_places import ElasticFacts
from tests.answering_server import Answer, AnsweringServer, Asked
from tests.unit.stores.elastic.parts import connected, error, hello, server

LICENSED = error("security_exception", "current license is non-compliant for [RRF]", 403)


class Cluster:
    """A server as it might be elsewhere."""

    def __init__(
        self,
        version: str = "9.1.0",
        *,
        licence: str = "basic",
        plugins: tuple[tuple[str, ...], ...] = ((),),
        takes: tuple[str, ...] = ("int8_hnsw", "hnsw"),
        fuses: bool = False,
        rights: tuple[str, ...] | None = None,
        flavor: str = "default",
    ) -> None:
        self.greeting = hello(version, flavor)
        self.licence = licence
        self.plugins = plugins
        self.takes = takes
        self.fuses = fuses
        self.rights = rights
        self.indices: set[str] = set()
        self.made: list[str] = []
        self.is_silent = self.has_icu = self.is_full = False
        self.knows_user = True

    def keep_silent(self, *, has_icu: bool, knows_user: bool = True) -> None:
        """Let nobody ask for version, licence and plugins."""
        self.is_silent, self.has_icu, self.knows_user = True, has_icu, knows_user

    def answer(self, asked: Asked) -> Answer | None:
        if self.is_silent and asked.path in ("/", "/_license", "/_nodes/plugins"):
            return error("security_exception", "action [x] is unauthorized", 403)
        if asked.path == "/_security/_authenticate":
            nothing = Answer(400, {"error": "no handler found for uri [/]"})
            return Answer(body={"username": "anna"}) if self.knows_user else nothing
        if asked.path == "/":
            return self.greeting
        if asked.path == "/_license":
            return Answer(body={"license": {"type": self.licence}})
        if asked.path == "/_nodes/plugins":
            told = [{"plugins": [{"name": n} for n in names]} for names in self.plugins]
            return Answer(body={"nodes": dict(enumerate(told))})
        if asked.path == "/_security/user/_has_privileges":
            return self._privileges(asked)
        if "/_settings/" in asked.path:
            block = {"index.blocks.read_only_allow_delete": "true"} if self.is_full else {}
            return Answer(body={"folioscope-pages-v1": {"settings": block}})
        if asked.path.endswith("/_search"):
            return Answer(body={"hits": {"hits": []}}) if self.fuses else LICENSED
        return self._index(asked)

    def _privileges(self, asked: Asked) -> Answer:
        if self.rights is None:
            return error("illegal_argument_exception", "no handler found for uri", 400)
        (wanted,) = asked.json["index"]
        held = {right: right in self.rights for right in wanted["privileges"]}
        return Answer(body={"index": {wanted["names"][0]: held}})

    def _index(self, asked: Asked) -> Answer:
        name = asked.path.lstrip("/")
        if asked.method == "DELETE":
            self.indices.discard(name)
            return Answer(body={"acknowledged": True})
        field = asked.json["mappings"]["properties"]["v"]
        self.made.append(name)
        if field["type"] == "text":
            is_taken = self.has_icu and "icu_tokenizer" in str(asked.json["settings"])
            return Answer(body={}) if is_taken else error("illegal_argument_exception", "no", 400)
        if field.get("index_options", field)["type"] not in self.takes:
            return error("mapper_parsing_exception", "unknown type", 400)
        self.indices.add(name)
        return Answer(body={"acknowledged": True})


def facts_of(cluster: Cluster, *, read_only: bool = False) -> ElasticFacts:
    with server(cluster.answer) as asked:
        return connected(asked.url, read_only=read_only).facts()


def test_a_server_with_everything_is_used_for_all_it_can_do() -> None:
    cluster = Cluster(
        licence="enterprise",
        plugins=(("analysis-icu", "x"), ("analysis-icu",)),
        takes=("bbq_hnsw", "int8_hnsw", "rank_vectors"),
        fuses=True,
    )
    facts = facts_of(cluster)
    assert (facts.version, facts.licence, facts.plugins) == (
        "9.1.0",
        "enterprise",
        ("analysis-icu",),
    )
    assert (facts.vector_index, facts.has_rank_vectors, facts.has_fusion) == (
        "bbq_hnsw",
        True,
        True,
    )
    assert facts.can_read
    assert facts.can_write
    assert facts.missing == ()
    assert cluster.indices == set()  # what was tried is gone


def test_a_licence_that_lacks_fusion_and_multi_vectors_is_found_out() -> None:
    facts = facts_of(Cluster("8.14.3", takes=("int8_hnsw", "hnsw")))
    assert (facts.vector_index, facts.has_rank_vectors, facts.has_fusion) == (
        "int8_hnsw",
        False,
        False,
    )
    assert any("RRF" in sentence for sentence in facts.missing)


def test_a_plugin_counts_where_every_node_has_it() -> None:
    facts = facts_of(Cluster(plugins=(("analysis-icu",), ())))
    assert facts.plugins == ()
    assert any("analysis-icu" in sentence for sentence in facts.missing)


def test_nothing_is_made_where_only_reading_is_allowed() -> None:
    rights = ("read", "view_index_metadata")
    cluster = Cluster("8.19.2", licence="trial", rights=rights)
    facts = facts_of(cluster)
    assert cluster.made == []
    assert (facts.can_read, facts.can_write) == (True, False)
    assert (facts.vector_index, facts.has_rank_vectors) == ("bbq_hnsw", True)
    assert any("write, create_index, manage" in sentence for sentence in facts.missing)


def test_nothing_is_made_where_the_user_wants_to_read_only() -> None:
    cluster = Cluster("8.14.0")
    facts = facts_of(cluster, read_only=True)
    assert cluster.made == []
    assert not facts.can_write
    assert facts.vector_index == "int8_hnsw"


def test_a_right_that_lacks_is_named() -> None:
    rights = ("read", "view_index_metadata", "write", "create_index")
    facts = facts_of(Cluster(rights=rights))
    assert not facts.can_write
    lacks = "You lack these rights on folioscope-*: manage."
    assert lacks in facts.missing


def test_serverless_tells_an_old_number_and_is_new() -> None:
    cluster = Cluster("8.11.0", flavor="serverless", rights=("read", "view_index_metadata"))
    assert facts_of(cluster).vector_index == "bbq_hnsw"


@pytest.mark.parametrize("has_icu", [True, False])
def test_what_a_user_may_not_ask_is_tried_or_told(has_icu: bool) -> None:
    cluster = Cluster(rights=("read", "view_index_metadata", "write", "create_index", "manage"))
    cluster.keep_silent(has_icu=has_icu)
    facts = facts_of(cluster)
    assert (facts.version, facts.licence, facts.can_write) == ("unknown", "unknown", True)
    assert facts.plugins == (("analysis-icu",) if has_icu else ())
    assert any("analysis-icu" in sentence for sentence in facts.missing) is not has_icu
    assert "cluster right “monitor”" in facts.missing[0]


def test_plugins_that_are_neither_told_nor_tried_are_not_said_to_lack() -> None:
    cluster = Cluster(rights=("read", "view_index_metadata"))
    cluster.keep_silent(has_icu=False)
    assert not any("analysis-icu" in sentence for sentence in facts_of(cluster).missing)
    assert cluster.made == []


def test_a_full_disk_is_told_of_before_anything_is_written() -> None:
    cluster = Cluster()
    assert not any("full" in sentence for sentence in facts_of(cluster).missing)
    cluster.is_full = True
    assert "is nearly full, so it only lets read." in facts_of(cluster).missing[0]


def test_below_the_address_of_a_server_there_is_none() -> None:
    cluster = Cluster()
    cluster.keep_silent(has_icu=False, knows_user=False)
    with server(cluster.answer) as asked, pytest.raises(UntrustedServerError, match="is not Elas"):
        connected(asked.url)


@pytest.mark.parametrize(
    ("greeting", "told"),
    [
        (hello("8.13.4"), "runs Elasticsearch 8.13.4, and 8.14 or later is needed. Update"),
        (hello("7.17.0"), "runs Elasticsearch 7.17.0"),
        (Answer(body={"hello": 1}, headers={}), "is not Elasticsearch"),
        (Answer(body="<html>Welcome</html>", headers={}), "is not Elasticsearch"),
        (Answer(302, "", {"Location": "https://login.example.org"}), "sends elsewhere (302)"),
        (Answer(407, "login", {}), "wants a login (407)"),
    ],
)
def test_what_is_no_server_of_use_is_told(greeting: Answer, told: str) -> None:
    with (
        AnsweringServer(lambda _asked: greeting) as asked,
        pytest.raises(UntrustedServerError, match=re.escape(told)),
    ):
        connected(asked.url)
