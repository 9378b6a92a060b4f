"""A library on Elasticsearch beside the one on this machine: the same pages, the same queries.

    python -m tests.benchmarks.elastic_store --library DIR [--pages 10000] [--looks 2000]

DIR is any library that Folioscope made; pages are bred from its pages (see store_search). The
server is the one that FOLIOSCOPE_TEST_ES_URL names, or the node in the folder `shared`. Both
stores take each document in turn, and answer each query in turn. Prints pages a second, p50 and
p95 by kind of query and their ratio, processor time, how many of the exact best ten are found,
bytes a page by what they hold, heap. Exit code 1 where the server finds fewer of the best ten than
0.98, and than the local store, which looks at every page but at vectors coded in 8 bits.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from folioscope.domain.documents import Document, DocumentKind, FileState, SourceFile
from folioscope.domain.embeddings import VisualPage, VisualQuery
from folioscope.domain.pages import Float32, PageRecord, PageRef
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Access, VectorStore
from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from folioscope.domain.results import Candidates
from folioscope.domain.store_places import ElasticSecret
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.store import ElasticsearchVectorStore
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.pooling import unit_rows
from tests.benchmarks.elastic_server import ServerFigures, lent_server
from tests.benchmarks.exact_pages import (
    SOME_FILES,
    ExactPages,
    Refs,
    best_of,
    by_meaning,
    share_found,
    words_found,
)
from tests.benchmarks.store_search import (
    LIMIT,
    PAGES_A_DOCUMENT,
    TOP,
    Stock,
    breed,
    make_queries,
    read_stock,
)
from tests.benchmarks.tables import show_table
from tests.benchmarks.visual_store import DIM, MODEL, QUERY_ROWS, ROW_DIM, singles

GOAL = 0.98  # of the exact best ten
ASKED, WARMING = 20, 3  # queries of each kind, and before them
ROWS = 184  # of a page, as many as pooling leaves


@dataclass(slots=True)
class Spent:
    """Seconds by the clock, each; ``processor_s`` altogether, of this program."""

    each_s: list[float] = field(default_factory=list)
    processor_s: float = 0.0

    @contextmanager
    def more(self) -> Iterator[None]:
        """Measure a piece of work."""
        started, worked = time.perf_counter(), time.process_time()
        yield
        self.each_s.append(time.perf_counter() - started)
        self.processor_s += time.process_time() - worked

    @property
    def total_s(self) -> float:
        """All of it by the clock."""
        return sum(self.each_s)

    def at(self, percent: float) -> float:
        """Return milliseconds within which so many percent were done."""
        return float(np.percentile(self.each_s, percent)) * 1000


@dataclass(frozen=True, slots=True)
class Pair:
    """Both stores, open for writing, and the server's figures."""

    local: LanceVectorStore
    server: ElasticsearchVectorStore
    figures: ServerFigures
    secret: ElasticSecret

    @contextmanager
    def reading(self) -> Iterator[ElasticsearchVectorStore]:
        """Lend another store on the same pages, which knows none of them yet."""
        fresh = ElasticsearchVectorStore(self.server.place, self.secret, machine="benchmark")
        fresh.open(Access.READ, fingerprint="benchmark")
        try:
            yield fresh
        finally:
            fresh.close()

    def each(self) -> tuple[VectorStore, VectorStore]:
        """Return the local one, then that on the server."""
        return self.local, self.server


@contextmanager
def opened() -> Iterator[Pair]:
    """Lend two empty stores, gone afterwards."""
    with lent_server() as server, tempfile.TemporaryDirectory() as folder:
        place = server.place()
        local = LanceVectorStore(Path(folder) / "library")
        remote = ElasticsearchVectorStore(place, server.secret, machine="benchmark")
        connection = ElasticConnection(place, server.secret)
        connection.open()
        try:
            local.open(Access.WRITE, fingerprint="benchmark")
            remote.open(Access.WRITE, fingerprint="benchmark")
            yield Pair(local, remote, ServerFigures(connection, place.prefix), server.secret)
        finally:
            remote.close()
            local.close()
            connection.close()
            server.forget(place)


# --- writing ---------------------------------------------------------------------------------


def ingest(pair: Pair, stock: Stock, count: int) -> None:
    """Write bred documents into both, document by document, and print how fast."""
    spent = [Spent(), Spent()]
    before_s = pair.figures.processor_s()
    for pages in _documents(stock, count):
        for store, own in zip(pair.each(), spent, strict=True):
            with own.more():
                _commit(store, pages)
    for store, own in zip(pair.each(), spent, strict=True):
        with own.more():
            store.compact()
    server_s = pair.figures.processor_s() - before_s
    rows = [
        [name, count / own.total_s, own.processor_s / count * 1000, more_s / count * 1000]
        for name, own, more_s in zip(("local", "server"), spent, (0.0, server_s), strict=True)
    ]
    show_table(["writing", "pages/s", "CPU ms/page", "server CPU ms/page"], rows)


def _documents(stock: Stock, count: int) -> Iterator[list[PageRecord]]:
    waiting: list[PageRecord] = []
    for page in breed(stock, count, seed=1):
        waiting.append(page)
        if len(waiting) == PAGES_A_DOCUMENT:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _commit(store: VectorStore, pages: list[PageRecord]) -> None:
    name = pages[0].ref.document_id
    store.put_files([SourceFile(f"/b/{name}.pdf", "/b", 1, 1, FileState.INDEXED, name)])
    store.stage_pages(name, pages)
    store.commit_document(Document(name, DocumentKind.PDF, len(pages), 1, "benchmark"))


def look(pair: Pair, vectors: Float32, refs: Sequence[PageRef]) -> None:
    """Give pages vectors of a visual model in both, and print how fast."""
    rng = np.random.default_rng(2)
    rows = unit_rows(rng.standard_normal((ROWS, ROW_DIM), np.float32))
    clusters = (np.arange(736) * ROWS // 736).astype(np.int32)
    spent = [Spent(), Spent()]
    for start in range(0, len(refs), 50):
        part = [
            (ref, VisualPage(vector, rows, clusters, PatchGrid(23, 32)))
            for ref, vector in zip(refs[start : start + 50], vectors[start:], strict=False)
        ]
        for store, own in zip(pair.each(), spent, strict=True):
            with own.more():
                store.put_visual_pages(MODEL, part)
    rates = [len(refs) / own.total_s for own in spent]
    show_table(["looks", "local pages/s", "server pages/s"], [[f"{len(refs):,}", *rates]])


# --- asking ----------------------------------------------------------------------------------


def answers_of(
    stores: Sequence[VectorStore], figures: ServerFigures, queries: Sequence[StoreQuery]
) -> tuple[list[Spent], float, list[list[Candidates]]]:
    """Ask both stores in turn; returns what it took, the server's part, and the answers."""
    spent = [Spent(), Spent()]
    found: list[list[Candidates]] = [[], []]
    before_s = figures.processor_s()
    for query in queries:
        for store, own, answers in zip(stores, spent, found, strict=True):
            with own.more():
                answers.append(store.search(query, limit=LIMIT))
    return spent, figures.processor_s() - before_s, found


def ask(
    pair: Pair, stock: Stock, looks: tuple[Float32, Sequence[PageRef]], right: ExactPages
) -> bool:
    """Print answers of both by kind of query; False where too few of the best are found.

    Each kind is asked of a store that was just opened, which has to fetch all pages, and again,
    when it knows most of them.
    """
    rows, holds = [], True
    for kind, queries in _kinds(stock, looks).items():
        with pair.reading() as server:
            for query in make_queries(stock)[ASKED : ASKED + WARMING]:
                for store in (pair.local, server):
                    store.search(replace(query, words=WordQuery()), limit=1)
            for when in ("first", "again"):
                spent, server_s, found = answers_of((pair.local, server), pair.figures, queries)
                shares = _shares(pair, queries, looks, found, right)
                holds &= round(shares[1], 2) >= min(GOAL, round(shares[0], 2))
                figures = _figures(spent, server_s)
                rows.append([f"{kind}, {when}", *figures, *(f"{share:.3f}" for share in shares)])
    head = ["ms", "local p50", "p95", "server p50", "p95", "ratio"]
    head += ["CPU local", "CPU ours", "CPU server", "found local", "found server"]
    show_table(head, rows)
    return holds


def _kinds(
    stock: Stock, looks: tuple[Float32, Sequence[PageRef]]
) -> dict[str, Sequence[StoreQuery]]:
    both = make_queries(stock)[:ASKED]
    some = PageFilter(file_names=(SOME_FILES,))
    kinds: dict[str, Sequence[StoreQuery]] = {
        "words and meaning": both,
        "meaning": [replace(query, words=WordQuery()) for query in both],
        "words": [StoreQuery(words=query.words) for query in both],
        "in one file of 16": [replace(query, filter=some) for query in both],
        "by look": [StoreQuery(visual=query) for query in _looking(looks[0])],
    }
    return {kind: queries for kind, queries in kinds.items() if queries}


def _figures(spent: Sequence[Spent], server_s: float) -> list[float]:
    local, server = spent
    count = len(local.each_s)
    processor = [local.processor_s, server.processor_s, server_s]
    return [
        *(own.at(percent) for own in spent for percent in (50, 95)),
        server.at(50) / local.at(50),
        *(seconds / count * 1000 for seconds in processor),
    ]


def _shares(
    pair: Pair,
    queries: Sequence[StoreQuery],
    looks: tuple[Float32, Sequence[PageRef]],
    answers: Sequence[Sequence[Candidates]],
    right: ExactPages,
) -> tuple[float, float]:
    """Return how many of the exact best ten both found."""
    local, server = answers
    if queries[0].visual is not None:
        near = [_nearest(looks, query.visual) for query in queries if query.visual is not None]
        ours, theirs = ([best_of(f, f.visual) for f in found] for found in answers)
        return share_found(ours, near), share_found(theirs, near)
    if queries[0].vector is None:
        return 1.0, words_found(local, server)
    is_filtered = not queries[0].filter.is_empty
    stores = pair.local, pair.server
    names = [store.packed_statistics() for store in stores]
    right.score(*zip(names, (store.statistics for store in stores), strict=True))
    best = [right.best(name, is_filtered=is_filtered) for name in names]
    found = [[by_meaning(one) for one in own] for own in (local, server)]
    return share_found(found[0], best[0]), share_found(found[1], best[1])


def _looking(vectors: Float32) -> list[VisualQuery]:
    rng = np.random.default_rng(3)
    asked = []
    for near in vectors[rng.integers(0, len(vectors), ASKED)] if len(vectors) else ():
        noise = unit_rows(rng.standard_normal((1, DIM), np.float32))
        single = unit_rows(near[None] + np.float32(0.5) * noise)[0]
        rows = unit_rows(rng.standard_normal((QUERY_ROWS, ROW_DIM), np.float32))
        asked.append(VisualQuery(MODEL, single, rows))
    return asked


def _nearest(looks: tuple[Float32, Sequence[PageRef]], query: VisualQuery) -> Refs:
    vectors, refs = looks
    return {refs[i] for i in np.argpartition(-(vectors @ query.single), TOP)[:TOP]}


# --- room ------------------------------------------------------------------------------------


def weigh(pair: Pair, count: int, looks: int) -> None:
    """Print bytes a page, as they lie and merged into one segment, and the heap."""
    asked = {"pages": count, "documents": count, "files": count, "visual-*": looks}
    written = {name: pair.figures.bytes_on_disk(name) / own for name, own in asked.items() if own}
    rows = [["local, all", pair.local.stats().disk_bytes / count]]
    rows += [[f"server, {name}, as written", size] for name, size in written.items()]
    for name in {"pages", "visual-*"} & set(written):
        before = pair.figures.segments(name)
        pair.figures.merge_whole(name)
        purposes = pair.figures.bytes_by_purpose(name)
        rows.append([f"server, {name}, {before} segments merged", purposes.total() / asked[name]])
        rows += [[f"  {what}", size / asked[name]] for what, size in purposes.most_common()]
    show_table(["bytes a page", ""], rows)
    used, most = pair.figures.heap_bytes()
    print(f"heap: {used / 2**20:.0f} MB in use of {most / 2**20:.0f}\n")


def measure(stock: Stock, count: int, looks: int) -> bool:
    """Print the figures for one number of pages; False where the goal is missed."""
    with opened() as pair:
        facts = pair.server.facts
        print(f"Elasticsearch {facts.version}, {facts.vector_index}\n")
        ingest(pair, stock, count)
        refs = pair.local.page_refs(StoreQuery())[:looks]
        vectors = singles(len(refs))
        look(pair, vectors, refs)
        right = ExactPages(pair.local, make_queries(stock)[:ASKED])
        holds = _twice(
            lambda: ask(pair, stock, (vectors, refs), right), lambda: weigh(pair, count, looks)
        )
    said = "holds" if holds else "MISSED"
    print(f"{said}: of the exact best ten at {count:,} pages, goal {GOAL}\n", flush=True)
    return holds


def _twice(work: Callable[[], bool], between: Callable[[], None]) -> bool:
    """Ask of the segments as they were written, and again when they are one."""
    print("segments as they were written")
    first = work()
    between()
    print("one segment")
    return work() and first


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--looks", type=int, default=2000, help="pages with a visual vector")
    chosen = parser.parse_args()
    stock = read_stock(chosen.library)
    held = [measure(stock, count, chosen.looks) for count in chosen.pages]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
