"""An installed ColModernVBERT timed on a page, in a process of its own so that its peak is its own.

Prints one JSON object: seconds of each page and query, of the clock and of all cores, peak memory.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.system.paths import shipped_dir
from tests.benchmarks.peak import peak_resident_bytes

QUERY = "Where is the chart of the harbour's income?"


def main() -> int:
    """Open, run, tell."""
    options = _options()
    shelf = OnnxModelShelf(shipped_dir("onnx_models"), options.models)
    encoder = shelf.encoder("colmodernvbert", precision=Precision(options.precision))
    encoder.open()
    page = PageImage(np.load(options.page))
    told: dict[str, object] = {}
    rows = np.zeros(0)

    def look() -> None:
        nonlocal rows
        (made,) = encoder.embed_pages([page])
        assert made.multi is not None
        rows = made.multi.rows

    for name, work in (("page", look), ("query", lambda: encoder.embed_query(QUERY))):
        told[name] = [_timed(work) for _ in range(options.rounds)]
    np.save(options.keep, rows)
    print(json.dumps(told | {"peak_bytes": peak_resident_bytes()}))
    return 0


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    started, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - busy


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--precision", required=True)
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
