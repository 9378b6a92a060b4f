"""Vectors of visual models on the server: an index a model.

A page's vector is searched by the server; its late-interaction rows are one opaque field, pooled
and coded as in a local library, and only those of the best candidates are fetched. Of a model that
makes rows alone, the server searches the rows of pages for each row of the query. Where its licence
lets the server compare rows, it does so before it proposes pages (see ranking).
"""

import contextlib
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Any

from folioscope.domain.embeddings import Embedding, VisualPage, VisualQuery
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef
from folioscope.stores.elastic import filters, mapping, ranking
from folioscope.stores.elastic.bulk import BulkAction, Write
from folioscope.stores.elastic.candidate_looks import CandidateLooks
from folioscope.stores.elastic.errors import MissingIndexError
from folioscope.stores.elastic.kept_bodies import KeptBodies, LookVersion, version_of
from folioscope.stores.elastic.library import ServerLibrary
from folioscope.stores.elastic.mapping import UNSTORED, Json
from folioscope.stores.elastic.page_documents import (
    UNREADABLE,
    decoded,
    encoded,
    page_id,
    ref_key,
    ref_of_key,
    short,
)
from folioscope.stores.pooling import pooled
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.sketches import Sketch
from folioscope.stores.visual_blobs import (
    LookBody,
    look_of,
    pack_body,
    pack_proposal,
    unpack_body,
    unpack_single,
    unpack_sketch,
)
from folioscope.stores.visual_checks import (
    checked_embedding,
    checked_page,
    checked_query,
    common_dims,
)

_AT_ONCE = 500
_logger = logging.getLogger(__name__)
_BODIES = 100  # rows of so many pages are fetched together


@dataclass(frozen=True, slots=True)
class _Model:
    """An index of a visual model."""

    index: str
    model: str
    dim: int
    row_dim: int
    has_ranks: bool


class ServerVisuals:
    """Keeps and fetches vectors of visual models. Safe from any thread."""

    def __init__(self, library: ServerLibrary) -> None:
        self._library = library
        self._lock = threading.RLock()
        self._models: dict[str, _Model] | None = None
        self._ranks_refused = False
        self._kept = KeptBodies()

    def forget(self) -> None:
        """Forget what others may have changed."""
        self._models = None

    # keeping

    def put(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages, all or none; pages that are gone are passed over."""
        dims = common_dims(checked_embedding(ref, found) for ref, found in pages)
        there = self._there([ref for ref, _ in pages])
        self._keep(model, dims, [(ref, pooled(found)) for ref, found in pages if ref in there])

    def put_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None:
        """Keep pages that another store has pooled, all or none."""
        dims = common_dims(checked_page(ref, found) for ref, found in pages)
        there = self._there([ref for ref, _ in pages])
        self._keep(model, dims, [page for page in pages if page[0] in there])

    def _keep(
        self, model: str, dims: tuple[int, int], kept: Sequence[tuple[PageRef, VisualPage]]
    ) -> None:
        if not kept:
            return
        known = self._ready(model, dims)
        self._library.connection.bulk(
            BulkAction(known.index, ref_key(ref), _source(ref, page, known)) for ref, page in kept
        )
        self._library.wrote(known.index)

    def _there(self, refs: Sequence[PageRef]) -> set[PageRef]:
        """Return those pages that are committed, be their document hidden or not."""
        library = self._library
        rows = library.documents.get({ref.document_id for ref in refs})
        wanted = {
            page_id(ref, row.generation): ref
            for ref in refs
            if (row := rows.get(ref.document_id)) is not None and row.generation
        }
        found = library.connection.get_many(library.names.pages, list(wanted), source=False)
        return {wanted[key] for key in found}

    def _ready(self, model: str, dims: tuple[int, int]) -> _Model:
        """Return the index of a model, making it for vectors of these sizes if need be."""
        with self._lock:
            known = self._known().get(model)
            if known is not None:
                dim, row_dim = common_dims([dims, (known.dim, known.row_dim)])
                if row_dim != known.row_dim:  # the first pages had no rows
                    self._note(known.index, model, dim, row_dim)
                return known
            index, (dim, row_dim) = self._library.names.visual(model), dims
            kind = self._library.vector_kind()
            has_ranks = self._library.connection.facts().has_rank_vectors
            layout = mapping.visuals(
                model=model, dim=dim, row_dim=row_dim, kind=kind, has_ranks=has_ranks
            )
            settings = self._library.settings(is_bulky=True)
            self._library.connection.put_index(index, settings=settings, mappings=layout)
            self._models = None
            return self._ready(model, dims)

    def _note(self, index: str, model: str, dim: int, row_dim: int) -> None:
        layout = mapping.visuals(model=model, dim=dim, row_dim=row_dim, kind="")
        self._library.connection.put_mapping(index, {"_meta": layout["_meta"]})
        self._models = None

    def _known(self) -> dict[str, _Model]:
        with self._lock:
            if self._models is None:
                self._models = {model.model: model for model in self._read_models()}
            return self._models

    def _read_models(self) -> list[_Model]:
        library = self._library
        try:
            found = library.connection.read("GET", f"/{library.names.visuals}/_mapping")
        except MissingIndexError:
            return []
        each = ((index, said["mappings"]) for index, said in found.items())
        told = ((index, said.get("_meta", {}), said) for index, said in each)
        return [
            _Model(
                index,
                meta["model"],
                meta["dim"],
                meta["row_dim"],
                ranking.FIELD in said.get("properties", {}),
            )
            for index, meta, said in told
            if meta.get("format") == mapping.FORMAT
        ]

    def pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch pages, in the order asked; one that cannot be read counts as not there."""
        known = self._known().get(model)
        if known is None:
            return [None] * len(refs)
        there = self._there(refs)
        hits = self._hits(known, [r for r in refs if r in there], ("single", "body"), _BODIES)
        found = {ref: _page(hit["fields"], known.dim) for ref, hit in hits.items()}
        return [found.get(ref) for ref in refs]

    def without(self, model: str, refs: Sequence[PageRef]) -> list[PageRef]:
        """Return those of some pages that have no vectors of a model."""
        known = self._known().get(model)
        if known is None or not refs:
            return list(refs)
        there = self._hits(known, refs, (), _AT_ONCE)
        return [ref for ref in refs if ref not in there]

    def models(self) -> list[str]:
        """Return the models of which vectors are kept."""
        return list(self._known())

    def sizes(self) -> dict[str, int]:
        """Tell how many bytes the index of each model takes; 0 where the server does not tell."""
        known = self._known()
        told: Json = {}
        with contextlib.suppress(StoreError):  # serverless projects and narrow roles do not
            path = f"/{self._library.names.visuals}/_stats/store"
            told = self._library.connection.read("GET", path).get("indices", {})
        return {model: _stored(told.get(kept.index, {})) for model, kept in known.items()}

    def by_document(self, model: str) -> dict[str, int]:
        """Count the pages that have vectors of a model, by document."""
        known = self._known().get(model)
        found: dict[str, int] = {}
        if known is None:
            return found
        self._library.settle(known.index)
        after: Json = {}
        while True:
            source = {"sources": [{"id": {"terms": {"field": "document_id"}}}], "size": 10_000}
            body = {"size": 0, "aggs": {"of": {"composite": source | after}}}
            answer = self._library.connection.search(body, known.index)["aggregations"]["of"]
            found |= {bucket["key"]["id"]: bucket["doc_count"] for bucket in answer["buckets"]}
            if "after_key" not in answer:
                return found
            after = {"after": answer["after_key"]}

    def keep_pages(self, document_id: str, indices: AbstractSet[int]) -> None:
        """Forget what was kept of a document's other pages, which it no longer has."""
        own: Json = {"term": {"document_id": document_id}}
        kept = {"terms": {"page_index": sorted(indices)}}
        self._delete({"bool": {"filter": [own], "must_not": [kept]}})

    def drop(self, model: str) -> None:
        """Forget a model."""
        known = self._known().get(model)
        if known is not None:
            self._library.connection.delete_index(known.index)
            self.forget()

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Forget what was kept of documents."""
        gone = list(ids)
        if gone:
            self._delete(filters.any_document(gone))

    def keep_documents(self, ids: AbstractSet[str]) -> None:
        """Forget what was kept of all other documents."""
        known = filters.any_document(ids)
        self._delete({"bool": {"must_not": [known]}})

    def _delete(self, query: Json) -> None:
        connection = self._library.connection
        for known in self._known().values():
            self._library.settle(known.index)
            wanted = {**UNSTORED, "docvalue_fields": ["ref"]}
            hits = connection.scan(known.index, query, fields=wanted, at_once=5000)
            keys = (hit["fields"]["ref"][0] for hit in hits)
            connection.bulk(BulkAction(known.index, key, write=Write.DELETE) for key in keys)
            self._library.wrote(known.index)

    # search

    def index_of(self, query: VisualQuery) -> str | None:
        """Return the index that a query asks, None where nothing is kept of its model."""
        known = self._known().get(query.model)
        if known is None:
            return None
        checked_query(query, (known.dim, known.row_dim))
        return known.index

    def is_ranked(self, query: VisualQuery) -> bool:
        """Whether the server compares rows of pages with those of a query."""
        known = self._known().get(query.model)
        return known is not None and known.has_ranks and not self._ranks_refused

    def leave_ranks(self, query: VisualQuery) -> bool:
        """Let the server compare no rows, as it refused to; False where it was not asked to."""
        if not self.is_ranked(query):
            return False
        self._ranks_refused = True
        _logger.warning("the server does not compare rows any more; they are compared here")
        return True

    def candidates(self, query: VisualQuery | None, refs: Sequence[PageRef]) -> CandidateLooks:
        """Return what scores pages by look."""
        known = None if query is None else self._known().get(query.model)
        if known is None:
            return CandidateLooks((0, 0), {}, lambda _: {})
        hits = self._hits(known, refs, ("single",), _AT_ONCE)
        dims = (known.dim, known.row_dim)
        codes = {ref: _proposal(hit["fields"], dims) for ref, hit in hits.items()}
        proposals = {ref: proposal for ref, proposal in codes.items() if proposal is not None}
        versions = {ref: version_of(known.model, ref, hits[ref]) for ref in proposals}
        return CandidateLooks(dims, proposals, partial(self._bodies, known, versions))

    def _bodies(
        self, known: _Model, versions: Mapping[PageRef, LookVersion], refs: Sequence[PageRef]
    ) -> dict[PageRef, LookBody]:
        wanted = [ref for ref in refs if ref in versions]
        found = self._kept.find(versions[ref] for ref in wanted)
        hits = self._hits(known, [r for r in wanted if r not in found], ("body",), _BODIES)
        for ref, hit in hits.items():
            body, version = _body(hit["fields"]), versions[ref]
            if body is not None:
                found[ref] = body
                # one that was written again meanwhile is kept under neither version
                if (hit["_seq_no"], hit["_primary_term"]) == (version.seq_no, version.primary_term):
                    self._kept.keep(version, body)
        return found

    def _hits(
        self, known: _Model, refs: Sequence[PageRef], fields: Sequence[str], at_once: int
    ) -> dict[PageRef, Any]:
        """Return the hits of pages that have a vector, each with its version."""
        self._library.settle(known.index)
        keys = [ref_key(ref) for ref in dict.fromkeys(refs)]
        searches: list[tuple[str, Json]] = [
            (
                known.index,
                {
                    "query": {"terms": {"ref": keys[start : start + at_once]}},
                    "size": at_once,
                    **UNSTORED,
                    "seq_no_primary_term": True,
                    "docvalue_fields": ["ref", *fields],
                },
            )
            for start in range(0, len(keys), at_once)
        ]
        if not searches:
            return {}
        answers = self._library.connection.msearch(searches)
        hits = (hit for answer in answers for hit in answer["hits"]["hits"])
        return {ref_of_key(hit["fields"]["ref"][0]): hit for hit in hits}


def _stored(told: Json) -> int:
    size = told.get("primaries", {}).get("store", {}).get("size_in_bytes", 0)
    return int(size)


def _source(ref: PageRef, page: VisualPage, known: _Model) -> Json:
    ranks = {ranking.FIELD: ranking.ranks_of(page.rows)} if known.has_ranks else {}
    return {
        **(ranks if len(page.rows) else {}),
        "ref": ref_key(ref),
        "document_id": ref.document_id,
        "page_index": ref.page_index,
        **_places(page),
        "single": encoded(pack_proposal(page)),
        "body": encoded(pack_body(page)),
    }


def _places(page: VisualPage) -> Json:
    """Return what the server searches: the page's vector, or all of its rows."""
    if len(page.single):
        return {"at": short(page.single)}
    return {"rows": [{"at": codes} for codes in RowCodes.of(page.rows).codes.tolist()]}


def _proposal(fields: Any, dims: tuple[int, int]) -> RowCodes | Sketch | None:
    dim, row_dim = dims
    if dim:
        return _single(fields, dim)
    try:
        return unpack_sketch(decoded(fields["single"][0]), row_dim)
    except UNREADABLE:
        return None


def _single(fields: Any, dim: int) -> RowCodes | None:
    try:
        return unpack_single(decoded(fields["single"][0]), dim)
    except UNREADABLE:
        return None


def _body(fields: Any) -> LookBody | None:
    try:
        return unpack_body(decoded(fields["body"][0]))
    except UNREADABLE:
        return None


def _page(fields: Any, dim: int) -> VisualPage | None:
    single, body = _single(fields, dim) if dim else None, _body(fields)
    return None if body is None or (dim and single is None) else look_of(single, body)
