"""Heat maps: what was planted is found, and nothing is drawn where nothing matched."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from folioscope.domain.embeddings import Embedding, HeatMap, VisualPage
from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, MultiVector, PageImage, PageRecord, PageRef, PageText
from folioscope.domain.patches import PatchGrid
from folioscope.services.heat import HeatMaps, whole_marks
from folioscope.services.page_parts import PageParts, find_figures, text_parts
from folioscope.services.visual_asking import SeenQuery
from tests.contract.store_makers import page as made_page

DIM = 128
QUERY = "red lighthouse harbour"
SPANS = ((0, 3), (4, 14), (15, 22))
TEMPLATE = 3
RANDOM_PAGES = 200
REF = PageRef("book", 0)


def unit(rows: Float32) -> Float32:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def query_of(rng: np.random.Generator) -> Embedding:
    """Three words, two rows each, after three rows of template."""
    spans = [(-1, -1)] * TEMPLATE + [span for span in SPANS for _ in (0, 1)]
    rows = unit(rng.standard_normal((len(spans), DIM)))
    return Embedding(rows[0], MultiVector(rows), None, np.array(spans, np.int32))


def page_of(
    rng: np.random.Generator,
    grid: PatchGrid,
    planted: Sequence[int] = (),
    meaning: Float32 | None = None,
    *,
    factor: int = 1,
) -> VisualPage:
    """Random patches around a common ground; those planted are close to ``meaning``."""
    ground = unit(rng.standard_normal(DIM))
    rows = unit(unit(rng.standard_normal((len(grid), DIM))) + 0.5 * ground)
    if meaning is not None:
        rows[list(planted)] = unit(meaning + 0.5 * rows[list(planted)])
    clusters = np.arange(len(grid)) // factor
    pooled = unit(np.stack([rows[clusters == k].mean(axis=0) for k in range(clusters[-1] + 1)]))
    return VisualPage(ground, pooled, clusters.astype(np.int32), grid)


def block(grid: PatchGrid, row: int, column: int) -> list[int]:
    """Two by two patches."""
    return [(row + y) * grid.columns + column + x for y in (0, 1) for x in (0, 1)]


def covers(outer: Box, inner: Box) -> bool:
    return (
        outer.x0 <= inner.x0 + 1e-6
        and outer.y0 <= inner.y0 + 1e-6
        and outer.x1 >= inner.x1 - 1e-6
        and outer.y1 >= inner.y1 - 1e-6
    )


class OnePage:
    """A store of one page."""

    def __init__(self, visual: VisualPage | None, text: PageText) -> None:
        self.visual = visual
        self.record: PageRecord = made_page("book", 0, "")
        object.__setattr__(self.record, "text", text)

    def visual_pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        return [self.visual for _ in refs]

    def pages(self, refs: Sequence[PageRef]) -> list[PageRecord]:
        return [self.record for _ in refs]


class Asked:
    """An asker that has embedded one query."""

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding

    def text(self, text: str, **_named: object) -> SeenQuery:
        return SeenQuery("model", self.embedding)


def blank_picture(_ref: PageRef, _longest_px: int) -> PageImage:
    return PageImage(np.full((320, 240, 3), 255, np.uint8))


def heat_of(page: VisualPage | None, embedding: Embedding, text: PageText | None = None) -> HeatMap:
    maps = HeatMaps(
        OnePage(page, text or PageText()),  # type: ignore[arg-type]
        Asked(embedding),  # type: ignore[arg-type]
        understand=str.strip,
        render=blank_picture,
    )
    return maps.of(REF, QUERY)


GRIDS = st.builds(PatchGrid, st.integers(14, 36), st.integers(14, 36))


@settings(max_examples=60, deadline=None)
@given(grid=GRIDS, seed=st.integers(0, 2**31), data=st.data())
def test_what_is_planted_is_covered_by_a_mark_of_its_word(
    grid: PatchGrid, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    query = query_of(rng)
    assert query.multi is not None
    row = data.draw(st.integers(0, grid.rows - 2))
    column = data.draw(st.integers(0, grid.columns - 2))
    word = data.draw(st.integers(0, 2))
    first = TEMPLATE + 2 * word
    meaning = unit(query.multi.rows[first] + query.multi.rows[first + 1])
    planted = block(grid, row, column)
    factor = data.draw(st.sampled_from([1, 2]))
    heat = heat_of(page_of(rng, grid, planted, meaning, factor=factor), query)
    own = heat.words[word]
    assert own.word == QUERY[slice(*SPANS[word])]
    assert own.marks
    middle = grid.page_box(planted[3])
    at = Box(middle.x0, middle.y0, middle.x0, middle.y0)
    assert covers(own.marks[0].box, at)
    assert own.marks[0].box.area <= 25 / len(grid) + 1e-6
    assert any(covers(mark.box, at) for mark in heat.whole)


@pytest.mark.parametrize(
    ("grid", "factor"),
    [
        (PatchGrid(23, 32), 1),
        (PatchGrid(23, 32), 4),
        (PatchGrid(36, 20), 2),
        (PatchGrid(12, 10), 1),
        (PatchGrid(5, 6), 1),
    ],
)
def test_vectors_without_meaning_draw_next_to_nothing(grid: PatchGrid, factor: int) -> None:
    """At most 1 of 100 pages gets any mark for three words and the whole query."""
    rng = np.random.default_rng(11)
    drawn = 0
    for _ in range(RANDOM_PAGES):
        heat = heat_of(page_of(rng, grid, factor=factor), query_of(rng))
        drawn += bool(heat.whole or any(word.marks for word in heat.words))
    assert drawn / RANDOM_PAGES <= 0.01


def half_blank(page: VisualPage, grid: PatchGrid) -> VisualPage:
    """The page with its upper half empty: all of that is kept as one row."""
    half = len(grid) // 2
    clusters = np.maximum(page.clusters - half + 1, 0).astype(np.int32)
    return VisualPage(
        page.single, np.concatenate([page.rows[:1], page.rows[half:]]), clusters, grid
    )


def test_an_empty_half_does_not_make_the_other_half_stand_out() -> None:
    rng = np.random.default_rng(12)
    grid = PatchGrid(23, 32)
    drawn = 0
    for _ in range(RANDOM_PAGES):
        drawn += bool(heat_of(half_blank(page_of(rng, grid), grid), query_of(rng)).whole)
    assert drawn / RANDOM_PAGES <= 0.02
    query = query_of(rng)
    assert query.multi is not None
    planted = page_of(rng, grid, block(grid, 24, 10), query.multi.rows[TEMPLATE])
    (mark,) = heat_of(half_blank(planted, grid), query).whole
    assert mark.box.y0 > 0.5


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), share=st.floats(0.2, 0.9), is_wide=st.booleans())
def test_padding_is_never_marked(seed: int, share: float, is_wide: bool) -> None:
    rng = np.random.default_rng(seed)
    grid = PatchGrid(30, 20, share, 1.0) if is_wide else PatchGrid(20, 30, 1.0, share)
    query = query_of(rng)
    assert query.multi is not None
    meaning = query.multi.rows[TEMPLATE]
    outside = [p for p in range(len(grid)) if grid.page_box(p).area == 0]
    assume(outside)
    bare, padded = (
        page_of(np.random.default_rng(seed + 1), grid, patches, meaning)
        for patches in ((), outside)
    )
    assert heat_of(padded, query) == heat_of(bare, query)
    inside = [p for p in block(grid, 2, 2) if p not in outside]
    marked = heat_of(page_of(rng, grid, [*outside, *inside], meaning), query)
    marks = [*marked.whole, *(mark for word in marked.words for mark in word.marks)]
    assert marks
    assert all(mark.box.area > 0 and mark.box == mark.box.clipped() for mark in marks)


def test_a_page_that_is_alike_everywhere_is_not_marked() -> None:
    rng = np.random.default_rng(3)
    query = query_of(rng)
    assert query.multi is not None
    grid = PatchGrid(20, 28)
    everywhere = page_of(rng, grid, range(len(grid)), query.multi.rows[TEMPLATE])
    assert heat_of(everywhere, query) == HeatMap()


def test_what_is_close_to_the_template_is_close_to_every_query_and_not_marked() -> None:
    rng = np.random.default_rng(4)
    query = query_of(rng)
    assert query.multi is not None
    rows = query.multi.rows.copy()
    rows[TEMPLATE:] = unit(rows[TEMPLATE:] + rows[:1])  # as if every word spoke of it
    rows[:TEMPLATE] = unit(rows[:TEMPLATE] * 0.2 + rows[:1])
    grid = PatchGrid(20, 28)
    told = Embedding(rows[0], MultiVector(rows), None, query.spans)
    hub = page_of(rng, grid, block(grid, 9, 9), rows[0])
    without = Embedding(rows[0], MultiVector(rows[TEMPLATE:]), None, query.spans[TEMPLATE:])  # type: ignore[index]
    assert heat_of(hub, without).whole
    assert heat_of(hub, told).whole == ()


def test_at_most_three_marks_for_the_whole_query() -> None:
    rng = np.random.default_rng(5)
    query = query_of(rng)
    assert query.multi is not None
    grid = PatchGrid(30, 40)
    planted = [patch for row in (2, 10, 18, 26, 34) for patch in block(grid, row, 12)]
    heat = heat_of(page_of(rng, grid, planted, query.multi.rows[TEMPLATE]), query)
    assert len(heat.whole) == 3
    assert [m.score for m in heat.whole] == sorted((m.score for m in heat.whole), reverse=True)


def test_without_vectors_or_rows_it_is_empty() -> None:
    rng = np.random.default_rng(6)
    query = query_of(rng)
    assert heat_of(None, query) == HeatMap()
    bare = VisualPage(query.single, np.zeros((0, 0), np.float32), np.zeros(0, np.int32), None)
    assert heat_of(bare, query) == HeatMap()
    assert heat_of(page_of(rng, PatchGrid(8, 8)), Embedding(query.single)) == HeatMap()


# --- snapping


def text_of(blocks: Sequence[Box]) -> PageText:
    """Four words a block, two lines."""
    boxes, lines, numbers = [], [], []
    for number, box in enumerate(blocks):
        middle, half = (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2
        for line, (top, bottom) in enumerate(((box.y0, middle), (middle, box.y1))):
            for left, right in ((box.x0, half), (half, box.x1)):
                boxes.append((left, top, right, bottom))
                lines.append(2 * number + line)
                numbers.append(number)
    return PageText(
        tuple(f"word{n}" for n in range(len(boxes))),
        np.array(boxes, np.float32),
        np.array(lines, np.int32),
        np.array(numbers, np.int32),
    )


def planted_marks(parts: PageParts, grid: PatchGrid, planted: list[int]) -> list[Box]:
    rng = np.random.default_rng(8)
    query = query_of(rng)
    assert query.multi is not None
    meaning = unit(query.multi.rows[TEMPLATE:].sum(axis=0))
    page = page_of(rng, grid, planted, meaning)
    return [mark.box for mark in whole_marks(page, query, parts)]


def close(one: Box, other: Box) -> bool:
    return max(abs(a - b) for a, b in zip(one.as_list(), other.as_list(), strict=True)) < 1e-5


def test_a_mark_takes_the_shape_of_the_block_it_lies_on() -> None:
    paragraph, other = Box(0.1, 0.4, 0.6, 0.5), Box(0.1, 0.7, 0.6, 0.8)
    grid = PatchGrid(20, 28)
    planted = block(grid, 12, 5)
    (mark,) = planted_marks(text_parts(text_of([paragraph, other])), grid, planted)
    assert close(mark, paragraph)


def test_of_a_large_block_only_the_lines_are_marked() -> None:
    lines = [Box(0.1, 0.1 + 0.05 * n, 0.9, 0.14 + 0.05 * n) for n in range(16)]
    boxes = np.array([line.as_list() for line in lines], np.float32)
    numbers = np.arange(16, dtype=np.int32)
    text = PageText(tuple("abcdefghijklmnop"), boxes, numbers, np.zeros(16, np.int32))
    grid = PatchGrid(20, 28)
    (mark,) = planted_marks(text_parts(text), grid, block(grid, 12, 5))
    assert mark.area < 0.25
    assert mark.x0 == pytest.approx(0.1)
    assert mark.x1 == pytest.approx(0.9)
    assert covers(Box(0, 0.37, 1, 0.57), mark)


def test_a_mark_takes_the_shape_of_the_figure_it_lies_in() -> None:
    figure = Box(0.25, 0.35, 0.75, 0.6)
    grid = PatchGrid(20, 28)
    (mark,) = planted_marks(PageParts(figures=(figure,)), grid, block(grid, 12, 9))
    assert close(mark, figure)


def test_where_there_is_no_part_the_patches_are_marked() -> None:
    grid = PatchGrid(20, 28)
    (mark,) = planted_marks(PageParts(), grid, block(grid, 12, 9))
    assert covers(mark, grid.page_box(block(grid, 12, 9)[0]))
    assert mark.area < 30 / len(grid)


# --- figures


def drawn_page(*, ground: int = 255) -> PageImage:
    """Lines of text above, a chart with a frame, bars and a hole below."""
    rgb = np.full((400, 300, 3), ground, np.uint8)
    for top in range(30, 130, 12):
        rgb[top : top + 5, 30:270:2] = 255 - ground
    rgb[200:350, 60:240] = (80, 120, 200)
    rgb[240:260, 100:140] = ground
    return PageImage(rgb)


@pytest.mark.parametrize("ground", [255, 0])
def test_figures_are_ink_that_is_no_text(ground: int) -> None:
    text = text_of([Box(0.1, 0.07, 0.9, 0.33)])
    (figure,) = find_figures(drawn_page(ground=ground), text)
    wanted = Box(60 / 300, 200 / 400, 240 / 300, 350 / 400)
    assert max(abs(a - b) for a, b in zip(figure.as_list(), wanted.as_list(), strict=True)) < 0.04


def test_text_and_blank_pages_have_no_figures() -> None:
    image = drawn_page()
    image.rgb[180:] = 255
    assert find_figures(image, text_of([Box(0.1, 0.07, 0.9, 0.33)])) == ()
    assert find_figures(PageImage(np.full((1, 1, 3), 255, np.uint8)), PageText()) == ()
    assert find_figures(PageImage(np.full((2, 900, 3), 9, np.uint8)), PageText()) == ()
