"""What is told at start where ONNX Runtime is missing, or installed twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NONE = "import sys; sys.modules['onnxruntime'] = None;"
SHOW = (
    "from PySide6.QtWidgets import QMessageBox;"
    "QMessageBox.exec = lambda box: print(box.windowTitle(), box.text(), sep='|');"
)
BOTH_TOLD = "Both onnxruntime and onnxruntime-gpu are installed"


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder of packages with the other runtime's metadata, as pip would leave it."""
    info = tmp_path / "packages" / "onnxruntime_gpu-1.31.1.dist-info"
    info.mkdir(parents=True)
    text = "Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: 1.31.1\n"
    (info / "METADATA").write_text(text, "utf-8")
    return info.parent


def run(
    home: Path, *arguments: str, packages: Path | None = None, before: str = "", language: str = "C"
) -> "subprocess.CompletedProcess[str]":
    program = f"{before}from folioscope.__main__ import main; raise SystemExit(main())"
    path = [str(ROOT / "app"), *([str(packages)] if packages else [])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "FOLIOSCOPE_DATA": str(home / "data"),
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": language,
    }
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, encoding="utf-8"
    )


@pytest.mark.parametrize(
    "command", [("search", "heron"), ("index",), ("models", "list"), ("store", "show"), ("status",)]
)
def test_two_runtimes_are_told_in_one_sentence(tmp_path, planted, command) -> None:
    ended = run(tmp_path, *command, packages=planted)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith(BOTH_TOLD)
    assert ended.stderr.count("\n") == 1
    assert "never both" in ended.stderr


def test_no_runtime_is_told_with_what_to_type(tmp_path) -> None:
    ended = run(tmp_path, "search", "heron", before=NONE)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == (
        'ONNX Runtime is not installed. Install it with: pip install "folioscope[cpu]", '
        'or "folioscope[gpu]" on a machine with an NVIDIA card.\n'
    )


def test_the_window_tells_it_in_a_dialog(tmp_path, planted) -> None:
    ended = run(tmp_path, "gui", packages=planted, before=SHOW)
    assert ended.returncode == 3
    assert ended.stdout.startswith(f"Folioscope cannot start|{BOTH_TOLD}")
    assert BOTH_TOLD in ended.stderr


def test_the_dialog_speaks_the_users_language(tmp_path, planted) -> None:
    ended = run(tmp_path, packages=planted, before=SHOW, language="zh_TW.UTF-8")
    assert ended.stdout.startswith("Folioscope 無法啟動|同時安裝了")


def test_the_doctor_still_looks_at_everything(tmp_path, planted) -> None:
    ended = run(tmp_path, "doctor", "--json", packages=planted)
    found = {finding["subject"]: finding for finding in json.loads(ended.stdout)["findings"]}
    assert BOTH_TOLD in found["ONNX Runtime"]["problem"]


def test_help_and_version_need_no_runtime(tmp_path, planted) -> None:
    assert run(tmp_path, "--version", packages=planted).returncode == 0
    assert run(tmp_path, "--help", packages=planted).returncode == 0
