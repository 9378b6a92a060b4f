"""Search in a large library: speed, recall, memory, size.

    python -m tests.benchmarks.store_search --library DIR [--pages 10000 100000] [--keep DIR]

DIR is any library that Folioscope made (say, of the development corpus). Pages are bred from
its pages: each takes its vectors and words from two of them, so that they spread as real ones
do. Prints, for each number of pages: p50 and p95 of a search alone and while another process
adds pages, the same for an exact scan in NumPy (float32) and the ratio, the recall of the exact
top 10, resident memory above that of the same program without a library, bytes a page.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil

from folioscope.domain.documents import Document, DocumentKind, FileState, SourceFile
from folioscope.domain.pages import Float32, PageRecord, PageRef, PageText, PageVectors
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery, WordQuery
from folioscope.domain.tokens import tokens
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.page_facts import facts_of, tokens_of
from folioscope.stores.views import VectorBatch

QUERIES = 60
TOP = 10
WEIGHTS = (1.0, 0.5, 0.4)
PAGES_A_DOCUMENT = 25
LIMIT = 400
_SHARE = 0.8  # of a bred page that comes from its first parent


@dataclass(frozen=True)
class Stock:
    """Real pages to breed from, and the means of their views."""

    pages: list[PageRecord]
    means: tuple[Float32, Float32, Float32]


def read_stock(library: Path) -> Stock:
    """Read all pages of a library, vectors too."""
    store = LanceVectorStore(library)
    store.open(Access.READ, fingerprint="")
    try:
        refs = store.page_refs(StoreQuery())
        pages = [p for p in store.pages(refs, with_vectors=True) if p.vectors.page is not None]
    finally:
        store.close()
    views = VectorBatch.of([p.vectors for p in pages], len(pages[0].vectors.title))
    means = views.page.mean(0), views.regions.mean(0), views.title.mean(0)
    return Stock(pages, means)


def breed(stock: Stock, count: int, *, seed: int) -> Iterator[PageRecord]:
    """Yield new pages with vectors and words of two real ones each."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        first, second = (stock.pages[i] for i in rng.integers(0, len(stock.pages), 2))
        a, b = first.vectors, second.vectors
        regions = a.regions
        if len(b.regions) and len(regions):
            others = b.regions[rng.integers(0, len(b.regions), len(regions))]
            regions = _mixed(regions, others, stock.means[1], rng)
        document, index = divmod(number, PAGES_A_DOCUMENT)
        yield replace(
            first,
            ref=PageRef(f"{seed:08x}{document:056x}", index),
            text=_mixed_text(first.text, second.text, f"nr{seed}x{number}", rng),
            vectors=PageVectors(
                page=_mixed(a.page, b.page, stock.means[0], rng),
                title=_mixed(a.title, b.title, stock.means[2], rng),
                regions=regions,
            ),
        )


def _mixed(a: Float32, b: Float32, mean: Float32, rng: np.random.Generator) -> Float32:
    noise = rng.standard_normal(a.shape).astype(np.float32) * 0.01
    rows = mean + _SHARE * (a - mean) + (1 - _SHARE**2) ** 0.5 * (b - mean) + noise
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def _mixed_text(a: PageText, b: PageText, code: str, rng: np.random.Generator) -> PageText:
    words = list(a.words)
    if b.words:
        for place in np.flatnonzero(rng.random(len(words)) < 0.3).tolist():
            words[place] = b.words[int(rng.integers(len(b.words)))]
    if words:
        words[int(rng.integers(len(words)))] = code
    return replace(a, words=tuple(words))


def build(stock: Stock, target: Path, count: int, *, seed: int = 1) -> float:
    """Write a library; returns seconds."""
    store = LanceVectorStore(target)
    store.open(Access.WRITE, fingerprint="benchmark")
    started = time.perf_counter()
    try:
        add(store, stock, count, seed=seed)
        store.compact()
    finally:
        store.close()
    return time.perf_counter() - started


def add(store: LanceVectorStore, stock: Stock, count: int, *, seed: int) -> None:
    """Add documents with bred pages."""
    waiting: list[PageRecord] = []
    for page in breed(stock, count, seed=seed):
        waiting.append(page)
        if len(waiting) == PAGES_A_DOCUMENT:
            commit(store, waiting)
            waiting = []
    if waiting:
        commit(store, waiting)


def commit(store: LanceVectorStore, pages: list[PageRecord]) -> None:
    """Add one document."""
    name = pages[0].ref.document_id
    store.put_files([SourceFile(f"/b/{name}.pdf", "/b", 1, 1, FileState.INDEXED, name)])
    store.stage_pages(name, pages)
    store.commit_document(Document(name, DocumentKind.PDF, len(pages), 1, "benchmark"))


def make_queries(stock: Stock, *, seed: int = 7) -> list[StoreQuery]:
    """Make queries about bred pages that are not in the library."""
    rng = np.random.default_rng(seed)
    queries = []
    for page in breed(stock, QUERIES, seed=seed):
        said = list(tokens(page.text.plain)) or ["nothing"]
        start = int(rng.integers(max(1, len(said) - 8)))
        terms = said[start : start + 8]
        vector = page.vectors.page - stock.means[0]
        queries.append(
            StoreQuery(
                words=WordQuery(
                    terms=tuple(dict.fromkeys(terms)),
                    pairs=tuple(dict.fromkeys(pairwise(terms))),
                ),
                vector=vector.astype(np.float32),
                view_weights=WEIGHTS,
            )
        )
    return queries


def measure(library: Path, stock_path: Path, *, adding: bool) -> None:
    """Search in a process of its own and print the figures as JSON."""
    queries = make_queries(read_stock(stock_path))
    import lancedb  # noqa: F401  (part of the idle app once a library is open)

    process = psutil.Process()
    before = process.memory_info().rss
    store = LanceVectorStore(library)
    store.open(Access.READ, fingerprint="")
    started = time.perf_counter()
    store.warm_up()
    loaded_s = time.perf_counter() - started
    after_loading = process.memory_info().rss
    times, found = [], []
    done = threading.Event()

    def follow() -> None:
        while not done.wait(0.5):
            store.refresh()

    if adding:
        threading.Thread(target=follow, daemon=True).start()
    for query in queries[:5]:
        store.search(query, limit=LIMIT)
    for query in queries:
        started = time.perf_counter()
        result = store.search(query, limit=LIMIT)
        times.append(time.perf_counter() - started)
        told = result.told
        lean = (1 - told) * result.title
        total = WEIGHTS[0] * (told * result.page + lean) + WEIGHTS[2] * result.title
        total += WEIGHTS[1] * (told * result.region + lean)
        best = np.argsort(-total, kind="stable")[:TOP]
        found.append([(result.refs[i].document_id, result.refs[i].page_index) for i in best])
    done.set()
    rss = process.memory_info().rss
    store.close()
    print(
        json.dumps(
            {
                "times": times,
                "found": found,
                "loaded_s": loaded_s,
                "rss": rss - before,
                "rss_loaded": after_loading - before,
            }
        )
    )


def exact(library: Path, queries: list[StoreQuery]) -> tuple[list[float], list[set[object]]]:
    """Scan float32 matrices of all vectors; returns seconds and the top 10 of each query."""
    store = LanceVectorStore(library)
    store.open(Access.READ, fingerprint="")
    refs = store.page_refs(StoreQuery())
    records = []
    for start in range(0, len(refs), 4000):
        part = store.pages(refs[start : start + 4000], with_vectors=True)
        records += [(p.ref, facts_of(p, tokens_of(p)).told, p.vectors) for p in part]
    store.warm_up()
    statistics = store.statistics
    store.close()
    views = VectorBatch.of([v for _, _, v in records], statistics.dim)
    white = statistics.whitening
    page, regions, title = (
        w.pages(rows)
        for w, rows in zip(white, (views.page, views.regions, views.title), strict=True)
    )
    told = np.array([t for _, t, _ in records], np.float32)
    counts = views.region_counts
    filled = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[filled]
    times, best = [], []
    for query in queries:
        started = time.perf_counter()
        vectors = [w.query(query.vector) for w in white]
        p, t = page @ vectors[0], title @ vectors[2]
        p[~views.has_page] = -1
        r = np.full(len(p), -1, np.float32)
        r[filled] = np.maximum.reduceat(regions @ vectors[1], starts)
        lean = (1 - told) * t
        total = WEIGHTS[0] * (told * p + lean) + WEIGHTS[1] * (told * r + lean) + WEIGHTS[2] * t
        top = np.argpartition(-total, TOP)[:TOP]
        times.append(time.perf_counter() - started)
        best.append({(records[i][0].document_id, records[i][0].page_index) for i in top})
    return times, best


def run_child(library: Path, stock: Path, *, adding: bool) -> dict[str, object]:
    """Measure in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.store_search", "--measure", str(library)]
    command += ["--library", str(stock), *(["--adding"] if adding else [])]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def report(stock_path: Path, count: int, folder: Path) -> None:
    """Print the figures for one number of pages."""
    stock = read_stock(stock_path)
    library = folder / f"library-{count}"
    if not library.exists():
        seconds = build(stock, library, count)
        print(f"{count:,} pages written in {seconds:.0f} s ({count / seconds:.0f} a second)")
    store = LanceVectorStore(library)
    store.open(Access.READ, fingerprint="")
    stats = store.stats()
    store.close()
    alone = run_child(library, stock_path, adding=False)
    exact_times, best = exact(library, make_queries(stock))
    hits = [
        len({tuple(ref) for ref in found} & wanted)
        for found, wanted in zip(alone["found"], best, strict=True)
    ]
    writer = LanceVectorStore(library)
    writer.open(Access.WRITE, fingerprint="")
    stop = threading.Event()

    def keep_adding() -> None:
        for page in breed(stock, 10**6, seed=int(time.time())):
            commit(writer, [replace(page, ref=PageRef(f"{time.time_ns():064x}", 0))])
            if stop.wait(0.1):  # ten pages a second, what two cores embed
                break

    thread = threading.Thread(target=keep_adding)
    thread.start()
    beside = run_child(library, stock_path, adding=True)
    stop.set()
    thread.join()
    writer.close()
    rows = {
        "search alone": alone["times"],
        "search while adding": beside["times"],
        "exact NumPy scan (vectors only)": exact_times,
    }
    for name, times in rows.items():
        p50, p95 = np.quantile(times, (0.5, 0.95)) * 1000
        ratio = np.median(times) / np.median(exact_times)
        print(f"{count:>7,} pages  {name:32s} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  x{ratio:.2f}")
    print(
        f"{count:>7,} pages  recall of exact top {TOP}: {np.mean(hits) / TOP:.4f};"
        f" loaded in {alone['loaded_s']:.1f} s;"
        f" memory {alone['rss'] / 1e6:.0f} MB over the program without a library;"
        f" {stats.disk_bytes / count:.0f} bytes a page on disk"
        f" ({stats.disk_bytes / stats.live_bytes:.2f} x live)",
        flush=True,
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--keep", type=Path, help="write libraries here and use them again")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--adding", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure, chosen.library, adding=chosen.adding)
        return
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="folioscope-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for count in chosen.pages:
            report(chosen.library, count, folder)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
