"""Heat maps of models that see a page in tiles: cells of 64 pixels, and rows beside them."""

import numpy as np
import pytest

from folioscope.domain.embeddings import Embedding, HeatMap, VisualPage
from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, MultiVector, PageText
from folioscope.domain.patches import PatchGrid
from folioscope.stores.pooling import pooled
from tests.unit.services.look.test_heat import (
    DIM,
    QUERY,
    SPANS,
    block,
    close,
    covers,
    heat_of,
    text_of,
    unit,
)

A4, WIDE, STRIP = PatchGrid(24, 32), PatchGrid(32, 16), PatchGrid(8, 64)
WHOLE_PAGE, PROMPT, BEHIND = 64, 20, 10  # rows of the page beside its cells, and of the query
NOTHING = np.zeros(0, np.float32)
PAGES = 40


def query_of(rng: np.random.Generator) -> Embedding:
    """Three words of two rows, and what the model puts behind every query."""
    spans = [span for span in SPANS for _ in (0, 1)] + [(-1, -1)] * BEHIND
    rows = unit(rng.standard_normal((len(spans), DIM)))
    return Embedding(NOTHING, MultiVector(rows), None, np.array(spans, np.int32))


def meaning_of(query: Embedding, word: int) -> Float32:
    """Return what a part of a page shows that answers a word."""
    assert query.multi is not None
    return unit(query.multi.rows[2 * word] + query.multi.rows[2 * word + 1])


def page_of(
    rng: np.random.Generator, grid: PatchGrid, planted: dict[int, Float32] | None = None
) -> VisualPage:
    """Return a page as a store keeps it: cells with a margin, the whole page, and the prompt."""
    ground = unit(rng.standard_normal(DIM))
    rows = unit(unit(rng.standard_normal((len(grid), DIM))) + 0.5 * ground)
    margin = [p for p in range(len(grid)) if p % grid.columns < 2 or p < 2 * grid.columns]
    rows[margin] = rows[margin[0]]
    for patch, meaning in (planted or {}).items():
        rows[patch] = unit(meaning + 0.5 * rows[patch])
    beside = unit(unit(rng.standard_normal((WHOLE_PAGE + PROMPT, DIM))) + 0.5 * ground)
    cells = np.concatenate([np.full(PROMPT, -1), np.arange(len(grid)), np.full(WHOLE_PAGE, -1)])
    everything = np.concatenate([beside[:PROMPT], rows, beside[PROMPT:]])
    multi = MultiVector(np.asarray(everything, np.float32), cells.astype(np.int32))
    return pooled(Embedding(NOTHING, multi, grid))


@pytest.mark.parametrize("grid", [A4, WIDE, STRIP])
@pytest.mark.parametrize("word", [0, 1, 2])
def test_planted_cells_are_marked_for_their_word(grid: PatchGrid, word: int) -> None:
    for seed in range(3):
        rng = np.random.default_rng(100 * word + seed)
        query = query_of(rng)
        row, column = int(rng.integers(3, grid.rows - 3)), int(rng.integers(3, grid.columns - 3))
        cells = block(grid, row, column)
        page = page_of(rng, grid, dict.fromkeys(cells, meaning_of(query, word)))
        heat = heat_of(page, query)
        own = heat.words[word]
        assert own.word == QUERY[slice(*SPANS[word])]
        middle = grid.page_box(cells[3])
        at = Box(middle.x0, middle.y0, middle.x0, middle.y0)
        assert covers(own.marks[0].box, at)
        assert any(covers(mark.box, at) for mark in heat.whole)
        others = [mark for n, w in enumerate(heat.words) if n != word for mark in w.marks]
        assert not any(covers(mark.box, at) for mark in others)


@pytest.mark.parametrize("grid", [A4, WIDE, STRIP])
def test_pages_without_meaning_draw_next_to_nothing(grid: PatchGrid) -> None:
    rng = np.random.default_rng(1)
    drawn = sum(heat_of(page_of(rng, grid), query_of(rng)) != HeatMap() for _ in range(PAGES))
    assert drawn <= 1


def test_what_only_the_whole_page_or_the_prompt_answers_is_no_place() -> None:
    """Rows beside the cells take part in the score, and are nowhere on the page."""
    rng = np.random.default_rng(2)
    query = query_of(rng)
    meaning = meaning_of(query, 0)
    made = page_of(rng, A4)
    rows = np.concatenate([made.rows, np.tile(meaning, (WHOLE_PAGE, 1))]).astype(np.float32)
    page = VisualPage(NOTHING, rows, made.clusters, made.grid)
    assert heat_of(page, query) == HeatMap()


def test_marks_take_the_shape_of_the_block_they_lie_on() -> None:
    rng = np.random.default_rng(3)
    query = query_of(rng)
    paragraph = Box(0.25, 0.40, 0.75, 0.48)
    text: PageText = text_of([paragraph, Box(0.1, 0.7, 0.9, 0.9)])
    cells = block(A4, 13, 10)  # within the paragraph
    page = page_of(rng, A4, dict.fromkeys(cells, meaning_of(query, 1)))
    assert close(heat_of(page, query, text).words[1].marks[0].box, paragraph)
