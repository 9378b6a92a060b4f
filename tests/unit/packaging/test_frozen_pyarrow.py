"""The stores work with as much of PyArrow as the frozen program has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bundle.pyarrow_dataset import Dataset, Scanner

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = "tests.unit.packaging.frozen_pyarrow"
CONTRACTS = ("test_vector_stores.py", "test_vector_stores_search.py", "test_visual_vectors.py")


def test_lancedb_keeps_the_contract_of_stores_with_what_is_left_of_pyarrow():
    files = [str(ROOT / "tests" / "contract" / name) for name in CONTRACTS]
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [*command, "-k", "lance", *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_what_is_left_out_is_out_of_reach():
    asked = "import pyarrow, pyarrow.compute, pyarrow.fs, pyarrow.dataset as ds; print(ds.__file__)"
    done = run(asked)
    assert done.stdout.strip().endswith("pyarrow_dataset.py"), done.stderr
    for name in ("parquet", "acero", "_dataset", "substrait"):
        assert f"pyarrow.{name} is left out" in run(f"import pyarrow.{name}").stderr


def run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import {PLUGIN}\n{program}"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'packaging'}"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", [Dataset, Scanner])
def test_a_dataset_is_refused_with_a_sentence(kind):
    with pytest.raises(NotImplementedError, match="Give LanceDB a table"):
        kind("folder")
