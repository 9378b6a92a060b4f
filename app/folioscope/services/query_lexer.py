"""The query language's pieces: words, phrases, filters and OR, each with its place."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

_CLOSING = {
    '"': '"”“',
    "“": '”"“',
    "”": '”"',
    "„": '“”"',
    "«": "»",
    "»": "«»",
    "「": "」",
    "『": "』",
}
_OPEN_ANYWHERE = "“„«「『"  # the others also stand for inches, or close what another opened
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MINUS = "-−"


class PieceKind(Enum):
    """What a piece of a query is."""

    WORD = "word"
    PHRASE = "phrase"
    OPEN_QUOTE = "open_quote"
    FILTER = "filter"
    OR = "or"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the query: ``start`` and ``end`` are offsets into it, ``name`` a filter's."""

    kind: PieceKind
    text: str
    start: int
    end: int
    is_minus: bool = False
    name: str = ""


def pieces(raw: str, filter_names: Collection[str]) -> Iterator[Piece]:
    """Yield the pieces in order. Full-width signs count as their plain forms."""
    text = raw.translate(_FULL_WIDTH)  # one sign for one sign: offsets stay
    at_filter = re.compile(rf"({'|'.join(filter_names)}):(?!//)", re.IGNORECASE)
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        piece = _piece(text, position, at_filter)
        yield piece
        position = piece.end


def quoted(text: str) -> str:
    """Put a text in quotation marks that it does not hold itself."""
    for opening, closing in (('"', '"'), ("«", "»"), ("「", "」"), ("『", "』")):
        if not set(text) & set(_CLOSING[opening]):
            return f"{opening}{text}{closing}"
    return '"' + text.replace('"', " ") + '"'


def filter_text(name: str, value: str) -> str:
    """Write a filter so that it reads back as it was."""
    needs_quotes = any(c.isspace() for c in value) or value[:1] in _CLOSING
    return f"{name}:{quoted(value) if needs_quotes else value}"


def _piece(text: str, start: int, at_filter: re.Pattern[str]) -> Piece:
    is_minus = text[start] in _MINUS
    position = start + is_minus
    if position == len(text) or text[position].isspace():
        return Piece(PieceKind.WORD, "", start, position, is_minus=True)
    if named := at_filter.match(text, position):
        value, end = _value(text, named.end())
        return Piece(PieceKind.FILTER, value, start, end, is_minus, named[1].lower())
    if text[position] in _CLOSING:
        return _phrase(text, start, position, is_minus)
    end = _word_end(text, position)
    word = text[position:end]
    if not is_minus and word in ("OR", "|"):
        return Piece(PieceKind.OR, word, start, end)
    return Piece(PieceKind.WORD, word, start, end, is_minus)


def _phrase(text: str, start: int, opening: int, is_minus: bool) -> Piece:  # noqa: FBT001
    closing = _closing(text, opening)
    if closing is None:
        return Piece(PieceKind.OPEN_QUOTE, text[opening + 1 :], start, len(text), is_minus)
    inside = text[opening + 1 : closing]
    return Piece(PieceKind.PHRASE, inside, start, closing + 1, is_minus)


def _value(text: str, start: int) -> tuple[str, int]:
    if start < len(text) and text[start] in _CLOSING:
        closing = _closing(text, start)
        if closing is not None:
            return text[start + 1 : closing], closing + 1
        start += 1
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end], end


def _closing(text: str, opening: int) -> int | None:
    ends = (text.find(sign, opening + 1) for sign in _CLOSING[text[opening]])
    return min((end for end in ends if end >= 0), default=None)


def _word_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in _OPEN_ANYWHERE:
        end += 1
    return max(end, start + 1)
