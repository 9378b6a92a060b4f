"""Pages that searches looked at closely, kept so that the next search fetches only others.

A page is known by its version on the server, which each search tells anew with what it proposes:
a page that was written again is another one, so nothing here is ever out of date. A page takes
some 5 kB: its vectors whitened and coded as a local library keeps them, its words as numbers.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from folioscope.domain.pages import PageRef
from folioscope.stores.elastic.page_codes import PageCodes, page_codes, stamp_of, whitened
from folioscope.stores.elastic.page_documents import FoundPage, ref_of_key
from folioscope.stores.elastic.vocabulary import Vocabulary
from folioscope.stores.page_facts import PageFacts
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.views import VectorBatch
from folioscope.stores.word_source import TokenIds

MOST_BYTES = 96 << 20
_MOST_WORDS = 2_000_000  # of all pages that were ever kept; then all is forgotten
_PAGE_BYTES = 1200  # of a page besides its arrays


class Proposed(NamedTuple):
    """A page that a search proposes, and which version of it: equal ones have equal contents."""

    key: str
    generation: str
    seq_no: int
    primary_term: int

    @property
    def ref(self) -> PageRef:
        """Which page it is."""
        return ref_of_key(self.key)


def proposed_by(hit: Mapping[str, Any]) -> Proposed:
    """Read a hit fetched with its place, generation and version."""
    fields = hit["fields"]
    own = fields["ref"][0], fields["generation"][0]
    return Proposed(*own, hit["_seq_no"], hit["_primary_term"])


@dataclass(frozen=True, slots=True, eq=False)
class KnownPage:
    """What scores a page. ``tokens`` and ``codes`` are None where no search asked for them."""

    ref: PageRef
    generation: str
    facts: PageFacts
    tokens: TokenIds | None = None
    codes: PageCodes | None = None

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, roughly."""
        words = 0 if self.tokens is None else self.tokens.nbytes
        vectors = 0 if self.codes is None else self.codes.codes.nbytes + self.codes.scales.nbytes
        return _PAGE_BYTES + words + vectors


class PageShelf:
    """Pages coded by the same statistics and vocabulary. Safe from any thread."""

    def __init__(self, statistics: LibraryStatistics, *, most_bytes: int = MOST_BYTES) -> None:
        self.statistics = statistics
        self.vocabulary = Vocabulary()
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._pages: OrderedDict[Proposed, KnownPage] = OrderedDict()
        self._bytes = 0

    @property
    def size_bytes(self) -> int:
        """How much memory its pages take."""
        return self._bytes

    def find(
        self, proposed: Iterable[Proposed], *, with_words: bool, with_vectors: bool
    ) -> dict[Proposed, KnownPage]:
        """Return those of some pages of which all that is wanted is known."""
        found: dict[Proposed, KnownPage] = {}
        with self._lock:
            for one in proposed:
                page = self._pages.get(one)
                if page is None or (with_words and page.tokens is None):
                    continue
                if with_vectors and page.codes is None:
                    continue
                self._pages.move_to_end(one)
                found[one] = page
        return found

    def take(
        self, fetched: Mapping[Proposed, FoundPage], *, with_words: bool
    ) -> dict[Proposed, KnownPage]:
        """Keep pages as they were fetched, and return what is known of them now."""
        codes = self._codes(fetched.values())
        made: dict[Proposed, KnownPage] = {}
        for (one, page), own in zip(fetched.items(), codes, strict=True):
            tokens = self.vocabulary.numbers(page.words) if with_words else None
            made[one] = KnownPage(page.ref, page.generation, page.facts, tokens, own)
        with self._lock:
            for one, known in made.items():
                self._keep(one, known)
            while self._bytes > self._most_bytes and self._pages:
                self._bytes -= self._pages.popitem(last=False)[1].size_bytes
        return made

    def _keep(self, one: Proposed, known: KnownPage) -> None:
        old = self._pages.pop(one, None)
        if old is not None:  # another search may have asked for what this one did not
            self._bytes -= old.size_bytes
            tokens = old.tokens if known.tokens is None else known.tokens
            known = replace(known, tokens=tokens, codes=known.codes or old.codes)
        self._pages[one] = known
        self._bytes += known.size_bytes

    def _codes(self, pages: Iterable[FoundPage]) -> Iterator[PageCodes | None]:
        """Yield codes as they came, or made here of vectors that came in their place."""
        each = list(pages)
        plain = [p.vectors for p in each if p.codes is None and p.vectors is not None]
        made: Iterator[PageCodes] = iter(())
        if plain:
            batch = VectorBatch.of(plain, self.statistics.dim)
            views = whitened(batch, self.statistics)
            stamp = stamp_of(self.statistics)
            made = page_codes(batch.has_page, batch.region_counts, views, stamp)
        for page in each:
            wanted = page.codes is None and page.vectors is not None
            yield next(made) if wanted else page.codes


class PageCache:
    """Lends the shelf of present statistics; a search that has begun keeps its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shelf: PageShelf | None = None

    def shelf(self, statistics: LibraryStatistics) -> PageShelf:
        """Return pages coded by these statistics."""
        with self._lock:
            known = self._shelf
            if (
                known is None
                or known.statistics is not statistics
                or len(known.vocabulary) > _MOST_WORDS
            ):
                known = self._shelf = PageShelf(statistics)
            return known
