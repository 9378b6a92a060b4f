"""ColModernVBERT at full size with random weights: seconds a page, memory, transformers beside.

The page is an A4 of 13 tiles, none of which is empty; what is timed is all of it, from pixels to
rows, on both sides. Before that the model is exported as the official file was and installed by
the app's own code, whose time and memory are told. What bytes lose is told as the mean cosine of
rows to transformers' *on the same random weights*. Run it on an idle machine: torch's threads
spin while they wait. ``--no-peer`` leaves transformers' time out, ``--files DIR`` keeps the
exported files for the next time; they take a gigabyte, and 4 GB of memory to make.
transformers runs in the Python of ``FOLIOSCOPE_TORCH_PYTHON``, or of ``make parity``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.processes import folioscope, run_watched
from tests.benchmarks.tables import show_table
from tests.benchmarks.visual_models import torch_python
from tests.made_light import GRAPH

ROOT = Path(__file__).resolve().parents[2]
PAGE_PX = (2_048, 1_448)  # A4 as it is rendered for this model
PRECISIONS = ("fp32", "w8a8")
GOAL_S, GOAL_FASTER, GOAL_BYTES = 4.5, 4.0, 1.5e9


def main() -> int:
    """Print tables; exit code 1 when w8a8 misses a goal."""
    options = _options()
    python = torch_python()
    if python is None:
        print("There is no Python with torch to make the model with (make parity makes one).")
        return 1
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        scratch = Path(folder)
        files = options.files or scratch / "official"
        if not (files / GRAPH).is_file():
            _run([python, "-m", "tests.benchmarks.light_peer", "--export", str(files)])
        page = scratch / "page.npy"
        rng = np.random.default_rng(0)
        np.save(page, rng.integers(0, 256, (*PAGE_PX, 3)).astype(np.uint8))
        for precision in PRECISIONS:
            _install(scratch / "models", files, precision)
        ours = {each: _ours(scratch, page, each, options.rounds) for each in PRECISIONS}
        theirs = _theirs(scratch, page, python, options) if options.peer else {}
        _show(scratch, ours, theirs)
        return 0 if _meets_goals(ours["w8a8"], theirs) else 1


def _install(models: Path, files: Path, precision: str) -> None:
    command = folioscope("--models", str(models), "models", "install", "colmodernvbert")
    seconds, peak = run_watched([*command, "--precision", precision, "--from", str(files)])
    kept = sum(p.stat().st_size for p in models.glob(f"colmodernvbert/*-{precision}/*"))
    print(
        f"{precision} installed in {seconds:.0f} s with {peak.resident / 1e9:.2f} GB of memory;"
        f" {kept / 1e9:.2f} GB are kept",
        flush=True,
    )


def _ours(scratch: Path, page: Path, precision: str, rounds: int) -> dict[str, Any]:
    return _run(
        [sys.executable, "-m", "tests.benchmarks.light_run", "--precision", precision],
        ["--models", str(scratch / "models"), "--page", str(page), "--rounds", str(rounds)],
        ["--keep", str(scratch / f"{precision}.npy")],
    )


def _theirs(
    scratch: Path, page: Path, python: str, options: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    told = {}
    for attention in ("eager", "sdpa"):
        said = _run(
            [python, "-m", "tests.benchmarks.light_peer", "--page", str(page)],
            ["--keep", str(scratch / f"{attention}.npy"), "--attention", attention],
            ["--rounds", str(options.rounds)],
        )
        pairs = list(zip(said["seconds"], said["processor_s"], strict=True))
        told[attention] = {"page": pairs, "peak_bytes": said["peak_bytes"]}
    return told


def _show(scratch: Path, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    wanted = np.load(scratch / "eager.npy") if theirs else np.load(scratch / "fp32.npy")
    contenders = ours | {f"transformers fp32 {name}": said for name, said in theirs.items()}
    rows = []
    for name, said in contenders.items():
        made = np.load(scratch / f"{name.split()[-1]}.npy")
        cosine = f"{float((made * wanted).sum(axis=1).mean()):.5f}"
        for work in ("page", "query"):
            if work in said:
                clock, cores = _best(said[work])
                peak = said["peak_bytes"] / 1e9
                rows.append([name, work, clock, cores, peak, cosine if work == "page" else "–"])
    show_table(["contender", "work", "s", "cores' s", "peak GB", "cosine"], rows)


def _meets_goals(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    clock, cores = _best(ours["page"])
    goals = [
        (f"a page in {clock:.2f} s, goal {GOAL_S} s", clock <= GOAL_S),
        (
            f"memory {ours['peak_bytes'] / 1e9:.2f} GB, goal {GOAL_BYTES / 1e9} GB",
            ours["peak_bytes"] <= GOAL_BYTES,
        ),
    ]
    if theirs:
        peer_clock, peer_cores = _best(theirs["eager"]["page"])
        said = (
            f"{peer_clock / clock:.2f} × as fast as transformers fp32 eager by the clock,"
            f" {peer_cores / cores:.2f} × by the cores' seconds, goal {GOAL_FASTER} ×"
        )
        goals.append((said, peer_clock / clock >= GOAL_FASTER))
    for said, holds in goals:
        print(f"{'holds' if holds else 'MISSED'}: w8a8: {said}")
    return all(holds for _, holds in goals)


def _best(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    clock, cores = zip(*pairs, strict=True)
    return min(clock), min(cores)


def _run(*parts: list[str]) -> dict[str, Any]:
    command = [word for part in parts for word in part]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "app")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    last = done.stdout.splitlines()[-1:]
    told: dict[str, Any] = json.loads(last[0]) if last and last[0].startswith("{") else {}
    return told


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, help="where the exported files are, or are to lie")
    parser.add_argument("--scratch", help="folder with 4 GB free")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
