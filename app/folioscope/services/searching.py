"""Finding pages: a query in, results with their reasons out."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.errors import ModelMissingError, QueryError
from folioscope.domain.pages import Float32
from folioscope.domain.protocols import Cancellation, TextEncoder, VectorStore
from folioscope.domain.queries import PageFilter, ParsedQuery, StoreQuery, WordQuery
from folioscope.domain.results import Candidates, SearchResults
from folioscope.jobs.progress import JobContext
from folioscope.services.answering import Answer, Question
from folioscope.services.explaining import Ask
from folioscope.services.fusion import (
    DEFAULT_WEIGHTS,
    SEEN_BY_PICTURE,
    Weights,
    by_likeness,
    fuse,
    view_weights,
    weigh_looks,
)
from folioscope.services.learnt import Learnt, Memory, learn
from folioscope.services.looks_words import NamedLooks, named_looks
from folioscope.services.marking import QueryWords
from folioscope.services.query_language import parse_query, word_query
from folioscope.services.query_scope import both, needs_files, within_folders
from folioscope.services.result_shelf import ResultShelf
from folioscope.services.second_look import SecondLook
from folioscope.services.sight import sight
from folioscope.services.visual_asking import SeenQuery, VisualAsker

CANDIDATES = 400
MOST_BROWSED = 50_000
PICTURE = "A picture"  # what stands for the query of a search by picture
PART_OF_PICTURE = "Part of a picture"
_NO_MODEL = "Searching by picture needs a visual model."
_NO_RERANKER = "A second look needs a reranking model."
_CHOOSE = "Choose one in Settings → Models."


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


class PageSearchService:
    """Finds pages by words, meaning and looks. Safe from any thread.

    ``today`` is asked when a date in a query must be guessed; ``memory`` spares learning from
    example queries at every start. ``asker`` embeds queries with the visual model, if one is
    chosen, and ``second_look`` reads results again with a reranker.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: TextEncoder,
        *,
        weights: Weights = DEFAULT_WEIGHTS,
        today: Callable[[], date] = _today,
        memory: Memory | None = None,
        asker: VisualAsker | None = None,
        second_look: SecondLook | None = None,
    ) -> None:
        self._memory = memory
        self._store = store
        self._encoder = encoder
        self._weights = weights
        self._today = today
        self._asker = asker
        self._second_look = second_look
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
        seen = self._asker.text(parsed.text, token=token) if self._asker else None
        question = Question(parsed, _ask(parsed), scope, page_filter, limit, started, seen)
        return self._by_words(question, token)

    def search_picture(
        self,
        picture: PictureQuery,
        *,
        scope: PageFilter,
        text: str = "",
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        """Find pages that look like a picture, and with a text also hold or mean it.

        Raises ModelMissingError without a visual model.
        """
        started = time.perf_counter()
        if self._asker is None:
            raise ModelMissingError(_NO_MODEL, hint=_CHOOSE)
        seen = self._asker.picture(picture, token=token)
        parsed = parse_query(text, today=self._today())
        scope = self._joined(scope, parsed.filter)
        if parsed.text:
            ask = _ask(parsed, is_picture=True)
            question = Question(parsed, ask, scope, scope, limit, started, seen)
            return self._by_words(question, token)
        query = StoreQuery(visual=seen.as_visual(), filter=scope)
        candidates = _looked_at(self._candidates(query, limit, token))
        likeness = self._sight(candidates, seen)
        evidence = by_likeness(candidates, likeness, by_rows=seen.by_rows)
        named = PART_OF_PICTURE if picture.box else PICTURE
        parsed = replace(parsed, raw=f"{named}, {text.strip()}" if text.strip() else named)
        ask = Ask(QueryWords(WordQuery()), NamedLooks(), is_picture=True)
        question = Question(parsed, ask, scope, scope, limit, started, seen)
        return Answer(self._store, question, candidates, evidence).results(token)

    def rerank(self, found: SearchResults, ctx: JobContext) -> SearchResults:
        """Read the best 20 results again together with the query, and order them by that."""
        if self._second_look is None:
            raise ModelMissingError(_NO_RERANKER, hint=_CHOOSE)
        return self._second_look.rerank(found, ctx)

    def browse(self, *, scope: PageFilter, token: Cancellation | None = None) -> SearchResults:
        """All pages that pass, newest file first, when nothing is asked."""
        started = time.perf_counter()
        _stop_if_cancelled(token)
        return self._listed(ParsedQuery(raw="", text=""), StoreQuery(filter=scope), started)

    def _by_words(self, question: Question, token: Cancellation | None) -> SearchResults:
        """Answer what has words.

        What a picture beside them shows takes the place of how the words look.
        """
        query = self._store_query(question, token)
        candidates = self._candidates(query, question.limit, token)
        weights, seen = self._weights, question.seen
        if question.ask.is_picture:
            weights = replace(weights, seen=SEEN_BY_PICTURE)
        evidence = fuse(
            candidates,
            query.look_weights,
            self._counts(candidates),
            seen=None if seen is None else self._sight(candidates, seen),
            weights=weights,
        )
        return Answer(self._store, question, candidates, evidence).results(token)

    def _candidates(self, query: StoreQuery, limit: int, token: Cancellation | None) -> Candidates:
        candidates = self._store.search(query, limit=max(CANDIDATES, 2 * limit))
        _stop_if_cancelled(token)
        return candidates

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
        shelf = ResultShelf(self._store, refs)
        results = tuple(shelf.plain(ref) for ref in refs)
        return SearchResults(
            query=parsed,
            results=results,
            facets=shelf.facets(refs),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def _store_query(self, question: Question, token: Cancellation | None) -> StoreQuery:
        learnt, weights, seen = self._learn(), self._weights, question.seen
        vector = self._encoder.embed_query(question.parsed.text, token=token)
        return StoreQuery(
            words=question.ask.words.query,
            vector=vector - learnt.mean,
            look_weights=weigh_looks(question.ask.looks, learnt.looks, vector, weights=weights),
            visual=None if seen is None else seen.as_visual(),
            view_weights=view_weights(weights),
            filter=question.page_filter,
        )

    def _sight(self, candidates: Candidates, seen: SeenQuery) -> Float32:
        """Return how clearly each page stands out; few candidates are all there are."""
        is_all = len(candidates) < CANDIDATES
        population = 0 if is_all else self._store.visual_counts().get(seen.model, 0)
        return sight(candidates, population, by_rows=seen.by_rows)

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


def _ask(parsed: ParsedQuery, *, is_picture: bool = False) -> Ask:
    return Ask(QueryWords(word_query(parsed)), named_looks(parsed.text), is_picture=is_picture)


def _looked_at(candidates: Candidates) -> Candidates:
    """Mark candidates so that they are not folded by meaning: nothing was asked of it."""
    return replace(candidates, told=np.zeros_like(candidates.told))


def _stop_if_cancelled(token: Cancellation | None) -> None:
    if token is not None:
        token.raise_if_cancelled()
