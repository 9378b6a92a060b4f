"""Full-size visual models with random weights: seconds a page, memory, and transformers beside.

Options: ``--model`` one of the shipped names, ``--towers``, ``--precisions``, ``--batches``,
``--device cuda`` on a machine with a card (there transformers runs in float16 through SDPA,
which is flash attention), ``--no-peer``. On processors ratios are those of the cores' seconds,
on cards those of the clock. Run it on an idle machine: torch's threads spin while they wait, so
other work makes transformers look dearer than it is. What a precision loses is told as the least
cosine of its outputs to float32's *on the same random weights*: real weights may do better or
worse.
transformers runs in the Python of ``FOLIOSCOPE_TORCH_PYTHON``, or of ``make parity``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.models import Precision
from folioscope.inference.binding import bind
from folioscope.inference.templates import Template, load_template, template_file
from folioscope.inference.visual_manifest import VisualManifest, read_visual_manifest
from folioscope.inference.weights import WeightReader
from folioscope.system.paths import shipped_dir
from tests.benchmarks.matmul_peak import matmul_peak
from tests.benchmarks.random_weights import RandomCheckpoint
from tests.benchmarks.tables import show_table
from tests.benchmarks.visual_work import AROUND, PAGE, QUERY, products_flop, work_of

ROOT = Path(__file__).resolve().parents[2]
FASTER = 2.0  # w8a8 beside transformers in float32, on a processor
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


@dataclass(frozen=True, slots=True)
class Contender:
    """What one program took: seconds of the best round by work, and of all cores together."""

    name: str
    seconds: dict[str, float]
    processor_s: dict[str, float]
    peak_bytes: int
    cosine: float | None = None
    provider: str = ""


@dataclass(slots=True)
class Tower:
    """A tower's contenders as they come in."""

    name: str
    manifest: VisualManifest
    options: argparse.Namespace
    scratch: Path
    contenders: list[Contender] = field(default_factory=list)
    _exact: dict[str, np.ndarray] = field(default_factory=dict)

    def run(self) -> None:
        """Time every precision, then transformers."""
        for precision in self.options.precisions:
            self.contenders.append(self._ours(Precision(precision)))
            print(f"  {self.contenders[-1].name}: {self.contenders[-1].seconds}", flush=True)
        if self.options.peer:
            self._theirs()

    def template(self, precision: Precision) -> Template:
        """Read the template that a precision is built on."""
        folder = shipped_dir("onnx_models") / self.manifest.name
        return load_template(folder, template_file(self.manifest.templates, self.name, precision))  # type: ignore[arg-type]

    def _ours(self, precision: Precision) -> Contender:
        template = self.template(precision)
        work = work_of(template)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            model = Path(folder) / "model.onnx"
            weights: Any = RandomCheckpoint(template)
            bind(template, WeightReader(weights, lambda _: None), model, precision)
            said = _run_python(
                sys.executable,
                ["-m", "tests.benchmarks.visual_run", "--tower", self.name],
                ["--model", str(model), "--work", json.dumps(asdict(work)), "--keep", folder],
                ["--provider", PROVIDERS[self.options.device]],
                ["--rounds", str(self.options.rounds)],
                ["--batches", *map(str, self._batches(precision))],
            )
            outputs = {path.stem: np.load(path) for path in Path(folder).glob("*.npy")}
        if precision is Precision.FP32:
            self._exact = outputs
        least = min((_least_cosine(v, self._exact[k]) for k, v in outputs.items()
                     if k in self._exact), default=None)  # fmt: skip
        return _contender(precision.value, said, least)

    def _theirs(self) -> None:
        python = torch_python()
        if python is None:
            print("  transformers is not measured: no Python with torch (make parity makes one).")
            return
        on_card = self.options.device == "cuda"
        for dtype, attention in [("fp16", "eager"), ("fp16", "sdpa")] if on_card else [
            ("fp32", "eager"), ("fp32", "sdpa")
        ]:  # fmt: skip
            config = shipped_dir("onnx_models") / self.manifest.name / "config.json"
            said = _run_python(
                python,
                [str(ROOT / "tests" / "benchmarks" / "visual_peer.py"), "--tower", self.name],
                ["--config", str(config), "--grid", str(PAGE.rows), str(PAGE.columns)],
                ["--device", self.options.device, "--dtype", dtype, "--attention", attention],
                ["--around", str(AROUND), "--query", str(QUERY)],
                ["--rounds", str(self.options.rounds)],
                ["--batches", *map(str, self._batches(Precision.FP32))],
            )
            self.contenders.append(_contender(f"transformers {dtype} {attention}", said, None))

    def _batches(self, precision: Precision) -> list[int]:
        """On a processor float32 is timed page by page: eight pages take minutes and 15 GB."""
        is_slow = precision is Precision.FP32 and self.options.device == "cpu"
        return [1] if is_slow else self.options.batches

    def taken(self, one: Contender) -> dict[str, float]:
        """Return the seconds that ratios are made of."""
        return one.processor_s if self.options.device == "cpu" else one.seconds

    def show(self) -> None:
        """Print the table: the peer's eager time is what the others are measured by."""
        works = list(dict.fromkeys(work for one in self.contenders for work in one.seconds))
        peer = next((c for c in self.contenders if c.name.endswith("eager")), None)
        rows = []
        for one in self.contenders:
            for work in works:
                if work in one.seconds:
                    rows.append([one.name, work, *self._row(one, work, peer)])
        head = ["contender", "work", "s", "cores' s", "× eager", "peak GB", "of matmul", "cosine"]
        show_table(head, rows)

    def _row(self, one: Contender, work: str, peer: Contender | None) -> list[object]:
        seconds, batch = one.seconds[work], int(work.rpartition("×")[2])
        ratio = "–"
        alone = f"{work.partition(' ')[0]} ×1"
        if peer and alone in peer.seconds:
            same = self.taken(peer).get(work, self.taken(peer)[alone] * batch)
            ratio = f"{same / self.taken(one)[work]:.2f}"
        share, cosine = "–", "–" if one.cosine is None else f"{one.cosine:.5f}"
        if not one.name.startswith("transformers"):
            precision = Precision(one.name)
            rows = len(PAGE) * 4 if self.name == "vision" else len(PAGE) + AROUND
            rows = QUERY if work.startswith("query") else rows
            flop = products_flop(self.template(precision), rows * batch)
            peak = matmul_peak(precision, PROVIDERS[self.options.device])
            share = f"{100 * flop / self.taken(one)[work] / peak:.0f} %"
        return [seconds, one.processor_s[work], ratio, one.peak_bytes / 1e9, share, cosine]


def main() -> int:
    """Print tables; exit code 1 when w8a8 misses its goal."""
    options = _options()
    manifest = read_visual_manifest(shipped_dir("onnx_models") / options.model / "manifest.toml")
    towers = {}
    for name in options.towers:
        print(f"{options.model}, {name}: {PAGE.columns} × {PAGE.rows} patches", flush=True)
        with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
            towers[name] = Tower(name, manifest, options, Path(scratch))
            towers[name].run()
        towers[name].show()
    return 0 if _meets_goal(list(towers.values())) else 1


def _meets_goal(towers: list[Tower]) -> bool:
    """Compare whole pages: both towers together."""
    sums: dict[str, float] = {}
    for tower in towers:
        for one in tower.contenders:
            sums[one.name] = sums.get(one.name, 0.0) + tower.taken(one)["page ×1"]
    ours, peer = sums.get("w8a8"), sums.get("transformers fp32 eager")
    if ours is None or peer is None:
        return True
    said = "holds" if peer / ours >= FASTER else "MISSED"
    print(f"{said}: w8a8 is {peer / ours:.2f} × as fast as transformers fp32, goal {FASTER} ×")
    return said == "holds"


def torch_python() -> str | None:
    """Return a Python that has torch and transformers."""
    named = os.environ.get("FOLIOSCOPE_TORCH_PYTHON")
    for python in (named, str(ROOT / ".venv-parity" / "bin" / "python"), sys.executable):
        if python and Path(python).exists():
            probe = [python, "-c", "import torch, transformers"]
            if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
                return python
    return None


def _run_python(python: str, *arguments: list[str]) -> dict[str, Any]:
    command = [python, *(word for part in arguments for word in part)]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "app")])
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _contender(name: str, said: dict[str, Any], cosine: float | None) -> Contender:
    seconds, processor_s = (
        {work: min(times) for work, times in said[key].items()}
        for key in ("seconds", "processor_s")
    )
    return Contender(
        name, seconds, processor_s, said["peak_bytes"], cosine, said.get("provider", "")
    )


def _least_cosine(found: np.ndarray, exact: np.ndarray) -> float:
    lengths = np.linalg.norm(found, axis=-1) * np.linalg.norm(exact, axis=-1)
    return float(((found * exact).sum(axis=-1) / lengths).min())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="jina-embeddings-v4")
    parser.add_argument("--towers", nargs="+", default=["vision", "text"])
    parser.add_argument("--device", choices=sorted(PROVIDERS), default="cpu")
    parser.add_argument("--precisions", nargs="+")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scratch", help="folder with 15 GB free")
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    options = parser.parse_args()
    usual = (
        ["fp32", "int8", "int4", "w8a8"] if options.device == "cpu" else ["fp32", "fp16", "int8"]
    )
    options.precisions = options.precisions or usual
    return options


if __name__ == "__main__":
    sys.exit(main())
