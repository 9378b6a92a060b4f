"""Which words of a page a query finds, and where they stand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageText, Region
from folioscope.domain.queries import WordQuery
from folioscope.domain.results import WordMark
from folioscope.domain.tokens import IS_CJK, fold, tokens
from folioscope.services.common_words import COMMON_WORDS

MOST_MARKS = 400
SHORTEST_STEM = 4  # letters of a word that is looked for inside compounds


@dataclass(frozen=True, slots=True)
class Found:
    """A place where the query is found: word number, characters of the word, and for which term.

    ``end`` is exclusive. ``is_part`` is set where the term is only part of a compound.
    """

    word: int
    start: int
    end: int
    term: str
    is_part: bool = False


@dataclass(frozen=True)
class QueryWords:
    """The words of a query that are worth showing, prepared once for all pages."""

    query: WordQuery

    @cached_property
    def terms(self) -> frozenset[str]:
        """Terms that are looked for one by one: without the, of, und, ... if others are there."""
        telling = frozenset(t for t in self.query.terms if t not in COMMON_WORDS)
        return telling or frozenset(self.query.terms)

    @cached_property
    def runs(self) -> tuple[tuple[str, ...], ...]:
        """Phrases of two tokens and more."""
        groups = [run for group in self.query.alternatives for run in group]
        return tuple(run for run in (*self.query.required, *groups) if len(run) > 1)

    @cached_property
    def signs(self) -> frozenset[str]:
        """Terms of Chinese, Japanese and Korean signs."""
        return frozenset(t for t in self.terms if IS_CJK.match(t))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Terms long enough to be looked for inside compounds."""
        plain = self.terms - self.signs
        return tuple(t for t in plain if len(t) >= SHORTEST_STEM and t.isalpha())


def find_words(text: PageText, wanted: QueryWords) -> list[Found]:
    """Find the query's words on a page, in reading order.

    Whole words first; a term that stands nowhere as a word is also looked for as the start or
    end of compounds.
    """
    folded = _folded_words(text)
    whole = "\n".join(folded)
    present = [t for t in wanted.terms if t in whole]
    found = list(_whole_words(folded, frozenset(present) - wanted.signs))
    found += _signs(folded, frozenset(present) & wanted.signs)
    seen = {hit.term for hit in found}
    parts = [t for t in wanted.stems if t in present and t not in seen]
    if parts:
        found += _compounds(folded, parts)
    for run in wanted.runs:
        if all(token in whole for token in run):
            found += _phrase(folded, run)
    unique = {(hit.word, hit.start, hit.end): hit for hit in found}
    return sorted(unique.values(), key=lambda hit: (hit.word, hit.start))[:MOST_MARKS]


def word_marks(text: PageText, found: list[Found]) -> tuple[WordMark, ...]:
    """Return what stands on the page at these places, with boxes."""
    return tuple(
        WordMark(text.words[hit.word][hit.start : hit.end] or text.words[hit.word], _box(text, hit))
        for hit in found
    )


def best_region(regions: tuple[Region, ...], found: list[Found], meant: int) -> int:
    """Return the index of the region with most of the query's words, ``meant`` among equals.

    -1 when there is none.
    """
    held = [{h.term for h in found if r.first_word <= h.word < r.last_word} for r in regions]
    most = max((len(terms) for terms in held), default=0)
    if most == 0 or (0 <= meant < len(held) and len(held[meant]) == most):
        return meant if meant < len(regions) else -1
    return next(number for number, terms in enumerate(held) if len(terms) == most)


def count_words(text: PageText, found: list[Found]) -> list[tuple[str, int]]:
    """Count the words found as they stand on the page, most telling (longest) first."""
    shown: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for hit in found:
        word = text.words[hit.word][hit.start : hit.end].strip(".,;:!?()[]{}\"'“”„«»")
        key = fold(word)
        shown.setdefault(key, word)
        counts[key] += 1
    return [(shown[key], count) for key, count in counts.items() if shown[key]]


def _folded_words(text: PageText) -> list[str]:
    folded = fold("\n".join(text.words)).split("\n")
    return folded if len(folded) == len(text) else [fold(word) for word in text.words]


def _whole_words(folded: list[str], terms: frozenset[str]) -> Iterator[Found]:
    if not terms:
        return
    for number, word in enumerate(folded):
        if word in terms:
            yield Found(number, 0, len(word), word)
        elif not word.isalnum() or not word.isascii():
            yield from _inside(number, word, terms)


def _inside(number: int, word: str, terms: frozenset[str]) -> Iterator[Found]:
    at = 0
    for token in tokens(word):
        place = word.find(token, at)
        if place < 0:
            continue
        at = place
        if token in terms:
            yield Found(number, place, place + len(token), token)
            at = place + len(token)


def _signs(folded: list[str], terms: frozenset[str]) -> Iterator[Found]:
    """Yield the runs of signs that the query's pairs of signs cover."""
    if not terms:
        return
    for number, word in enumerate(folded):
        covered = np.zeros(len(word), bool)
        first = ""
        for term in terms:
            place = word.find(term)
            while place >= 0:
                covered[place : place + len(term)] = True
                first = first or term
                place = word.find(term, place + 1)
        if first:
            yield from _covered_runs(number, word, covered)


def _covered_runs(
    number: int, word: str, covered: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> Iterator[Found]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], covered.astype(np.int8), [0]))))
    for start, end in edges.reshape(-1, 2).tolist():
        yield Found(number, start, end, word[start:end])


def _compounds(folded: list[str], terms: list[str]) -> Iterator[Found]:
    for number, word in enumerate(folded):
        bare = word.strip(".,;:!?()[]\"'“”„«»-")
        for term in terms:
            if len(bare) > len(term) and (bare.startswith(term) or bare.endswith(term)):
                start = word.index(bare)
                yield Found(number, start, start + len(bare), term, is_part=True)
                break


def _phrase(folded: list[str], run: tuple[str, ...]) -> Iterator[Found]:
    stream = [(token, number) for number, word in enumerate(folded) for token in tokens(word)]
    names = [token for token, _ in stream]
    for start in range(len(names) - len(run) + 1):
        if names[start] == run[0] and tuple(names[start : start + len(run)]) == run:
            for _, number in dict.fromkeys(stream[start : start + len(run)]):
                yield Found(number, 0, len(folded[number]), " ".join(run))


def _box(text: PageText, hit: Found) -> Box:
    """Return the word's box, or the part of it under the characters found."""
    x0, y0, x1, y1 = (float(c) for c in text.boxes[hit.word])
    length = max(len(text.words[hit.word]), 1)
    if hit.end - hit.start >= length or hit.is_part:
        return Box(x0, y0, x1, y1)
    a, b = min(hit.start / length, 1.0), min(hit.end / length, 1.0)
    if y1 - y0 > 1.5 * (x1 - x0) and IS_CJK.search(text.words[hit.word]):  # vertical writing
        return Box(x0, y0 + a * (y1 - y0), x1, y0 + b * (y1 - y0))
    return Box(x0 + a * (x1 - x0), y0, x0 + b * (x1 - x0), y1)
