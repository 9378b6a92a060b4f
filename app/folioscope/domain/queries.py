"""A query as the user wrote it, understood; and as a store is asked."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from folioscope.domain.documents import DocumentKind
from folioscope.domain.embeddings import VisualQuery
from folioscope.domain.pages import Float32, TextSource


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Which pages may be found at all. Every field that is set must hold.

    ``folders``: the file lies in one of them (absolute paths or, without a leading
    separator, any part of the path). ``file_names``: the file's name holds all of these,
    accents and case aside. ``kinds``: any of these. ``extensions``: any of these, without
    dot. ``after`` and ``before`` bound the file's date of change, after inclusive, before
    exclusive. ``pages``: page *indices* as (first, last) ranges, both inclusive.
    ``documents``: these documents only.
    """

    folders: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    kinds: tuple[DocumentKind, ...] = ()
    extensions: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    pages: tuple[tuple[int, int], ...] = ()
    documents: tuple[str, ...] = ()
    text_sources: tuple[TextSource, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every page passes."""
        return self == PageFilter()


class ProblemKind(StrEnum):
    """What was not understood in a query."""

    OPEN_QUOTE = "open_quote"
    BAD_DATE = "bad_date"
    BAD_PAGE = "bad_page"
    BAD_TYPE = "bad_type"
    EMPTY_FILTER = "empty_filter"
    LONELY_OR = "lonely_or"
    LONELY_MINUS = "lonely_minus"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """A part of the query that was left out: ``start`` and ``end`` are character offsets.

    ``replacement`` is what to write instead, empty when there is no good guess.
    """

    kind: ProblemKind
    start: int
    end: int
    message: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart.

    ``text``: what is asked, without operators and filters; meaning is looked up with it.
    ``phrases``: word for word, each required. ``excluded``: words or phrases that must not
    stand on the page. ``alternatives``: groups joined by OR; of each group one must stand.
    """

    raw: str
    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    filter: PageFilter = field(default_factory=PageFilter)
    problems: tuple[QueryProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class WordQuery:
    """Exact words for a store. All words are *tokens* as made by ``domain.tokens``.

    ``terms``: distinct tokens that score. ``pairs``: neighbouring tokens that score as pairs.
    ``required`` and ``excluded``: runs of tokens that must, or must not, stand in this order.
    ``alternatives``: groups of runs, of each group one must stand.
    """

    terms: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    alternatives: tuple[tuple[tuple[str, ...], ...], ...] = ()

    @property
    def restricts(self) -> bool:
        """Whether it rules pages out and not only scores them."""
        return bool(self.required or self.excluded or self.alternatives)


@dataclass(frozen=True, slots=True, eq=False)
class StoreQuery:
    """One question to a store.

    ``vector``: float32 (dim,), the query's vector with the query mean already subtracted;
    the store applies its own whitening. ``view_weights`` are those of page, best region and
    title by which candidates are chosen. ``look_weights``: float32 (16,) or None, multiplied
    with the looks' percentiles (-0.5 to 0.5) when candidates are chosen.
    ``visual``: vectors of a visual model; whitening does not apply, and pages that have none
    of it are not ruled out.
    """

    words: WordQuery = field(default_factory=WordQuery)
    vector: Float32 | None = None
    look_weights: Float32 | None = None
    visual: VisualQuery | None = None
    view_weights: tuple[float, float, float] = (1.0, 0.5, 0.3)
    filter: PageFilter = field(default_factory=PageFilter)
