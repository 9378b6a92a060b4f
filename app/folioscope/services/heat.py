"""Heat maps: where a page answers a query by look, as parts of the page that people see as one."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from folioscope.domain.embeddings import Embedding, HeatMap, HeatMark, VisualPage, WordHeat
from folioscope.domain.errors import FolioscopeError
from folioscope.domain.geometry import Box, union
from folioscope.domain.pages import PageImage, PageRef, PageText
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import VectorStore
from folioscope.domain.tokens import fold
from folioscope.services.common_words import COMMON_WORDS
from folioscope.services.heat_fields import (
    Seen,
    Spot,
    rows_within,
    seen_by,
    spots,
    template_rows,
)
from folioscope.services.page_parts import PageParts, find_figures, text_parts
from folioscope.services.visual_asking import VisualAsker

MOST_MARKS = 3
MOST_MARKS_A_WORD = 4
FIGURE_PX = 320
_MOSTLY = 0.6  # share of a spot's heat inside a part, from which on the part is what is meant
_LARGE = 8.0  # times the spot: of a larger block only the lines that the spot touches
_FILLED = 0.3  # share of a patch that text takes up
_SAME = 0.5  # overlap from which on two marks are one
_KEPT = 64
_WORD = re.compile(r"\w[\w'’-]*")


class HeatMaps:
    """Makes heat maps for the window. Safe from any thread.

    ``understand`` takes operators and filters out of a query; ``render`` returns a small picture
    of a page and raises FolioscopeError where its file is away.
    """

    def __init__(
        self,
        store: VectorStore,
        asker: VisualAsker,
        *,
        understand: Callable[[str], str],
        render: Callable[[PageRef, int], PageImage],
    ) -> None:
        self._store = store
        self._asker = asker
        self._understand = understand
        self._render = render
        self._guard = threading.Lock()
        self._figures: OrderedDict[PageRef, tuple[Box, ...]] = OrderedDict()

    def of(self, ref: PageRef, query: str) -> HeatMap:
        """Return a page's heat map; empty where it has no vectors, or nothing matched."""
        text = self._understand(query)
        asked = self._asker.text(text)
        if asked is None:
            return HeatMap()
        page = self._store.visual_pages(asked.model, [ref])[0]
        seen = None if page is None else seen_by(page, asked.embedding)
        if seen is None:
            return HeatMap()
        return self._drawn(ref, text, seen, asked.embedding)

    def _drawn(self, ref: PageRef, text: str, seen: Seen, query: Embedding) -> HeatMap:
        by_word = [(word, spots(seen, rows)) for word, rows in _words(text, query)]
        whole = whole_spots(seen, query, [found for _, found in by_word])
        if not whole and not any(found for _, found in by_word):
            return HeatMap()
        parts = self._parts(ref)
        words = [
            WordHeat(word, snapped(found, seen, parts, most=MOST_MARKS_A_WORD))
            for word, found in by_word
        ]
        return HeatMap(snapped(whole, seen, parts, most=MOST_MARKS), tuple(words))

    def _parts(self, ref: PageRef) -> PageParts:
        pages = self._store.pages([ref])
        text = pages[0].text if pages else PageText()
        return replace(text_parts(text), figures=self._figures_of(ref, text))

    def _figures_of(self, ref: PageRef, text: PageText) -> tuple[Box, ...]:
        with self._guard:
            known = self._figures.get(ref)
        if known is not None:
            return known
        try:
            found = find_figures(self._render(ref, FIGURE_PX), text)
        except FolioscopeError:
            return ()  # away: blocks and bare spots must do
        with self._guard:
            self._figures[ref] = found
            while len(self._figures) > _KEPT:
                self._figures.popitem(last=False)
        return found


def whole_marks(
    page: VisualPage, query: Embedding, parts: PageParts, *, text: str = ""
) -> tuple[HeatMark, ...]:
    """Return the marks of a page for all of a query, at most three, hottest first.

    ``text``: what was embedded, empty for a query by picture.
    """
    seen = seen_by(page, query)
    if seen is None:
        return ()
    by_word = [spots(seen, rows) for _, rows in _words(text, query)]
    return snapped(whole_spots(seen, query, by_word), seen, parts, most=MOST_MARKS)


def whole_spots(seen: Seen, query: Embedding, by_word: Sequence[Sequence[Spot]]) -> list[Spot]:
    """Return what stands out for all of a query: its rows together, and those of its words."""
    own = [number for number, is_template in enumerate(template_rows(query)) if not is_template]
    together = spots(seen, own, of_any=query.spans is None)
    return sorted([*together, *(s for found in by_word for s in found)], key=lambda s: -s.peak)


def _words(text: str, query: Embedding) -> list[tuple[str, Sequence[int]]]:
    """Return the words of a query that tell something, each with its rows."""
    found = list(_WORD.finditer(text))
    telling = [word for word in found if fold(word[0]) not in COMMON_WORDS] or found
    return [(w[0], rows_within(query, w.start(), w.end()).tolist()) for w in telling]


def snapped(
    found: Sequence[Spot], seen: Seen, parts: PageParts, *, most: int
) -> tuple[HeatMark, ...]:
    """Return spots as marks round the parts of the page they lie on, hottest first."""
    marks: list[HeatMark] = []
    for spot in found:
        box = snap(spot, seen.grid, parts)
        if not any(_overlap(box, mark.box) > _SAME for mark in marks):
            marks.append(HeatMark(box, min(1.0, spot.peak / (4 * seen.bound))))
        if len(marks) == most:
            break
    return tuple(marks)


def snap(spot: Spot, grid: PatchGrid, parts: PageParts) -> Box:
    """Return the smallest part of the page that holds most of a spot, else the spot's own box."""
    patches = [grid.page_box(int(patch)) for patch in spot.patches]
    bare = union(patches)
    held = [
        (box.area, box, number)
        for number, box in enumerate((*parts.blocks, *parts.figures))
        if _share_inside(spot, patches, box) >= _MOSTLY
    ]
    if not held:
        return bare
    area, box, number = min(held, key=lambda item: item[0])
    if number < len(parts.blocks) and area > _LARGE * bare.area:
        lines = [line for line in parts.lines_of[number] if _touch(line, bare)]
        return union(lines) if lines else bare
    return box


def _share_inside(spot: Spot, patches: Sequence[Box], box: Box) -> float:
    """Return the share of a spot's heat in a box; lines are thinner than the patches they fill."""
    heat = spot.heat.tolist()
    filled = (min(1.0, _shared(p, box) / max(_FILLED * p.area, 1e-9)) for p in patches)
    inside = sum(h * share for h, share in zip(heat, filled, strict=True))
    return float(inside / max(sum(heat), 1e-9))


def _touch(one: Box, other: Box) -> bool:
    return _shared(one, other) > 0


def _shared(one: Box, other: Box) -> float:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(0.0, across) * max(0.0, down)


def _overlap(one: Box, other: Box) -> float:
    """Return the share of the smaller box that both cover."""
    return _shared(one, other) / max(min(one.area, other.area), 1e-9)
