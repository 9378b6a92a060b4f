"""How many rows a page are enough, and how finely must they be kept?

    python -m tests.benchmarks.visual_pooling [--pages 200] [--queries 60]

Compares ways to pool a page's patches and to code the rows with exact MaxSim over all patches in
float32. Weights of real visual models cannot be had where this was made, so the vectors are
stand-ins, of three kinds, and the figures say how a way treats *structure*, not how well any model
finds things:

- *made*: pages as smooth fields (ground, blocks, figures) with words in some patches, the rare
  ones in one patch only, and what all patches of all pages have in common. Asked for by four
  words of a page, one of them rare ("words"), or by that rare word alone ("needle").
- *drawn*: real pages (made ones without the development corpus), each patch of 28 × 28 pixels
  through random layers that mix it with its neighbours. Asked for by a part of a page, disturbed
  (cosine 0.9).
- *tiny*: real pages through a model built like jina-embeddings-v4, with few and random weights.
  Asked for by parts of pages, through the same model.

Prints for each way: rows and bytes a page, time to pool a page, pages scored a second, and for
each kind of query the rank correlation with exact scores over all pages, the share of the exact
best ten that stays among the best ten, and how often the page that was meant comes first.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pymupdf

from folioscope.domain.embeddings import Embedding, PictureQuery
from folioscope.domain.geometry import Box
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32, Int32, PageImage
from folioscope.domain.patches import PATCH_PX, PatchGrid
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.stores.maxsim import maxsim
from folioscope.stores.pooling import cluster, means, unit_rows
from folioscope.stores.row_codes import RowCodes
from tests.benchmarks.made_documents import make_text_pdf
from tests.benchmarks.tables import show_table
from tests.conftest import find_shared
from tests.tiny_models import TINY_V4, describe, write_checkpoint

DIM = 128
GRID = PatchGrid(23, 32)  # A4 at the limit of 602,112 pixels
_VOCABULARY = 4000
Pool = Callable[[Float32], Int32]


@dataclass(frozen=True)
class Question:
    """Rows of a query, and the page it was made from."""

    rows: Float32
    meant: int


@dataclass(frozen=True)
class Stock:
    """Pages as rows of all their patches, and questions of each kind about them."""

    pages: list[Float32]
    questions: dict[str, list[Question]]


# vectors


def made_stock(pages: int, queries: int) -> Stock:
    """Pages of fields and words."""
    rng = np.random.default_rng(1)
    words, common = _unit(rng, _VOCABULARY), _unit(rng, 1)[0]
    frequency = 1 / (10 + np.arange(_VOCABULARY))
    made = [_made_page(rng, words, common, frequency / frequency.sum()) for _ in range(pages)]
    asked: dict[str, list[Question]] = {"words": [], "needle": []}
    for _ in range(queries):
        meant = int(rng.integers(pages))
        held = made[meant][1]
        rare, others = int(held.max()), rng.choice(held, 3)  # of a high number: hardly elsewhere
        for kind, numbers in (("words", [rare, *others]), ("needle", [rare])):
            rows = np.concatenate([words[numbers], common[None]])
            rows = rows + 0.7 * common + 0.5 * _unit(rng, len(rows))
            asked[kind].append(Question(unit_rows(rows), meant))
    return Stock([rows for rows, _ in made], asked)


def _made_page(
    rng: np.random.Generator, words: Float32, common: Float32, frequency: Float32
) -> tuple[Float32, Int32]:
    """Return a page's rows and the words on it."""
    rows = np.tile(0.6 * _unit(rng, 1), (len(GRID), 1))  # ground
    down, across = np.divmod(np.arange(len(GRID)), GRID.columns)
    rows += 0.15 * (down / GRID.rows)[:, None] * _unit(rng, 1)
    held: list[int] = []
    for _ in range(int(rng.integers(2, 9))):  # blocks and figures
        top, left = int(rng.integers(0, GRID.rows - 2)), int(rng.integers(0, GRID.columns - 4))
        height, width = int(rng.integers(2, 12)), int(rng.integers(4, GRID.columns))
        inside = np.flatnonzero(
            (down >= top) & (down < top + height) & (across >= left) & (across < left + width)
        )
        rows[inside] = 0.6 * _unit(rng, 1)
        if rng.random() < 0.75:  # a block of text: a word or two in most of its patches
            for patch in inside[rng.random(len(inside)) < 0.8].tolist():
                numbers = rng.choice(_VOCABULARY, int(rng.integers(1, 3)), p=frequency)
                held += numbers.tolist()
                rows[patch] += words[numbers].sum(axis=0) / len(numbers) ** 0.5
    if not held:
        held = [int(rng.integers(_VOCABULARY))]
        rows[len(GRID) // 2] += words[held[0]]
    mixed = _mixed_with_neighbours(rows.astype(np.float32), GRID, 0.08)
    mixed += 0.7 * common + 0.15 * _unit(rng, len(mixed))
    return unit_rows(mixed), np.array(held, np.int32)


def drawn_stock(pages: int, queries: int) -> Stock:
    """Real pages through random layers."""
    rng = np.random.default_rng(2)
    first = rng.standard_normal((3 * PATCH_PX**2, 512)).astype(np.float32) / 28
    second = rng.standard_normal((512, DIM)).astype(np.float32) / 23
    common = _unit(rng, 1)[0]
    found, grids = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for page in _real_pages(pages, Path(scratch)):
            pixels, grid = _picture(page)
            hidden = np.tanh(_mixed_with_neighbours(pixels @ first, grid, 0.1))
            rows = unit_rows(_mixed_with_neighbours(hidden, grid, 0.05) @ second)
            found.append(unit_rows(rows + 0.5 * common))
            grids.append(grid)
    asked = [_part_of(rng, found, grids) for _ in range(queries)]
    return Stock(found, {"part": asked})


def _part_of(
    rng: np.random.Generator, pages: Sequence[Float32], grids: Sequence[PatchGrid]
) -> Question:
    meant = int(rng.integers(len(pages)))
    grid = grids[meant]
    top, left = int(rng.integers(0, grid.rows - 3)), int(rng.integers(0, grid.columns - 5))
    place = [(top + y) * grid.columns + left + x for y in range(3) for x in range(5)]
    rows = pages[meant][place] + 0.48 * _unit(rng, len(place))
    return Question(unit_rows(rows), meant)


def tiny_stock(pages: int, queries: int) -> Stock:
    """Real pages through a tiny model with random weights."""
    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        describe(home / "models", TINY_V4)
        shelf = OnnxModelShelf(home / "shipped", home / "models")
        checkpoint = write_checkpoint(TINY_V4, home / "checkpoint")
        shelf.install(TINY_V4, precision=Precision.FP32, source=checkpoint)
        encoder = shelf.encoder(TINY_V4, precision=Precision.FP32)
        encoder.open()
        try:
            images = [_image(page) for page in _real_pages(pages, home)]
            found = [_rows_of(encoder.embed_pages([image])[0]) for image in images]
            asked = []
            for _ in range(queries):
                meant, (left, top) = int(rng.integers(len(images))), rng.uniform(0, 0.6, 2)
                part = PictureQuery(images[meant], Box(left, top, left + 0.4, top + 0.25))
                asked.append(Question(_rows_of(encoder.embed_query(part)), meant))
        finally:
            encoder.close()
    return Stock(found, {"part": asked})


def _rows_of(found: Embedding) -> Float32:
    assert found.multi is not None
    return found.multi.rows


def _image(page: pymupdf.Page) -> PageImage:
    drawn = page.get_pixmap(dpi=60, alpha=False)
    pixels = np.frombuffer(drawn.samples, np.uint8)
    return PageImage(pixels.reshape(drawn.height, drawn.width, 3).copy())


def _real_pages(pages: int, scratch: Path) -> Iterator[pymupdf.Page]:
    """Yield pages from as many documents as there are."""
    shared = find_shared()
    if shared is not None:
        paths = sorted((shared / "corpus" / "files").rglob("*.pdf"))
    else:
        paths = [scratch / "made.pdf"]
        make_text_pdf(paths[0], pages)
    documents = [pymupdf.open(path) for path in paths]
    left = pages
    for number in count():
        longer = [d for d in documents if d.page_count > number]
        for document in longer[:left]:
            yield document[number]
        left -= len(longer[:left])
        if not left or not longer:
            return


def _picture(page: pymupdf.Page) -> tuple[Float32, PatchGrid]:
    """Return pixels (patches, 28 · 28 · 3) and the grid of a page."""
    box = page.rect
    grid = PatchGrid.fit(round(box.width * 2), round(box.height * 2))
    matrix = pymupdf.Matrix(grid.width_px / box.width, grid.height_px / box.height)
    drawn = page.get_pixmap(matrix=matrix, alpha=False)
    pixels = np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.width, 3)
    whole = np.full((grid.height_px, grid.width_px, 3), 255, np.uint8)
    part = pixels[: grid.height_px, : grid.width_px]
    whole[: len(part), : part.shape[1]] = part
    cells = whole.reshape(grid.rows, PATCH_PX, grid.columns, PATCH_PX, 3).swapaxes(1, 2)
    return (cells.reshape(len(grid), -1).astype(np.float32) - 128) / 64, grid


def _mixed_with_neighbours(rows: Float32, grid: PatchGrid, share: float) -> Float32:
    field = rows.reshape(grid.rows, grid.columns, -1)
    padded = np.pad(field, ((1, 1), (1, 1), (0, 0)), mode="edge")
    beside = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return ((1 - 4 * share) * field + share * beside).reshape(len(rows), -1)


def _unit(rng: np.random.Generator, rows: int) -> Float32:
    return unit_rows(rng.standard_normal((rows, DIM)).astype(np.float32))


# ways to pool


def spatial(step: int) -> Pool:
    """Squares of neighbours on the grid; only for pages of the usual grid."""

    def pool(rows: Float32) -> Int32:
        columns = GRID.columns if len(rows) == len(GRID) else round(len(rows) ** 0.5)
        down, across = np.divmod(np.arange(len(rows)), columns)
        squares = (down // step) * columns + across // step
        return np.unique(squares, return_inverse=True)[1].astype(np.int32)

    return pool


def k_means(factor: int) -> Pool:
    """Eight rounds of spherical k-means from rows spread evenly."""

    def pool(rows: Float32) -> Int32:
        clusters = max(1, len(rows) // factor)
        centres = rows[np.linspace(0, len(rows) - 1, clusters).astype(int)]
        for _ in range(8):
            labels = np.unique((rows @ centres.T).argmax(axis=1), return_inverse=True)[1]
            centres = means(rows, labels)
        return labels.astype(np.int32)

    return pool


def ward(factor: float, flat: float = -1.0) -> Pool:
    """What the app does, with any factor."""
    return lambda rows: cluster(rows, factor=factor, flat=flat)


# ways to code


def as_float32(rows: Float32) -> tuple[Float32, float]:
    """No codes."""
    return rows, 4.0 * DIM


def as_int8(rows: Float32) -> tuple[Float32, float]:
    """What the app does."""
    return RowCodes.of(rows).rows(), DIM + 4.0


def as_int4(rows: Float32) -> tuple[Float32, float]:
    """A number in 15 steps."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    return unit_rows(np.rint(rows / largest * 7)), DIM / 2 + 4.0


def as_bits(rows: Float32) -> tuple[Float32, float]:
    """Signs alone."""
    return unit_rows(np.where(rows > 0, np.float32(1), np.float32(-1))), DIM / 8


# measures


def main() -> None:
    """Print a table for each stock."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--queries", type=int, default=60)
    chosen = parser.parse_args()
    pools: list[tuple[str, Pool]] = [
        ("mean of 2 × 2", spatial(2)),
        ("mean of 3 × 3", spatial(3)),
        *((f"k-means, 1 in {f}", k_means(f)) for f in (3, 4, 6)),
        *((f"Ward, 1 in {f}", ward(f)) for f in (2, 3, 4, 6, 9)),
        *((f"Ward up to {flat}, 1 in 3", ward(3, flat)) for flat in (0.05, 0.1, 0.2)),
        *((f"Ward up to {flat}, 1 in 2", ward(2, flat)) for flat in (0.05, 0.1, 0.2, 0.3)),
    ]
    codes = [as_int8, as_int4, as_bits]
    for name, make in (("made", made_stock), ("drawn", drawn_stock), ("tiny", tiny_stock)):
        stock = make(chosen.pages, chosen.queries)
        exact = {kind: _scores(asked, stock.pages) for kind, asked in stock.questions.items()}
        kinds = [f"{kind} {what}" for kind in exact for what in ("ρ", "best 10", "first")]
        head = [name, "rows", "bytes", "ms to pool", "pages/s", *kinds]
        rows: list[list[object]] = [_row("all patches", stock, exact, stock.pages, as_float32, 0.0)]
        kept = {"all patches": stock.pages}
        for label, pool in pools:
            started = time.perf_counter()
            kept[label] = [means(page, pool(page)) for page in stock.pages]
            spent = (time.perf_counter() - started) / len(stock.pages)
            rows.append(_row(label, stock, exact, kept[label], as_float32, spent))
        for label in ("all patches", "Ward up to 0.1, 1 in 2"):
            for code in codes:
                said = f"{label}, {code.__name__[3:]}"
                rows.append(_row(said, stock, exact, kept[label], code, 0.0))
        show_table(head, rows)


def _row(
    label: str,
    stock: Stock,
    exact: dict[str, Float32],
    pages: Sequence[Float32],
    code: Callable[[Float32], tuple[Float32, float]],
    spent_s: float,
) -> list[object]:
    coded = [code(rows) for rows in pages]
    rows = [len(page) for page in pages]
    used = [len(page) * size for page, (_, size) in zip(pages, coded, strict=True)]
    figures: list[object] = []
    started, scored = time.perf_counter(), 0
    for kind, asked in stock.questions.items():
        got = _scores(asked, [page for page, _ in coded])
        scored += got.size
        figures += _compared(exact[kind], got, [q.meant for q in asked])
    rate = scored / (time.perf_counter() - started)
    return [label, float(np.mean(rows)), float(np.mean(used)), spent_s * 1000, rate, *figures]


def _scores(asked: Sequence[Question], pages: Sequence[Float32]) -> Float32:
    return np.stack([maxsim(question.rows, pages) for question in asked])


def _compared(exact: Float32, got: Float32, meant: Sequence[int]) -> list[object]:
    rank = lambda s: s.argsort(axis=1).argsort(axis=1).astype(float)  # noqa: E731
    a, b = rank(exact), rank(got)
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    alike = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    best = [
        len(set(x[:10]) & set(y[:10])) / 10
        for x, y in zip((-exact).argsort(axis=1), (-got).argsort(axis=1), strict=True)
    ]
    first = float((got.argmax(axis=1) == np.array(meant)).mean())
    return [float(alike.mean()), float(np.mean(best)), first]


if __name__ == "__main__":
    main()
