"""The two commands of the README, as far as they can be tried without installing anything."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
# what a machine without a screen lacks, and what `make test` hands to a make inside of it
NOT_PASSED_ON = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "MAKEFLAGS", "ARGS")

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """scripts/setup.py with an environment of its own in ``tmp_path``."""
    spec = importlib.util.spec_from_file_location("setup_script", ROOT / "scripts" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(module, "PARITY_VENV", tmp_path / ".venv-parity")
    return module


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in NOT_PASSED_ON}
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_make
def test_arguments_reach_the_command_line_with_their_quotes() -> None:
    shown = make("-n", "run", "ARGS=search 'loan agreement' --json").stdout
    assert "folioscope search 'loan agreement' --json" in shown
    assert "--for command" in shown


@needs_make
@pytest.mark.parametrize("arguments", ["", "gui"])
def test_the_window_asks_for_a_display(arguments: str) -> None:
    assert "--for window" in make("-n", "run", f"ARGS={arguments}").stdout


@needs_make
@pytest.mark.skipif(os.name == "nt", reason="Windows always has a display")
def test_without_a_display_one_sentence_names_the_command_line() -> None:
    done = make("run")
    sentence, *rest = done.stderr.strip().splitlines()
    assert done.returncode != 0
    assert sentence.startswith("There is no display")
    assert "make run ARGS=" in sentence
    assert all(line.startswith("make") for line in rest)


def test_continuous_integration_is_a_sound_script() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_missing_libraries_are_named_by_debian_package(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup, "loads", lambda library: library != "libxcb-icccm.so.4")
    assert "libxcb-icccm4" in setup.missing_packages("window")
    assert "libegl1" not in setup.missing_packages("window")
    assert "libxcb-icccm4" not in setup.missing_packages("command")


def test_users_are_told_the_command_that_installs_them(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(setup.SetupError) as caught:
        setup.install_system_packages(["libegl1", "xvfb"])
    told = str(caught.value)
    assert told.endswith("sudo apt-get install -y --no-install-recommends libegl1 xvfb")
    assert "\n" not in told


def test_root_gets_them_installed(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(setup.subprocess, "run", run)
    setup.install_system_packages(["libegl1"])
    assert ran[-1][0] == "apt-get"
    assert ran[-1][-1] == "libegl1"


def test_setting_up_once_is_enough(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[list[str]] = []
    setup.VENV.mkdir()
    monkeypatch.setattr(setup, "step", steps.append)
    setup.install(wants_tools=False)
    assert setup.is_current(wants_tools=False)
    assert not setup.is_current(wants_tools=True)
    setup.install(wants_tools=True)
    assert setup.is_current(wants_tools=True)
    assert sum("venv" in part for step in steps for part in step[1:3]) == 1


def test_an_installation_cut_short_is_begun_anew(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str]) -> None:
        raise setup.SetupError(" ".join(command))

    setup.VENV.mkdir()
    monkeypatch.setattr(setup, "step", lambda command: None)
    setup.install(wants_tools=True)
    monkeypatch.setattr(setup, "step", fail)
    with pytest.raises(setup.SetupError):
        setup.install(wants_tools=True)
    assert not setup.is_current(wants_tools=False)


def test_torch_stays_in_an_environment_of_its_own(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[list[str]] = []
    setup.PARITY_VENV.mkdir()
    monkeypatch.setattr(setup, "step", steps.append)
    setup.set_up_parity()
    packages = [step[-1] for step in steps if step[-1].startswith("torch==")]
    assert len(packages) == 1
    groups = [step for step in steps if "parity" in step]
    # first alone: beside other packages pip may choose a build for graphics cards
    assert steps.index(groups[0]) > next(n for n, s in enumerate(steps) if s[-1] == packages[0])
    assert all(str(setup.PARITY_VENV) in " ".join(step) for step in steps)
    taken = len(steps)
    setup.set_up_parity()
    assert len(steps) == taken
    assert not setup.is_current(wants_tools=False)


@needs_make
def test_the_proof_runs_apart_from_the_everyday_tests() -> None:
    assert "--for parity" in make("-n", "parity").stdout
    assert "parity" not in make("-n", "test").stdout
