"""Where exact words are looked up: tokens as numbers, pages that hold them, pages as tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from folioscope.domain.tokens import IS_CJK

TokenIds = npt.NDArray[np.uint32]
MIN_COMPOUND = 5  # letters of a word that is looked for inside longer ones
MOST_COMPOUNDS = 24
_LONGEST_PART = 40  # what is longer is no word
MOST_BIGRAMS = 400  # that begin or end with one CJK sign


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Pages that hold a token: ``ids`` int64 (n,) and how often, ``counts`` float32 (n,).

    Removed pages may be among them.
    """

    ids: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float32]


class WordSource(Protocol):
    """Exact words of a library's pages."""

    def term_ids(self, terms: Sequence[str]) -> dict[str, int]:
        """Return the numbers of those terms that any page ever held."""
        ...

    def postings(self, term_id: int) -> Postings:
        """Return the pages that hold a term."""
        ...

    def page_tokens(self, page_ids: Sequence[int]) -> list[TokenIds]:
        """Return the tokens of pages in order, in the order asked."""
        ...

    def beginning_with(self, start: str, *, limit: int) -> list[int]:
        """Return longer terms that begin so, the most frequent ones first."""
        ...

    def ending_with(self, end: str, *, limit: int) -> list[int]:
        """Return longer terms that end so, the most frequent ones first."""
        ...


def is_cjk_sign(term: str) -> bool:
    """Whether a term is one CJK sign, which pages hold as part of bigrams."""
    return len(term) == 1 and IS_CJK.match(term) is not None


def may_be_compound(term: str) -> bool:
    """Whether a term may be part of longer words, or made of shorter ones."""
    return len(term) >= MIN_COMPOUND and term.isalpha() and not IS_CJK.match(term)


def parts_of(term: str) -> list[str]:
    """Return the shorter words that a term may begin or end with, longest first."""
    lengths = range(min(len(term) - 1, _LONGEST_PART), MIN_COMPOUND - 1, -1)
    return [part for n in lengths for part in (term[:n], term[-n:])]


def related(source: WordSource, term: str) -> list[int]:
    """Return terms that are found along with ``term``: bigrams of a sign, compounds and parts."""
    if is_cjk_sign(term):
        found = [
            *source.beginning_with(term, limit=MOST_BIGRAMS),
            *source.ending_with(term, limit=MOST_BIGRAMS),
        ]
    elif may_be_compound(term):
        found = [
            *source.term_ids(parts_of(term)).values(),
            *source.beginning_with(term, limit=MOST_COMPOUNDS),
            *source.ending_with(term, limit=MOST_COMPOUNDS),
        ]
    else:
        found = []
    return list(dict.fromkeys(found))
