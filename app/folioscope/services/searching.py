"""Finding pages: a query in, results with their reasons out."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from folioscope.domain.documents import Document, DocumentKind, SourceFile
from folioscope.domain.errors import QueryError
from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.protocols import Cancellation, TextEncoder, VectorStore
from folioscope.domain.queries import PageFilter, ParsedQuery, StoreQuery
from folioscope.domain.results import (
    Candidates,
    Facets,
    SearchResult,
    SearchResults,
    Strength,
    Suggestion,
)
from folioscope.services.explaining import Ask, Told, explain
from folioscope.services.folding import folded
from folioscope.services.fusion import (
    DEFAULT_WEIGHTS,
    Evidence,
    Weights,
    fuse,
    view_weights,
    weigh_looks,
)
from folioscope.services.learnt import Learnt, Memory, learn
from folioscope.services.looks_words import NamedLooks, named_looks
from folioscope.services.marking import QueryWords, find_words
from folioscope.services.query_language import parse_query, word_query
from folioscope.services.query_scope import both, needs_files, within_folders
from folioscope.services.strength import grade
from folioscope.services.suggestions import holds_any, suggest, why_nothing

CANDIDATES = 400
MOST_WEAKER = 40
_LOOKED_AT = 5
MOST_BROWSED = 50_000


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


class PageSearchService:
    """Finds pages by words, meaning and looks. Safe from any thread.

    ``today`` is asked when a date in a query must be guessed; ``memory`` spares learning from
    example queries at every start.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: TextEncoder,
        *,
        weights: Weights = DEFAULT_WEIGHTS,
        today: Callable[[], date] = _today,
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._store = store
        self._encoder = encoder
        self._weights = weights
        self._today = today
        self._learnt: Learnt | None = None
        self._learning = threading.Lock()
        self._page_counts: dict[str, int] = {}  # by content, so never out of date

    def warm_up(self) -> None:
        """Do ahead what the first query would wait for; the encoder must be open."""
        self._learn()

    def search(
        self,
        text: str,
        *,
        scope: PageFilter,
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        """Answer a query; ``scope`` holds the filters set outside of it. QueryError if empty."""
        started = time.perf_counter()
        parsed = parse_query(text, today=self._today())
        page_filter = self._joined(scope, parsed.filter)
        if not parsed.text:
            return self._unasked(parsed, page_filter, started)
        looks = named_looks(parsed.text)
        query = self._store_query(parsed, looks, page_filter, token)
        candidates = self._store.search(query, limit=max(CANDIDATES, 2 * limit))
        _stop_if_cancelled(token)
        counts = self._counts(candidates)
        evidence = fuse(candidates, query.look_weights, counts, weights=self._weights)
        ask = Ask(QueryWords(query.words), looks)
        answer = _Answer(self._store, parsed, ask, candidates, evidence, page_filter)
        return answer.results(scope=scope, limit=limit, started=started, token=token)

    def browse(self, *, scope: PageFilter, token: Cancellation | None = None) -> SearchResults:
        """All pages that pass, newest file first, when nothing is asked."""
        started = time.perf_counter()
        _stop_if_cancelled(token)
        return self._listed(ParsedQuery(raw="", text=""), StoreQuery(filter=scope), started)

    def _joined(self, scope: PageFilter, typed: PageFilter) -> PageFilter:
        joined = both(scope, typed)
        if needs_files(scope, typed):
            return within_folders(joined, typed, self._store.files())
        return joined

    def _unasked(
        self, parsed: ParsedQuery, page_filter: PageFilter, started: float
    ) -> SearchResults:
        """Answer a query of filters or exclusions alone by listing what passes."""
        words = word_query(parsed)
        if page_filter.is_empty and not words.restricts and not parsed.problems:
            raise QueryError("The query is empty.", hint="Type what you remember of the page.")
        return self._listed(parsed, StoreQuery(words=words, filter=page_filter), started)

    def _listed(self, parsed: ParsedQuery, query: StoreQuery, started: float) -> SearchResults:
        refs = self._store.page_refs(query, limit=MOST_BROWSED)
        shelf = Shelf(self._store, refs)
        results = tuple(shelf.plain(ref) for ref in refs)
        return SearchResults(
            query=parsed,
            results=results,
            facets=shelf.facets(refs),
            elapsed_ms=_since(started),
        )

    def _store_query(
        self,
        parsed: ParsedQuery,
        looks: NamedLooks,
        page_filter: PageFilter,
        token: Cancellation | None,
    ) -> StoreQuery:
        learnt, weights = self._learn(), self._weights
        vector = self._encoder.embed_query(parsed.text, token=token)
        return StoreQuery(
            words=word_query(parsed),
            vector=vector - learnt.mean,
            look_weights=weigh_looks(looks, learnt.looks, vector, weights=weights),
            view_weights=view_weights(weights),
            filter=page_filter,
        )

    def _learn(self) -> Learnt:
        with self._learning:
            if self._learnt is None:
                self._learnt = learn(self._encoder, self._memory)
            return self._learnt

    def _counts(self, candidates: Candidates) -> dict[str, int]:
        """Return the number of pages of each candidate's document."""
        known = self._page_counts
        unknown = {r.document_id for r in candidates.refs if r.document_id not in known}
        if unknown:
            found = self._store.documents(sorted(unknown))
            known.update({d.document_id: d.page_count for d in found})
        return known


class Shelf:
    """The documents and files that some pages belong to, fetched once."""

    def __init__(self, store: VectorStore, refs: Sequence[PageRef]) -> None:
        ids = list(dict.fromkeys(ref.document_id for ref in refs))
        self._documents: dict[str, Document] = {d.document_id: d for d in store.documents(ids)}
        self._files: dict[str, list[SourceFile]] = _files_of(store, ids)

    def files(self, ref: PageRef) -> list[SourceFile]:
        """Return the files of the page's document: those at hand first."""
        return self._files.get(ref.document_id, [])

    def plain(self, ref: PageRef) -> SearchResult:
        """Return a result that says no more than which page it is."""
        files = self.files(ref)
        document = self._documents.get(ref.document_id)
        return SearchResult(
            ref=ref,
            paths=tuple(file.path for file in files),
            page_count=document.page_count if document else 0,
            is_away=bool(files) and all(file.is_away for file in files),
        )

    def facets(self, refs: Sequence[PageRef]) -> Facets:
        """Count pages by kind of document and by year of the file's date."""
        kinds: Counter[str] = Counter()
        years: Counter[int] = Counter()
        for document_id, count in Counter(ref.document_id for ref in refs).items():
            document = self._documents.get(document_id)
            kinds[document.kind if document else DocumentKind.PDF] += count
            if files := self._files.get(document_id):
                newest = max(file.mtime_ns for file in files)
                years[datetime.fromtimestamp(newest / 1e9, tz=UTC).year] += count
        return Facets(tuple(kinds.most_common()), tuple(sorted(years.items())))


class _Answer:
    """Candidates on their way to results."""

    def __init__(
        self,
        store: VectorStore,
        parsed: ParsedQuery,
        ask: Ask,
        candidates: Candidates,
        evidence: Evidence,
        page_filter: PageFilter,
    ) -> None:
        self._store = store
        self._parsed = parsed
        self._ask = ask
        self._candidates = candidates
        self._evidence = evidence
        self._filter = page_filter

    def results(
        self, *, scope: PageFilter, limit: int, started: float, token: Cancellation | None
    ) -> SearchResults:
        """Grade, fold, cut and explain."""
        order = (-self._evidence.score).argsort(kind="stable").tolist()
        strengths = grade(self._candidates, self._evidence, self._ask.words.query)
        kept = folded(self._candidates, order)
        good = [item for item in kept if strengths[item[0]] is not Strength.WEAK][:limit]
        weak = [item for item in kept if strengths[item[0]] is Strength.WEAK]
        weak = weak[: max(0, min(MOST_WEAKER, limit - len(good)))]
        refs = [self._candidates.refs[number] for number, _ in (*good, *weak)]
        shelf = Shelf(self._store, refs)
        pages = {page.ref: page for page in self._store.pages(refs)}
        _stop_if_cancelled(token)
        shown = {
            number: self._result(number, similar, strengths[number], shelf, pages)
            for number, similar in (*good, *weak)
        }
        return SearchResults(
            query=self._parsed,
            results=tuple(shown[number] for number, _ in good if shown[number]),
            weaker=tuple(shown[number] for number, _ in weak if shown[number]),
            no_good_match=not good,
            explanation="" if good else self._why_none(),
            suggestions=() if good else self._offers(scope),
            facets=shelf.facets([self._candidates.refs[number] for number, _ in good]),
            elapsed_ms=_since(started),
        )

    def _result(
        self,
        number: int,
        similar: tuple[PageRef, ...],
        strength: Strength,
        shelf: Shelf,
        pages: dict[PageRef, PageRecord],
    ) -> SearchResult:
        ref = self._candidates.refs[number]
        plain = shelf.plain(ref)
        page = pages.get(ref)
        if page is None:  # replaced or removed meanwhile: shown without details
            return plain
        told = Told(
            region_index=int(self._candidates.region_index[number]),
            region_cosine=float(self._candidates.region[number]),
            looks=tuple(self._candidates.looks[number].tolist()),
            strength=strength,
        )
        why = explain(page, next(iter(shelf.files(ref)), None), self._ask, told)
        return SearchResult(
            ref=ref,
            paths=plain.paths,
            page_count=plain.page_count,
            score=float(self._evidence.score[number]),
            strength=strength,
            reasons=why.reasons,
            words=why.words,
            regions=why.regions,
            snippet=why.snippet,
            aspect=page.width_pt / max(page.height_pt, 1e-6),
            text_source=page.text_source,
            is_away=plain.is_away,
            similar=similar,
        )

    def _why_none(self) -> str:
        """Look at the pages that hold most of the query and count its words on them."""
        best = (-self._candidates.held).argsort(kind="stable")[:_LOOKED_AT].tolist()
        pages = self._store.pages([self._candidates.refs[number] for number in best])
        found = ({hit.term for hit in find_words(page.text, self._ask.words)} for page in pages)
        return why_nothing(
            most_words=max((len(terms) for terms in found), default=0),
            asked=len(self._ask.words.terms),
            candidates=len(self._candidates),
        )

    def _offers(self, scope: PageFilter) -> tuple[Suggestion, ...]:
        return suggest(
            self._parsed,
            scope=scope,
            is_held=holds_any(self._store, self._filter),
            waiting=self._store.stats().pages_waiting_for_ocr,
        )


def _files_of(store: VectorStore, ids: Sequence[str]) -> dict[str, list[SourceFile]]:
    """Fetch the files of documents: one by one for a few, all at once for many."""
    found: dict[str, list[SourceFile]] = {}
    if len(ids) <= 100:
        found = {document_id: store.files(document_id=document_id) for document_id in ids}
    else:
        wanted = set(ids)
        for file in store.files():
            if file.document_id in wanted:
                found.setdefault(file.document_id, []).append(file)
    return {key: sorted(files, key=lambda f: (f.is_away, f.path)) for key, files in found.items()}


def _stop_if_cancelled(token: Cancellation | None) -> None:
    if token is not None:
        token.raise_if_cancelled()


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
