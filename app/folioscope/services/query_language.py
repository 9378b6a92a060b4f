"""The query language: words, "phrases", -minus, OR, and filters such as ``file:`` or ``after:``.

Any text is a query. What cannot be understood is left out, told as a QueryProblem with its
place, and the rest is searched.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from folioscope.domain.pages import TextSource
from folioscope.domain.queries import (
    PageFilter,
    ParsedQuery,
    ProblemKind,
    QueryProblem,
    WordQuery,
)
from folioscope.domain.tokens import tokens
from folioscope.services.query_lexer import Piece, PieceKind, pieces, quoted
from folioscope.services.query_values import (
    BadValueError,
    FileTypes,
    read_date,
    read_pages,
    read_types,
)

LONGEST_QUERY = 1000
MOST_TERMS = 64

FILTER_NAMES = ("file", "folder", "type", "after", "before", "page")


def parse_query(raw: str, *, today: date) -> ParsedQuery:
    """Take a query apart; never raises. ``today`` is what relative guesses refer to."""
    problems: list[QueryProblem] = []
    text = raw
    if len(raw) > LONGEST_QUERY:
        text = raw[:LONGEST_QUERY]
        message = f"The query is longer than {LONGEST_QUERY:,} characters; the rest was left out."
        problems.append(QueryProblem(ProblemKind.TOO_LONG, LONGEST_QUERY, len(raw), message))
    reading = _Reading(raw=raw, today=today, problems=problems)
    reading.take(list(pieces(text, FILTER_NAMES)))
    return reading.result()


def word_query(parsed: ParsedQuery) -> WordQuery:
    """Turn a query into tokens for a store."""
    run = list(tokens(parsed.text))[: 4 * MOST_TERMS]
    pairs = dict.fromkeys(pairwise(run))
    groups = tuple(_token_runs(group) for group in parsed.alternatives)
    return WordQuery(
        terms=tuple(dict.fromkeys(run))[:MOST_TERMS],
        pairs=tuple(pairs)[:MOST_TERMS],
        required=_token_runs(parsed.phrases),
        excluded=_token_runs(parsed.excluded),
        alternatives=tuple(group for group in groups if group),
    )


def _token_runs(texts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    runs = (tuple(tokens(text)) for text in texts)
    return tuple(run for run in runs if run)


def without(parsed: ParsedQuery, word: str) -> str:
    """Return the query as written without ``word``, for a suggestion."""
    kept = [
        parsed.raw[piece.start : piece.end]
        for piece in pieces(parsed.raw[:LONGEST_QUERY], FILTER_NAMES)
        if piece.text != word
    ]
    return " ".join(kept)


@dataclass(slots=True)
class _Reading:
    """What has been understood of a query so far."""

    raw: str
    today: date
    problems: list[QueryProblem]
    text: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    alternatives: list[tuple[str, ...]] = field(default_factory=list)
    filter: PageFilter = field(default_factory=PageFilter)
    types: FileTypes = field(default_factory=FileTypes)

    def take(self, found: list[Piece]) -> None:
        """Read all pieces in order, alternatives joined by OR as one group."""
        for group in _groups(found, self._lonely_or):
            if len(group) > 1:
                self.alternatives.append(tuple(piece.text for piece in group))
                self.text += [piece.text for piece in group]
            else:
                self._take_one(group[0])

    def _take_one(self, piece: Piece) -> None:
        if piece.kind is PieceKind.FILTER:
            self._take_filter(piece)
        elif piece.kind is PieceKind.OPEN_QUOTE:
            self._open_quote(piece)
        elif not piece.text.strip():
            self._lonely_minus(piece)
        elif piece.is_minus:
            self.excluded.append(piece.text)
        else:
            self.text.append(piece.text)
            if piece.kind is PieceKind.PHRASE:
                self.phrases.append(piece.text)

    def _open_quote(self, piece: Piece) -> None:
        words = piece.text.split()
        (self.excluded if piece.is_minus else self.text).extend(words)
        message = "The quotation mark is not closed; searched for the words one by one."
        guess = ("-" if piece.is_minus else "") + quoted(piece.text.strip()) if words else ""
        self._problem(ProblemKind.OPEN_QUOTE, piece, message, guess)

    def _lonely_minus(self, piece: Piece) -> None:
        if piece.is_minus:
            message = "A minus sign stands alone, so it was left out. Write -word to leave one out"
            self._problem(ProblemKind.LONELY_MINUS, piece, message)

    def _lonely_or(self, piece: Piece) -> None:
        message = "OR needs a word on both sides, so it was left out. Write cat OR dog"
        self._problem(ProblemKind.LONELY_OR, piece, message)

    def _take_filter(self, piece: Piece) -> None:
        written = self.raw[piece.start : piece.end]
        if piece.is_minus:
            message = f"“{written}” was left out: a minus works for words, not for filters."
            self._problem(ProblemKind.LONELY_MINUS, piece, message)
            return
        if not piece.text.strip():
            message = f"“{written}” names nothing, so it was left out. {_EXAMPLES[piece.name]}"
            self._problem(ProblemKind.EMPTY_FILTER, piece, message)
            return
        try:
            self._apply(piece.name, piece.text.strip())
        except BadValueError as error:
            message = f"“{written}” {error.what}, so it was left out."
            if error.replacement:
                message += f" Use {error.replacement}"
            self._problem(error.kind, piece, message, error.replacement)

    def _apply(self, name: str, value: str) -> None:
        f = self.filter
        match name:
            case "file":
                self.filter = replace(f, file_names=(*f.file_names, value))
            case "folder":
                self.filter = replace(f, folders=(*f.folders, value))
            case "type":
                self.types = self.types.joined(read_types(value))
            case "page":
                self.filter = replace(f, pages=f.pages + read_pages(value))
            case "after":
                day = read_date(value, name=name, today=self.today)
                self.filter = replace(f, after=max(day, f.after or day))
            case "before":
                day = read_date(value, name=name, today=self.today)
                self.filter = replace(f, before=min(day, f.before or day))

    def _problem(
        self, kind: ProblemKind, piece: Piece, message: str, replacement: str = ""
    ) -> None:
        self.problems.append(QueryProblem(kind, piece.start, piece.end, message, replacement))

    def result(self) -> ParsedQuery:
        """Return what was understood."""
        kinds, extensions = self.types.as_filter()
        sources = (TextSource.OCR, TextSource.WAITING) if self.types.scans else ()
        return ParsedQuery(
            raw=self.raw,
            text=" ".join(self.text),
            phrases=tuple(self.phrases),
            excluded=tuple(self.excluded),
            alternatives=tuple(self.alternatives),
            filter=replace(self.filter, kinds=kinds, extensions=extensions, text_sources=sources),
            problems=tuple(sorted(self.problems, key=lambda p: (p.start, p.end))),
        )


_EXAMPLES = {
    "file": "Write file:report",
    "folder": "Write folder:Invoices",
    "type": "Write type:pdf",
    "after": "Write after:2024-06",
    "before": "Write before:2025",
    "page": "Write page:12 or page:3-8",
}


def _groups(found: list[Piece], lonely: Callable[[Piece], None]) -> Iterator[list[Piece]]:
    """Yield pieces one by one, and those that OR joins together; report each OR left over."""
    position = 0
    while position < len(found):
        piece = found[position]
        position += 1
        if piece.kind is PieceKind.OR:
            lonely(piece)
            continue
        group = [piece]
        while (
            _may_be_joined(piece)
            and position + 1 < len(found)
            and found[position].kind is PieceKind.OR
            and _may_be_joined(found[position + 1])
        ):
            group.append(found[position + 1])
            position += 2
        yield group


def _may_be_joined(piece: Piece) -> bool:
    is_text = piece.kind in (PieceKind.WORD, PieceKind.PHRASE)
    return is_text and not piece.is_minus and bool(piece.text.strip())
