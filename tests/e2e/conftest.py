"""The command line run in this process: what it answered, and a library to ask.

The modules that take these fixtures bring ``environment`` and ``documents`` themselves.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.cli import program
from folioscope.wiring import AppWiring
from tests.e2e.commands import Ask, asking
from tests.elastic_node import ElasticNode, elastic_node


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command in this process."""
    return asking(capsys)


@pytest.fixture(scope="package")
def secure_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticNode]:
    """An Elasticsearch node with TLS and users, for tests that leave it running."""
    with elastic_node(tmp_path_factory.mktemp("secure"), is_secure=True) as node:
        yield node


@pytest.fixture(scope="module")
def made_library(environment: dict[str, str], documents: Path) -> Path:
    """A library that holds the documents; tests leave it as it is."""
    library = Path(environment["FOLIOSCOPE_DATA"]) / "made"
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        assert program.main(["--library", str(library), "index", str(documents)], AppWiring()) == 0
    return library


@pytest.fixture
def library(made_library: Path, tmp_path: Path) -> Path:
    """A library of the test's own, with the documents in it."""
    return shutil.copytree(made_library, tmp_path / "library")
