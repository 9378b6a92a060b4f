"""Exact words of the pages that a search looks at closely."""

from collections.abc import Iterator, Sequence

import numpy as np

from folioscope.stores.elastic.vocabulary import Vocabulary
from folioscope.stores.word_source import Postings, TokenIds


class CandidateWords:
    """A WordSource over a few pages; ``pages`` are the tokens of page 1, 2, … in order."""

    def __init__(self, pages: Sequence[TokenIds], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._pages = list(pages)
        self._joined = np.concatenate([np.zeros(0, np.uint32), *self._pages])
        owners = np.arange(1, len(self._pages) + 1)
        self._owners = np.repeat(owners, [len(tokens) for tokens in self._pages])
        self._held = np.bincount(self._joined, minlength=len(vocabulary) + 1)

    def term_ids(self, terms: Sequence[str]) -> dict[str, int]:
        """Return the numbers of those terms that any page holds."""
        known = ((term, self._vocabulary.number_of(term)) for term in terms)
        return {term: number for term, number in known if self._is_held(number)}

    def postings(self, term_id: int) -> Postings:
        """Return the pages that hold a term."""
        ids, counts = np.unique(self._owners[self._joined == term_id], return_counts=True)
        return Postings(ids.astype(np.int64), counts.astype(np.float32))

    def page_tokens(self, page_ids: Sequence[int]) -> list[TokenIds]:
        """Return the tokens of pages in order."""
        return [self._pages[page_id - 1] for page_id in page_ids]

    def beginning_with(self, start: str, *, limit: int) -> list[int]:
        """Return longer terms that begin so."""
        return self._most_frequent(self._vocabulary.beginning_with(start), start, limit)

    def ending_with(self, end: str, *, limit: int) -> list[int]:
        """Return longer terms that end so."""
        return self._most_frequent(self._vocabulary.ending_with(end), end, limit)

    def _most_frequent(self, terms: Iterator[str], part: str, limit: int) -> list[int]:
        known = [(term, self._vocabulary.number_of(term)) for term in terms if term != part]
        numbers = [number for _, number in sorted(known) if self._is_held(number)]
        if len(numbers) <= limit:
            return numbers
        return sorted(numbers, key=lambda term_id: -len(self.postings(term_id).ids))[:limit]

    def _is_held(self, number: int) -> bool:
        return 0 < number < len(self._held) and bool(self._held[number])
