"""The text around a match."""

from dataclasses import dataclass

from folioscope.domain.pages import PageText, Region
from folioscope.domain.results import Snippet
from folioscope.services.composing import clean
from folioscope.services.marking import Found

LENGTH = 220
_WORDS_BEFORE = 2
_SIGNS_BEFORE = 6  # within one long run of Chinese or Japanese signs


def snippet(text: PageText, found: list[Found], region: Region | None) -> Snippet:
    """Return the text around the densest match, or the region's beginning without any."""
    if not found:
        first = region.first_word if region is not None else 0
        return _plain(text, first)
    start = _densest(text, found)
    return _around(text, [hit for hit in found if hit.word >= found[start].word])


def _plain(text: PageText, first: int) -> Snippet:
    words: list[str] = []
    size = 0
    for word in text.words[first:]:
        words.append(clean(word))
        size += len(words[-1]) + 1
        if size > LENGTH:
            break
    return Snippet(" ".join(words)[:LENGTH].strip())


def _densest(text: PageText, found: list[Found]) -> int:
    """Return the number of the match from which a snippet shows most different terms."""
    ends = _character_offsets(text)
    best, best_start = (-1, -1), 0
    for start, hit in enumerate(found):
        terms: set[str] = set()
        count = 0
        for other in found[start:]:
            if ends[other.word] - ends[hit.word] > LENGTH - 40:
                break
            terms.add(other.term)
            count += 1
        if (len(terms), count) > best:
            best, best_start = (len(terms), count), start
    return best_start


def _character_offsets(text: PageText) -> list[int]:
    offsets, at = [], 0
    for word in text.words:
        offsets.append(at)
        at += len(word) + 1
    return offsets


@dataclass(slots=True)
class _Writing:
    """A snippet under way."""

    text: str = ""
    bold: tuple[tuple[int, int], ...] = ()

    def add(self, word: str, spans: list[tuple[int, int]]) -> None:
        """Append a word with its bold parts."""
        if self.text:
            self.text += " "
        at = len(self.text)
        self.text += word
        self.bold += tuple((at + a, at + b) for a, b in spans)


def _around(text: PageText, found: list[Found]) -> Snippet:
    first = found[0]
    writing = _Writing()
    by_word: dict[int, list[tuple[int, int]]] = {}
    for hit in found:
        by_word.setdefault(hit.word, []).append((hit.start, hit.end))
    skipped = max(0, first.start - _SIGNS_BEFORE)
    begin = max(0, first.word - _WORDS_BEFORE) if not skipped else first.word
    if any(len(word) > 24 for word in text.words[begin : first.word]):
        begin = first.word
    for number in range(begin, len(text)):
        word = text.words[number]
        cut = skipped if number == first.word else 0
        spans = [(max(a - cut, 0), b - cut) for a, b in by_word.get(number, ())]
        writing.add(_shown(word[cut:]), [(a, min(b, len(word) - cut)) for a, b in spans])
        if len(writing.text) >= LENGTH:
            break
    shown = writing.text[:LENGTH].rstrip()
    bold = ((a, min(b, len(shown))) for a, b in writing.bold)
    return Snippet(shown, tuple((a, b) for a, b in bold if a < b))


def _shown(word: str) -> str:
    """Replace what must not be shown by spaces, sign for sign, so that offsets stay."""
    kept = (c if c.isprintable() else " " for c in word)
    return "".join(kept)
