"""The way through a document: its pages, and the matches on them."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageRef, PageText
from folioscope.domain.queries import ParsedQuery
from folioscope.domain.results import SearchResult, SearchResults, Snippet, WordMark
from folioscope.domain.tokens import tokens
from folioscope.gui.pages.marks import Marks, marks_of, with_heat, word_key

_MOST_HITS_READ = 50  # whose words are looked for on pages that are no hits themselves
_MOST_MARKS = 400
_EMPTY = SearchResults(ParsedQuery("", ""))
NOWHERE = SearchResult(PageRef("", 0), (), 0)


class PageTour(QObject):
    """Knows the page in sight, its marks and the match stepped to (-1 for none)."""

    page_changed = Signal()
    marks_changed = Signal()
    match_changed = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        known_heat: Callable[[PageRef, str], HeatMap] = lambda _ref, _query: HeatMap(),
    ) -> None:
        """``known_heat`` returns at once what is known of where a page answers by look."""
        super().__init__(parent)
        self.known_heat = known_heat
        self.result: SearchResult = NOWHERE
        self.results: SearchResults = _EMPTY
        self.marks = Marks()
        self.match = -1
        self._hits: dict[int, SearchResult] = {}
        self._enters_at_end = False
        self._plain = Marks()  # without what answers by look
        self._heat = HeatMap()

    def start(self, result: SearchResult, results: SearchResults) -> None:
        """Begin at a hit."""
        self.adopt(result, results)
        self._show(result)

    def adopt(self, result: SearchResult, results: SearchResults) -> None:
        """Take a newer answer that has the page in sight, without moving."""
        document_id = result.ref.document_id
        if results is not self.results or document_id != self.result.ref.document_id:
            everything = (*results.results, *results.weaker)
            self._hits = {
                hit.ref.page_index: hit for hit in everything if hit.ref.document_id == document_id
            }
        self.results = results
        self._hits[result.ref.page_index] = result
        self.result = result

    @property
    def query(self) -> str:
        """What was asked, as it was written; empty where no words were."""
        query = self.results.query
        return query.raw.strip() if query.text.strip() else ""

    @property
    def page_count(self) -> int:
        """Number of pages of the document."""
        return max(self.result.page_count, self.result.ref.page_index + 1)

    @property
    def is_hit(self) -> bool:
        """Whether the page in sight is among the results."""
        return self.result.ref.page_index in self._hits

    @property
    def hit_pages(self) -> frozenset[int]:
        """Indices of the document's pages that are among the results of a query."""
        return frozenset(n for n, hit in self._hits.items() if hit.strength is not None)

    def go_to_page(self, page_index: int) -> bool:
        """Show another page of the document; False when there is none."""
        if not 0 <= page_index < self.page_count or page_index == self.result.ref.page_index:
            return False
        ref = PageRef(self.result.ref.document_id, page_index)
        self._show(self._hits.get(page_index) or self._unasked(ref))
        return True

    def step_page(self, step: int) -> bool:
        """Show the next (1) or the previous page (-1)."""
        return self.go_to_page(self.result.ref.page_index + step)

    def step_match(self, step: int) -> bool:
        """Go to the next (1) or previous match (-1), on over the pages that are hits."""
        if 0 <= self.match + step < len(self.marks) and self.match >= 0:
            return self.go_to_match(self.match + step)
        pages = sorted(self.hit_pages | {self.result.ref.page_index})
        if len(pages) > 1:
            at = pages.index(self.result.ref.page_index) + step
            self._enters_at_end = step < 0
            return self.go_to_page(pages[at % len(pages)])
        return self.go_to_match(0 if step > 0 else len(self.marks) - 1)

    def go_to_match(self, number: int) -> bool:
        """Go to a match of this page; False when there is none with this number."""
        if not 0 <= number < len(self.marks):
            return False
        self.match = number
        self.match_changed.emit()
        return True

    def step_word(self, key: str) -> bool:
        """Go to the next place of one word."""
        places = [n for n, mark in enumerate(self.marks.words) if word_key(mark.word) == key]
        later = [n for n in places if n > self.match]
        return bool(places) and self.go_to_match(later[0] if later else places[0])

    def take_text(self, ref: PageRef, text: PageText) -> None:
        """Mark the words of the query on a page that is no hit itself."""
        if ref != self.result.ref or self.is_hit:
            return
        self._plain = Marks(tuple(_found(text, self._wanted())[:_MOST_MARKS]))
        self._mark()

    def take_heat(self, ref: PageRef, heat: HeatMap) -> None:
        """Mark what answers the query by look; the match stepped to stays the same."""
        if ref == self.result.ref and heat != self._heat:
            self._heat = heat
            self._mark()

    def _mark(self) -> None:
        at = self.marks.box(self.match) if self.match >= 0 else None
        self.marks = with_heat(self._plain, self._heat)
        boxes = [self.marks.box(number) for number in range(len(self.marks))]
        self.match = boxes.index(at) if at in boxes else min(0, len(boxes) - 1)
        self.marks_changed.emit()

    def _wanted(self) -> frozenset[str]:
        hits = (*self._hits.values(), *self.results.results[:_MOST_HITS_READ])
        return frozenset(word_key(mark.word) for hit in hits for mark in hit.words) - {""}

    def _unasked(self, ref: PageRef) -> SearchResult:
        return replace(
            self.result,
            ref=ref,
            score=0.0,
            strength=None,
            reasons=(),
            words=(),
            regions=(),
            snippet=Snippet(),
            similar=(),
        )

    def _show(self, result: SearchResult) -> None:
        self.result = result
        self._plain = marks_of(result)
        self._heat = self.known_heat(result.ref, self.query)
        self.marks = with_heat(self._plain, self._heat)
        count = len(self.marks)
        self.match = (count - 1 if self._enters_at_end else 0) if count else -1
        self._enters_at_end = False
        self.page_changed.emit()


def _found(text: PageText, wanted: frozenset[str]) -> list[WordMark]:
    """Return the words that are wanted as they stand, or whose tokens are all wanted."""
    found = []
    for number, word in enumerate(text.words):
        parts = list(tokens(word))
        if word_key(word) in wanted or (parts and wanted.issuperset(parts)):
            x0, y0, x1, y1 = (float(c) for c in text.boxes[number])
            found.append(WordMark(word, Box(x0, y0, x1, y1)))
    return found
