"""How well pages are found with a visual model: ``tests.benchmarks.quality --model NAME``.

The model is one that is installed (``folioscope models install NAME``); its files are named with
revision, precision and sha256, so that figures can be told apart. The corpus is looked at once in
a library of its own, with settings of its own, and asked twice: by the Starter alone, and with the
model. Every kind of judged query is printed. Queries whose answer is in the picture must gain, and
queries for words must not lose.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from folioscope.inference.installing import read_seal
from folioscope.system import paths
from tests.benchmarks.quality import ask, metrics_of, pages_of, run_app
from tests.benchmarks.tables import show_table

MOST_LOST = 0.005  # nDCG@10 of queries for words
GAINS, HOLDS = "visual_only", ("not_visual", "kind:cross-lingual")


def measure_with(name: str, library: Path, shared: Path, *, limit: int | None = None) -> int:
    """Print both tables; returns how many limits were missed. ``library`` holds the corpus."""
    with tempfile.TemporaryDirectory() as scratch, _settings_in(Path(scratch)):
        _name_files(name)
        own = shutil.copytree(library, Path(scratch) / "library")
        golden = metrics_of(shared).load_golden(shared / "corpus" / "golden.jsonl")[:limit]
        files = shared / "corpus" / "files"
        run_app(["models", "use", "none"])
        alone = _table(shared, own, golden, files)
        run_app(["models", "use", name])
        looked = json.loads(run_app(["--json", "--library", own, "index"]).splitlines()[-1])["look"]
        print(f"Looked at {looked['done']} of {looked['total']} pages on {looked['device']}\n")
        return _show(alone, _table(shared, own, golden, files))


@contextmanager
def _settings_in(scratch: Path) -> Iterator[None]:
    """Keep settings apart, and models where they are."""
    before = {key: os.environ.get(key) for key in ("FOLIOSCOPE_MODELS", "FOLIOSCOPE_CONFIG")}
    os.environ["FOLIOSCOPE_MODELS"] = str(paths.models_dir())
    os.environ["FOLIOSCOPE_CONFIG"] = str(scratch / "config")
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key)
            if value is not None:
                os.environ[key] = value


def _name_files(name: str) -> None:
    """Say which files the figures are of."""
    model = json.loads(run_app(["--json", "models", "info", name]))
    builds = [build for build in model["builds"] if build["whole"]]
    if not builds:
        raise SystemExit(f"{name} is not installed: folioscope models install {name}")
    build = builds[0]
    origin = model["repository"] or "a checkpoint of one's own"
    print(f"{name} {build['precision']}, {origin} at {model['revision']}")
    seal = read_seal(Path(build["folder"]))
    for file in seal.files if seal else ():
        print(f"  {file.sha256}  {file.name} ({file.size_bytes:,} bytes)")


def _table(
    shared: Path, library: Path, golden: list[dict[str, Any]], files: Path
) -> dict[str, dict[str, float]]:
    answers = ask(library, [query["query"] for query in golden])
    found = {q["id"]: pages_of(a, files) for q, a in zip(golden, answers, strict=True)}
    table: dict[str, dict[str, float]] = metrics_of(shared).table(golden, found)
    return table


def _show(alone: dict[str, dict[str, float]], seeing: dict[str, dict[str, float]]) -> int:
    first = ("all", "not_visual", "visual_only")
    rows, missed = [], 0
    for group in sorted(seeing, key=lambda g: (g not in first, g)):
        before, now = alone[group]["ndcg10"], seeing[group]["ndcg10"]
        is_missed = group in HOLDS and before - now > MOST_LOST
        is_missed |= group == GAINS and now <= before
        missed += is_missed
        said = "MISSED" if is_missed else ""
        figures = (f"{v:.3f}" for v in (before, now, now - before, seeing[group]["recall5"]))
        rows.append([group, int(seeing[group]["n"]), *figures, said])
    show_table(["nDCG@10", "queries", "starter", "with it", "gain", "R@5 with it", ""], rows)
    return missed
