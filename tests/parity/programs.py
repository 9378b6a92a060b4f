"""The commands that a user types, run as programs."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "onnx_models" / "build.py"


def run_build(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run build.py from a folder that is not the repository."""
    return _run([sys.executable, str(BUILD), *map(str, arguments)], {})


def run_folioscope(models_dir: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``folioscope --models DIR …`` from the sources."""
    command = [sys.executable, "-m", "folioscope", "--models", str(models_dir)]
    return _run([*command, *map(str, arguments)], {"PYTHONPATH": str(ROOT / "app")})


def built_and_installed(checkpoint: Path, models_dir: Path, *precisions: str) -> None:
    """Make templates, then a model in each precision, as a user with a fine-tune would."""
    done = run_build("--checkpoint", checkpoint, "--out", models_dir / checkpoint.name)
    assert done.returncode == 0, done.stderr
    for precision in precisions:
        asked = ["models", "install", checkpoint.name, "--precision", precision]
        done = run_folioscope(models_dir, *asked, "--from", checkpoint)
        assert done.returncode == 0, done.stderr


def built(checkpoint: Path, out: Path, *, name: str | None = None) -> None:
    """Make templates in this process, where torch is loaded already."""
    sys.path.insert(0, str(BUILD.parent))
    try:
        from export.building import build
    finally:
        sys.path.remove(str(BUILD.parent))
    build(checkpoint, out, name=name, say=lambda sentence: None)


def _run(command: list[str], more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=Path(sys.executable).parent,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )
