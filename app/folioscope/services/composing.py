"""Cutting a page into the texts that get a vector each: the page, its regions, a title line.

Sizes come from measurements on the development corpus: the first 2,000 characters stand for
the page, neighbouring blocks joined to about 400 characters for its parts.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from folioscope.domain.geometry import Box, union
from folioscope.domain.pages import PageContent, PageText, Region
from folioscope.domain.protocols import PageUnits
from folioscope.domain.tokens import CJK, fold, spoken_name

PAGE_CHARACTERS = 2000
REGION_CHARACTERS = 400
LONGEST_REGION = 700
SHORTEST_TEXT = 8  # characters; Chinese and Japanese signs count twice
TITLE_CHARACTERS = 300
LONGEST_TITLE_PART = 120
_MARGIN = 0.1  # of the page's height: where running lines stand
_WIDEST_GAP = 0.12  # of the page: blocks farther apart than this are not one region
_EMPTY_SHARE = 0.5  # a joined box may be at most so much wider than what it joins

_PRODUCER_NOISE = re.compile(
    r"^(microsoft (word|powerpoint|excel)|powerpoint presentation|untitled|ohne titel|sans titre"
    r"|unbenannt|document ?\d*|slide ?\d+)\b[\s\-:]*",
    re.IGNORECASE,
)
_FILE_ENDING = re.compile(r"\.(docx?|pptx?|xlsx?|odt|odp|indd|tex|dvi|ps|pdf|qxd|rtf)$", re.I)
_CJK_SIGN = re.compile(f"[{CJK}]")
_CJK_BOTH_SIDES = re.compile(f"(?<=[{CJK}、。，！？：；]) (?=[{CJK}、。，！？：；])")


def compose(
    content: PageContent,
    *,
    document_title: str,
    file_name: str,
    repeated_lines: Collection[str] = frozenset(),
) -> tuple[PageUnits, tuple[Region, ...]]:
    """Return the texts to embed and the regions that they stand for, in the same order.

    The page's text is empty where there is next to none, and too short regions are left out.
    ``document_title`` as chosen by ``choose_document_title``; ``repeated_lines`` as found by
    ``find_repeated_lines``: running headers and footers, left out of page and regions.
    """
    text = content.text
    kept = _words_kept(text, repeated_lines)
    spans = tuple(span for span in _regions(text, kept) if _says_something(span.text))
    whole = _joined(text.words, kept)[:PAGE_CHARACTERS]
    units = PageUnits(
        page=whole if _says_something(whole) else "",
        regions=tuple(span.text for span in spans),
        title=title_line(document_title, file_name, content.heading),
    )
    return units, tuple(span.region for span in spans)


def title_line(document_title: str, file_name: str, heading: str) -> str:
    """Join title, spoken file name and heading; control and direction signs are dropped."""
    parts = [clean(document_title), clean(spoken_name(PurePath(file_name).stem)), clean(heading)]
    cut = [part[:LONGEST_TITLE_PART] for part in parts if part]
    return " ".join(dict.fromkeys(cut))[:TITLE_CHARACTERS]


def choose_document_title(title: str, first_page: PageContent | None) -> str:
    """Prefer the document's own title; else the largest line of its first page.

    Titles that a program wrote ("Microsoft Word - report.doc") lose the program's part.
    """
    own = _FILE_ENDING.sub("", _PRODUCER_NOISE.sub("", clean(title))).strip()
    if len(own) > 5:
        return own[:LONGEST_TITLE_PART]
    largest = clean(first_page.largest_line) if first_page is not None else ""
    return (largest or own)[:LONGEST_TITLE_PART]


def clean(text: str) -> str:
    """Drop control, direction and surrogate signs; squeeze white space."""
    visible = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
    )
    return " ".join(visible.split())


# --- running headers and footers -----------------------------------------------------------


def find_repeated_lines(pages: Iterable[PageText]) -> frozenset[str]:
    """Return keys of lines in the margins of more than half of the pages, three at least.

    Digits count as equal, so that running page numbers are found; rows of figures within a
    page are safe, as they do not stand at its edge.
    """
    seen: Counter[str] = Counter()
    count = 0
    for page in pages:
        count += 1
        seen.update({_line_key(page.words[a:b]) for a, b in _margin_lines(page)})
    least = max(3, count // 2 + 1)
    return frozenset(key for key, times in seen.items() if key and times >= least)


def _margin_lines(text: PageText) -> Iterator[tuple[int, int]]:
    for a, b in _runs(text.lines):
        middle = float(text.boxes[a:b, [1, 3]].mean())
        if not _MARGIN <= middle <= 1 - _MARGIN:
            yield a, b


def _line_key(words: Iterable[str]) -> str:
    return re.sub(r"\d+", "#", fold(" ".join(words)))


def _words_kept(text: PageText, repeated_lines: Collection[str]) -> list[int]:
    if not repeated_lines:
        return list(range(len(text)))
    dropped = {
        number
        for a, b in _margin_lines(text)
        if _line_key(text.words[a:b]) in repeated_lines
        for number in range(a, b)
    }
    return [number for number in range(len(text)) if number not in dropped]


# --- regions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    """Words that belong together: their text, and the region that they make."""

    text: str
    region: Region
    covered: float  # share of the page under its blocks, gaps between them not counted


def _regions(text: PageText, kept: list[int]) -> Iterator[_Span]:
    """Join neighbouring blocks up to the length wanted, as long as they lie close together."""
    current: _Span | None = None
    for block in _blocks(text, kept):
        if current is None:
            current = block
        elif _belong_together(current, block):
            current = _merged(current, block)
        else:
            yield current
            current = block
    if current is not None:
        yield current


def _blocks(text: PageText, kept: list[int]) -> Iterator[_Span]:
    """Yield the page's blocks; long ones are cut between words, best at the end of a line."""
    start = 0
    for position in range(1, len(kept) + 1):
        if position == len(kept) or text.blocks[kept[position]] != text.blocks[kept[start]]:
            yield from _cut(text, kept[start:position])
            start = position


def _cut(text: PageText, numbers: list[int]) -> Iterator[_Span]:
    length = sum(len(text.words[n]) + 1 for n in numbers)
    if length <= LONGEST_REGION:
        yield from _span(text, numbers)
        return
    wanted = length / max(2, round(length / REGION_CHARACTERS))
    part: list[int] = []
    size = 0
    for position, number in enumerate(numbers):
        part.append(number)
        size += len(text.words[number]) + 1
        is_last = position + 1 == len(numbers)
        ends_line = is_last or text.lines[numbers[position + 1]] != text.lines[number]
        if not is_last and (size >= wanted * 1.25 or (size >= wanted * 0.85 and ends_line)):
            yield from _span(text, part)
            part, size = [], 0
    yield from _span(text, part)


def _span(text: PageText, numbers: list[int]) -> Iterator[_Span]:
    if not numbers:
        return
    boxes = text.boxes[numbers]
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    box = Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])).clipped()
    region = Region(box, numbers[0], numbers[-1] + 1)
    yield _Span(_joined(text.words, numbers), region, box.area)


def _merged(first: _Span, second: _Span) -> _Span:
    region = Region(
        union((first.region.box, second.region.box)),
        first.region.first_word,
        second.region.last_word,
    )
    return _Span(f"{first.text} {second.text}", region, first.covered + second.covered)


def _belong_together(first: _Span, second: _Span) -> bool:
    """Whether joining reads well (not too long) and looks well (not mostly empty)."""
    if len(first.text) + len(second.text) > REGION_CHARACTERS:
        return False
    a, b = first.region.box, second.region.box
    if max(b.x0 - a.x1, a.x0 - b.x1, b.y0 - a.y1, a.y0 - b.y1) > _WIDEST_GAP:
        return False
    whole = union((a, b)).area
    return whole - first.covered - second.covered <= max(0.04, _EMPTY_SHARE * whole)


# --- small parts ---------------------------------------------------------------------------


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each run of equal numbers."""
    start, last = 0, None
    count = 0
    for count, number in enumerate(numbers, 1):
        if last is not None and number != last:
            yield start, count - 1
            start = count - 1
        last = number
    if count:
        yield start, count


def _says_something(text: str) -> bool:
    return len(text) + len(_CJK_SIGN.findall(text)) >= SHORTEST_TEXT


def _joined(words: tuple[str, ...], numbers: Iterable[int]) -> str:
    """Join words by spaces, but not where both neighbours are Chinese or Japanese."""
    return _CJK_BOTH_SIDES.sub("", clean(" ".join(words[n] for n in numbers)))
