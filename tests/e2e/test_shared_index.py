"""Two people on one index of a real node: nobody takes from the other by reading anew."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.elastic_node import ElasticNode
from tests.inference_server import InferenceServer
from tests.made_documents import text_pdf
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)

MODEL = ".jina-embeddings-v3"


@pytest.fixture(scope="module")
def environment(starter, starter_models_dir):  # noqa: F811
    """Models and no keyring; each person has a folder of their own besides."""
    return {
        "FOLIOSCOPE_MODELS": str(starter_models_dir),
        "PYTHONPATH": str(ROOT / "app"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


@pytest.fixture
def models() -> Iterator[InferenceServer]:
    """A server that offers models, whose documented API the node lacks."""
    with InferenceServer() as lent:
        yield lent


class Person:
    """Somebody with a machine of their own, whose library is on the shared index."""

    def __init__(self, name: str, home: Path, ask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home / name
        self.folder = self.home / "documents"
        self.folder.mkdir(parents=True)
        text_pdf(self.folder / f"{name}.pdf", 2, sentence=f"The ledger of {name} is closed.")
        self._ask = ask
        self._patch = monkeypatch

    def does(self, *words: object, library: str = "library"):
        """Run a command on this person's machine."""
        self._patch.setenv("FOLIOSCOPE_DATA", str(self.home / "data"))
        return self._ask("--library", self.home / library, *words)

    def agrees(self, models: InferenceServer) -> None:
        """Use a model of another server for the texts of pages."""
        place = {"kind": "elasticsearch", "elastic": {"url": models.url}}
        (self.home / "models").mkdir()
        (self.home / "models" / "store.json").write_text(json.dumps(place), "utf-8")
        said = self.does("models", "agree", MODEL, "--yes", library="models")
        assert said.code == 0, said.err


@pytest.fixture
def two(
    secure_node: ElasticNode,
    environment: dict[str, str],
    tmp_path: Path,
    ask: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Person, Person]:
    """Ana and Ben, both with a document in the index."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server = secure_node.server(user="writer")
    place = server.place()
    ana, ben = (Person(name, tmp_path, ask, monkeypatch) for name in ("ana", "ben"))
    for person in (ana, ben):
        at = ("elasticsearch", *server.options(place, tmp_path))
        assert person.does("store", "use", *at).code == 0
        assert person.does("index", person.folder).code == 0
    return ana, ben


def pages(person: Person) -> int:
    return person.does("status", "--json").json["pages"]


def test_reading_anew_what_others_have_read_is_refused_unless_it_is_for_everybody(
    two: tuple[Person, Person],
) -> None:
    ana, ben = two
    more = ben.home / "more"
    more.mkdir()
    text_pdf(more / "more.pdf", 1, sentence="More of the same.")
    refused = ben.does("index", more, "--rebuild")
    assert refused.code == 3
    assert refused.err.startswith("Another computer has files in this library")
    assert "folioscope index --rebuild --for-everybody" in refused.err
    assert pages(ana) == 4
    assert ana.does("store", "show", "--json").json["other_machines"] == 1
    assert [f["folder"] for f in ben.does("status", "--json").json["folders"]] == [str(ben.folder)]
    assert ben.does("index", "--for-everybody").code == 2
    done = ben.does("index", "--rebuild", "--for-everybody", "--json")
    assert done.code == 0, done.err
    assert done.json["pages_read"] == 2
    assert pages(ana) == 2, "what only ana has is read again by her"
    assert ana.does("index", "--json").json["pages_read"] == 2
    assert pages(ben) == 4


def test_who_chose_another_model_is_told_which_one_the_others_use(
    two: tuple[Person, Person], models: InferenceServer
) -> None:
    ana, ben = two
    ben.agrees(models)
    for command in (("search", "ledger"), ("index",)):
        told = ben.does(*command)
        assert told.code == 3
        assert "made with another model: the starter that comes with Folioscope." in told.err
        assert "Another computer uses it." in told.err
        assert "folioscope models forget NAME" in told.err
        assert "--rebuild" not in told.err
    refused = ben.does("index", "--rebuild")
    assert refused.code == 3
    assert "for everybody: folioscope index --rebuild --for-everybody." in refused.err
    found = ana.does("search", "ledger", "--json")
    assert found.code == 0
    assert len(found.json["hits"]) == 4
    assert ben.does("models", "forget", MODEL).code == 0
    assert ben.does("search", "ledger").code == 0


def test_who_changes_the_model_for_everybody_leaves_the_others_a_way_on(
    two: tuple[Person, Person], models: InferenceServer
) -> None:
    ana, ben = two
    ben.agrees(models)
    assert ben.does("index", "--rebuild", "--for-everybody").code == 0
    told = ana.does("search", "ledger")
    assert told.code == 3
    assert "another model: jina-embeddings-v3, run by elastic." in told.err
    assert "folioscope models agree NAME" in told.err
    assert ana.does("index", "--rebuild").code == 3, "nor may ana take it back by herself"
    ana.agrees(models)
    assert ana.does("index", "--json").json["pages_read"] == 2
    assert len(ben.does("search", "ledger", "--json").json["hits"]) == 4
