"""Memory while a PDF of 2,000 pages is indexed: ``python -m tests.benchmarks memory``."""

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.made_documents import make_text_pdf
from tests.benchmarks.processes import folioscope, run_watched
from tests.benchmarks.tables import show_table, within

PAGES = 2000
LIMIT_GB = 1.5


def main() -> int:
    """Index the document through the command line; exit code 1 where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        document = Path(scratch) / "long.pdf"
        make_text_pdf(document, options.pages)
        library = str(Path(scratch) / "library")
        seconds, peak = run_watched(folioscope("--library", library, "index", str(document)))
    show_table(
        ["pages", "s", "pages/s", "peak GB", "shared out GB", "processes"],
        [[options.pages, seconds, options.pages / seconds, peak.resident / 1e9,
          peak.proportional / 1e9, peak.most_processes]],
    )  # fmt: skip
    return 0 if within("peak memory", peak.resident / 1e9, LIMIT_GB, unit=" GB") else 1


if __name__ == "__main__":
    raise SystemExit(main())
