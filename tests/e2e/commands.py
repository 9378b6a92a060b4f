"""Commands run in this process, and what they need: for tests of several models."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from folioscope.cli import program
from folioscope.services.api import Services
from folioscope.wiring import AppWiring


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


Ask = Callable[..., Answer]


def asking(capsys: pytest.CaptureFixture[str], *first: object) -> Ask:
    """Return what runs a command behind the words that come ``first``."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = program.main([*map(str, first), *map(str, arguments)], AppWiring())
        return Answer(code, *capsys.readouterr())

    return run


def own_models(installed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy installed models for one test, which may take some of them away."""
    own = shutil.copytree(installed, folder / "models")
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(folder / "data"))
    monkeypatch.setenv("FOLIOSCOPE_MODELS", str(own))
    return own


@contextmanager
def opening(library: Path) -> Iterator[Callable[[], Services]]:
    """Give what opens a library's services, as a command does; closes what was opened."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(AppWiring().library(library))
