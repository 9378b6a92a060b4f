"""Search by look in a large library: speed, memory and bytes beside plain exact NumPy.

    python -m tests.benchmarks.visual_store [--pages 10000] [--rows 184] [--rows-alone] [--keep DIR]

Pages have a vector of 2,048 numbers and rows of 128 that are drawn at random around themes, as
many as ``pooling`` leaves of a page. Prints, for each number of pages: p50 and p95 of a search
by look (vectors of all pages, rows of some 350) and the processor time it takes, the same scan
and late interaction in plain float32 NumPy with all in memory and the ratio, whether the exact
nearest ten are found, seconds to load, memory of the vectors, bytes a page on disk.
``--rows-alone``: as of a model that has no vector a page; row_proposals tells what is found then.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from folioscope.domain.documents import Document, DocumentKind, FileState, SourceFile
from folioscope.domain.embeddings import VisualPage, VisualQuery
from folioscope.domain.pages import (
    LOOK_COUNT,
    Float32,
    PageRecord,
    PageRef,
    PageText,
    PageVectors,
    TextSource,
)
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.stores import visual_file
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.maxsim import maxsim
from folioscope.stores.pooling import unit_rows
from tests.benchmarks.tables import show_table, within

MODEL, DIM, ROW_DIM = "made", 2048, 128
PAGES_A_DOCUMENT, THEMES, QUERY_ROWS, QUERIES = 200, 200, 20, 40
LIMIT_MS, LIMIT_OF_ROWS_MS = 100.0, 400.0
NO_VECTOR = np.zeros(0, np.float32)


def singles(count: int) -> Float32:
    """Vectors around themes, with much in common, as those of visual models have."""
    rng = np.random.default_rng(1)
    themes = rng.standard_normal((THEMES, DIM)).astype(np.float32)
    common = rng.standard_normal(DIM).astype(np.float32)
    own = rng.standard_normal((count, DIM), np.float32)
    for start in range(0, count, 4096):  # piece by piece: a copy of all would take a gigabyte
        part = own[start : start + 4096]
        part += themes[rng.integers(0, THEMES, len(part))] + 1.5 * common
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return own


def build(folder: Path, count: int, rows: int, *, has_vector: bool = True) -> None:
    """Write a library of pages without words, each with a look."""
    store = LanceVectorStore(folder)
    store.open(Access.WRITE, fingerprint="f")
    refs: list[PageRef] = []
    for number in range(0, count, PAGES_A_DOCUMENT):
        name = f"{number:064x}"
        own = [PageRef(name, i) for i in range(min(PAGES_A_DOCUMENT, count - number))]
        store.put_files([SourceFile(f"/p/{name}.pdf", "/p", 1, number, FileState.INDEXED, name)])
        store.stage_pages(name, [replace(_BLANK, ref=ref) for ref in own])
        store.commit_document(Document(name, DocumentKind.PDF, len(own), 1, "f"))
        refs += own
    store.compact()
    _write_looks(folder, refs, rows, has_vector=has_vector)
    store.close()


def _write_looks(folder: Path, refs: list[PageRef], rows: int, *, has_vector: bool) -> None:
    """Write pooled pages as the store does, without pooling anything first."""
    rng = np.random.default_rng(2)
    themes = unit_rows(rng.standard_normal((THEMES, ROW_DIM)).astype(np.float32))
    stock = [
        unit_rows(themes[rng.integers(0, THEMES, rows)] + 0.1 * rng.standard_normal(ROW_DIM))
        for _ in range(500)
    ]
    clusters = (np.arange(736) * rows // 736).astype(np.int32)
    file = visual_file.VisualFile(visual_file.file_of(folder, MODEL), Access.WRITE)
    vectors = singles(len(refs))
    with file.writing() as connection:
        visual_file.put_facts(connection, MODEL, (DIM if has_vector else 0, ROW_DIM))
        for number, ref in enumerate(refs):
            page = VisualPage(
                vectors[number] if has_vector else NO_VECTOR,
                stock[number % len(stock)].astype(np.float32),
                clusters,
                PatchGrid(23, 32),
            )
            visual_file.put_page(connection, ref, page)
    file.close()


_BLANK = PageRecord(
    ref=PageRef("", 0),
    width_pt=595,
    height_pt=842,
    text=PageText((), np.zeros((0, 4), np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32)),
    text_source=TextSource.LAYER,
    regions=(),
    looks=np.zeros(LOOK_COUNT, np.float32),
    title_line="",
    ink=0.1,
    vectors=PageVectors(None, np.ones(8, np.float32), np.zeros((0, 8), np.float32)),
)


def measure(folder: Path, count: int, rows: int, *, has_vector: bool = True) -> bool:
    """Print the figures of one library."""
    store = LanceVectorStore(folder)
    store.open(Access.READ, fingerprint="")
    vectors = singles(count)
    rng = np.random.default_rng(3)
    asked = [_question(rng, vectors) for _ in range(QUERIES)]
    if not has_vector:
        asked = [replace(query, single=NO_VECTOR) for query in asked]
    store.search(StoreQuery(), limit=1)
    before = psutil.Process().memory_info().rss
    load_s = _timed(lambda: store.search(StoreQuery(visual=asked[0]), limit=200))
    held = psutil.Process().memory_info().rss - before
    whole, recall = [], []
    spent_s = 0.0
    for query in asked:
        worked = time.process_time()
        started = time.perf_counter()
        found = store.search(StoreQuery(visual=query), limit=200)
        whole.append(time.perf_counter() - started)
        spent_s += time.process_time() - worked
        if has_vector:
            best = np.argsort(-(vectors @ query.single))[:10]
            wanted = {PageRef(f"{n // 200 * 200:064x}", n % 200) for n in best.tolist()}
            recall.append(len(wanted & set(found.refs)) / 10)
    size = sum(f.stat().st_size for f in folder.glob("visual-*"))
    store.close()
    plain = _plain_times(vectors, asked, rows)
    p50, p95 = (float(np.percentile(whole, p)) * 1000 for p in (50, 95))
    show_table(
        [
            "pages",
            "p50 ms",
            "p95 ms",
            "cpu ms",
            "plain ms",
            "ratio",
            "recall",
            "load s",
            "MB",
            "B/page",
        ],
        [
            [
                *(count, p50, p95, spent_s / len(asked) * 1000, plain * 1000, p50 / plain / 1000),
                *(float(np.mean(recall or [1.0])), load_s, held / 2**20, size / count),
            ]
        ],
    )
    limit = LIMIT_MS if has_vector else LIMIT_OF_ROWS_MS
    return within(f"search by look, {count} pages, p95", p95, limit, unit=" ms")


def _question(rng: np.random.Generator, vectors: Float32) -> VisualQuery:
    near = vectors[int(rng.integers(len(vectors)))]
    single = unit_rows(near[None] + 0.5 * unit_rows(rng.standard_normal((1, DIM))))[0]
    rows = unit_rows(rng.standard_normal((QUERY_ROWS, ROW_DIM)).astype(np.float32))
    return VisualQuery(MODEL, single.astype(np.float32), rows)


def _plain_times(vectors: Float32, asked: list[VisualQuery], rows: int) -> float:
    """Return the median seconds of an exact scan and MaxSim of 350 pages, all float32 at hand."""
    pages = [
        unit_rows(np.random.default_rng(n).standard_normal((rows, ROW_DIM))) for n in range(350)
    ]
    held = [page.astype(np.float32) for page in pages]

    def once(query: VisualQuery) -> None:
        if len(query.single):
            np.argpartition(-(vectors @ query.single), 200)
        assert query.rows is not None
        maxsim(query.rows, held)

    return float(np.median([_timed(lambda q=q: once(q)) for q in asked]))  # type: ignore[misc]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Build and measure; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--rows", type=int, default=184)
    parser.add_argument("--rows-alone", action="store_true", help="of a model without vectors")
    parser.add_argument("--keep", type=Path, help="write libraries here and use them again")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="folioscope-"))
    holds = True
    try:
        for count in chosen.pages:
            alone = "-alone" if chosen.rows_alone else ""
            library = folder / f"visual-{count}-{chosen.rows}{alone}"
            has_vector = not chosen.rows_alone
            if not library.exists():
                build(library, count, chosen.rows, has_vector=has_vector)
            holds &= measure(library, count, chosen.rows, has_vector=has_vector)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
