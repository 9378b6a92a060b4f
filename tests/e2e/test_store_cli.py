"""Where pages are kept, from the command line as others script against it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from folioscope.domain.store_places import ElasticPlace
from folioscope.wiring import way_back
from tests.conftest import ROOT
from tests.elastic_node import PASSWORD, ElasticNode, elastic_node, named_server
from tests.made_documents import text_pdf
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)

FACTS = {
    "store",
    "where",
    "prefix",
    "read_only",
    "health",
    "message",
    "documents",
    "pages",
    "files",
    "disk_bytes",
    "other_machines",
    "server",
}
QUERIES = ("guarantor of the loan", "heron", "page 3 of the tide tables")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    text_pdf(folder / "loan.pdf", 2, sentence="The loan agreement names a guarantor.")
    text_pdf(folder / "heron.pdf", 1, sentence="A heron stands in the shallow water.")
    text_pdf(folder / "tides.pdf", 4, sentence="Tide tables of the harbour, day by day.")
    shutil.copy(folder / "heron.pdf", folder / "copy of heron.pdf")
    return folder


@pytest.fixture(scope="module")
def environment(starter, starter_models_dir, tmp_path_factory):  # noqa: F811
    """Everything of the user's in a folder of its own, and no keyring."""
    return {
        "FOLIOSCOPE_DATA": str(tmp_path_factory.mktemp("data")),
        "FOLIOSCOPE_MODELS": str(starter_models_dir),
        "PYTHONPATH": str(ROOT / "app"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


@pytest.fixture(autouse=True)
def _at_home(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("FOLIOSCOPE_ES_API_KEY", "FOLIOSCOPE_ES_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


# --- without a server


def test_a_library_in_its_own_folder_is_shown(ask, library) -> None:
    found = ask("store", "show", "--library", library, "--json").json
    assert set(found) == FACTS
    assert (found["store"], found["where"]) == ("local", str(library))
    assert (found["documents"], found["pages"], found["files"]) == (3, 7, 4)
    assert found["health"] == "working"
    assert found["disk_bytes"] > 0
    assert found["server"] is None
    said = ask("store", "show", "--library", library)
    assert said.code == 0
    assert "7 pages in 3 documents" in said.out
    assert str(library) in said.out


def test_where_nothing_was_added_the_store_is_empty(ask, tmp_path) -> None:
    found = ask("store", "show", "--library", tmp_path / "none", "--json")
    assert (found.code, found.json["health"]) == (0, "empty")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("use", "elasticsearch"),
        ("use", "local", "--url", "https://search.example.org"),
        ("use", "local", "--read-only"),
        ("copy", "--to", "elasticsearch", "--prefix", "team"),
        ("use", "elasticsearch", "--url", "https://a.example", "--password-file", "p"),
        ("use", "elasticsearch", "--url", "https://a.example", "--ca", "x", "--fingerprint", "y"),
        ("use", "elasticsearch", "--url", "u", "--api-key-file", "x", "--user", "y"),
        ("use", "paper"),
        ("copy",),
        (),
    ],
)
def test_what_makes_no_sense_is_usage(ask, tmp_path, arguments) -> None:
    said = ask("--library", tmp_path / "library", "store", *arguments)
    assert said.code == 2
    assert said.err
    assert not (tmp_path / "library").exists()


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (("--url", "http://127.0.0.1:9"), "127.0.0.1:9 cannot be reached"),
        (("--url", "nonsense"), "address"),
        (("--url", "https://anna:hunter2@search.example.org"), "user or password"),
        (("--url", "http://127.0.0.1:9", "--prefix", "Größe"), "indices"),
        (("--url", "https://127.0.0.1:9", "--fingerprint", "abc"), "SHA-256"),
        (("--url", "http://127.0.0.1:9", "--api-key-file", "missing"), "missing could not be read"),
    ],
)
def test_a_server_that_will_not_do_is_told_in_a_sentence(ask, library, options, match) -> None:
    said = ask("--library", library, "store", "use", "elasticsearch", *options)
    assert said.code == 3
    assert match in said.err
    assert said.err.count("\n") == 1
    assert "hunter2" not in said.err
    assert not (library / "store.json").exists()


def test_a_library_is_not_copied_onto_itself(ask, library) -> None:
    said = ask("--library", library, "store", "copy", "--to", "local")
    assert said.code == 3
    assert "already" in said.err


def test_a_damaged_choice_is_told_and_can_be_made_anew(ask, library) -> None:
    (library / "store.json").write_text("{", "utf-8")
    for command in (("status",), ("store", "show")):
        said = ask("--library", library, *command)
        assert said.code == 3
        assert "folioscope store use" in said.err
    assert ask("--library", library, "store", "use", "local").code == 0
    assert ask("--library", library, "status").code == 0


# --- with a server


class Server:
    """The server that is named, or a node with users; libraries of a test have names on it."""

    def __init__(self, folder: Path, secure_node: Callable[[], ElasticNode]) -> None:
        self._folder = folder
        self._secure_node = secure_node
        self._places: dict[str, ElasticPlace] = {}

    def named(self, name: str, *, user: str = "writer") -> tuple[str, ...]:
        """Return the options that lead to a library as one of the users."""
        asked = named_server()
        if asked is None:
            asked = self._secure_node().server(user=user)
        elif user != "writer":
            pytest.skip("the Elasticsearch server that is named has no users for tests")
        place = self._places.setdefault(name, asked.place())
        return ("elasticsearch", *asked.options(replace(place, user=asked.user), self._folder))

    def close(self) -> None:
        """Delete what the test left on the server that is named."""
        asked = named_server()
        for place in self._places.values() if asked else ():
            asked.forget(place)


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, lambda: request.getfixturevalue("secure_node"))
    yield made
    made.close()


def answers(ask, library: Path) -> list[list[str]]:
    """Which files answer, best first.

    Their pages differ in a number alone: whether one is folded behind another hangs on the last
    digits of a vector, which follow from what shared its batch and from how a store rounds.
    """
    found = []
    for query in QUERIES:
        hits = ask("--library", library, "search", query, "--json").json["hits"]
        found.append(list(dict.fromkeys(hit["file"] for hit in hits)))
    return found


def test_all_commands_work_on_a_server(ask, server, documents, made_library, tmp_path) -> None:
    library = tmp_path / "new"
    at = ("--library", library)
    used = ask(*at, "store", "use", *server.named("folioscope-all"), "--json")
    assert used.code == 0, used.err
    assert used.json["server"]["version"]
    assert used.json["server"]["can_write"] is True
    said = (library / "store.json").read_text("utf-8") + used.err
    assert PASSWORD not in said.replace("folioscope-test-", "")  # what prefixes begin with
    assert ask(*at, "index", documents).code == 0
    status = ask(*at, "status", "--json").json
    assert (status["documents"], status["pages"], status["files"]) == (3, 7, 4)
    assert answers(ask, library) == answers(ask, made_library)
    shown = ask(*at, "store", "show", "--json").json
    assert (shown["store"], shown["health"], shown["pages"]) == ("elasticsearch", "working", 7)
    assert ask(*at, "verify").code == 0
    assert ask(*at, "remove", documents / "tides.pdf").code == 0
    assert ask(*at, "status", "--json").json["pages"] == 3
    assert not (library / "catalogue.sqlite").exists()


def test_a_library_moves_to_a_server_and_back(ask, server, library, tmp_path) -> None:
    before = answers(ask, library)
    where = server.named("folioscope-moved")
    copied = ask("--library", library, "store", "copy", "--to", *where, "--switch", "--json")
    assert copied.code == 0, copied.err
    there = copied.json
    assert (there["documents"], there["pages"], there["files"]) == (3, 7, 4)
    assert there["queries"] == 7
    assert there["switched"] is True
    assert answers(ask, library) == before
    indexed = ask("--library", library, "index", "--json").json
    assert (indexed["files_read"], indexed["pages_read"]) == (0, 0), "read again after the move"
    for old in [p for p in library.iterdir() if p.name != "store.json"]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    back = ask("--library", library, "store", "copy", "--to", "local", "--switch", "--json").json
    assert back["checksum"] == there["checksum"]
    assert not (library / "store.json").exists()
    assert answers(ask, library) == before


# ends itself as a power cut would, once the fifth document was noted as copied
_DYING = """
import os, signal, sys
from folioscope.__main__ import main
from folioscope.services.store_copy_log import CopyLog
noted, note = [], CopyLog.note
def dying(log, document_id):
    note(log, document_id)
    noted.append(document_id)
    if len(noted) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
CopyLog.note = dying
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_copy_that_is_killed_goes_on(ask, server, environment, tmp_path) -> None:
    folder, library = tmp_path / "many", tmp_path / "library"
    folder.mkdir()
    for number in range(12):
        text_pdf(folder / f"{number}.pdf", 3, sentence=f"Ledger {number} of the harbour office.")
    assert ask("--library", library, "index", folder).code == 0
    where = server.named("folioscope-killed")
    arguments = ["--library", library, "store", "copy", "--to", *where, "--switch", "--json"]
    command = [sys.executable, "-c", _DYING, *map(str, arguments)]
    ended = subprocess.run(command, env=os.environ | environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    log = library / "copying.log"
    assert len(log.read_text("utf-8").splitlines()) == 1 + 5
    assert ask("--library", library, "store", "show", "--json").json["store"] == "local"
    report = ask(*arguments)
    assert report.code == 0, report.err
    assert (report.json["documents"], report.json["pages"]) == (12, 36)
    shown = ask("--library", library, "store", "show", "--json").json
    assert (shown["documents"], shown["pages"], shown["files"]) == (12, 36, 12)
    assert not log.exists()


def test_who_may_only_search_is_told_so(ask, server, library, documents, tmp_path) -> None:
    where = server.named("folioscope-read")
    assert ask("--library", library, "store", "copy", "--to", *where).code == 0
    reading = tmp_path / "reading"
    at = ("--library", reading)
    as_reader = server.named("folioscope-read", user="reader")
    refused = ask(*at, "store", "use", *as_reader)
    assert refused.code == 3
    assert "--read-only" in refused.err
    assert ask(*at, "store", "use", *as_reader, "--read-only").code == 0
    hits = ask(*at, "search", "guarantor of the loan", "--json")
    assert hits.code == 0, hits.err
    assert len(hits.json["hits"]) > 0
    for command in (("index", documents), ("remove", documents), ("verify", "--repair")):
        said = ask(*at, *command)
        assert said.code == 3
        assert "search" in said.err
    assert ask(*at, "verify").code == 0


def test_several_people_share_what_is_read_and_keep_their_own_paths(
    ask, server, documents, tmp_path, monkeypatch
) -> None:
    where = server.named("folioscope-shared")
    theirs, mine = tmp_path / "theirs", tmp_path / "mine"
    shutil.copytree(documents, theirs)
    shutil.copytree(documents, mine)
    (mine / "tides.pdf").unlink()
    text_pdf(mine / "own.pdf", 1, sentence="A kettle whistles in the kitchen.")
    for person, folder in (("ana", theirs), ("ben", mine)):
        monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path / person))
        library = ("--library", tmp_path / person / "library")
        assert ask(*library, "store", "use", *where).code == 0
        indexed = ask(*library, "index", folder, "--json")
        assert indexed.code == 0, indexed.err
        read = indexed.json
        if person == "ben":
            assert (read["files_read"], read["pages_read"]) == (1, 1), "read what was read"
            hits = ask(*library, "search", "guarantor of the loan", "--json").json["hits"]
            assert {Path(hit["file"]).parent for hit in hits if hit["page"]} <= {mine, theirs}
            assert hits[0]["file"] == str(mine / "loan.pdf")
            found = ask(*library, "search", "tide tables of the harbour", "--json").json["hits"]
            assert found[0]["file"] == str(theirs / "tides.pdf"), "what others have is found"
            status = ask(*library, "status", "--json").json
            assert [folder["folder"] for folder in status["folders"]] == [str(mine)]
            assert ask(*library, "remove", mine).code == 0
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path / "ana"))
    status = ask("--library", tmp_path / "ana" / "library", "status", "--json").json
    assert (status["files"], status["pages"]) == (4, 7), "what ana has stays when ben goes"


def test_a_server_that_goes_away_is_told_and_the_way_back_is_open(ask, tmp_path, documents) -> None:
    library = tmp_path / "library"
    at = ("--library", library)
    with elastic_node(tmp_path / "node") as node:
        place = ("elasticsearch", "--url", node.url)
        assert ask(*at, "store", "use", *place).code == 0
        assert ask(*at, "index", documents).code == 0
        node.kill()
        shown = ask(*at, "store", "show", "--json")
        assert (shown.code, shown.json["health"]) == (3, "unreachable")
        assert "cannot be reached" in shown.json["message"]
        said = ask(*at, "search", "heron")
        assert said.code == 3
        assert "cannot be reached" in said.err
        assert ask(*at, "store", "use", "local").code == 0
        assert ask(*at, "store", "show", "--json").json["health"] == "empty"


def test_the_window_is_lent_a_way_back_from_a_server(library) -> None:
    assert way_back(library) is None
    (library / "store.json").write_text("{", "utf-8")  # also where nobody knows which server
    leave = way_back(library)
    assert leave is not None
    leave()
    assert way_back(library) is None
