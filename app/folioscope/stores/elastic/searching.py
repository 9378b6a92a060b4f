"""A search: proposals in one round trip, what scores need of them in another."""

from collections.abc import Iterator, Sequence
from typing import Any

from folioscope.domain.pages import PageRef
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.stores.elastic import filters, proposing, scoring
from folioscope.stores.elastic.document_rows import DocumentRow, is_document, shown
from folioscope.stores.elastic.errors import DeniedError, MissingIndexError, RefusedError
from folioscope.stores.elastic.kept_statistics import KeptStatistics
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.mapping import UNSTORED, Json
from folioscope.stores.elastic.page_cache import PageCache, proposed_by
from folioscope.stores.elastic.page_documents import ref_of_key
from folioscope.stores.elastic.page_fetching import PageFetcher
from folioscope.stores.elastic.proposing import MOST, Plan, Proposals
from folioscope.stores.elastic.visuals import ServerVisuals

_ATTEMPTS = 3  # while others commit documents
_ALLOWED = 10_000  # pages that a search by look may be told by name
_LISTED_AT_ONCE = 500  # documents whose pages are listed together


class ServerSearch:
    """Searches a library on a server. Safe from any thread."""

    def __init__(
        self, library: ServerLibrary, statistics: KeptStatistics, visuals: ServerVisuals
    ) -> None:
        self._library = library
        self._statistics = statistics
        self._visuals = visuals
        self._cache = PageCache()

    def find(self, query: StoreQuery, *, limit: int) -> Candidates:
        """Propose up to ``limit`` pages for each kind of evidence, every column filled."""
        try:
            return self._found(query, limit)
        except MissingIndexError:
            if query.visual is None:
                raise
            self._visuals.forget()  # another machine has forgotten the model
            return self._found(query, limit)
        except (RefusedError, DeniedError):  # the licence may have ended
            if query.visual is None or not self._visuals.leave_ranks(query.visual):
                raise
            return self._found(query, limit)

    def _found(self, query: StoreQuery, limit: int) -> Candidates:
        library = self._library
        library.settle()
        for _ in range(_ATTEMPTS):
            plan = self._plan(query, limit)
            proposals = self._proposed(plan)
            if library.note_unlisted(proposals.unlisted):
                break
        shelf = self._cache.shelf(self._statistics.current())
        pages, rows = PageFetcher(library, plan, shelf).pages(proposals)
        looks = self._visuals.candidates(query.visual, [page.ref for page in pages])
        return scoring.score(
            query,
            pages,
            rows,
            limit=limit,
            corpus=proposals.corpus,
            statistics=shelf.statistics,
            vocabulary=shelf.vocabulary,
            visuals=looks,
        )

    def _plan(self, query: StoreQuery, limit: int) -> Plan:
        library = self._library
        mask = filters.masking(query, library.documents, library.files)
        return Plan(query, limit, library.unlisted(), mask)

    def _proposed(self, plan: Plan) -> Proposals:
        names, query = self._library.names, plan.query
        has_vectors = self._library.dim > 0
        statistics = self._statistics.current()
        own = proposing.page_searches(plan, statistics, has_vectors=has_vectors)
        searches: list[tuple[str, Json]] = [
            (names.pages, proposing.counting(query.words, plan.unlisted)),
            (names.documents, proposing.naming(query.words, limit=plan.limit)),
            (names.documents, self._library.unlisted_query()),
            *((names.pages, search) for search in own),
        ]
        index = self._visuals.index_of(query.visual) if query.visual is not None else None
        if query.visual is not None and index is not None:
            allowed = self._allowed(plan)
            is_ranked = self._visuals.is_ranked(query.visual)
            search = proposing.visual_search(
                plan, query.visual, allowed=allowed, is_ranked=is_ranked
            )
            searches.append((index, search))
        counted, named, unlisted, *found = self._library.connection.msearch(searches)
        pages, seen = found[: len(own)], found[len(own) :]
        return Proposals(
            corpus=proposing.corpus_of(query.words, counted, named),
            pages=frozenset(proposed_by(hit) for one in pages for hit in one["hits"]["hits"]),
            seen=tuple(_values(seen, "ref")),
            named=list(_values([named], "document_id")),
            unlisted=self._library.unlisted_of(unlisted),
        )

    def _allowed(self, plan: Plan) -> list[str] | None:
        """Return which pages pass what only their text can tell; None for all, or too many."""
        if not plan.allowed.texts:
            return None
        body = {"query": {"bool": {"filter": plan.mask}}, "size": _ALLOWED, **proposing.PLACES}
        answer = self._library.connection.search(body, self._library.names.pages)
        refs = list(_values([answer], "ref"))
        return refs if len(refs) < _ALLOWED else None

    # listing

    def refs(self, query: StoreQuery, *, limit: int | None) -> list[PageRef]:
        """List the pages that pass, newest file first, then by document and page."""
        library = self._library
        library.settle()
        library.forget()
        plan = self._plan(query, 0)
        if plan.allowed.texts:
            return self._sorted_refs(plan, limit)[:limit]
        found: list[PageRef] = []
        for ids in self._documents_in_order(plan, limit):
            found += self._refs_of(plan, ids)
            if limit is not None and len(found) >= limit:
                break
        return found[:limit]

    def without_visual(self, model: str, *, limit: int) -> list[PageRef]:
        """List pages that have no vectors of a visual model, newest file first."""
        self._library.settle()
        plan = self._plan(StoreQuery(), 0)
        seen, found = self._visuals.by_document(model), []
        for ids in self._documents_in_order(plan, None):
            rows = self._library.documents.get(ids)
            lacking = [i for i in ids if i in rows and seen.get(i, 0) < rows[i].pages]
            if lacking:
                found += self._visuals.without(model, self._refs_of(plan, lacking))
            if len(found) >= limit:
                break
        return found[:limit]

    def visual_counts(self) -> dict[str, int]:
        """Count the pages that can be found and have vectors, by visual model."""
        models = self._visuals.models()
        if not models:
            return {}
        self._library.settle()
        plan = self._plan(StoreQuery(), 0)
        there = {i for ids in self._documents_in_order(plan, None) for i in ids}
        counts = {}
        for model in models:
            seen = self._visuals.by_document(model).items()
            if count := sum(n for document_id, n in seen if document_id in there):
                counts[model] = count
        return counts

    def _documents_in_order(self, plan: Plan, limit: int | None) -> Iterator[list[str]]:
        """Yield documents that can be found in groups, newest file first."""
        asked = [shown(), *plan.allowed.documents]
        order = [{"newest_ns": "desc"}, {"document_id": "asc"}]
        at_once = _LISTED_AT_ONCE if limit is None else min(_LISTED_AT_ONCE, max(1, limit))
        after: Json = {}
        while True:
            body = {
                "query": is_document({"bool": {"filter": asked}}),
                "size": at_once,
                "sort": order,
                **UNSTORED,
                "docvalue_fields": ["document_id"],
                **after,
            }
            found = self._library.connection.search(body, self._library.names.documents)
            hits = found["hits"]["hits"]
            if hits:
                yield [hit["fields"]["document_id"][0] for hit in hits]
            if len(hits) < at_once:
                return
            after = {"search_after": hits[-1]["sort"]}

    def _refs_of(self, plan: Plan, documents: Sequence[str]) -> list[PageRef]:
        rows = self._library.documents.get(documents)
        by_document: dict[str, list[PageRef]] = {}
        for ref, generation in self._places([*plan.mask, filters.any_document(documents)]):
            if _is_current(rows.get(ref.document_id), generation):
                by_document.setdefault(ref.document_id, []).append(ref)
        return [ref for d in documents for ref in sorted(by_document.get(d, ()))]

    def _sorted_refs(self, plan: Plan, limit: int | None) -> list[PageRef]:
        """List pages with certain text; of very many only some are looked at, where limited."""
        places = self._places(plan.mask, None if limit is None else max(MOST, limit))
        rows = self._library.documents.get({ref.document_id for ref, _ in places})
        known = [ref for ref, own in places if _is_current(rows.get(ref.document_id), own)]
        return sorted(known, key=lambda ref: (-rows[ref.document_id].newest_ns, ref))

    def _places(self, mask: Sequence[Json], limit: int | None = None) -> list[tuple[PageRef, str]]:
        """Return pages and of which generation they are."""
        query, wanted = {"bool": {"filter": list(mask)}}, ["ref", "generation"]
        hits: Any = ()
        if limit is None:
            hits = self._library.scan_pages(query, fields=wanted, at_once=MOST)
        else:
            body = {"query": query, "size": min(limit, MOST), **proposing.PLACES}
            body["docvalue_fields"] = wanted
            hits = self._library.connection.search(body, self._library.names.pages)["hits"]["hits"]
        fields = (hit["fields"] for hit in hits)
        return [(ref_of_key(f["ref"][0]), f["generation"][0]) for f in fields]


def _is_current(row: DocumentRow | None, generation: str) -> bool:
    return row is not None and row.is_shown and row.generation == generation


def _values(answers: Sequence[Any], name: str) -> Any:
    return (hit["fields"][name][0] for answer in answers for hit in answer["hits"]["hits"])
