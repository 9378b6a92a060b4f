"""Filters and runs of words as queries of the server.

What a filter asks of documents and files becomes a list of documents, for pages do not know
their files: several paths, on several machines, may lead to a page and change without it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from folioscope.domain.tokens import fold
from folioscope.stores.elastic.document_rows import DocumentRows, shown
from folioscope.stores.elastic.file_rows import FileRows, sendable
from folioscope.stores.elastic.mapping import MOST_LETTERS, Json
from folioscope.stores.file_table import shape_of, start_ns
from folioscope.stores.word_source import is_cjk_sign, may_be_compound, parts_of

NOTHING: Json = {"match_none": {}}
EVERYTHING: Json = {"match_all": {}}
_MOST_TERMS = 50_000  # a clause may name; the server's limit is 65,536
_MOST_SPELLINGS = 1000  # of a CJK sign that stands within a run


def alive(unlisted: Sequence[str]) -> list[Json]:
    """Return the clauses that leave out pages nobody should find."""
    return [{"bool": {"must_not": list(_any_of("generation", unlisted))}}] if unlisted else []


@dataclass(frozen=True, slots=True)
class Mask:
    """Clauses of what may be found: by its document, its number, and its text.

    Indices of visual vectors know the first two only.
    """

    documents: tuple[Json, ...] = ()
    numbers: tuple[Json, ...] = ()
    texts: tuple[Json, ...] = ()

    @property
    def places(self) -> tuple[Json, ...]:
        """The clauses that visual vectors know."""
        return (*self.documents, *self.numbers)


def masking(query: StoreQuery, documents: DocumentRows, files: FileRows) -> Mask:
    """Return the clauses of a query's filter and of its runs of words."""
    page_filter = query.filter
    chosen = _documents(page_filter, documents, files)
    ranges = [
        {"range": {"page_index": {"gte": first, "lte": last}}} for first, last in page_filter.pages
    ]
    sources = [source.value for source in page_filter.text_sources]
    return Mask(
        documents=() if chosen is None else (any_document(chosen),),
        numbers=({"bool": {"should": ranges}},) if ranges else (),
        texts=(
            *([{"terms": {"source": sources}}] if sources else []),
            *restricting(query.words),
        ),
    )


def any_document(ids: Iterable[str]) -> Json:
    """Return the clause of pages of any of these documents."""
    clauses = list(_any_of("document_id", sorted(ids)))
    return {"bool": {"should": clauses}} if clauses else NOTHING


def _any_of(field: str, values: Sequence[str]) -> Iterator[Json]:
    for start in range(0, len(values), _MOST_TERMS):
        yield {"terms": {field: list(values[start : start + _MOST_TERMS])}}


def _documents(
    page_filter: PageFilter, documents: DocumentRows, files: FileRows
) -> set[str] | None:
    """Return the documents that a filter lets pass; None for all."""
    found: set[str] | None = set(page_filter.documents) if page_filter.documents else None
    asked = _of_files(page_filter)
    if asked:
        with_file: set[str] = set(files.documents_elsewhere({"bool": {"filter": asked}}))
        found = with_file if found is None else found & with_file
    if page_filter.kinds:
        kinds: list[Json] = [{"terms": {"kind": [kind.value for kind in page_filter.kinds]}}]
        if found is not None:
            kinds.append(any_document(found))
        query = {"bool": {"filter": [shown(), *kinds]}}
        found = {row.document_id for row in documents.find(query=query)}
    return found


def _of_files(page_filter: PageFilter) -> list[Json]:
    """Return what one and the same file must fit."""
    asked: list[Json] = []
    if page_filter.folders:
        asked.append({"bool": {"should": [_lies_in(f) for f in page_filter.folders]}})
    asked += [_holds("name", fold(name)) for name in page_filter.file_names]
    if page_filter.extensions:
        wanted = sorted(sendable(fold(e).lstrip(".")) for e in page_filter.extensions)
        asked.append({"terms": {"extension": wanted}})
    after, before = start_ns(page_filter.after), start_ns(page_filter.before)
    if after is not None:
        asked.append({"range": {"mtime_ns": {"gte": after}}})
    if before is not None:
        asked.append({"range": {"mtime_ns": {"lt": before}}})
    return asked


def _lies_in(folder: str) -> Json:
    shape = sendable(shape_of(folder)).rstrip("/")
    if not PurePath(folder).is_absolute():
        return _holds("folder", shape)
    return {"bool": {"should": [{"term": {"path": shape}}, {"prefix": {"path": shape + "/"}}]}}


def _holds(field: str, part: str) -> Json:
    literal = sendable(part)
    for sign in "\\*?":
        literal = literal.replace(sign, "\\" + sign)
    return {"wildcard": {field: f"*{literal}*"}}


# words


def cut(token: str) -> str:
    """Return a token as it is indexed."""
    return token[:MOST_LETTERS]


def spelled(token: str) -> Json:
    """Return the query of pages that hold a token; of one CJK sign, within any word."""
    own: Json = {"term": {"tokens": cut(token)}}
    return {"bool": {"should": [own, *_longer(token)]}} if is_cjk_sign(token) else own


def related(token: str) -> Json:
    """Return the query of pages that hold a token, a compound of it, or a part."""
    clauses: list[Json] = [{"term": {"tokens": cut(token)}}]
    if is_cjk_sign(token):
        clauses += _longer(token)
    elif may_be_compound(token):
        parts = parts_of(token)
        clauses += [*([{"terms": {"tokens": parts}}] if parts else []), *_longer(token)]
    return {"bool": {"should": clauses}} if len(clauses) > 1 else clauses[0]


def _longer(token: str) -> list[Json]:
    own = cut(token)
    return [{"prefix": {"tokens": own}}, {"prefix": {"tokens.ends": own[::-1]}}]


def has_relatives(token: str) -> bool:
    """Whether other words may be found along with a token."""
    return is_cjk_sign(token) or may_be_compound(token)


def in_order(run: Sequence[str]) -> Json:
    """Return the query of pages on which tokens stand in this order, next to each other."""
    if not run:
        return NOTHING
    if len(run) == 1:
        return spelled(run[0])
    spans = [_span(token) for token in run]
    return {"span_near": {"clauses": spans, "slop": 0, "in_order": True}}


def _span(token: str) -> Json:
    own: Json = {"span_term": {"tokens": cut(token)}}
    if not is_cjk_sign(token):
        return own
    rewrite = f"top_terms_{_MOST_SPELLINGS}"
    begins = {"prefix": {"tokens": {"value": token, "rewrite": rewrite}}}
    ends = {"wildcard": {"tokens": {"value": f"?{token}", "rewrite": rewrite}}}
    others = [{"span_multi": {"match": match}} for match in (begins, ends)]
    return {"span_or": {"clauses": [own, *others]}}


def restricting(words: WordQuery) -> list[Json]:
    """Return the clauses of runs that must, or must not, stand on a page."""
    clauses = [in_order(run) for run in words.required]
    for group in words.alternatives:
        runs = [in_order(run) for run in group]
        clauses.append({"bool": {"should": runs}} if runs else NOTHING)
    excluded = [in_order(run) for run in words.excluded]
    if excluded:
        clauses.append({"bool": {"must_not": excluded}})
    return clauses
