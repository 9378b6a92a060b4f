"""Run benchmarks: ``python -m tests.benchmarks [NAME…]``; without names, all of them.

``python -m tests.benchmarks NAME --OPTION…`` hands options to one of them.
"""

import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.made_documents import make_text_pdf
from tests.benchmarks.processes import folioscope, run_watched
from tests.conftest import find_shared

# in this order: the short ones first
NAMES = {
    "grid": "the grid with 50,000 results: set, resize, scroll, keys, memory",
    "startup": "start to an interactive window, beside a bare PySide6 window",
    "bundle_start": "start of the frozen bundle to a window that listens, beside the source tree",
    "stalls": "longest stall of the window's event loop while indexing",
    "embedding": "tokens a second and nearness to float32, queries beside pages",
    "indexing": "end-to-end time beside its slowest stage, text layers and OCR",
    "install_memory": "peak memory while a model of 3.8 billion parameters is installed",
    "memory": "peak memory over all processes, a PDF of 2,000 pages",
    "store_search": "the store at 10,000 and 100,000 pages beside an exact scan",
    "elastic_store": "Elasticsearch beside the local store, the same pages and queries",
    "elastic_quality": "judged queries on Elasticsearch beside the local store",
    "visual_store": "search by look at 10,000 pages beside plain NumPy",
    "row_proposals": "ways to propose pages of models that make rows alone",
    "visual_pooling": "ways to pool and code patches beside all of them in float32",
    "search_scale": "answers of the search service while indexing goes on",
    "visual_models": "full-size visual models with random weights, beside transformers",
    "light_pages": "ColModernVBERT at full size with random weights, beside transformers",
    "noisy_looks": "what visual models of known quality bring to judged queries",
    "quality": "judged queries and needles beside BM25",
}


def main(arguments: list[str]) -> int:
    """Run each in a process of its own; exit code 1 if any missed a limit or broke."""
    options = list(itertools.dropwhile(lambda one: not one.startswith("-"), arguments))
    names = arguments[: len(arguments) - len(options)]
    if options and len(names) != 1:
        print("Options are for one benchmark: name it in front of them.", file=sys.stderr)
        return 2
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        known = "\n".join(f"  {name:16}{what}" for name, what in NAMES.items())
        print(f"No benchmark is called {', '.join(unknown)}. There are:\n{known}", file=sys.stderr)
        return 2
    results = {name: _run(name, options) for name in names or NAMES}
    print("\n".join(f"{name:16}{said}" for name, said in results.items()))
    return 0 if all(said.startswith("passed") for said in results.values()) else 1


def _run(name: str, options: list[str]) -> str:
    print(f"== {name}: {NAMES[name]}\n", flush=True)
    started = time.perf_counter()
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *options]
    with tempfile.TemporaryDirectory() as scratch:
        if name in ("store_search", "elastic_store"):
            command += ["--library", _stock(Path(scratch))]
        done = subprocess.run(command, check=False)
    print(flush=True)
    outcome = "passed" if done.returncode == 0 else f"missed (exit code {done.returncode})"
    return f"{outcome} in {time.perf_counter() - started:.0f} s"


def _stock(scratch: Path) -> str:
    """Make a library of real pages, from which the store's benchmark breeds its own."""
    shared, documents = find_shared(), scratch / "text.pdf"
    if shared is not None:
        documents = shared / "corpus" / "files"
    else:
        make_text_pdf(documents, 200)
    library = str(scratch / "library")
    run_watched(folioscope("--library", library, "index", "--no-ocr", str(documents)))
    return library


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
