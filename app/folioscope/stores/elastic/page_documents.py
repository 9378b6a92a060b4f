"""Pages as documents of the server, and back."""

import binascii
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from folioscope.domain.pages import (
    LOOK_COUNT,
    PageRecord,
    PageRef,
    PageVectors,
    TextSource,
)
from folioscope.stores.elastic.mapping import MOST_LETTERS
from folioscope.stores.elastic.page_codes import PageCodes, page_codes, stamp_of, whitened
from folioscope.stores.page_blobs import (
    decode_text,
    encode_text,
    pack_regions,
    pack_text,
    pack_vectors,
    unpack_regions,
    unpack_text,
    unpack_vectors,
)
from folioscope.stores.page_facts import PageFacts, facts_of, tokens_of
from folioscope.stores.records import no_vectors
from folioscope.stores.row_codes import sealed, unsealed
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.views import VectorBatch

# what cannot be made of a hit that is damaged
UNREADABLE = (ValueError, KeyError, IndexError, TypeError, struct.error, zlib.error)
_FACTS = struct.Struct(f"<dddfQI{LOOK_COUNT}f")  # width, height, ink, told, digest, length, looks
_DIGITS = 4
_WHITENED = 64  # pages whose vectors are whitened at once
_LEAST_LENGTH = 1e-6  # a shorter vector points nowhere
PLACE_FIELDS = ("ref", "generation", "source")
FACT_FIELDS = (*PLACE_FIELDS, "facts")
Json = dict[str, Any]


def ref_key(ref: PageRef) -> str:
    """Name a page, whichever version of its document it is of."""
    return f"{ref.document_id}:{ref.page_index}"


def ref_of_key(key: str) -> PageRef:
    """Undo ``ref_key``."""
    document_id, _, index = key.rpartition(":")
    return PageRef(document_id, int(index))


def page_id(ref: PageRef, generation: str) -> str:
    """Return the id under which a page of a version of its document is kept."""
    return f"{ref.document_id}:{generation}:{ref.page_index}"


def page_sources(
    records: Sequence[PageRecord], generations: Sequence[str], statistics: LibraryStatistics
) -> Iterator[tuple[str, Json]]:
    """Yield the id of each page and how it is sent to the server."""
    for start in range(0, len(records), _WHITENED):
        part = records[start : start + _WHITENED]
        searched = _searched(part, statistics)
        for record, generation, fields in zip(part, generations[start:], searched, strict=False):
            yield page_id(record.ref, generation), _kept(record, generation) | fields


def _kept(record: PageRecord, generation: str) -> Json:
    words = [word[:MOST_LETTERS] for word in tokens_of(record)]
    facts = facts_of(record, words)
    return {
        "ref": ref_key(record.ref),
        "document_id": record.ref.document_id,
        "page_index": record.ref.page_index,
        "generation": generation,
        "source": record.text_source.value,
        "length": len(words),
        "tokens": " ".join(words),
        "said": plain(record.text.plain),
        "facts": _text(_packed_facts(record, facts)),
        "words": _text(zlib.compress(" ".join(words).encode(), 6)),
        "vectors": _text(sealed(pack_vectors(record.vectors))),
        "text": _text(pack_text(record.text)),
        "boxes": _text(pack_regions(record.regions)),
        "title_line": _text(encode_text(record.title_line)),
    }


def _searched(records: Sequence[PageRecord], statistics: LibraryStatistics) -> Iterator[Json]:
    """Yield the fields that each page is found by, whitened and ranked by the statistics."""
    batch = VectorBatch.of([record.vectors for record in records], statistics.dim)
    views = whitened(batch, statistics)
    pages, titles = views[0], views[2]
    regions = np.split(views[1], np.cumsum(batch.region_counts)[:-1])
    ranked = statistics.ranks.percentiles(np.array([r.looks for r in records], np.float32))
    stamp = stamp_of(statistics)
    codes = page_codes(batch.has_page, batch.region_counts, views, stamp)
    for row in range(len(records)):
        found: Json = {
            "whitened": statistics.version,
            "ranked": short(ranked[row]),
            "regions": [{"at": short(at)} for at in regions[row] if _points(at)],
            "codes": _text(next(codes).packed()),
        }
        if batch.has_page[row] and _points(pages[row]):
            found["page"] = short(pages[row])
        if _points(titles[row]):
            found["title"] = short(titles[row])
        yield found


def _points(vector: Any) -> bool:
    return bool(np.linalg.norm(vector) > _LEAST_LENGTH)


def short(vector: Any) -> Any:
    """Return a vector of length 1 with as many digits as the server's codes can tell apart.

    Its JSON is a third as long, and parsed as much faster.
    """
    return np.round(vector.astype(np.float64), _DIGITS)


def _packed_facts(record: PageRecord, facts: PageFacts) -> bytes:
    looks = np.asarray(record.looks, np.float32).tolist()
    head = (record.width_pt, record.height_pt, facts.ink, facts.told, facts.digest, facts.length)
    return _FACTS.pack(*head, *looks)


@dataclass(frozen=True, slots=True, eq=False)
class FoundPage:
    """A page of an answer: its place, facts and, where asked, words in order, vectors, codes."""

    ref: PageRef
    generation: str
    facts: PageFacts
    size_pt: tuple[float, float]
    words: tuple[str, ...] = ()
    vectors: PageVectors | None = None
    codes: PageCodes | None = None


def found_page(hit: Mapping[str, Any]) -> FoundPage:
    """Read a hit fetched with FACT_FIELDS and any of words, vectors, codes; raises UNREADABLE."""
    fields = hit["fields"]
    ref = ref_of_key(fields["ref"][0])
    width, height, ink, told, digest, length, *looks = _FACTS.unpack(_bytes(fields["facts"][0]))
    facts = PageFacts(
        document_id=ref.document_id,
        page_index=ref.page_index,
        source=TextSource(fields["source"][0]),
        told=told,
        ink=ink,
        digest=digest,
        length=length,
        looks=np.array(looks, np.float32),
    )
    return FoundPage(
        ref=ref,
        generation=fields["generation"][0],
        facts=facts,
        size_pt=(width, height),
        words=words_of(fields["words"][0]) if "words" in fields else (),
        vectors=vectors_of(fields["vectors"][0]) if "vectors" in fields else None,
        codes=codes_of(fields["codes"][0]) if "codes" in fields else None,
    )


def record_of(hit: Mapping[str, Any]) -> PageRecord:
    """Make a page of a hit fetched with its source, FACT_FIELDS and perhaps vectors."""
    found, source = found_page(hit), hit["_source"]
    return PageRecord(
        ref=found.ref,
        width_pt=found.size_pt[0],
        height_pt=found.size_pt[1],
        text=unpack_text(_bytes(source["text"])),
        text_source=found.facts.source,
        regions=unpack_regions(_bytes(source["boxes"])),
        looks=found.facts.looks,
        title_line=decode_text(_bytes(source["title_line"])),
        ink=found.facts.ink,
        vectors=found.vectors or no_vectors(),
    )


def words_of(data: str) -> tuple[str, ...]:
    """Undo how a page's words in order are kept."""
    text = zlib.decompress(_bytes(data)).decode()
    return tuple(text.split(" ")) if text else ()


def codes_of(data: str) -> PageCodes | None:
    """Undo how a page's codes are kept; None where they are damaged, for vectors can be coded."""
    try:
        return PageCodes.unpacked(_bytes(data))
    except (ValueError, struct.error):
        return None


def vectors_of(data: str) -> PageVectors:
    """Undo how a page's vectors are kept."""
    return unpack_vectors(unsealed(_bytes(data)))


def plain(text: str) -> str:
    """Return text that can be sent: lone surrogates, which PDFs hold, are none."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def encoded(data: bytes) -> str:
    """Return bytes as they are sent."""
    return _text(data)


def decoded(data: str) -> bytes:
    """Undo ``encoded``."""
    return _bytes(data)


def _text(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _bytes(data: str) -> bytes:
    return binascii.a2b_base64(data)
