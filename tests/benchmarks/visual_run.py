"""One graph of the visual benchmark, timed in a process of its own so that its peak is its own.

Prints one JSON object: seconds of each run by work, peak memory in bytes, provider.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from folioscope.inference.sessions import SessionWishes, open_session
from tests.benchmarks.peak import peak_resident_bytes
from tests.benchmarks.visual_work import Work, page_inputs, query_inputs, vision_inputs


def main() -> int:
    """Load, run, tell."""
    options = _options()
    started = time.perf_counter()
    wishes = SessionWishes(provider=options.provider, keeps_arena=False)
    session = open_session(options.model, wishes)
    told: dict[str, object] = {
        "load_s": time.perf_counter() - started,
        "provider": session.provider,
    }
    work = Work(**json.loads(options.work))
    seconds: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}
    for name, inputs in _inputs(options.tower, options.batches, work):
        outputs = list(session.outputs)
        if options.provider != "CPUExecutionProvider":
            session.run_all(outputs, inputs)  # the first run on a card also compiles
        for _ in range(options.rounds):
            started, busy = time.perf_counter(), time.process_time()
            values = session.run_all(outputs, inputs)
            seconds.setdefault(name, []).append(time.perf_counter() - started)
            processor.setdefault(name, []).append(time.process_time() - busy)
        if options.keep and name.endswith("×1"):
            np.save(options.keep / f"{name}.npy", values[0].reshape(-1, values[0].shape[-1]))
    peak = peak_resident_bytes()
    print(json.dumps(told | {"seconds": seconds, "processor_s": processor, "peak_bytes": peak}))
    return 0


def _inputs(
    tower: str, batches: list[int], work: Work
) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    if tower == "vision":
        yield "page ×1", vision_inputs(has_windows=work.has_windows)
        return
    for batch in batches:
        yield f"page ×{batch}", page_inputs(batch, work)
    yield "query ×1", query_inputs(1, work)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tower", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--provider", default="CPUExecutionProvider")
    parser.add_argument("--batches", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
