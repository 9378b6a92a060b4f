"""The reasons of a hit in words, its marks and its snippet."""

from dataclasses import dataclass
from pathlib import PurePath

from folioscope.domain.documents import SourceFile
from folioscope.domain.embeddings import HeatMark
from folioscope.domain.pages import PageRecord
from folioscope.domain.results import (
    Reason,
    ReasonKind,
    RegionMark,
    Snippet,
    Strength,
    WordMark,
)
from folioscope.domain.tokens import spoken_name, tokens
from folioscope.services.looks_words import NamedLooks
from folioscope.services.marking import (
    Found,
    QueryWords,
    best_region,
    count_words,
    find_words,
    word_marks,
)
from folioscope.services.snippets import snippet

MOST_WORDS_TOLD = 4
_LEAST_LOOK = 0.2  # percentile from which a look is worth telling
_LEAST_REGION = 0.12  # whitened cosine from which a region may be framed without any word


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, prepared once for all hits. ``is_picture``: by a picture, not by words."""

    words: QueryWords
    looks: NamedLooks
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a store and the fusion know of one hit.

    ``is_seen``: by the visual model it stands out. ``is_unseen``: that model was asked but has
    not looked at the page yet. ``marks``: where it answers by look.
    """

    region_index: int
    region_cosine: float
    looks: tuple[float, ...]
    strength: Strength
    is_seen: bool = False
    is_unseen: bool = False
    marks: tuple[HeatMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is shown beside a hit."""

    reasons: tuple[Reason, ...]
    words: tuple[WordMark, ...]
    regions: tuple[RegionMark, ...]
    snippet: Snippet


def explain(page: PageRecord, file: SourceFile | None, ask: Ask, told: Told) -> Explanation:
    """Say why a page was found, and where on it."""
    found = find_words(page.text, ask.words)
    number = best_region(page.regions, found, told.region_index)
    by_meaning = number == told.region_index and told.region_cosine >= _LEAST_REGION
    framed = number >= 0 and (bool(found) or (by_meaning and told.strength is not Strength.WEAK))
    region = page.regions[number] if number >= 0 else None
    marks: tuple[RegionMark, ...] = ()
    if region is not None and framed:
        marks = (RegionMark(region.box, min(1.0, max(0.0, told.region_cosine))),)
    return Explanation(
        reasons=tuple(_reasons(page, file, ask, told, found, framed and by_meaning)),
        words=word_marks(page.text, found),
        regions=(*marks, *(RegionMark(mark.box, mark.score) for mark in told.marks)),
        snippet=snippet(page.text, found, region),
    )


def _reasons(
    page: PageRecord,
    file: SourceFile | None,
    ask: Ask,
    told: Told,
    found: list[Found],
    is_framed: bool,  # noqa: FBT001
) -> list[Reason]:
    reasons: list[Reason] = []
    if found:
        reasons.append(Reason(ReasonKind.WORDS, words_told(count_words(page.text, found))))
    if name := _name_told(file, ask):
        reasons.append(Reason(ReasonKind.NAME, name))
    if is_framed:
        text = "The framed part is closest to what you typed"
        reasons.append(Reason(ReasonKind.MEANING, text))
    if look := _look_told(ask.looks, told):
        reasons.append(Reason(ReasonKind.LOOK, look))
    if told.is_seen:
        reasons.append(Reason(ReasonKind.LOOK, _seen_told(ask, told)))
    if ask.is_picture:
        return reasons
    if not reasons:
        text = "None of your words. Found by meaning only"
        reasons.append(Reason(ReasonKind.MEANING, text))
    if told.is_unseen:
        reasons.append(Reason(ReasonKind.LOOK, "This page has not been looked at yet"))
    return reasons


def _seen_told(ask: Ask, told: Told) -> str:
    if ask.is_picture:
        return (
            "The framed part looks closest to your picture"
            if told.marks
            else "It looks like your picture"
        )
    if told.marks:
        return "The framed part looks closest to what you typed"
    return "It looks like what you typed"


def words_told(counts: list[tuple[str, int]]) -> str:
    """Write ``“maps” 3 times, “river”``, most frequent first."""
    ordered = sorted(counts, key=lambda item: -item[1])
    parts = [_times(word, count) for word, count in ordered[:MOST_WORDS_TOLD]]
    more = len(ordered) - MOST_WORDS_TOLD
    return ", ".join(parts) + (f" and {more} more" if more > 0 else "")


def _times(word: str, count: int) -> str:
    if count == 1:
        return f"“{word}”"
    return f"“{word}” {'twice' if count == 2 else f'{count} times'}"


def _name_told(file: SourceFile | None, ask: Ask) -> str:
    if file is None:
        return ""
    name = PurePath(file.path).name
    held = ask.words.terms & set(tokens(spoken_name(name)))
    return f"The file is named “{name}”" if held else ""


def _look_told(looks: NamedLooks, told: Told) -> str:
    words = dict(looks.words)
    shown = [
        words[column]
        for column in (*looks.colours, *looks.kinds)
        if told.looks[column] >= _LEAST_LOOK
    ]
    if not shown:
        return ""
    colours = [words[c] for c in looks.colours if words[c] in shown]
    kinds = [words[c] for c in looks.kinds if words[c] in shown]
    parts = []
    if kinds:
        parts.append("It looks like " + _and([f"“{word}”" for word in dict.fromkeys(kinds)]))
    if colours:
        parts.append("It shows much " + _and([f"“{word}”" for word in dict.fromkeys(colours)]))
    return ". ".join(parts)


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
