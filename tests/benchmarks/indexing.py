"""Indexing end to end beside its slowest stage alone: ``python -m tests.benchmarks indexing``.

The stages are the app's own, run one after the other on all cores: reading (words, pixels,
looks, preview), embedding, storing. OCR is compared with RapidOCR alone on the same pages.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

from folioscope.domain.documents import Document, DocumentKind, FileState, SourceFile
from folioscope.domain.pages import PageContent, PageVectors, TextSource
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import CancelToken
from folioscope.services.api import Services
from folioscope.services.indexing_pipeline import EMBED_BATCH
from folioscope.services.page_making import composed, record
from tests.benchmarks.made_documents import make_scanned_pdf, make_text_pdf
from tests.benchmarks.plain_rates import pymupdf_rate, rapidocr_seconds
from tests.benchmarks.rooms import Engines, open_engines, open_library
from tests.benchmarks.tables import show_table, within
from tests.conftest import find_shared

LIMIT = 1.15
TEXT_PAGES = 300
MADE_PAGES = 50  # a file
SCANNED_PAGES = 24
LEAST_CHARACTERS = 100


@dataclass(slots=True)
class Stages:
    """Seconds of each stage alone."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    @property
    def slowest(self) -> float:
        """Seconds of the slowest."""
        return max(self.seconds.values())


def main() -> int:
    """Measure both kinds of pages; exit code 1 where a ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--made", action="store_true", help="made documents, not the corpus")
    parser.add_argument("--pages", type=int, default=TEXT_PAGES, help="with a text layer, about")
    parser.add_argument("--scans", type=int, default=SCANNED_PAGES, help="pages for OCR")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        paths = _text_layer_pdfs(folder, options.pages, made=options.made)
        holds = [_text_layers(folder, paths), _scans(folder, options.scans)]
    return 0 if all(holds) else 1


def _text_layers(folder: Path, paths: list[Path]) -> bool:
    warm = folder / "warm.pdf"
    make_text_pdf(warm, 4, seed=99)
    stages = Stages()
    with open_engines(folder / "stages", warm=warm) as engines:
        pages = _run_stages(engines, paths, stages)
    with open_library(folder / "whole", warm=warm) as services:
        seconds = _end_to_end(services, paths)
    rows: list[list[object]] = [
        [f"{name} alone", took, pages / took, took / pages * 1000]
        for name, took in stages.seconds.items()
    ]
    rows.append(["end to end", seconds, pages / seconds, seconds / pages * 1000])
    rate = pymupdf_rate(paths)
    rows.append(["PyMuPDF alone, words and pixels", pages / rate, rate, 1000 / rate])
    print(f"{pages} pages with a text layer in {len(paths)} files")
    show_table(["", "s", "pages/s", "ms a page"], rows)
    return within("end to end ÷ slowest stage", seconds / stages.slowest, LIMIT)


def _scans(folder: Path, pages: int) -> bool:
    path, warm = folder / "scan.pdf", folder / "warm scan.pdf"
    make_scanned_pdf(path, pages)
    make_scanned_pdf(warm, 1, seed=98)
    alone = rapidocr_seconds(path)
    with open_library(folder / "scanned", warm=warm) as services:
        seconds = _end_to_end(services, [path])
    rows = [
        [name, took, pages / took, took / pages * 1000]
        for name, took in (("RapidOCR alone", alone), ("end to end", seconds))
    ]
    print(f"{pages} scanned pages")
    show_table(["", "s", "pages/s", "ms a page"], rows)
    return within("end to end ÷ RapidOCR alone", seconds / alone, LIMIT)


def _text_layer_pdfs(folder: Path, pages: int, *, made: bool) -> list[Path]:
    """Choose from the corpus, or make, PDFs of about so many pages together."""
    shared = find_shared()
    if shared is None or made:
        paths = [folder / f"text {number}.pdf" for number in range(max(1, pages // MADE_PAGES))]
        for number, path in enumerate(paths):
            make_text_pdf(path, min(pages, MADE_PAGES), seed=number)
        return paths
    chosen: list[Path] = []
    for path in sorted((shared / "corpus" / "files").rglob("*.pdf")):
        if pages > 0 and _is_text(path):
            chosen.append(path)
            with pymupdf.open(path) as document:
                pages -= document.page_count
    return chosen


def _is_text(path: Path) -> bool:
    with pymupdf.open(path) as document:
        if document.needs_pass or not document.page_count:
            return False
        return all(len(page.get_text()) >= LEAST_CHARACTERS for page in document)


def _end_to_end(services: Services, paths: Sequence[Path]) -> float:
    services.indexing.add([str(path) for path in paths])
    started = time.perf_counter()
    report = services.indexing.run(JobContext())
    seconds = time.perf_counter() - started
    if report.files_read != len(paths):
        raise SystemExit(f"{report.files_read} of {len(paths)} files were read: {report.failed}")
    return seconds


def _run_stages(engines: Engines, paths: Sequence[Path], stages: Stages) -> int:
    read = {path: _read(engines, path, stages) for path in paths}
    pages = {
        path: [composed(c, document_title="", file_name=path.name) for c in contents]
        for path, contents in read.items()
    }
    units = [page.units for path in paths for page in pages[path]]
    vectors: list[PageVectors] = []
    with stages.timed("embedding"):
        for start in range(0, len(units), EMBED_BATCH):
            vectors += engines.encoder.embed_pages(units[start : start + EMBED_BATCH])
    waiting = iter(vectors)
    for number, path in enumerate(paths):
        name = f"{number:064x}"
        records = [record(name, page, next(waiting)) for page in pages[path]]
        with stages.timed("storing"):
            engines.store.put_files([_file(name, path)])
            for start in range(0, len(records), EMBED_BATCH):
                engines.store.stage_pages(name, records[start : start + EMBED_BATCH])
            engines.store.commit_document(_document(name, path, len(records)))
    return len(units)


def _read(engines: Engines, path: Path, stages: Stages) -> list[PageContent]:
    with stages.timed("reading"):
        facts = engines.reader.inspect(str(path))
        numbers = range(facts.page_count)
        found = list(engines.reader.read_pages(str(path), numbers, token=CancelToken()))
    pages = [page for page in found if isinstance(page, PageContent)]
    return [page for page in pages if page.text_source is not TextSource.WAITING]


def _file(name: str, path: Path) -> SourceFile:
    size = path.stat().st_size
    return SourceFile(str(path), str(path.parent), size, 1, FileState.INDEXED, name)


def _document(name: str, path: Path, pages: int) -> Document:
    return Document(name, DocumentKind.PDF, pages, path.stat().st_size, "stages")


if __name__ == "__main__":
    raise SystemExit(main())
