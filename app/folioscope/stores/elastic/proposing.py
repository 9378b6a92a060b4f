"""Which pages may answer a query: asked of the server in one round trip.

Each kind of evidence proposes pages of its own (words, share of the query's weight, meaning by
page, title and region, looks, names, and the vector of a visual model), and the same request
counts what the scores need: pages, their mean length, and how many hold each word. Counts are
exact, for they are counted over all shards and not estimated from one; BM25 as the server
computes it only chooses whom to look at closely. Scores are then ours (see scoring).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import Float32
from folioscope.domain.queries import StoreQuery, WordQuery
from folioscope.stores.elastic import filters, ranking
from folioscope.stores.elastic.document_rows import is_document, shown
from folioscope.stores.elastic.filters import Mask
from folioscope.stores.elastic.mapping import UNSTORED, Json
from folioscope.stores.elastic.page_cache import Proposed
from folioscope.stores.pooling import few
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.sketches import ASKED_ROWS
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.words import Corpus

LEAST = 100  # pages that each kind of evidence proposes in any case
_LEAST_SAID = 100  # pages that the server's own analyzers propose
# of the limit that each kind proposes, where several kinds do: with all of it no judged query finds
# other pages, with half one in 70 does (tests/benchmarks/elastic_quality.py)
_SHARE = 3 / 4
MOST = 10_000  # hits that the server returns at once
_RELATED_BOOST = 0.5
_ROWS, _ROWS_OF_FEW = ASKED_ROWS, 8  # of a query; few where the filter is long
_A_ROW = 200  # pages that each of them proposes
_FETCHED = 1000  # pages that one search fetches
PLACES: Json = {**UNSTORED, "docvalue_fields": ["ref"]}
# which version of a page it is, so that those that are known need not be fetched
_VERSIONED: Json = {
    **UNSTORED,
    "docvalue_fields": ["ref", "generation"],
    "seq_no_primary_term": True,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query asks for, and what may be found at all."""

    query: StoreQuery
    limit: int
    unlisted: tuple[str, ...]
    allowed: Mask

    @property
    def mask(self) -> list[Json]:
        """The clauses of pages that may be found."""
        return [*filters.alive(self.unlisted), *self.allowed.places, *self.allowed.texts]

    @property
    def wanted(self) -> int:
        """How many pages a kind of evidence proposes that is asked alone."""
        return min(MOST, max(LEAST, self.limit))

    @property
    def wanted_of_each(self) -> int:
        """How many pages each of several kinds of evidence proposes."""
        return min(MOST, max(LEAST, round(self.limit * _SHARE)))


@dataclass(slots=True)
class Proposals:
    """What may answer. ``seen``: keys of pages by their look, of which no version is known.

    ``named``: documents whose file names answer, best first.
    """

    corpus: Corpus
    pages: frozenset[Proposed] = frozenset()
    seen: tuple[str, ...] = ()
    named: list[str] = field(default_factory=list)
    unlisted: tuple[str, ...] = ()


def page_searches(plan: Plan, statistics: LibraryStatistics, *, has_vectors: bool) -> list[Json]:
    """Return the searches of the index of pages, each for one kind of evidence."""
    query, terms = plan.query, plan.query.words.terms
    searches: list[Json] = []
    if terms:
        searches += [_by_words(plan), _by_share(plan), _as_said(plan)]
    if query.vector is not None and has_vectors:
        searches += _by_meaning(plan, statistics, query.vector)
    if query.look_weights is not None and has_vectors:
        wanted = plan.wanted if query.vector is None else plan.wanted_of_each
        searches.append(_nearest("ranked", query.look_weights, plan.mask, wanted=wanted))
    elif query.vector is None and not terms and query.visual is None:
        everything = {"bool": {"filter": plan.mask}}
        order = [{"document_id": "asc"}, {"page_index": "asc"}]
        searches.append({"query": everything, "size": plan.wanted, "sort": order, **_VERSIONED})
    return searches


def _by_words(plan: Plan) -> Json:
    should: list[Json] = []
    for term in plan.query.words.terms:
        should.append({"term": {"tokens": filters.cut(term)}})
        if filters.has_relatives(term):
            compounds = {"filter": filters.related(term), "boost": _RELATED_BOOST}
            should.append({"constant_score": compounds})
    return _scored(plan, should)


def _by_share(plan: Plan) -> Json:
    """Order pages by how much of the query's weight they hold, however often and long."""
    should: list[Json] = []
    for term in plan.query.words.terms:
        own = {"term": {"tokens.share": filters.cut(term)}}
        inside = {"filter": filters.related(term), "boost": _RELATED_BOOST}
        relatives = [{"constant_score": inside}] if filters.has_relatives(term) else []
        should.append({"dis_max": {"queries": [own, *relatives]}})
    return _scored(plan, should)


def _as_said(plan: Plan) -> Json:
    said = " ".join(filters.cut(term) for term in plan.query.words.terms)
    return _scored(plan, [{"match": {"said": {"query": said}}}]) | {"size": _LEAST_SAID}


def _scored(plan: Plan, should: list[Json]) -> Json:
    found = {"bool": {"should": should, "minimum_should_match": 1, "filter": plan.mask}}
    wanted = plan.wanted_of_each if plan.query.vector is not None else plan.wanted
    return {"query": found, "size": wanted, "track_total_hits": False, **_VERSIONED}


def _by_meaning(plan: Plan, statistics: LibraryStatistics, vector: Float32) -> list[Json]:
    fields = ("page", "regions.at", "title")
    asked = [white.query(vector) for white in statistics.whitening]
    return [
        _nearest(name, at, plan.mask, wanted=plan.wanted_of_each)
        for name, at in zip(fields, asked, strict=True)
        if np.linalg.norm(at) > 0
    ]


def _nearest(name: str, vector: npt.NDArray[Any], mask: list[Json], *, wanted: int) -> Json:
    near: Json = {
        "field": name,
        "query_vector": vector.tolist(),
        "k": wanted,
        "num_candidates": min(MOST, 2 * wanted),
    }
    if mask:
        near["filter"] = mask
    return {"knn": near, "size": wanted, "track_total_hits": False, **_VERSIONED}


def visual_search(
    plan: Plan, query: VisualQuery, *, allowed: list[str] | None, is_ranked: bool = False
) -> Json:
    """Return the search of a visual model's index; ``allowed``: keys of pages, None for all.

    ``is_ranked``: the server compares rows of more pages than it returns (see ranking).
    """
    mask = [{"terms": {"ref": allowed}}] if allowed is not None else list(plan.allowed.places)
    if len(query.single) or query.rows is None:
        wanted = max(plan.wanted, ranking.WINDOW) if is_ranked else plan.wanted
        search = _nearest("at", query.single, mask, wanted=wanted) | PLACES
    else:
        search = _by_rows(plan, query.rows, mask, most=_ROWS if allowed is None else _ROWS_OF_FEW)
    if is_ranked and query.rows is not None and len(query.rows):
        search |= ranking.rescoring(few(query.rows, _ROWS))
    return search | {"size": plan.wanted}


def _by_rows(plan: Plan, rows: Float32, mask: list[Json], *, most: int) -> Json:
    """Search each row of the query among the rows of pages; pages that answer several rise.

    Of many rows, as queries by picture have them, the means of what is alike stand for all.
    """
    wanted = min(plan.wanted, _A_ROW)
    codes = RowCodes.of(few(rows, most)).codes
    near = [_nearest("rows.at", row, mask, wanted=wanted)["knn"] for row in codes]
    return {"knn": near, "track_total_hits": False, **PLACES}


def resolving(plan: Plan, keys: Sequence[str], *, fields: Sequence[str] = ()) -> Iterator[Json]:
    """Yield the searches that fetch pages: their versions, and with them any ``fields``."""
    wanted = {"docvalue_fields": list(fields)} if fields else {}
    for start in range(0, len(keys), _FETCHED):
        part = keys[start : start + _FETCHED]
        chosen = [{"terms": {"ref": part}}, *plan.mask]
        # twice: a document may have been replaced meanwhile
        body = {"query": {"bool": {"filter": chosen}}, "size": 2 * len(part)}
        yield {**body, "track_total_hits": False, **_VERSIONED, **wanted}


def of_named(plan: Plan, named: Sequence[str]) -> Json:
    """Return the search of pages of documents whose file names answer."""
    chosen = [filters.any_document(named), *plan.mask]
    terms = [{"term": {"tokens": filters.cut(term)}} for term in plan.query.words.terms]
    query = {"bool": {"filter": chosen, "should": terms}}
    return {"query": query, "size": plan.wanted_of_each, "track_total_hits": False, **_VERSIONED}


# counting


def counting(words: WordQuery, unlisted: tuple[str, ...]) -> Json:
    """Return the search that counts pages, and those that hold words and pairs."""
    counted: dict[str, Json] = {}
    for number, term in enumerate(words.terms):
        counted[f"t{number}"] = {"term": {"tokens": filters.cut(term)}}
        if filters.has_relatives(term):
            counted[f"r{number}"] = filters.related(term)
    for number, pair in enumerate(words.pairs):
        spans = [{"span_term": {"tokens": filters.cut(token)}} for token in pair]
        counted[f"p{number}"] = {"span_near": {"clauses": spans, "slop": 0, "in_order": True}}
    aggregations: Json = {"length": {"avg": {"field": "length"}}}
    if counted:
        aggregations["holding"] = {"filters": {"filters": counted}}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {"filter": filters.alive(unlisted)}},
        "aggs": aggregations,
    }


def naming(words: WordQuery, *, limit: int) -> Json:
    """Return the search of documents whose file names hold words, with its counts."""
    holding = [{"term": {"names": filters.cut(term)}} for term in words.terms]
    pages = {"pages": {"sum": {"field": "pages"}}}
    counted: Json = {"weight": {"sum": {"field": "name_weight"}}, **pages}
    if holding:
        named = {f"t{number}": one for number, one in enumerate(holding)}
        counted["holding"] = {"filters": {"filters": named}, "aggs": pages}
    everything = {"bool": {"filter": [is_document(shown())], "should": holding}}
    matching = {"bool": {"should": holding}} if holding else filters.EVERYTHING
    return {
        "size": min(MOST, max(LEAST, limit)) if holding else 0,
        "query": everything,
        "aggs": counted,
        "post_filter": matching,
        **UNSTORED,
        "docvalue_fields": ["document_id"],
    }


def corpus_of(words: WordQuery, counted: Any, named: Any) -> Corpus:
    """Read the answers to ``counting`` and ``naming``."""
    sums = named["aggregations"]
    pages = counted["hits"]["total"]["value"]
    holding = _buckets(counted["aggregations"])
    names = _buckets(sums)
    related = {
        term: holding[f"r{number}"]["doc_count"]
        for number, term in enumerate(words.terms)
        if f"r{number}" in holding
    }
    return Corpus(
        pages=pages,
        mean_length=float(counted["aggregations"]["length"]["value"] or 1.0),
        mean_name_length=sums["weight"]["value"] / max(1.0, sums["pages"]["value"]),
        df={t: holding[f"t{n}"]["doc_count"] for n, t in enumerate(words.terms)},
        related_df=related,
        pair_df={pair: holding[f"p{n}"]["doc_count"] for n, pair in enumerate(words.pairs)},
        names_df={t: int(names[f"t{n}"]["pages"]["value"]) for n, t in enumerate(words.terms)},
    )


def _buckets(aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = aggregations.get("holding", {}).get("buckets", {})
    return found
