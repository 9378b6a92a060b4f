"""From weighed candidates to what is shown: graded, folded, cut and explained."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from folioscope.domain.embeddings import HeatMark
from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.protocols import Cancellation, VectorStore
from folioscope.domain.queries import PageFilter, ParsedQuery
from folioscope.domain.results import Candidates, SearchResult, SearchResults, Strength, Suggestion
from folioscope.services.explaining import Ask, Told, explain
from folioscope.services.folding import folded
from folioscope.services.fusion import Evidence
from folioscope.services.heat import whole_marks
from folioscope.services.marking import find_words
from folioscope.services.page_parts import text_parts
from folioscope.services.result_shelf import ResultShelf
from folioscope.services.strength import grade
from folioscope.services.suggestions import holds_any, suggest, why_nothing
from folioscope.services.visual_asking import SeenQuery

MOST_WEAKER = 40
_LOOKED_AT = 5
_MARKED = 24  # results whose marks of heat are made at once; of others when they are opened
CLEAR = 0.25  # how clearly a page's look stands out, from which on it is a reason
_NO_LIKENESS = "No page that was looked at is clearly like the picture."


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, understood. ``page_filter`` joins the query's filters with ``scope``."""

    parsed: ParsedQuery
    ask: Ask
    scope: PageFilter
    page_filter: PageFilter
    limit: int
    started: float
    seen: SeenQuery | None = None

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since it was asked."""
        return (time.perf_counter() - self.started) * 1000


Kept = list[tuple[int, tuple[PageRef, ...]]]


class Answer:
    """Candidates on their way to results."""

    def __init__(
        self,
        store: VectorStore,
        question: Question,
        candidates: Candidates,
        evidence: Evidence,
    ) -> None:
        self._store = store
        self._question = question
        self._candidates = candidates
        self._evidence = evidence
        self._strengths = grade(candidates, evidence, question.ask.words.query)

    def results(self, token: Cancellation | None) -> SearchResults:
        """Grade, fold, cut and explain."""
        good, weak = self._chosen()
        refs = [self._candidates.refs[number] for number, _ in (*good, *weak)]
        shelf = ResultShelf(self._store, refs)
        pages = {page.ref: page for page in self._store.pages(refs)}
        marks = self._marks(good or weak, pages)
        if token is not None:
            token.raise_if_cancelled()
        shown = [
            [self._result(n, similar, shelf, pages, marks) for n, similar in kept]
            for kept in (good, weak)
        ]
        return SearchResults(
            query=self._question.parsed,
            results=tuple(shown[0]),
            weaker=tuple(shown[1]),
            no_good_match=not good,
            explanation="" if good else self._why_none(),
            suggestions=() if good else self._offers(),
            facets=shelf.facets([self._candidates.refs[number] for number, _ in good]),
            elapsed_ms=self._question.elapsed_ms,
        )

    def _chosen(self) -> tuple[Kept, Kept]:
        """Return the good ones and the weak ones, best first, with their near-duplicates."""
        order = (-self._evidence.score).argsort(kind="stable").tolist()
        kept = folded(self._candidates, order)
        limit = self._question.limit
        good = [item for item in kept if self._strengths[item[0]] is not Strength.WEAK][:limit]
        weak = [item for item in kept if self._strengths[item[0]] is Strength.WEAK]
        return good, weak[: max(0, min(MOST_WEAKER, limit - len(good)))]

    def _marks(
        self, kept: Kept, pages: dict[PageRef, PageRecord]
    ) -> dict[PageRef, tuple[HeatMark, ...]]:
        """Make the marks of heat of the first pages that were found by look."""
        seen = self._question.seen
        if seen is None or seen.embedding.multi is None:
            return {}
        numbers = [n for n, _ in kept[:_MARKED] if self._evidence.sight[n] >= CLEAR]
        refs = [ref for n in numbers if (ref := self._candidates.refs[n]) in pages]
        kept_pages = self._store.visual_pages(seen.model, refs)
        text = self._question.parsed.text
        return {
            ref: whole_marks(visual, seen.embedding, text_parts(pages[ref].text), text=text)
            for ref, visual in zip(refs, kept_pages, strict=True)
            if visual is not None
        }

    def _result(
        self,
        number: int,
        similar: tuple[PageRef, ...],
        shelf: ResultShelf,
        pages: dict[PageRef, PageRecord],
        marks: dict[PageRef, tuple[HeatMark, ...]],
    ) -> SearchResult:
        ref = self._candidates.refs[number]
        plain = shelf.plain(ref)
        page = pages.get(ref)
        if page is None:  # replaced or removed meanwhile: shown without details
            return plain
        told = self._told(number, marks.get(ref, ()))
        why = explain(page, next(iter(shelf.files(ref)), None), self._question.ask, told)
        return SearchResult(
            ref=ref,
            paths=plain.paths,
            page_count=plain.page_count,
            score=float(self._evidence.score[number]),
            strength=told.strength,
            reasons=why.reasons,
            words=why.words,
            regions=why.regions,
            snippet=why.snippet,
            aspect=page.width_pt / max(page.height_pt, 1e-6),
            text_source=page.text_source,
            is_away=plain.is_away,
            similar=similar,
        )

    def _told(self, number: int, marks: Sequence[HeatMark]) -> Told:
        found = self._candidates
        return Told(
            region_index=int(found.region_index[number]),
            region_cosine=float(found.region[number]),
            looks=tuple(found.looks[number].tolist()),
            strength=self._strengths[number],
            is_seen=bool(self._evidence.sight[number] >= CLEAR),
            is_unseen=self._question.seen is not None and bool(found.visual[number] <= -1.0),
            marks=tuple(marks),
        )

    def _why_none(self) -> str:
        """Look at the pages that hold most of the query and count its words on them."""
        if self._question.ask.is_picture:
            return _NO_LIKENESS
        words = self._question.ask.words
        best = (-self._candidates.held).argsort(kind="stable")[:_LOOKED_AT].tolist()
        pages = self._store.pages([self._candidates.refs[number] for number in best])
        found = ({hit.term for hit in find_words(page.text, words)} for page in pages)
        return why_nothing(
            most_words=max((len(terms) for terms in found), default=0),
            asked=len(words.terms),
            candidates=len(self._candidates),
        )

    def _offers(self) -> tuple[Suggestion, ...]:
        if self._question.ask.is_picture:
            return ()
        return suggest(
            self._question.parsed,
            scope=self._question.scope,
            is_held=holds_any(self._store, self._question.page_filter),
            waiting=self._store.stats().pages_waiting_for_ocr,
        )
