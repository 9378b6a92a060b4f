"""The program started on files, and once more while its window is open."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.gui.start import WindowStart
from tests.conftest import ROOT
from tests.e2e.commands import Answer
from tests.made_documents import text_pdf
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)
from tests.waiting import until

LONG_S = 120
Environment = dict[str, str]


@pytest.fixture
def environment(starter, starter_models_dir, tmp_path_factory, monkeypatch):  # noqa: F811
    """Everything of the user's in a folder with a short name, but for the model."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    made = {
        "FOLIOSCOPE_DATA": str(tmp_path_factory.mktemp("d")),
        "FOLIOSCOPE_MODELS": str(starter_models_dir),
        "PYTHONPATH": str(ROOT / "app"),
    }
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    return made


def start(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "folioscope", "gui", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def window(environment: Environment, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A window that was opened on a file, and listens."""
    text_pdf(tmp_path / "loan.pdf", 2, sentence="The loan agreement names a guarantor.")
    process = start(tmp_path / "loan.pdf")
    data = Path(environment["FOLIOSCOPE_DATA"])
    address = Path(WindowStart(data / "Library", data).address)
    until(lambda: address.exists() or process.poll() is not None, seconds=LONG_S, every_s=0.1)
    assert process.poll() is None, process.communicate()
    yield process
    process.kill()
    process.wait()


def test_files_of_a_first_and_a_later_start_are_read_by_the_same_window(
    window: "subprocess.Popen[str]", environment: Environment, tmp_path: Path, ask
) -> None:
    text_pdf(tmp_path / "heron ü.pdf", 3, sentence="A heron stands in the shallow water.")
    later = start(tmp_path / "heron ü.pdf")
    assert later.communicate(timeout=LONG_S) == ("", "")
    assert later.returncode == 0
    assert window.poll() is None

    def pages() -> int:
        told: Answer = ask("status", "--json")
        return int(told.json["pages"]) if told.code == 0 else 0  # there may be no library yet

    # each look takes time from the window itself
    until(lambda: pages() == 5, seconds=LONG_S, every_s=2)
    window.send_signal(signal.SIGINT)
    assert window.communicate(timeout=LONG_S) == ("", "")
    assert list(Path(environment["FOLIOSCOPE_DATA"]).glob("folioscope-*")) == []
