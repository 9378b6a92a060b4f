"""What ``folioscope store`` asks of people, and tells them."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from folioscope.cli import store_commands
from folioscope.cli.arguments import parser
from folioscope.domain.errors import FolioscopeError, StoreError
from folioscope.domain.store_places import ElasticSecret, StorePlace
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.store_api import CopyReport
from tests.gui.fake_store import FACTS, SERVER, FakeStore

URL = ("--url", "https://search.example.org:9200")
Run = Callable[..., int]


@pytest.fixture
def store() -> FakeStore:
    made = FakeStore()
    made.gate.set()
    return made


@pytest.fixture
def run(store: FakeStore) -> Run:
    def act(*arguments: str) -> int:
        return store_commands.run(store, parser().parse_args(["store", *arguments]))

    return act


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Somebody at a terminal who types a line, and secrets when asked for them."""

    def sit_down(line: str, *, secret: str = "") -> list[str]:
        asked: list[str] = []

        def getpass(prompt: str) -> str:
            asked.append(prompt)
            return secret

        monkeypatch.setattr(store_commands, "_is_asking", lambda: True)
        monkeypatch.setattr("sys.stdin", io.StringIO(line))
        monkeypatch.setattr("getpass.getpass", getpass)
        return asked

    return sit_down


def test_a_password_that_is_known_from_nowhere_is_asked_for(
    run: Run, store: FakeStore, person: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = person("", secret="hunter2")
    assert run("use", "elasticsearch", *URL, "--user", "anna") == 0
    assert asked == ["Password of anna: "]
    place, secret = store.used[0]
    assert place.elastic is not None
    assert (place.elastic.user, secret) == ("anna", ElasticSecret(password="hunter2"))
    said = capsys.readouterr()
    assert "hunter2" not in said.out + said.err
    assert "Pages are kept on https://search.example.org:9200 (folioscope-…)" in said.out


def test_an_api_key_may_be_left_out(run: Run, store: FakeStore, person: Any) -> None:
    assert person("") == []
    assert run("use", "elasticsearch", *URL) == 0
    assert store.used == [(SERVER, ElasticSecret())]


def test_scripts_and_files_are_asked_nothing(
    run: Run, store: FakeStore, monkeypatch: pytest.MonkeyPatch, person: Any
) -> None:
    asked = person("", secret="typed")
    assert run("use", "elasticsearch", *URL, "--api-key-file", "/etc/key") == 0
    monkeypatch.setattr(store, "has_secret", lambda _place: True)
    assert run("use", "elasticsearch", *URL) == 0
    assert run("use", "local") == 0
    monkeypatch.setattr(store_commands, "_is_asking", lambda: False)
    assert run("use", "elasticsearch", *URL, "--user", "anna") == 0
    assert asked == []
    assert [secret for _, secret in store.used] == 4 * [ElasticSecret()]


@pytest.mark.parametrize(("line", "used"), [("y\n", [SERVER]), ("\n", []), ("no\n", [])])
def test_a_copy_offers_the_switch(
    run: Run,
    store: FakeStore,
    person: Any,
    capsys: pytest.CaptureFixture[str],
    line: str,
    used: list[StorePlace],
) -> None:
    person(line)
    assert run("copy", "--to", "elasticsearch", *URL) == 0
    assert store.copied == [SERVER]
    assert [place for place, _ in store.used] == used
    said = capsys.readouterr()
    assert "Copied 1,624 pages in 9 documents, 12 files in 4 s." in said.out
    assert "Both answer 12 questions alike." in said.out
    assert ("from now on." in said.out) == bool(used)


def test_scripts_switch_only_when_they_say_so(
    run: Run, store: FakeStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("copy", "--to", "elasticsearch", *URL, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert first["switched"] is False
    assert (first["pages"], first["documents"], first["files"]) == (1624, 9, 12)
    assert store.used == []
    assert run("copy", "--to", "elasticsearch", *URL, "--json", "--switch") == 0
    assert json.loads(capsys.readouterr().out)["switched"] is True
    assert [place for place, _ in store.used] == [SERVER]


def test_a_copy_that_fails_switches_nothing(run: Run, store: FakeStore) -> None:
    store.error = StoreError("The copy differs.")
    with pytest.raises(StoreError, match="differs"):
        run("copy", "--to", "elasticsearch", *URL, "--switch")
    assert store.used == []


def test_where_nobody_looks_on_a_copy_that_cannot_go_on_gives_up(
    run: Run, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(_place: StorePlace, _secret: ElasticSecret, ctx: JobContext) -> CopyReport:
        ctx.report(Progress(3, 9, "The server's disk is nearly full."))
        ctx.token.wait(60)
        ctx.token.raise_if_cancelled()
        raise AssertionError("it was not cancelled")

    monkeypatch.setattr(store, "copy", wait)
    monkeypatch.setattr("folioscope.cli.watching._PATIENCE_S", 0.2)
    with pytest.raises(FolioscopeError, match="nearly full"):
        run("copy", "--to", "elasticsearch", *URL)


def test_what_the_server_is_and_chooses_is_shown(
    run: Run, store: FakeStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = store.facts()
    monkeypatch.setattr(store, "facts", lambda: replace(facts, place=SERVER, server=FACTS))
    assert run("show") == 0
    said = capsys.readouterr().out
    assert "Elasticsearch 8.19.21, licence basic" in said
    assert "int8_hnsw" in said
    assert "the server lacks rank_vectors" in said
    assert "does not fuse results" in said
