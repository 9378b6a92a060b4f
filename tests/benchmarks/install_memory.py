"""Memory while a model of 3.8 billion parameters is installed from a folder.

``python -m tests.benchmarks install_memory``. The checkpoint has the names, shapes and numbers
of the published jina-embeddings-v4 and random weights; it takes 8 GB on the disk while this runs,
and the installed model as much as its precision says.
"""

import argparse
import importlib.util
import json
import math
import shutil
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np

from folioscope.domain.models import Precision
from tests.benchmarks.processes import folioscope, run_watched
from tests.benchmarks.tables import show_table, within
from tests.conftest import ROOT
from tests.made_safetensors import as_bf16, header_of
from tests.made_tokenizers import write_tokenizer

NAME = "jina-embeddings-v4"
LIMIT_GB = 2.5
SHIPPED = ROOT / "onnx_models" / NAME
_SHARD_BYTES = 5_000_000_000
_BANK_VALUES = 1 << 24
_SPREAD = 0.02
Shapes = dict[str, tuple[int, ...]]


def main() -> int:
    """Install from the command line; exit code 1 where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precision", default=Precision.INT8.value)
    parser.add_argument("--scratch", help="a folder on a disk with 20 GB of room")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        checkpoint = write_checkpoint(Path(scratch) / "checkpoint")
        models = Path(scratch) / "models"
        command = folioscope(
            "--models", str(models), "models", "install", NAME,
            "--precision", options.precision, "--from", str(checkpoint),
        )  # fmt: skip
        seconds, peak = run_watched(command)
        peak_gb = max(peak.resident, _largest_child()) / 1e9
        made = sum(path.stat().st_size for path in models.rglob("*.data"))
    show_table(
        ["precision", "s", "checkpoint GB", "installed GB", "peak GB"],
        [[options.precision, seconds, checkpoint_bytes() / 1e9, made / 1e9, peak_gb]],
    )
    return 0 if within("peak memory", peak_gb, LIMIT_GB, unit=" GB") else 1


def _largest_child() -> int:
    """Return the most that a program run from here had in memory, as the system counts it."""
    try:
        import resource
    except ImportError:  # only Unix counts for us; elsewhere the samples must do
        return 0
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def write_checkpoint(folder: Path) -> Path:
    """Write random weights in the published layout, in shards with an index."""
    config = json.loads((SHIPPED / "config.json").read_text("utf-8"))
    bank = as_bf16(np.random.default_rng(0).standard_normal(_BANK_VALUES) * _SPREAD)
    (folder / "adapters").mkdir(parents=True)
    places = {}
    for number, shapes in enumerate(_shards(_published().v4_shapes(config)), 1):
        name = f"model-{number:05}.safetensors"
        _write(folder / name, shapes, bank)
        places |= dict.fromkeys(shapes, name)
    index = json.dumps({"metadata": {}, "weight_map": places})
    (folder / "model.safetensors.index.json").write_text(index, "utf-8")
    shutil.copy(SHIPPED / "adapter_config.json", folder / "adapters")
    rank = json.loads((SHIPPED / "adapter_config.json").read_text("utf-8"))["r"]
    adapters = _published().v4_adapter_shapes(config, rank)
    _write(folder / "adapters" / "adapter_model.safetensors", adapters, bank)
    write_tokenizer(folder)
    shutil.copy(SHIPPED / "config.json", folder)
    (folder / "preprocessor_config.json").write_text("{}", "utf-8")
    return folder


def checkpoint_bytes() -> int:
    """Return the size of the published weights without adapters."""
    config = json.loads((SHIPPED / "config.json").read_text("utf-8"))
    return 2 * sum(map(math.prod, _published().v4_shapes(config).values()))


def _published() -> ModuleType:
    """Load the shapes of published checkpoints from where templates are made."""
    place = ROOT / "onnx_models" / "export" / "headers.py"
    spec = importlib.util.spec_from_file_location("published_headers", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _shards(shapes: Shapes) -> list[Shapes]:
    shards: list[Shapes] = [{}]
    size = 0
    for name, shape in shapes.items():
        own = 2 * math.prod(shape)
        if size + own > _SHARD_BYTES:
            shards.append({})
            size = 0
        shards[-1][name] = shape
        size += own
    return shards


def _write(path: Path, shapes: Shapes, bank: np.ndarray) -> None:
    """Fill a file from the bank; normalisations are ones."""
    ones = as_bf16(np.ones(1 << 16))
    with path.open("wb") as file:
        sizes = {n: ("BF16", shape, 2 * math.prod(shape)) for n, shape in shapes.items()}
        file.write(header_of(sizes))
        for name, shape in shapes.items():
            is_norm = len(shape) == 1 and name.endswith("weight")
            _fill(file, ones if is_norm else bank, math.prod(shape))


def _fill(file, bank: np.ndarray, count: int) -> None:
    for first in range(0, count, len(bank)):
        file.write(bank[: min(len(bank), count - first)].data)


if __name__ == "__main__":
    raise SystemExit(main())
