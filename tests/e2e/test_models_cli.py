"""``folioscope models`` as others script against it, with tiny models and a hub on loopback."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from folioscope.cli import models_commands, program
from folioscope.wiring import AppWiring
from tests.conftest import ROOT
from tests.e2e.commands import asking
from tests.loopback_hub import Fault, loopback_hub, point_at
from tests.tiny_models import TINY_M0, TINY_V4, describe, write_checkpoint

MODEL_KEYS = {
    "name", "title", "kind", "about", "licence", "licence_url", "commercial_use", "repository",
    "revision", "download_bytes", "partial_bytes", "dims", "has_rows", "recommended",
    "installed", "costs", "builds",
}  # fmt: skip
LISTED_KEYS = MODEL_KEYS | {"profile", "in_use", "recommended_here", "seconds_a_page"}
LARGEST = "adapters/adapter_model.safetensors"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    for name in (TINY_V4, TINY_M0):
        write_checkpoint(name, folder / name)
    return folder


@pytest.fixture
def models_dir(tmp_path, monkeypatch) -> Path:
    describe(tmp_path / "models", TINY_V4, TINY_M0)
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("FOLIOSCOPE_MODELS", raising=False)
    return tmp_path / "models"


@pytest.fixture
def hub(checkpoints, models_dir, tmp_path, monkeypatch):
    """A hub that the tiny model's description names, with a licence to accept."""
    folder = shutil.copytree(checkpoints / TINY_V4, tmp_path / "hub")
    path = models_dir / TINY_V4 / "manifest.toml"
    facts = (
        'repository = "jina/tiny"\nrevision = "r1"\nlicence = "Research only"\n'
        'licence_url = "https://example.org/licence"\n'
    )
    text = path.read_text("utf-8").replace("schema = 1\n", f"schema = 1\n{facts}")
    path.write_text(text, "utf-8")
    with loopback_hub(folder) as running:
        point_at(running, monkeypatch)
        yield running


@pytest.fixture
def ask(capsys, models_dir):
    """Run a command in this process, with the test's folder of models."""
    return asking(capsys, "--models", models_dir)


def test_models_are_listed(ask):
    said = ask("models", "list", "--json")
    assert said.code == 0
    assert {model["name"] for model in said.json["models"]} >= {TINY_V4, "jina-embeddings-v4"}
    assert all(model.keys() == LISTED_KEYS for model in said.json["models"])
    assert said.json["problems"] == []
    assert "not installed; 7.9 GB to fetch" in ask("models", "list").out


def test_a_description_that_is_not_valid_is_told_beside_the_others(ask, models_dir):
    (models_dir / TINY_V4 / "manifest.toml").write_text("schema = 1")
    said = ask("models", "list")
    assert said.code == 0
    assert TINY_M0 in said.out
    assert str(models_dir / TINY_V4 / "manifest.toml") in said.err


def test_a_model_goes_its_way_from_a_folder(ask, checkpoints, models_dir):
    said = ask("models", "install", TINY_V4, "--from", checkpoints / TINY_V4, "--json")
    assert said.code == 0
    (build,) = said.json["builds"]
    assert (build["precision"], build["whole"]) == ("int8", True)
    assert Path(build["folder"]).is_relative_to(models_dir)
    assert ask("models", "verify", "--json").json == {"models": {TINY_V4: []}}
    shown = ask("models", "info", TINY_V4).out
    assert "int8 installed" in shown
    assert "recommended here" in shown
    assert ask("models", "use", TINY_V4).code == 0
    said = ask("models", "remove", TINY_V4, "--json")
    freed = {"freed_bytes": build["size_bytes"], "dropped_pages": 0, "dropped_bytes": 0}
    assert said.json == {"removed": TINY_V4, **freed}
    assert not ask("models", "info", TINY_V4, "--json").json["installed"]


def test_the_folder_of_models_is_named_before_or_after_the_command(
    capsys, models_dir, checkpoints, monkeypatch
):
    at = ["--models", str(models_dir)]
    for arguments in (
        [*at, "models", "info", TINY_M0],
        ["models", *at, "info", TINY_M0],
        ["models", "info", TINY_M0, *at],
    ):
        assert program.main(arguments, AppWiring()) == 0
    assert "FOLIOSCOPE_MODELS" not in os.environ
    assert program.main(["models", "info", TINY_M0], AppWiring()) == 3
    monkeypatch.setenv("FOLIOSCOPE_MODELS", str(models_dir))
    assert program.main(["models", "info", TINY_M0], AppWiring()) == 0
    capsys.readouterr()


def test_what_a_page_costs_is_measured_before_anything_is_installed(ask, models_dir):
    said = ask("models", "trial", TINY_V4, "--precision", "fp32", "--json")
    assert said.code == 0, said.err
    assert said.json["seconds_a_page"] > 0
    assert said.json["provider"] == "CPUExecutionProvider"
    assert not said.json["installed"]
    assert not ask("models", "info", TINY_V4, "--json").json["installed"]


def test_every_precision_can_be_named(ask, checkpoints):
    for precision in ("fp32", "fp16", "int8", "int4", "w8a8"):
        folder = checkpoints / TINY_M0
        said = ask("models", "install", TINY_M0, "--precision", precision, "--from", folder)
        assert said.code == 0, said.err
        assert f"{precision} installed" in said.out
    assert ask("models", "install", TINY_M0, "--precision", "int2").code == 2


def test_damage_is_found_and_told_by_exit_code(ask, checkpoints):
    said = ask("models", "install", TINY_M0, "--from", checkpoints / TINY_M0, "--json")
    path = Path(said.json["builds"][0]["folder"]) / "vision.onnx.data"
    data = bytearray(path.read_bytes())
    data[1_000] ^= 1
    path.write_bytes(data)
    said = ask("models", "verify", TINY_M0)
    assert said.code == 3
    assert "vision.onnx.data is damaged" in said.err
    assert ask("models", "verify", TINY_M0, "--json").code == 3


def test_mistakes_are_told_in_a_sentence(ask, tmp_path):
    for arguments, words in (
        (("models", "info", "v5"), "No model is called v5"),
        (("models", "use", TINY_V4), "is not installed"),
        (("models", "install", TINY_V4, "--from", tmp_path / "nowhere"), "is missing"),
        (("models", "install", TINY_V4), "names no repository"),
    ):
        said = ask(*arguments)
        assert said.code == 3
        assert words in said.err
        assert said.err.count("\n") <= 2
        assert said.out == ""
    assert ask("models").code == 2


def test_the_doctor_knows_visual_models_and_what_is_wrong_with_them(ask, checkpoints, models_dir):
    said = ask("models", "install", TINY_M0, "--from", checkpoints / TINY_M0, "--json")
    findings = {f["subject"]: f for f in ask("doctor", "--json").json["findings"]}
    assert findings[f"Model {TINY_M0}"]["fact"] == "installed: local-int8"
    assert findings[f"Model {TINY_M0}"]["problem"] == ""
    (Path(said.json["builds"][0]["folder"]) / "text.onnx").unlink()
    (models_dir / TINY_V4 / "manifest.toml").write_text("schema = 1")
    said = ask("doctor", "--json")
    findings = {f["subject"]: f for f in said.json["findings"]}
    assert "text.onnx is missing" in findings[f"Model {TINY_M0}"]["problem"]
    assert TINY_V4 in findings["Model descriptions"]["problem"]
    assert said.code == 3


# --- consent


def test_nothing_is_fetched_without_consent(ask, hub):
    said = ask("models", "install", TINY_V4)
    assert said.code == 3
    assert "Licence of tiny-v4: Research only, not for commercial use" in said.err
    assert "https://example.org/licence" in said.err
    assert "add --yes" in said.err
    assert hub.asked == []


@pytest.mark.parametrize("flag", ["--yes", "--accept-licence"])
def test_consent_is_given_on_the_command_line(ask, hub, flag):
    said = ask("models", "install", TINY_V4, flag, "--json")
    assert said.code == 0, said.err
    assert said.json["installed"]
    assert hub.asked
    asked = len(hub.asked)
    assert ask("models", "install", TINY_V4).code == 0  # it is there: nothing to consent to
    assert len(hub.asked) == asked


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("yes\n", 0), ("\n", 3), ("n\n", 3)])
def test_a_person_is_asked(ask, hub, monkeypatch, answer, code):
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(models_commands, "is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    said = ask("models", "install", TINY_V4)
    assert said.code == code
    assert "Accept the licence and fetch it?" in said.err
    assert bool(hub.asked) == (code == 0)


def test_a_folder_needs_no_consent(ask, hub, checkpoints):
    said = ask("models", "install", TINY_V4, "--from", checkpoints / TINY_V4)
    assert said.code == 0
    assert "Licence of tiny-v4: Research only" in said.err
    assert hub.asked == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=str)
def test_whatever_ends_it_the_next_install_goes_on(ask, hub, models_dir, sent):
    hub.faults[LARGEST] = Fault(stalls=True)
    command = [sys.executable, "-m", "folioscope", "models", "install", TINY_V4, "--yes"]
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT / "app"), "FOLIOSCOPE_MODELS": str(models_dir),
    }  # fmt: skip
    part = models_dir / TINY_V4 / ".download-r1" / f"{LARGEST}.part"
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert hub.stalling.wait(60)
        while not part.exists() or not part.stat().st_size:
            time.sleep(0.02)
        process.send_signal(sent)
        _, err = process.communicate(timeout=30)
    if sent != signal.SIGKILL:
        assert process.returncode == 128 + sent
        assert "Stopped. What has arrived is kept" in err
    info = ask("models", "info", TINY_V4, "--json").json
    assert info["partial_bytes"] >= part.stat().st_size > 0
    assert not info["installed"]
    assert not info["builds"]
    hub.faults.clear()
    hub.over.set()
    assert ask("models", "install", TINY_V4, "--yes").code == 0
    (went_on,) = (asked for asked in hub.asked if "range" in asked.headers)
    assert went_on.path.endswith(LARGEST)
