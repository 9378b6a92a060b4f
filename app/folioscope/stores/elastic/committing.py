"""Documents on their way in and out: staging, committing, hiding, removing."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from folioscope.domain.documents import Document
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRecord, PageRef, TextSource
from folioscope.stores.elastic.bulk import BulkAction, Write
from folioscope.stores.elastic.document_rows import DocumentRow, Known, without_staged
from folioscope.stores.elastic.file_rows import FileFacts
from folioscope.stores.elastic.kept_statistics import KeptStatistics
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.mapping import Json
from folioscope.stores.elastic.page_documents import page_id, page_sources, ref_of_key
from folioscope.stores.elastic.visuals import ServerVisuals

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, eq=False)
class _UnderWay:
    """Pages of a document that this machine has staged, and the document as it is known.

    ``waiting``: whether each page waits for OCR, None where another process staged some too.
    """

    generation: str
    known: Known
    waiting: dict[int, bool] | None


class Committing:
    """Writes documents and their pages; the caller lets one thread in at a time."""

    def __init__(
        self, library: ServerLibrary, statistics: KeptStatistics, visuals: ServerVisuals
    ) -> None:
        self._library = library
        self._statistics = statistics
        self._visuals = visuals
        self._under_way: dict[str, _UnderWay] = {}

    # staging

    def staged(self, document_id: str) -> frozenset[int]:
        """Return which pages this machine has staged."""
        own = self._staged_generation(document_id)
        return frozenset(self._indices(own)) if own else frozenset()

    def stage(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        """Keep pages of a document under way."""
        self._library.take_dim(pages)
        before, ours = self._under_way.pop(document_id, None), self._begin(document_id)
        if before is not None and before.generation == ours.generation:
            ours = replace(ours, waiting=before.waiting)
        last = list({page.ref: page for page in pages}.values())
        self._write(last, [ours.generation] * len(last))
        if ours.waiting is not None:
            is_waiting = {p.ref.page_index: p.text_source is TextSource.WAITING for p in last}
            ours.waiting.update(is_waiting)
        self._under_way[document_id] = ours

    def _write(self, pages: Sequence[PageRecord], generations: Sequence[str]) -> None:
        index = self._library.names.pages
        sources = page_sources(pages, generations, self._statistics.current())
        self._library.connection.bulk(BulkAction(index, key, source) for key, source in sources)
        self._library.wrote(index)

    def _begin(self, document_id: str) -> _UnderWay:
        machine, made = self._library.machine, uuid.uuid4().hex[:16]

        def begun(row: DocumentRow | None) -> DocumentRow:
            known = row or DocumentRow(document_id)
            if known.staged_by(machine):
                return known
            return replace(known, staged=tuple(sorted((*known.staged, (machine, made)))))

        known = self._library.documents.change(document_id, begun)
        self._library.wrote(self._library.names.documents)
        generation = known.row.staged_by(machine) if known.row else made
        return _UnderWay(generation, known, {} if generation == made else None)

    def _staged_generation(self, document_id: str) -> str:
        row = self._library.documents.get([document_id]).get(document_id)
        return row.staged_by(self._library.machine) if row else ""

    def discard(self, document_id: str) -> None:
        """Forget the pages this machine has staged."""
        machine = self._library.machine
        self._under_way.pop(document_id, None)
        if not self._staged_generation(document_id):
            return

        def without(row: DocumentRow | None) -> DocumentRow | None:
            return None if row is None else without_staged(row, machine, is_dead=True)

        self._library.documents.change(document_id, without)
        self._library.wrote(self._library.names.documents)
        self.purge([document_id])

    # committing

    def commit(self, document: Document) -> int:
        """Make a document appear with what this machine has staged of it; returns its pages."""
        library, document_id = self._library, document.document_id
        ours = self._under_way.pop(document_id, None) or self._found(document_id)
        figures = self._figures_of(ours) if ours.generation else None
        files = library.files.facts_of([document_id])[document_id]

        def committed(row: DocumentRow | None) -> DocumentRow:
            known = _with_files(row or DocumentRow(document_id), files)
            if figures is not None and known.staged_by(library.machine) == ours.generation:
                old = (known.generation,) if known.generation else ()
                known = without_staged(known, library.machine, is_dead=False)
                known = replace(
                    known, generation=ours.generation, dead=(*known.dead, *old),
                    pages=figures[0], waiting=figures[1],
                )  # fmt: skip
            return replace(known, document=document)

        row = library.documents.change(document_id, committed, known=ours.known).row
        library.wrote(library.names.documents)
        if row is not None and row.dead:
            if ours.generation:
                self._visuals.keep_pages(document_id, self._indices(ours.generation))
            self.purge([document_id])
        return row.pages if row is not None else 0

    def _found(self, document_id: str) -> _UnderWay:
        """Return what this machine has under way, begun perhaps by a process that is gone."""
        known = self._library.documents.read(document_id)
        generation = known.row.staged_by(self._library.machine) if known.row else ""
        return _UnderWay(generation, known, None)

    def _figures_of(self, ours: _UnderWay) -> tuple[int, int]:
        """Count what is under way, and let searches see all of it, so that it appears together."""
        if ours.waiting is None:
            return self._figures(ours.generation)
        self._library.settle(self._library.names.pages)
        return len(ours.waiting), sum(ours.waiting.values())

    def _figures(self, generation: str) -> tuple[int, int]:
        """Count the pages of a generation, and those that wait for OCR; searches see all now."""
        library = self._library
        library.settle(library.names.pages)
        waiting = {"waiting": {"filter": {"term": {"source": TextSource.WAITING.value}}}}
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": {"term": {"generation": generation}},
            "aggs": waiting,
        }
        answer = library.connection.search(body, library.names.pages)
        found = answer["aggregations"]["waiting"]["doc_count"]
        return int(answer["hits"]["total"]["value"]), int(found)

    def _indices(self, generation: str) -> set[int]:
        query: Json = {"term": {"generation": generation}}
        hits = self._library.scan_pages(query, fields=["page_index"], at_once=_AT_ONCE)
        return {int(hit["fields"]["page_index"][0]) for hit in hits}

    def purge(self, ids: Iterable[str]) -> None:
        """Delete the pages of replaced generations; one that is killed is done again later."""
        library = self._library
        for document_id in ids:
            row = library.documents.get([document_id]).get(document_id)
            if row is None or not row.dead:
                continue
            self._delete_pages([{"terms": {"generation": list(row.dead)}}])

            def purged(now: DocumentRow | None, gone: tuple[str, ...] = row.dead) -> Any:
                if now is None:
                    return None
                left = replace(now, dead=tuple(g for g in now.dead if g not in gone))
                return None if left.is_nothing else left

            library.documents.change(document_id, purged)
            library.wrote(library.names.documents)

    def _delete_pages(self, clauses: Sequence[Json]) -> None:
        library, index = self._library, self._library.names.pages
        query = {"bool": {"filter": list(clauses)}}
        hits = library.scan_pages(query, fields=["ref", "generation"], at_once=_AT_ONCE)
        fields = (hit["fields"] for hit in hits)
        keys = (page_id(ref_of_key(f["ref"][0]), f["generation"][0]) for f in fields)
        library.connection.bulk(BulkAction(index, key, write=Write.DELETE) for key in keys)
        library.wrote(index)

    # files

    def relink(self, ids: Iterable[str]) -> dict[str, FileFacts]:
        """Bring documents in line with their files after these changed; returns what they have."""
        library = self._library
        library.settle(library.names.files)
        wanted = set(ids) - {""}
        known = library.documents.get(wanted)
        facts = library.files.facts_of(known)
        for document_id, files in facts.items():
            self._relink(document_id, files)
        return facts

    def _relink(self, document_id: str, files: FileFacts) -> None:
        def linked(row: DocumentRow | None) -> DocumentRow | None:
            return None if row is None else _with_files(row, files)

        self._library.documents.change(document_id, linked)
        self._library.wrote(self._library.names.documents)

    # replacing and removing

    def replace_pages(self, pages: Sequence[PageRecord]) -> None:
        """Write pages in the place of those that are there; StoreError where one is gone.

        Nothing is written unless all are there. A process that is killed while it writes leaves
        some replaced and others not, each of them whole; the caller then repeats it.
        """
        library = self._library
        library.take_dim(pages)
        rows = library.documents.get({page.ref.document_id for page in pages})
        ids = {page.ref: _place(page.ref, rows) for page in pages}
        index = library.names.pages
        found = library.connection.get_many(index, list(ids.values()), source=False)
        if "" in ids.values() or len(found) < len(ids):
            raise StoreError("A page to be replaced is no longer in the library.")
        last = list({page.ref: page for page in pages}.values())
        self._write(last, [rows[page.ref.document_id].generation for page in last])
        for document_id, row in rows.items():
            self._recount(document_id, row.generation)

    def _recount(self, document_id: str, generation: str) -> None:
        """Count again what waits for OCR; the document changes even where that does not."""
        pages, waiting = self._figures(generation)

        def counted(row: DocumentRow | None) -> DocumentRow | None:
            if row is None or row.generation != generation:
                return row
            return replace(row, pages=pages, waiting=waiting, edits=row.edits + 1)

        self._library.documents.change(document_id, counted)
        self._library.wrote(self._library.names.documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Forget documents with their pages and looks: first from sight, then for good."""
        library = self._library
        gone = list(library.documents.get(ids))
        for document_id in gone:
            library.documents.change(document_id, _dead)
            library.wrote(library.names.documents)
        self._visuals.remove_documents(gone)
        self.purge(gone)


def _dead(row: DocumentRow | None) -> DocumentRow | None:
    """Leave of a document only what is to be deleted."""
    if row is None:
        return None
    generations = (row.generation, *(own for _, own in row.staged), *row.dead)
    dead = tuple(dict.fromkeys(filter(None, generations)))
    return DocumentRow(row.document_id, dead=dead) if dead else None


def _with_files(row: DocumentRow, files: FileFacts) -> DocumentRow:
    """Hide a document that had files and has none, show one that has some again."""
    had_files = row.has_files or row.is_hidden
    return replace(
        row,
        is_hidden=had_files and not files.count,
        has_files=bool(files.count),
        newest_ns=files.newest_ns,
        names=files.names,
    )


def _place(ref: PageRef, rows: dict[str, DocumentRow]) -> str:
    row = rows.get(ref.document_id)
    return page_id(ref, row.generation) if row is not None and row.generation else ""
