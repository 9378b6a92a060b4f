"""How the indices are laid out.

Words are cut by ``domain.tokens`` and never by the server: a token field only splits at spaces,
so that words, pairs, phrases and their frequencies are the same on every server, with ICU or
without, and the same as in the library on this machine. That analysis folds accents, width,
kana and Arabic spellings, makes bigrams of Chinese, Japanese and Korean, and finds compounds by
their beginnings (``tokens``) and ends (``tokens.ends``, the same words written backwards).
``said`` is the page's text as the server's own analyzers cut it, where they know words of
scripts that are written without spaces: it proposes pages more, and scores none.

What is only ever fetched by us (vectors, words in order, facts) lies in binary doc values: they
are read without unpacking the page's source, and neither they nor ``dense_vector`` fields
are part of ``_source``. A server that rewrites documents from their source (reindex, partial
update) would lose them, so pages are always written whole.
"""

from collections.abc import Mapping
from typing import Any

from folioscope.domain.pages import LOOK_COUNT

FORMAT = 1
MOST_LETTERS = 500  # of a token; what is longer is cut
MOST_PATH = 4000  # letters of a path that filters look at
_LEAST_BBQ_DIMS = 64
# neighbours looked at for each vector that is added. The server's own 100 take a third more of its
# time to write, and find no more of the best ten, which are rescored from many more (SCALING.md)
_EF = 64
_COMPACT = {"type": "binary", "doc_values": True}
_KEYWORD = {"type": "keyword", "ignore_above": MOST_PATH}
_ONLY_KEPT = {"type": "keyword", "index": False, "doc_values": False}
_UNSEEN = (
    "tokens",
    "said",
    "facts",
    "words",
    "vectors",
    "codes",
    "page",
    "title",
    "regions",
    "ranked",
)
Json = dict[str, Any]
CODES: Json = {"codes": _COMPACT}  # what libraries made by older versions lack
# of a search's hits: ids and sources lie in large compressed blocks, and opening one for each hit
# takes some fifty times as long as reading all doc values we want of it
UNSTORED: Json = {"stored_fields": "_none_"}


def settings(*, is_serverless: bool, has_icu: bool = False, is_bulky: bool = False) -> Json:
    """Return the settings of an index; a serverless project chooses the rest itself.

    ``is_bulky``: what is fetched seldom is packed more tightly, and takes longer to open. How many
    shards is left to the server: one, unless a template of its keeper says otherwise (SCALING.md).
    """
    found: Json = {
        "analysis": _analysis(has_icu=has_icu),
        "similarity": {"share": {"type": "BM25", "k1": 0, "b": 0}},
        "refresh_interval": "5s",
    }
    if not is_serverless:
        found |= {"auto_expand_replicas": "0-1"}
        found |= {"codec": "best_compression"} if is_bulky else {}
    return found


def _analysis(*, has_icu: bool) -> Json:
    plain = ["lowercase", "asciifolding", "arabic_normalization", "german_normalization"]
    said = ["cjk_width", *plain, "cjk_bigram"]
    if has_icu:
        said = ["icu_folding", "arabic_normalization", "german_normalization"]
    return {
        "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 2 * MOST_LETTERS}},
        "analyzer": {
            "tokens": {"type": "custom", "tokenizer": "spaces", "filter": []},
            "backwards": {"type": "custom", "tokenizer": "spaces", "filter": ["reverse"]},
            "said": {
                "type": "custom",
                "tokenizer": "icu_tokenizer" if has_icu else "standard",
                "filter": said,
            },
        },
    }


def documents(*, fingerprint: str, version: int) -> Json:
    """Return the mapping of documents; ``_meta`` is what the library says of itself."""
    number, flag = {"type": "long"}, {"type": "boolean"}
    return {
        "dynamic": "strict",
        "_meta": {"format": FORMAT, "fingerprint": fingerprint, "version": version},
        "properties": {
            "what": {"type": "keyword"},
            "document_id": {"type": "keyword"},
            "kind": {"type": "keyword"},
            "state": {"type": "keyword"},
            "pages": number,
            "waiting": number,
            "has_files": flag,
            "newest_ns": number,
            "names": {"type": "text", "analyzer": "tokens"},
            "name_length": number,
            "name_weight": number,
            "unlisted": {"type": "keyword"},
            "facts": _ONLY_KEPT,
            "version": number,
            "data": {"type": "binary"},
        },
    }


def pages() -> Json:
    """Return the mapping of pages before the size of their vectors is known."""
    return {
        "dynamic": "strict",
        "_source": {"excludes": list(_UNSEEN)},
        "properties": {
            "ref": {"type": "keyword"},
            "document_id": {"type": "keyword"},
            "page_index": {"type": "integer"},
            "generation": {"type": "keyword"},
            "source": {"type": "keyword"},
            "length": {"type": "integer"},
            "whitened": {"type": "integer"},
            "tokens": _tokens(),
            "said": {"type": "text", "analyzer": "said", "index_options": "freqs"},
            "facts": _COMPACT,
            "words": _COMPACT,
            "vectors": _COMPACT,
            **CODES,
            "text": {"type": "binary"},
            "boxes": {"type": "binary"},
            "title_line": {"type": "binary"},
        },
    }


def _tokens() -> Json:
    share = {
        "type": "text",
        "analyzer": "tokens",
        "similarity": "share",
        "index_options": "docs",
        "norms": False,
    }
    ends = {"type": "text", "analyzer": "backwards", "index_options": "docs", "norms": False}
    return {"type": "text", "analyzer": "tokens", "fields": {"share": share, "ends": ends}}


def vectors(*, dim: int, kind: str) -> Json:
    """Return the fields of a page's whitened vectors; ``kind`` of index as the server has it.

    Regions are nested: a search by them returns pages, each once. As child documents of their
    own they would take the filters' fields once more each, and pages would have to be collapsed
    after the search (measured, see README.md beside this file).
    """
    at = _dense(dim, kind)
    ranked = _dense(LOOK_COUNT, "hnsw") | {"similarity": "max_inner_product"}
    return {
        "properties": {
            "page": at,
            "title": at,
            "regions": {"type": "nested", "properties": {"at": at}},
            "ranked": ranked,
        }
    }


def files() -> Json:
    """Return the mapping of files and small values."""
    return {
        "dynamic": "strict",
        "properties": {
            "what": {"type": "keyword"},
            "machine": {"type": "keyword"},
            "version": {"type": "long"},
            "document_id": {"type": "keyword"},
            "state": {"type": "keyword"},
            "is_away": {"type": "boolean"},
            "mtime_ns": {"type": "long"},
            "place": {"type": "keyword"},
            "path": _KEYWORD,
            "folder": _KEYWORD,
            "name": _KEYWORD,
            "extension": _KEYWORD,
            "facts": _ONLY_KEPT,
            "data": {"type": "binary"},
        },
    }


def visuals(*, model: str, dim: int, row_dim: int, kind: str, has_ranks: bool = False) -> Json:
    """Return the mapping of a visual model's vectors; ``dim`` 0: it makes rows alone.

    Then every row is nested, as bytes: the server keeps of floats a copy four times as large.
    ``has_ranks``: the server compares rows, for which it keeps them once more.
    """
    places = {"at": _dense(dim, kind)}
    if not dim:
        places = {"rows": {"type": "nested", "properties": {"at": _bytes(row_dim)}}}
    if has_ranks:
        places["ranks"] = {"type": "rank_vectors", "element_type": "byte"}
    return {
        "dynamic": "strict",
        "_meta": {"format": FORMAT, "model": model, "dim": dim, "row_dim": row_dim},
        "_source": {"excludes": ["at", "rows", "ranks", "single", "body"]},
        "properties": {
            "ref": {"type": "keyword"},
            "document_id": {"type": "keyword"},
            "page_index": {"type": "integer"},
            **places,
            "single": _COMPACT,
            "body": _COMPACT,
        },
    }


def _bytes(dim: int) -> Json:
    return _dense(dim, "hnsw") | {"element_type": "byte"}


def _dense(dim: int, kind: str) -> Json:
    usable = "int8_hnsw" if kind.startswith("bbq") and dim < _LEAST_BBQ_DIMS else kind
    options: Mapping[str, str | int] = {"type": usable, "ef_construction": _EF}
    return {
        "type": "dense_vector",
        "dims": dim,
        "index": True,
        "similarity": "cosine",
        "index_options": options,
    }
