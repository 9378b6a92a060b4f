"""Exact words of the pages that a search looks at closely."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from folioscope.stores.word_source import Postings, TokenIds

_GAP = "\n"  # stands in no term


class CandidateWords:
    """A WordSource over a few pages; ``pages`` are the tokens of page 1, 2, … in order."""

    def __init__(self, pages: Sequence[Sequence[str]]) -> None:
        vocabulary: set[str] = set().union(*pages)
        self._numbers = {token: number for number, token in enumerate(vocabulary, 1)}
        # found by searching one long text: a hundred times as fast as term by term
        self._listed = _GAP + _GAP.join(vocabulary) + _GAP
        lengths = [len(tokens) for tokens in pages]
        numbers = map(self._numbers.__getitem__, chain.from_iterable(pages))
        self._joined = np.fromiter(numbers, np.uint32, sum(lengths))
        self._pages = np.split(self._joined, np.cumsum(lengths)[:-1])
        self._owners = np.repeat(np.arange(1, len(pages) + 1), lengths)

    def term_ids(self, terms: Sequence[str]) -> dict[str, int]:
        """Return the numbers of those terms that any page holds."""
        return {term: self._numbers[term] for term in terms if term in self._numbers}

    def postings(self, term_id: int) -> Postings:
        """Return the pages that hold a term."""
        ids, counts = np.unique(self._owners[self._joined == term_id], return_counts=True)
        return Postings(ids.astype(np.int64), counts.astype(np.float32))

    def page_tokens(self, page_ids: Sequence[int]) -> list[TokenIds]:
        """Return the tokens of pages in order."""
        return [self._pages[page_id - 1] for page_id in page_ids]

    def beginning_with(self, start: str, *, limit: int) -> list[int]:
        """Return longer terms that begin so."""
        return self._most_frequent([t for t in self._around(_GAP + start) if t != start], limit)

    def ending_with(self, end: str, *, limit: int) -> list[int]:
        """Return longer terms that end so."""
        return self._most_frequent([t for t in self._around(end + _GAP) if t != end], limit)

    def _around(self, sought: str) -> Iterator[str]:
        """Yield the terms where ``sought``, with a gap at one end, stands among all terms."""
        place = self._listed.find(sought)
        while place >= 0:
            first = self._listed.rfind(_GAP, 0, place + 1) + 1
            last = self._listed.find(_GAP, first)
            yield self._listed[first:last]
            place = self._listed.find(sought, last)

    def _most_frequent(self, terms: Sequence[str], limit: int) -> list[int]:
        numbers = [self._numbers[term] for term in sorted(terms)]
        if len(numbers) <= limit:
            return numbers
        return sorted(numbers, key=lambda term_id: -len(self.postings(term_id).ids))[:limit]
