"""A home of its own for commands, and two documents."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.made_documents import text_pdf
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    text_pdf(folder / "loan.pdf", 2, sentence="The loan agreement names a guarantor.")
    text_pdf(folder / "heron.pdf", 1, sentence="A heron stands in the shallow water.")
    return folder


@pytest.fixture(scope="module")
def environment(starter, starter_models_dir, tmp_path_factory):  # noqa: F811
    """Everything of the user's in a folder of its own, but for the model."""
    return {
        "FOLIOSCOPE_DATA": str(tmp_path_factory.mktemp("data")),
        "FOLIOSCOPE_MODELS": str(starter_models_dir),
        "PYTHONPATH": str(ROOT / "app"),
    }


@pytest.fixture(autouse=True)
def _at_home(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
