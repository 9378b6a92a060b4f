"""How should pages be proposed where a visual model makes rows alone, and no vector a page?

    python -m tests.benchmarks.row_proposals [--pages 868 10000] [--queries 60]

Pages are made as in ``visual_pooling`` (fields, figures, and words in some of 736 patches) and
pooled as the app does. They are asked for by four words of a page, or by one that stands on hardly
another ("needle"), each with the ten rows that ColModernVBERT puts behind every query, which are
like all of it. Real weights could not be had, so the figures compare ways to propose, and do not
tell how well any model finds.

Prints for each way: bytes a page in memory, processor time of a scan, and the share of the exact
best ten (MaxSim over all pooled rows) that is among the best 200 and the best 400 proposed: 400 is
how many the app compares exactly for their look.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.stores.maxsim import maxsim, maxsim_coded
from folioscope.stores.pooling import cluster, few, means, unit_rows
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.sketches import Sketch, SketchCodes
from tests.benchmarks.tables import show_table
from tests.benchmarks.visual_pooling import DIM, _made_page, _unit

VOCABULARY = 4000
MORE = 10  # rows behind each query
LEAST_SHARE = 0.95
Scan = Callable[[Float32], Float32]


@dataclass(frozen=True)
class Pages:
    """Pooled rows of pages, and queries of each kind."""

    coded: list[RowCodes]
    queries: dict[str, list[Float32]]

    def rows(self, number: int) -> Float32:
        """Return the rows of a page."""
        return self.coded[number].rows()

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self.coded)


def make_pages(count: int, queries: int) -> Pages:
    """Make and pool pages one at a time, so that only what is kept stays in memory."""
    rng = np.random.default_rng(1)
    words, common = _unit(rng, VOCABULARY), _unit(rng, 1)[0]
    frequency = 1 / (10 + np.arange(VOCABULARY))
    frequency /= frequency.sum()
    coded, held = [], []
    for _ in range(count):
        rows, on_page = _made_page(rng, words, common, frequency)
        coded.append(RowCodes.of(means(rows, cluster(rows))))
        held.append(on_page)
    asked: dict[str, list[Float32]] = {"words": [], "needle": []}
    for _ in range(queries):
        on_page = held[int(rng.integers(count))]
        rare, others = int(on_page.max()), rng.choice(on_page, 3)
        for kind, numbers in (("words", [rare, *others]), ("needle", [rare])):
            asked[kind].append(_query(rng, words[numbers], common))
    return Pages(coded, asked)


def _query(rng: np.random.Generator, words: Float32, common: Float32) -> Float32:
    rows = unit_rows(words + 0.7 * common + 0.5 * _unit(rng, len(words)))
    whole = unit_rows(rows.mean(axis=0, keepdims=True))
    return np.concatenate([rows, unit_rows(whole + 0.5 * _unit(rng, MORE))])


# ways to propose: each returns bytes a page, and what scans


def by_mean(pages: Pages) -> tuple[float, Scan]:
    """A vector a page: the mean of its rows."""
    vectors = unit_rows(np.stack([pages.rows(n).mean(axis=0) for n in range(len(pages))]))
    return DIM + 4.0, lambda query: vectors @ query.mean(axis=0)


def by_few(most: int) -> Callable[[Pages], tuple[float, Scan]]:
    """Some means of rows that are alike."""

    def way(pages: Pages) -> tuple[float, Scan]:
        kept = [RowCodes.of(few(pages.rows(n), most)) for n in range(len(pages))]
        return most * (DIM + 4.0), lambda query: maxsim_coded(query, kept)

    return way


def by_sketch(pages: Pages) -> tuple[float, Scan]:
    """What the app does: all rows, two bits a number."""
    codes = SketchCodes(DIM)
    codes.append([Sketch.of(pages.rows(n)) for n in range(len(pages))])
    return _mean_rows(pages) * (DIM / 4 + 2.0), codes.scan


def by_signs(pages: Pages) -> tuple[float, Scan]:
    """All rows, a bit a number."""
    signs = [np.where(page.codes > 0, np.int8(1), np.int8(-1)) for page in pages.coded]
    return _mean_rows(pages) * DIM / 8, lambda query: maxsim(query, signs)


def by_all(pages: Pages) -> tuple[float, Scan]:
    """All rows, as they are kept on disk."""
    return _mean_rows(pages) * (DIM + 4.0), lambda query: maxsim_coded(query, pages.coded)


def _mean_rows(pages: Pages) -> float:
    return float(np.mean([len(page) for page in pages.coded]))


WAYS: Sequence[tuple[str, Callable[[Pages], tuple[float, Scan]]]] = (
    ("mean of rows", by_mean),
    ("8 means", by_few(8)),
    ("32 means", by_few(32)),
    ("signs", by_signs),
    ("sketches: the app", by_sketch),
    ("all rows, int8", by_all),
)


def main() -> int:
    """Print a table for each number of pages; exit code 1 where the app's way loses too many."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[868, 10_000])
    parser.add_argument("--queries", type=int, default=60)
    options = parser.parse_args()
    lost = False
    for count in options.pages:
        pages = make_pages(count, options.queries)
        exact = {
            kind: [maxsim_coded(query, pages.coded) for query in asked]
            for kind, asked in pages.queries.items()
        }
        rows = [_row(name, way, pages, exact) for name, way in WAYS]
        head = [f"{count} pages, {_mean_rows(pages):.0f} rows each", "bytes", "cpu ms"]
        show_table([*head, *(f"{kind}, best {n}" for kind in exact for n in (200, 400))], rows)
        app = rows[[name for name, _ in WAYS].index("sketches: the app")]
        lost |= min(float(str(share)) for share in app[4::2]) < LEAST_SHARE
    return 1 if lost else 0


def _row(
    name: str,
    way: Callable[[Pages], tuple[float, Scan]],
    pages: Pages,
    exact: dict[str, list[Float32]],
) -> list[object]:
    size, scan = way(pages)
    shares: list[object] = []
    started, asked = time.process_time(), 0
    found = {kind: [scan(query) for query in queries] for kind, queries in pages.queries.items()}
    asked = sum(map(len, found.values()))
    spent_ms = (time.process_time() - started) / asked * 1000
    for kind, scores in found.items():
        for most in (200, 400):
            pairs = zip(exact[kind], scores, strict=True)
            shares.append(float(np.mean([_shared(one, other, most) for one, other in pairs])))
    return [name, size, spent_ms, *shares]


def _shared(exact: Float32, got: Float32, most: int) -> float:
    best = set(np.argsort(-exact)[:10].tolist())
    return len(best & set(np.argsort(-got)[:most].tolist())) / len(best)


if __name__ == "__main__":
    raise SystemExit(main())
