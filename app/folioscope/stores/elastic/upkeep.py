"""Looking after a library on a server: figures, checks, and giving back room."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from folioscope.domain.documents import FileState
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef, TextSource
from folioscope.domain.protocols import (
    Cancellation,
    Health,
    PageCount,
    StoreStats,
    VerifyReport,
)
from folioscope.stores.elastic import filters
from folioscope.stores.elastic.committing import Committing
from folioscope.stores.elastic.document_rows import (
    DocumentRow,
    RowState,
    is_document,
    shown,
)
from folioscope.stores.elastic.kept_statistics import SMALL, KeptStatistics
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.mapping import Json
from folioscope.stores.elastic.page_documents import (
    FACT_FIELDS,
    UNREADABLE,
    found_page,
    record_of,
    ref_of_key,
)
from folioscope.stores.elastic.visuals import ServerVisuals

_AT_ONCE = 200
_DEAD_SHARE = 0.2  # of deleted documents in the index, from which on merging pays


class Upkeep:
    """Counts, verifies, repairs and compacts."""

    def __init__(
        self,
        library: ServerLibrary,
        statistics: KeptStatistics,
        visuals: ServerVisuals,
        committing: Committing,
    ) -> None:
        self._library = library
        self._statistics = statistics
        self._visuals = visuals
        self._committing = committing

    # figures

    def stats(self) -> StoreStats:
        """Count documents, pages, files of this machine, and bytes of all indices."""
        library = self._library
        library.settle()
        sums: Json = {name: {"sum": {"field": name}} for name in ("pages", "waiting")}
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": is_document(shown()),
            "aggs": sums,
        }
        answer = library.connection.search(body, library.names.documents)
        found = answer["aggregations"]
        disk, live = self._bytes()
        return StoreStats(
            documents=answer["hits"]["total"]["value"],
            pages=int(found["pages"]["value"]),
            files=library.files.count(),
            disk_bytes=disk,
            live_bytes=live,
            pages_waiting_for_ocr=int(found["waiting"]["value"]),
            other_machines=library.files.other_machines(),
        )

    def pages(self) -> int:
        """Count the pages that can be found."""
        library = self._library
        library.settle(library.names.documents)
        sums: Json = {"pages": {"sum": {"field": "pages"}}}
        body = {"size": 0, "query": is_document(shown()), "aggs": sums}
        answer = library.connection.search(body, library.names.documents)
        return int(answer["aggregations"]["pages"]["value"])

    def _bytes(self) -> tuple[int, int]:
        """Return the bytes on disk, and without what is deleted; 0 where we may not know."""
        library = self._library
        path = f"/{library.names.prefix}-*/_stats/store,docs"
        wanted = "_all.total.store.size_in_bytes,_all.total.docs"
        try:
            said = library.connection.read("GET", path, params={"filter_path": wanted})
            total = said["_all"]["total"]
        except (StoreError, KeyError):
            return 0, 0
        size, docs = total["store"]["size_in_bytes"], total["docs"]
        kept = docs["count"] / max(1, docs["count"] + docs["deleted"])
        return size, int(size * kept)

    def page_counts(self) -> list[PageCount]:
        """Count the pages of each folder of this machine; copies within it count once."""
        files = self._library.files.listed()
        rows = self._library.documents.get({file.document_id for file in files} - {""})
        pages = {document_id: row.pages for document_id, row in rows.items() if row.is_shown}
        counts = []
        for folder in sorted({file.folder for file in files}):
            own = [file for file in files if file.folder == folder]
            ids = {file.document_id for file in own}
            total = sum(pages.get(document_id, 0) for document_id in ids)
            counts.append(PageCount(folder, total, len(own), all(f.is_away for f in own)))
        return counts

    def waiting_for_ocr(self, *, limit: int) -> list[PageRef]:
        """List pages that OCR has still to read, fewest-page documents first."""
        library = self._library
        library.settle()
        query = {"bool": {"filter": [shown(), {"range": {"waiting": {"gt": 0}}}]}}
        order = [{"pages": "asc"}, {"document_id": "asc"}]
        found: list[PageRef] = []
        rows = library.documents.find(query=query, sort=order, limit=min(limit, 5000))
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            found += self._waiting_of(part)
            if len(found) >= limit:
                break
        return found[:limit]

    def _waiting_of(self, rows: list[DocumentRow]) -> Iterator[PageRef]:
        waits: Json = {"term": {"source": TextSource.WAITING.value}}
        generations: Json = {"terms": {"generation": [row.generation for row in rows]}}
        query = {"bool": {"filter": [waits, generations]}}
        hits = self._library.scan_pages(query, fields=["ref"], at_once=5000)
        by_document: dict[str, list[PageRef]] = {}
        for hit in hits:
            ref = ref_of_key(hit["fields"]["ref"][0])
            by_document.setdefault(ref.document_id, []).append(ref)
        for row in rows:
            yield from sorted(by_document.get(row.document_id, ()))

    # checking

    def verify(self, token: Cancellation | None = None) -> VerifyReport:
        """Read every page and tell which documents lack any, or hold what cannot be read."""
        library = self._library
        library.settle()
        sound: Counter[str] = Counter()
        checked = 0
        fields = [*FACT_FIELDS, "words", "vectors"]
        alive: Json = {"bool": {"filter": filters.alive(library.unlisted())}}
        rows = {row.document_id: row for row in library.documents.find(query=shown())}
        for hit in library.scan_pages(alive, fields=fields, source=True, at_once=_AT_ONCE):
            if token is not None:
                token.raise_if_cancelled()
            document_id = _owner(hit)
            if document_id in rows:
                checked += 1
                sound[document_id] += _is_whole(hit)
        damaged = tuple(sorted(d for d, row in rows.items() if sound[d] != row.pages))
        lost = sum(rows[d].pages - sound[d] for d in damaged)
        return _report(checked, damaged, lost, is_statistics_lost=self._statistics.is_lost)

    def repair(self, token: Cancellation | None = None) -> VerifyReport:
        """Remove damaged documents; their files, on all machines, wait to be read again."""
        found = self.verify(token)
        if self._statistics.is_lost:
            self._statistics.renew(token)
        if found.damaged:
            library = self._library
            self._committing.remove(found.damaged)
            library.settle(library.names.files)
            library.files.wait_again(found.damaged)
            library.wrote(library.names.files)
        return found

    # room

    def is_due(self) -> bool:
        """Whether something is to be deleted, or a small library's statistics are out of date."""
        library = self._library
        library.settle()
        if self._unneeded(limit=1):
            return True
        return 0 < self.pages() <= SMALL and self._statistics.is_stale()

    def compact(self, token: Cancellation | None = None) -> None:
        """Delete what nobody can find any more, and bring statistics up to date."""
        library = self._library
        library.settle()
        for row in self._unneeded(limit=None):
            if token is not None:
                token.raise_if_cancelled()
            if row.state is RowState.HIDDEN:
                self._committing.remove([row.document_id])
            else:
                self._committing.purge([row.document_id])
        self._forget_looks()
        library.tidy()
        library.settle()
        if 0 < self.pages() <= SMALL and self._statistics.is_stale():
            self._statistics.refresh(token)
            self._statistics.rewrite(token)
        self._merge(token)

    def _unneeded(self, *, limit: int | None) -> list[DocumentRow]:
        """Return documents that are hidden, or of which pages are to be deleted."""
        rows = self._library.documents.find(query={"exists": {"field": "unlisted"}}, limit=None)
        needless = [r for r in rows if r.state is RowState.HIDDEN or r.dead]
        return needless[:limit]

    def _forget_looks(self) -> None:
        """Forget looks of documents that are gone, unless files wait that may need them."""
        library = self._library
        waiting = library.files.has_any(FileState.WAITING)
        if waiting or not self._visuals.models():
            return
        rows = library.documents.find(query=filters.EVERYTHING)
        self._visuals.keep_documents({row.document_id for row in rows})

    def _merge(self, token: Cancellation | None) -> None:
        disk, live = self._bytes()
        if disk and live < (1 - _DEAD_SHARE) * disk:
            self._library.connection.merge(self._library.names.pages, token=token)


def _owner(hit: Any) -> str:
    try:
        return ref_of_key(hit["fields"]["ref"][0]).document_id
    except UNREADABLE:
        return ""


def _is_whole(hit: Any) -> bool:
    try:
        record, page = record_of(hit), found_page(hit)
    except UNREADABLE:
        return False
    vectors = page.vectors
    if vectors is None or not np.isfinite(vectors.title).all():
        return False
    return len(page.words) == page.facts.length and record.ref == page.ref


def _report(
    checked: int, damaged: tuple[str, ...], lost: int, *, is_statistics_lost: bool
) -> VerifyReport:
    messages = []
    if damaged:
        messages.append(f"{lost} pages of {len(damaged)} documents cannot be read.")
    if is_statistics_lost:
        messages.append("The library's statistics cannot be read.")
    health = Health.DAMAGED if messages else Health.SOUND
    return VerifyReport(health, checked, damaged, tuple(messages))
