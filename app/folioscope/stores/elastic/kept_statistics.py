"""A library's statistics, kept with its indices.

Scores are computed by us from vectors as the encoder gave them, so statistics made anew hold for
all pages at once. The whitened vectors by which the server proposes pages follow behind:
``rewrite`` brings up to date whichever are not, and goes on where it was killed.

They are made anew by themselves while a library is small, each time that it has doubled, as in
a local library; from then on they stay as they are until somebody asks.
"""

import itertools
import threading
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from folioscope.domain.pages import LOOK_COUNT
from folioscope.domain.protocols import Cancellation
from folioscope.stores.elastic import filters
from folioscope.stores.elastic.bulk import BulkAction, Write
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.mapping import Json
from folioscope.stores.elastic.page_documents import (
    FACT_FIELDS,
    UNREADABLE,
    FoundPage,
    decoded,
    encoded,
    found_page,
    page_sources,
    record_of,
)
from folioscope.stores.statistics import (
    UNREADABLE_STATISTICS,
    LibraryStatistics,
    MomentSum,
    carried_statistics,
    default_statistics,
    is_due,
    make_statistics,
    unpack_statistics,
)
from folioscope.stores.views import VectorBatch

SMALL = 4096  # pages up to which statistics are made anew by themselves
_ID = "statistics"
_BEHIND = "rewriting"  # names the version that pages are being whitened by
_FEWEST = 16  # pages that statistics are taken to be of, at least
_AT_ONCE = 500
_ATTEMPTS = 3  # to read statistics that are being replaced


class KeptStatistics:
    """What whitens vectors and ranks looks. Safe from any thread."""

    def __init__(self, library: ServerLibrary) -> None:
        self._library = library
        self._lock = threading.RLock()
        self._known: LibraryStatistics | None = None
        self._made_at = ""
        self._blob = ""  # the document that holds them
        self.is_lost = False  # there are some, and they cannot be read
        self._until_due = 0  # pages to be added here before they are counted

    def load(self) -> bool:
        """Read what others may have made anew; True when it is another than was known.

        Statistics that cannot be read are as none: pages are still found, if less well.
        """
        with self._lock:
            before, self.is_lost = self._blob, False
            for _ in range(_ATTEMPTS):
                told = self._fetched(_ID)
                if told is None:
                    self._forget()
                    return bool(before)
                self._made_at = told["facts"]
                if told["kind"] == before:
                    return False
                if (blob := self._fetched(told["kind"])) is not None:
                    return self._take(told, blob)
            return self._lose()

    def _take(self, told: Json, blob: Json) -> bool:
        try:
            known = unpack_statistics(decoded(blob["data"]), version=int(told["version"]))
        except UNREADABLE_STATISTICS:
            return self._lose()
        self._known, self._blob = known, told["kind"]
        return True

    def _lose(self) -> bool:
        self._forget()
        self.is_lost = True
        return True

    def _forget(self) -> None:
        self._known, self._made_at, self._blob = None, "", ""

    def _fetched(self, name: str) -> Json | None:
        index = self._library.names.documents
        found = self._library.connection.get_many(index, [name]).get(name)
        return found.source if found is not None else None

    def current(self) -> LibraryStatistics:
        """Return the statistics; those shipped with Folioscope before the library has its own."""
        known = self._known
        return known if known is not None else _shipped(self._library.dim or 1)

    @property
    def pages(self) -> int:
        """Of how many pages they were made."""
        return self._known.pages if self._known is not None else 0

    def is_stale(self) -> bool:
        """Whether any document came, went or changed since they were made."""
        return self._library.signature() != self._made_at

    def note_growth(self, pages: int) -> None:
        """Take note that pages were added."""
        self._until_due -= pages

    @property
    def may_be_due(self) -> bool:
        """Whether enough pages were added from here to count what there is."""
        return self.pages < SMALL and self._until_due <= 0

    def is_due(self, pages: int) -> bool:
        """Whether a library of so many pages makes them anew by itself."""
        self._until_due = 2 * max(self.pages, _FEWEST) - pages
        return self.pages < SMALL and is_due(self.pages, pages=pages)

    def renew(self, token: Cancellation | None = None) -> None:
        """Make statistics and whiten all pages by them; goes on with what was interrupted."""
        connection, index = self._library.connection, self._library.names.documents
        found = connection.get_many(index, [_BEHIND]).get(_BEHIND)
        if found is None or found.source["version"] != self.current().version:
            version = self.current().version + 1
            connection.put(index, _BEHIND, {"what": _BEHIND, "version": version})
            self.refresh(token)
        self.rewrite(token)
        connection.bulk([BulkAction(index, _BEHIND, write=Write.DELETE)])

    def refresh(self, token: Cancellation | None = None) -> None:
        """Make statistics of all pages that can be found, if there are any."""
        library = self._library
        made_at, dim = library.signature(), library.dim
        if not dim:
            return
        sums = (MomentSum(dim), MomentSum(dim), MomentSum(dim))
        looks = [np.zeros((0, LOOK_COUNT), np.float32)]
        for pages in self._pages(token):
            batch = VectorBatch.of([page.vectors for page in pages if page.vectors], dim)
            sums[0].add(batch.page[batch.has_page])
            sums[1].add(batch.regions)
            sums[2].add(batch.title)
            looks.append(np.array([page.facts.looks for page in pages], np.float32))
        ranked = np.concatenate(looks)
        if len(ranked):
            version = self.current().version + 1
            self._put(make_statistics(sums, ranked, version=version, dim=dim), made_at)

    def packed(self) -> bytes | None:
        """Return the library's own statistics, None while the shipped ones serve."""
        known = self._known
        return None if known is None else known.packed()

    def carry(self, packed: bytes) -> None:
        """Take the statistics of another store for all pages that are there by now.

        Those that the library has already are only marked as fresh.
        """
        made_at, dim = self._library.signature(), self._library.dim or None
        known = self._known
        if known is None or known.packed() != packed:
            version = self.current().version + 1
            known = carried_statistics(packed, version=version, dim=dim)
        self._put(known, made_at)

    def _pages(self, token: Cancellation | None) -> Iterator[list[FoundPage]]:
        library = self._library
        library.settle()
        query: Json = {"bool": {"filter": filters.alive(library.unlisted())}}
        hits = library.scan_pages(query, fields=[*FACT_FIELDS, "vectors"], at_once=_AT_ONCE)
        while part := list(itertools.islice(hits, _AT_ONCE)):
            if token is not None:
                token.raise_if_cancelled()
            yield [page for hit in part if (page := _readable(hit)) is not None]

    def _put(self, made: LibraryStatistics, made_at: str) -> None:
        """Keep statistics: the bulk by itself, so that a glance at the version is cheap."""
        connection, index = self._library.connection, self._library.names.documents
        blob, old = f"{_ID}-{uuid.uuid4().hex[:16]}", self._blob
        connection.put(index, blob, {"what": _ID, "data": encoded(made.packed())})
        told = {"version": made.version, "pages": made.pages, "facts": made_at, "kind": blob}
        connection.put(index, _ID, {"what": _ID, **told})
        with self._lock:
            self._known, self._made_at, self._blob = made, made_at, blob
            self.is_lost = False
        if old:
            connection.bulk([BulkAction(index, old, write=Write.DELETE)])

    def rewrite(self, token: Cancellation | None = None) -> int:
        """Whiten anew what the server proposes pages by; returns how many were behind.

        A page that somebody replaces meanwhile is left as they write it.
        """
        library, statistics = self._library, self.current()
        behind = {"bool": {"must_not": [{"term": {"whitened": statistics.version}}]}}
        fields = [*FACT_FIELDS, "vectors"]
        body = {"docvalue_fields": fields, "seq_no_primary_term": True}
        library.settle()
        index, done = library.names.pages, 0
        hits = library.connection.scan(index, behind, fields=body, at_once=_AT_ONCE)
        while part := list(itertools.islice(hits, _AT_ONCE)):
            if token is not None:
                token.raise_if_cancelled()
            report = library.connection.bulk(_rewritten(index, part, statistics), token=token)
            library.wrote(index)
            done += report.written
        return done


@lru_cache(maxsize=4)
def _shipped(dim: int) -> LibraryStatistics:
    """Return what a library starts from, made once: it takes longer than a search."""
    return default_statistics(dim)


def _rewritten(
    index: str, hits: Iterable[Any], statistics: LibraryStatistics
) -> Iterator[BulkAction]:
    whole = []
    for hit in hits:
        try:
            whole.append((record_of(hit), hit))
        except UNREADABLE:
            continue
    records = [record for record, _ in whole]
    generations = [hit["fields"]["generation"][0] for _, hit in whole]
    sources = page_sources(records, generations, statistics)
    for (key, source), (_, hit) in zip(sources, whole, strict=True):
        version = {"if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
        yield BulkAction(index, key, source, **version)


def _readable(hit: Any) -> FoundPage | None:
    try:
        return found_page(hit)
    except UNREADABLE:
        return None
