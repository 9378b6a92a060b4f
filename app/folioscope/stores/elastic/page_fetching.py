"""The pages that a search looks at closely: those it knows already, and the others fetched."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from folioscope.stores.elastic import proposing, scoring
from folioscope.stores.elastic.document_rows import DocumentRow
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.mapping import Json
from folioscope.stores.elastic.page_cache import KnownPage, PageShelf, Proposed, proposed_by
from folioscope.stores.elastic.page_codes import stamp_of
from folioscope.stores.elastic.page_documents import (
    FACT_FIELDS,
    UNREADABLE,
    FoundPage,
    found_page,
    ref_key,
)
from folioscope.stores.elastic.proposing import Plan, Proposals

Rows = Mapping[str, DocumentRow]


@dataclass(frozen=True, slots=True)
class PageFetcher:
    """Fetches pages of one search, which keeps them on ``shelf``."""

    library: ServerLibrary
    plan: Plan
    shelf: PageShelf

    def pages(self, proposals: Proposals) -> tuple[list[KnownPage], Rows]:
        """Return what was proposed, as its documents are now, and these documents."""
        proposed = {*proposals.pages, *self._resolved(proposals)}
        known = self._known(proposed)
        unknown = [one.key for one in proposed if one not in known]
        pages = [*known.values(), *self._fetched(unknown)]
        rows = self.library.documents.get({page.ref.document_id for page in pages})
        current = scoring.are_current(pages, rows)
        replaced = {page.ref for page in known.values()} - {page.ref for page in current}
        if replaced:  # meanwhile; of those that were fetched both versions came
            current += scoring.are_current(self._fetched(map(ref_key, replaced)), rows)
        return scoring.in_order(current), rows

    def _resolved(self, proposals: Proposals) -> Iterator[Proposed]:
        """Yield the versions of pages that were proposed by their look or their file's name."""
        told = {one.key for one in proposals.pages}
        keys = [key for key in proposals.seen if key not in told]
        searches = [*proposing.resolving(self.plan, keys)]
        if proposals.named:
            searches.append(proposing.of_named(self.plan, proposals.named))
        return (proposed_by(hit) for hit in self._hits(searches))

    def _known(self, proposed: Iterable[Proposed]) -> dict[Proposed, KnownPage]:
        query = self.plan.query
        return self.shelf.find(
            proposed, with_words=bool(query.words.terms), with_vectors=query.vector is not None
        )

    def _fetched(self, keys: Iterable[str]) -> list[KnownPage]:
        """Fetch pages, and keep them; with their vectors where codes are of other statistics."""
        with_words, asks = bool(self.plan.query.words.terms), self.plan.query.vector is not None
        fields = [*FACT_FIELDS, *(["words"] if with_words else [])]
        if not asks or not self.library.has_codes:
            found = self._read(keys, [*fields, *(["vectors"] if asks else [])])
        else:
            found = self._read(keys, fields, maybe="codes")
            stamp = stamp_of(self.shelf.statistics)
            behind = [one.key for one, page in found.items() if not _is_of(page, stamp)]
            found |= self._read(behind, [*fields, "vectors"])
        return list(self.shelf.take(found, with_words=with_words).values())

    def _read(
        self, keys: Iterable[str], fields: list[str], maybe: str = ""
    ) -> dict[Proposed, FoundPage]:
        asked = [*fields, maybe] if maybe else fields
        searches = proposing.resolving(self.plan, list(keys), fields=asked)
        pages = ((proposed_by(hit), _readable(hit, fields)) for hit in self._hits(list(searches)))
        return {one: page for one, page in pages if page is not None}

    def _hits(self, searches: list[Json]) -> Iterator[Any]:
        if not searches:
            return iter(())
        index = self.library.names.pages
        answers = self.library.connection.msearch([(index, search) for search in searches])
        return (hit for answer in answers for hit in answer["hits"]["hits"])


def _is_of(page: FoundPage, stamp: bytes) -> bool:
    return page.codes is not None and page.codes.stamp == stamp


def _readable(hit: Any, fields: Iterable[str]) -> FoundPage | None:
    """Read a page; one that is damaged is not found, and verify tells of it."""
    if not all(field in hit["fields"] for field in fields):
        return None
    try:
        return found_page(hit)
    except UNREADABLE:
        return None
