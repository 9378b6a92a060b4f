"""A second look: the best results are read again together with the query."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from folioscope.domain.embeddings import RerankPage
from folioscope.domain.encoders import Reranker
from folioscope.domain.errors import DocumentError, QueryError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Cancellation, DocumentReader, VectorStore
from folioscope.domain.results import Reason, ReasonKind, SearchResult, SearchResults
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.model_keeper import ModelKeeper
from folioscope.services.pacing import PaceKeeper
from folioscope.services.passwords import Passwords
from folioscope.services.present_files import present_path

MOST_PAGES = 20
READ_AGAIN = "Read again together with your words"
_RATE_WINDOW_S = 300.0
_WITH_PICTURE = "A second look needs words: it reads pages together with what you typed."


class SecondLook:
    """Orders results by a reranker. Safe from any thread."""

    def __init__(
        self,
        store: VectorStore,
        reader: DocumentReader,
        rerankers: ModelKeeper[Reranker],
        *,
        passwords: Passwords,
    ) -> None:
        self._store = store
        self._reader = reader
        self._rerankers = rerankers
        self._passwords = passwords

    def rerank(self, found: SearchResults, ctx: JobContext) -> SearchResults:
        """Return ``found`` with its best 20 results in the order of a second look.

        Where there is no good match, the closest pages are looked at. Raises Cancelled,
        ModelMissingError, and InferenceError; QueryError where nothing was typed.
        """
        if not found.query.text:
            raise QueryError(_WITH_PICTURE)
        shown = found.results or found.weaker
        first = shown[:MOST_PAGES]
        ctx.report(Progress(0, len(first)))
        with self._rerankers.lend() as reranker:
            scores = self._scores(reranker, found.query.text, [r.ref for r in first], ctx)
        order = sorted(range(len(first)), key=lambda number: -scores[number])
        again = (_read_again(first[number], scores[number]) for number in order)
        ordered = (*again, *shown[MOST_PAGES:])
        return replace(found, results=ordered) if found.results else replace(found, weaker=ordered)

    def _scores(
        self, reranker: Reranker, text: str, refs: Sequence[PageRef], ctx: JobContext
    ) -> list[float]:
        pace = PaceKeeper(window_s=_RATE_WINDOW_S)
        pace.expect(len(refs))
        pace.add(0)
        texts = {page.ref: page.text.plain for page in self._store.pages(refs)}
        scores: list[float] = []
        for ref in refs:
            ctx.token.checkpoint()
            page = self._page(ref, texts.get(ref, ""), reranker.needs.longest_px, ctx.token)
            scores.append(_score(reranker, text, page, ctx.token))
            pace.add(1)
            now = pace.pace()
            ctx.report(Progress(now.done, now.total, "", now.per_second, now.left_s))
        return scores

    def _page(self, ref: PageRef, text: str, longest_px: int, token: Cancellation) -> RerankPage:
        """Return a page that is rendered only where the reranker does not know it yet."""
        key = f"{ref.document_id}:{ref.page_index}:{longest_px}"
        path = present_path(self._store, ref.document_id)
        if not path:
            return RerankPage(key, None, text)
        load = partial(
            self._reader.picture,
            path,
            ref.page_index,
            longest_px=longest_px,
            password=self._passwords.of(ref.document_id),
            token=token,
        )
        return RerankPage(key, load, text)


def _score(reranker: Reranker, query: str, page: RerankPage, token: Cancellation) -> float:
    """Judge a page; one whose picture cannot be made is judged by its text."""
    try:
        return next(iter(reranker.scores(query, [page], token=token)))
    except DocumentError:
        return next(iter(reranker.scores(query, [replace(page, load=None)], token=token)))


def _read_again(result: SearchResult, score: float) -> SearchResult:
    known = [reason for reason in result.reasons if reason.text != READ_AGAIN]
    return replace(result, score=score, reasons=(*known, Reason(ReasonKind.MEANING, READ_AGAIN)))
