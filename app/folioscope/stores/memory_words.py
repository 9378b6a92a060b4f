"""Exact words in dictionaries."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from folioscope.stores.word_source import Postings, TokenIds


class MemoryWords:
    """A WordSource that looks at everything."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._pages: dict[int, TokenIds] = {}
        self._postings: dict[int, dict[int, int]] = {}

    def put(self, page_id: int, tokens: Sequence[str]) -> None:
        """Take in the tokens of a page."""
        numbers = [self._numbers.setdefault(t, len(self._numbers) + 1) for t in tokens]
        self._pages[page_id] = np.array(numbers, np.uint32)
        for term_id, count in Counter(numbers).items():
            self._postings.setdefault(term_id, {})[page_id] = count

    def remove(self, page_id: int) -> None:
        """Forget a page."""
        for term_id in set(self._pages.pop(page_id, np.zeros(0, np.uint32)).tolist()):
            del self._postings[term_id][page_id]

    def term_ids(self, terms: Sequence[str]) -> dict[str, int]:
        """Return the numbers of those terms that any page ever held."""
        return {term: self._numbers[term] for term in terms if term in self._numbers}

    def postings(self, term_id: int) -> Postings:
        """Return the pages that hold a term."""
        found = self._postings.get(term_id, {})
        return Postings(
            np.fromiter(found.keys(), np.int64, len(found)),
            np.fromiter(found.values(), np.float32, len(found)),
        )

    def page_tokens(self, page_ids: Sequence[int]) -> list[TokenIds]:
        """Return the tokens of pages in order."""
        return [self._pages[page_id] for page_id in page_ids]

    def beginning_with(self, start: str, *, limit: int) -> list[int]:
        """Return longer terms that begin so."""
        longer = [t for t in self._numbers if len(t) > len(start) and t.startswith(start)]
        return self._most_frequent(longer, limit)

    def ending_with(self, end: str, *, limit: int) -> list[int]:
        """Return longer terms that end so."""
        longer = [t for t in self._numbers if len(t) > len(end) and t.endswith(end)]
        return self._most_frequent(longer, limit)

    def _most_frequent(self, terms: Sequence[str], limit: int) -> list[int]:
        def order(term: str) -> tuple[int, str]:
            return -len(self._postings.get(self._numbers[term], ())), term

        return [self._numbers[term] for term in sorted(terms, key=order)[:limit]]
