"""Judged queries on Elasticsearch beside the library on this machine.

    python -m tests.benchmarks.elastic_quality [--library DIR] [--copied DIR]

Indexes shared/corpus through the command line (without OCR, which is the same for both), copies
the library to the server with ``store copy``, and asks both the judged queries. ``--library`` takes
one that is already made, ``--copied`` one whose pages are on a server already. Exit code 1 where
nDCG@10 of any kind of query differs by more than 0.01.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.elastic_server import lent_server
from tests.benchmarks.plain_words import Page
from tests.benchmarks.quality import ask, metrics_of, pages_of, run_app
from tests.benchmarks.tables import show_table
from tests.conftest import find_shared
from tests.elastic_node import TestServer

MOST = 0.01


def main() -> int:
    """Measure and print; exit code 1 where the two differ too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, help="a library that holds the corpus already")
    parser.add_argument("--copied", type=Path, help="the same library, kept on a server")
    options = parser.parse_args()
    shared = find_shared()
    if shared is None:
        print("No corpus here: set FOLIOSCOPE_SHARED.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        local = options.library or Path(scratch) / "local"
        if options.library is None:
            run_app(["index", "--library", local, "--no-ocr", shared / "corpus" / "files"])
        if options.copied is not None:
            return _compare(shared, local, options.copied)
        with lent_server() as server:
            copied = Path(scratch) / "copied"
            shutil.copytree(local, copied)
            _copy(copied, server, Path(scratch))
            return _compare(shared, local, copied)


def _copy(library: Path, server: TestServer, scratch: Path) -> None:
    told = server.options(server.place(), scratch)
    action = ["copy", "--to", "elasticsearch", "--switch", *told]
    print(run_app(["store", "--library", library, *action]))


def _compare(shared: Path, local: Path, copied: Path) -> int:
    metrics, files = metrics_of(shared), shared / "corpus" / "files"
    golden = metrics.load_golden(shared / "corpus" / "golden.jsonl")
    found = [_found(golden, library, files) for library in (local, copied)]
    tables = [metrics.table(golden, pages) for pages in found]
    rows, missed = [], 0
    for group in sorted(tables[0]):
        ours, theirs = (table[group]["ndcg10"] for table in tables)
        missed += round(abs(theirs - ours), 4) > MOST
        rows.append([group, tables[0][group]["n"], *(f"{v:.4f}" for v in (ours, theirs))])
    show_table(["nDCG@10", "queries", "local", "server"], rows)
    alike = sum(found[0][one][:10] == found[1][one][:10] for one in found[0])
    print(f"the same ten in the same order: {alike} of {len(golden)} queries")
    print(f"MISSED in {missed} groups" if missed else f"holds: none differs by more than {MOST}")
    return 1 if missed else 0


def _found(golden: list[dict[str, Any]], library: Path, files: Path) -> dict[str, list[Page]]:
    answers = ask(library, [query["query"] for query in golden])
    return {q["id"]: pages_of(a, files) for q, a in zip(golden, answers, strict=True)}


if __name__ == "__main__":
    raise SystemExit(main())
