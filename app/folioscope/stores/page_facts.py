"""What of a page the search keeps in memory, and how it is told from its record."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from folioscope.domain.pages import Float32, PageRecord, TextSource
from folioscope.domain.tokens import tokens

_TOLD_CHARACTERS = 100  # a page with fewer goes partly by its title line
SOURCES = tuple(TextSource)


@dataclass(frozen=True, slots=True, eq=False)
class PageFacts:
    """``told``, ``ink``, ``looks`` and ``digest`` as in Candidates; ``length`` in tokens."""

    document_id: str
    page_index: int
    source: TextSource
    told: float
    ink: float
    digest: int
    length: int
    looks: Float32


def facts_of(record: PageRecord, page_tokens: Sequence[str]) -> PageFacts:
    """Tell the facts of a page whose text has these tokens."""
    characters = sum(map(len, record.text.words)) + max(0, len(record.text) - 1)
    return PageFacts(
        document_id=record.ref.document_id,
        page_index=record.ref.page_index,
        source=record.text_source,
        told=min(1.0, characters / _TOLD_CHARACTERS),
        ink=float(record.ink),
        digest=digest_of(page_tokens),
        length=len(page_tokens),
        looks=record.looks,
    )


def tokens_of(record: PageRecord) -> list[str]:
    """Return the tokens of a page's text in order."""
    return list(tokens(record.text.plain))


def digest_of(page_tokens: Sequence[str]) -> int:
    """Return 64 bits that are equal for equal texts, spacing, case and signs aside; 0 for none."""
    if not page_tokens:
        return 0
    text = " ".join(page_tokens).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") or 1
