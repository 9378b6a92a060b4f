"""The command line run in this process: what it answered, and a library to ask.

The modules that take these fixtures bring ``environment`` and ``documents`` themselves.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from folioscope.cli import program
from folioscope.wiring import AppWiring
from tests.elastic_node import ElasticNode, elastic_node


@dataclass(frozen=True)
class Answer:
    """A command's exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, taken as JSON."""
        return json.loads(self.out)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command in this process."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = program.main([str(a) for a in arguments], AppWiring())
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return run


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
