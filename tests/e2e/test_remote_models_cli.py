"""Models on a server from the command line: offered, told, agreed to, used, forgotten."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.cli import program
from folioscope.wiring import AppWiring
from tests.e2e.commands import Answer, Ask
from tests.inference_server import DIM, InferenceServer
from tests.made_documents import text_pdf

SENT_TEXTS = "The text of every page that is read, and whatever you search for, is sent to"


@pytest.fixture
def server() -> Iterator[InferenceServer]:
    with InferenceServer() as lent:
        yield lent


@pytest.fixture
def library(tmp_path: Path, server: InferenceServer) -> Path:
    """A folder whose pages are on the server, as far as its models are concerned."""
    folder = tmp_path / "on the server"
    folder.mkdir()
    place = {"kind": "elasticsearch", "elastic": {"url": server.url}}
    (folder / "store.json").write_text(json.dumps(place))
    return folder


@pytest.fixture
def ask(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Ask:
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FOLIOSCOPE_ES_API_KEY", "c2VjcmV0OmtleQ==")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    def run(*arguments: object, at: Path = library) -> Answer:
        code = program.main(["--library", str(at), *map(str, arguments)], AppWiring())
        return Answer(code, *capsys.readouterr())

    return run


def test_offers_tell_what_would_leave(ask: Ask, server: InferenceServer) -> None:
    said = ask("models", "offers", "--json")
    assert said.code == 0, said.err
    offers = {offer["endpoint"]: offer for offer in said.json["offers"]}
    texts = offers[".jina-embeddings-v3"]
    assert texts["uses"]["texts"].startswith(SENT_TEXTS)
    assert "Elastic Inference Service" in texts["uses"]["texts"]
    assert "runs the model itself" in offers[".rerank-v1-elasticsearch"]["uses"]["reranker"]
    assert "another company's service (jinaai)" in offers["ranks"]["uses"]["reranker"]
    assert texts["agreed"] == []
    assert "for second looks" in ask("models", "offers").out
    assert server.sent == []


def test_nothing_is_sent_or_used_before_somebody_agreed(ask: Ask, server: InferenceServer) -> None:
    said = ask("models", "agree", "ranks")
    assert said.code == 3
    assert "of up to 20 pages are sent to" in said.err
    assert "Nothing is sent before somebody agreed. Add --yes" in said.err
    assert server.sent == []
    used = ask("models", "use", "elastic:ranks")
    assert used.code == 3
    assert "Nobody agreed to use elastic:ranks" in used.err


def test_a_reranker_is_agreed_to_used_and_forgotten(
    ask: Ask, server: InferenceServer, tmp_path: Path
) -> None:
    assert ask("models", "agree", "ranks", "--yes").code == 0
    (listed,) = [m for m in ask("models", "list", "--json").json["models"] if ":" in m["name"]]
    assert (listed["name"], listed["kind"], listed["installed"]) == (
        "elastic:ranks",
        "reranker",
        True,
    )
    texts = ("--text", "a loan agreement", "--text", "heron in water")
    scored = ask("rerank", "--model", "elastic:ranks", "--query", "loan", *texts, "--json")
    near, far = (json.loads(line)["score"] for line in scored.out.splitlines())
    assert near > far
    assert "runs on a server" in ask("models", "list").out
    settings = next((tmp_path / "data").rglob("settings.json")).read_text()
    assert '"reranker": "elastic:ranks"' in settings
    assert "c2VjcmV0" not in settings
    assert ask("models", "remove", "elastic:ranks").code == 3
    assert ask("models", "forget", "ranks").code == 0
    assert ask("models", "list", "--json").json["models"][-1]["name"] != "elastic:ranks"
    assert ask("models", "forget", "ranks").code == 3


def test_a_model_that_sees_nothing_is_no_visual_model(ask: Ask) -> None:
    said = ask("models", "agree", "blind", "--for", "pictures", "--yes")
    assert said.code == 3
    assert "reads texts and sees no pictures" in said.err
    said = ask("models", "agree", "ranks", "--for", "texts", "--yes")
    assert said.code == 3
    assert "cannot be used for texts. Use it for reranker." in said.err
    assert ask("models", "agree", "omni", "--for", "pictures", "--yes").code == 0
    said = ask("models", "agree", "nothing", "--yes")
    assert "It offers: .jina-embeddings-v3, .rerank-v1-elasticsearch, blind" in said.err


def test_a_library_is_read_and_searched_with_a_model_on_the_server(
    ask: Ask, server: InferenceServer, tmp_path: Path
) -> None:
    folder, here = tmp_path / "documents", tmp_path / "here"
    folder.mkdir()
    text_pdf(folder / "loan.pdf", 1, sentence="The loan agreement names a guarantor.")
    agreed = ask("models", "agree", ".jina-embeddings-v3", "--yes", "--json")
    assert agreed.json["dim"] == DIM
    assert ask("index", folder, at=here).code == 0
    assert any("guarantor" in sent for sent in server.sent)
    assert all(isinstance(sent, str) for sent in server.sent)
    found = ask("search", "guarantor", "--json", at=here)
    assert found.code == 0, found.err
    assert "loan.pdf" in found.out
    assert len(server.served.asked) < 60  # what is learnt with a model is asked for at once
    assert ask("models", "forget", ".jina-embeddings-v3").code == 0
    said = ask("search", "guarantor", at=here)  # its vectors are of another model
    assert said.code == 3
    assert "made with another model" in said.err


def test_a_library_on_this_machine_has_no_offers(ask: Ask, tmp_path: Path) -> None:
    said = ask("models", "offers", at=tmp_path / "here")
    assert said.code == 3
    assert "on no server that could offer models. Choose one: folioscope store use" in said.err
