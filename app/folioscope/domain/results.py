"""What a store finds and what the user is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from folioscope.domain.documents import FileState
from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, Int32, PageRef, TextSource
from folioscope.domain.queries import ParsedQuery

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pages a store proposes, as columns of equal length n, best first by the store's own sum.

    ``page``, ``region``, ``title``: cosines of the whitened vectors, -1 where there is none.
    ``region_index`` int32: the best region, -1 for none. ``looks`` (n, 16): percentiles,
    -0.5 to 0.5. ``told`` 0 to 1: min(1, characters / 100), how far the page's own words tell.
    ``words``, ``pairs``, ``names``: BM25 of terms, of neighbouring pairs, of file name.
    ``held``: share (0 to 1) of the query's idf that the page or its name holds.
    ``visual``: cosine of the visual model's single vectors (of a model that makes rows alone,
    ``maxsim`` as roughly as the store proposes pages by it), ``maxsim``: late-interaction score
    divided by the number of query rows; both -1 where the page or the query has none.
    ``ink``: share of the page that is not ground. ``digest`` uint64: equal for equal texts,
    0 for pages without words.
    """

    refs: tuple[PageRef, ...]
    page: Float32
    region: Float32
    region_index: Int32
    title: Float32
    looks: Float32
    told: Float32
    words: Float32
    pairs: Float32
    names: Float32
    held: Float32
    maxsim: Float32
    visual: Float32
    ink: Float32
    digest: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.refs)


class Strength(StrEnum):
    """How far a match can be trusted, calibrated on judged queries."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class ReasonKind(StrEnum):
    """What speaks for a page."""

    WORDS = "words"
    MEANING = "meaning"
    LOOK = "look"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words."""

    kind: ReasonKind
    text: str


@dataclass(frozen=True, slots=True)
class WordMark:
    """A word of the query found on the page: as it stands there, and its box."""

    word: str
    box: Box


@dataclass(frozen=True, slots=True)
class RegionMark:
    """A part of the page that matched; ``score`` from 0 to 1."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text around the match; ``bold`` are (start, end) character ranges."""

    text: str = ""
    bold: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page as it is shown. ``paths``: the file and its identical copies, best first.

    ``strength`` is None where nothing was asked. ``similar`` names near-duplicate pages that
    are folded behind this one. ``aspect`` is width divided by height. ``state`` is that of the
    file: a page that is listed before it is read, or of a locked file, has no picture.
    """

    ref: PageRef
    paths: tuple[str, ...]
    page_count: int
    score: float = 0.0
    strength: Strength | None = None
    reasons: tuple[Reason, ...] = ()
    words: tuple[WordMark, ...] = ()
    regions: tuple[RegionMark, ...] = ()
    snippet: Snippet = field(default_factory=Snippet)
    aspect: float = 0.7
    text_source: TextSource = TextSource.LAYER
    is_away: bool = False
    similar: tuple[PageRef, ...] = ()
    state: FileState = FileState.INDEXED

    @property
    def path(self) -> str:
        """The file to open."""
        return self.paths[0] if self.paths else ""

    @property
    def page_number(self) -> int:
        """Page number from 1, as people count."""
        return self.ref.page_index + 1


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of present results: by document kind, and by year of the file's date."""

    kinds: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another query to try: what it says on the link, the query, and what it would bring."""

    text: str
    query: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """An answer: ``results`` are the strong and fair ones, ``weaker`` the rest, best first.

    With ``no_good_match`` set, ``results`` is empty and ``weaker`` holds the closest pages.
    """

    query: ParsedQuery
    results: tuple[SearchResult, ...] = ()
    weaker: tuple[SearchResult, ...] = ()
    no_good_match: bool = False
    explanation: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    facets: Facets = field(default_factory=Facets)
    elapsed_ms: float = 0.0

    @property
    def document_count(self) -> int:
        """Number of documents among the results."""
        return len({r.ref.document_id for r in self.results})
