"""The text layer of a PDF page: visible words with boxes, lines, heading.

MuPDF's own order is kept: it is the order of the content, which reads right in nearly all
documents, and its bidirectional text is already in reading order.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymupdf

from folioscope.documents.looks import Bounds, Colour, Rgb, TextLine
from folioscope.domain.pages import PageText
from folioscope.domain.tokens import CJK

MOST_WORDS = 30_000  # of one page; a newspaper page has some 8,000
HEADING_SIZE = 1.2  # times the body's
LONGEST_HEADING = 160
LONGEST_LINE = 120

_LEAST_SIZE_PT = 2.0
_LEAST_SIZE_SHARE = 0.0025  # of the longer side: small pages have small type
_NEAR = 48  # of 255: a colour so close to the ground needs a look at the picture
_CONTRAST = 40  # of 255 within a word's box: something can be seen there
_PAINTED = 16 | 32  # char_flags: filled, stroked; neither in a scan's hidden layer

_FORMS = {
    code: unicodedata.normalize("NFKC", chr(code)).strip()
    for code in (*range(0xFB00, 0xFB50), *range(0xFB50, 0xFDFE), *range(0xFE70, 0xFEFD))
    if unicodedata.normalize("NFKC", chr(code)) != chr(code)
}

_FORMS[0xFFFD] = ""  # a glyph that nobody knows
_TURNED_ARTICLE = re.compile("\u0627([\u0627\u0623\u0625\u0622])\u0644")

_SAY_NOTHING = ("Co", "Cn", "Cc")  # private, unassigned and control characters
_CJK_SIGN = re.compile(f"[{CJK}]")

Words = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class LayerText:
    """What the text layer says.

    ``characters`` counts those that have a meaning, and the spaces between words; a Chinese or
    Japanese one says as much as two others.
    """

    text: PageText
    lines: tuple[TextLine, ...] = ()
    heading: str = ""
    largest_line: str = ""
    characters: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    size: float
    lines: tuple[TextLine, ...]


def read_layer(
    text_page: pymupdf.TextPage, width_pt: float, height_pt: float, *, rgb: Rgb, ground: Colour
) -> LayerText:
    """Read the words that can be seen, or that a scanner laid under what can be seen.

    Words of next to no size, in the colour of what they stand on, or outside of the page are
    left out: they are there for machines. ``rgb`` is a rendering of the page, any size, and
    ``ground`` the colour of its ground.
    """
    words = [word for word in text_page.extractWORDS() if _says_something(word[4])][:MOST_WORDS]
    if not words:
        return LayerText(PageText())
    size = np.array([width_pt, height_pt, width_pt, height_pt])
    eye = _Eye(rgb, ground, width_pt, height_pt)
    blocks, hidden = _survey(text_page, size, eye)
    if hidden:
        words = [word for word in words if not _is_hidden(word, hidden)]
    text = _page_text(words, size)
    return LayerText(
        text,
        tuple(line for block in blocks for line in block.lines),
        _heading(blocks),
        _largest(blocks),
        sum(map(_meaningful, text.words)) + max(0, len(text) - 1),
    )


def _page_text(words: Words, size: Any) -> PageText:
    """Number the words' lines and blocks anew, dropping what lies outside of the page."""
    if not words:
        return PageText()
    boxes = np.array([word[:4] for word in words], np.float64) / size
    middle_x, middle_y = boxes[:, [0, 2]].mean(1), boxes[:, [1, 3]].mean(1)
    inside = (middle_x >= 0) & (middle_x <= 1) & (middle_y >= 0) & (middle_y <= 1)
    kept = np.flatnonzero(inside)
    if not len(kept):
        return PageText()
    places = np.array([word[5:7] for word in words], np.int64)[kept]
    new_block = np.append(False, places[1:, 0] != places[:-1, 0])
    new_line = new_block | np.append(False, places[1:, 1] != places[:-1, 1])
    return PageText(
        tuple(spelt_out(words[number][4]) for number in kept.tolist()),
        np.ascontiguousarray(boxes[kept].clip(0, 1), np.float32),
        np.cumsum(new_line).astype(np.int32),
        np.cumsum(new_block).astype(np.int32),
    )


# --- what can be seen ----------------------------------------------------------------------


class _Eye:
    """Tells whether something can be seen at a place, from a rendering of the page."""

    def __init__(self, rgb: Rgb, ground: Colour, width_pt: float, height_pt: float) -> None:
        self._rgb = rgb
        self._scale = rgb.shape[1] / width_pt, rgb.shape[0] / height_pt
        self._ground = ground
        self.least_size = min(_LEAST_SIZE_PT, _LEAST_SIZE_SHARE * max(width_pt, height_pt))

    def misses(self, span: dict[str, Any]) -> bool:
        """Whether a span cannot be seen, and nothing else is where it stands."""
        if span["size"] < self.least_size:
            return True
        colour = span["color"]
        near = (
            abs((colour >> 16 & 255) - self._ground[0]) < _NEAR
            and abs((colour >> 8 & 255) - self._ground[1]) < _NEAR
            and abs((colour & 255) - self._ground[2]) < _NEAR
        )
        painted = span.get("char_flags", _PAINTED) & _PAINTED and span.get("alpha", 255) > 24
        return (near or not painted) and not self._sees(span["bbox"])

    def _sees(self, box: Bounds) -> bool:
        across, down = self._scale
        x0, y0 = max(0, int(box[0] * across)), max(0, int(box[1] * down))
        spot = self._rgb[y0 : int(box[3] * down) + 1, x0 : int(box[2] * across) + 1]
        if spot.size == 0:
            return False
        return int((spot.max((0, 1)).astype(np.int16) - spot.min((0, 1))).max()) >= _CONTRAST


def _is_hidden(word: tuple[Any, ...], hidden: dict[tuple[int, int], list[Bounds]]) -> bool:
    spans = hidden.get((word[5], word[6]))
    if not spans:
        return False
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return any(b[0] - 0.1 <= x <= b[2] + 0.1 and b[1] - 0.1 <= y <= b[3] + 0.1 for b in spans)


def _survey(
    text_page: pymupdf.TextPage, size: Any, eye: _Eye
) -> tuple[list[_Block], dict[tuple[int, int], list[Bounds]]]:
    """Return the blocks of text that can be seen, and the boxes of spans that cannot."""
    blocks: list[_Block] = []
    hidden: dict[tuple[int, int], list[Bounds]] = {}
    width, height = float(size[0]), float(size[1])
    for number, block in enumerate(text_page.extractDICT()["blocks"]):
        lines: list[TextLine] = []
        largest = 0.0
        for line_number, line in enumerate(block.get("lines", ())):
            seen = []
            for span in line["spans"]:
                if eye.misses(span):
                    hidden.setdefault((number, line_number), []).append(span["bbox"])
                else:
                    seen.append(span)
            text = spelt_out(" ".join("".join(span["text"] for span in seen).split()))
            if text:
                x0, y0, x1, y1 = line["bbox"]
                lines.append(TextLine(text, (x0 / width, y0 / height, x1 / width, y1 / height)))
                largest = max(largest, *(s["size"] for s in seen if s["text"].strip()))
        if lines:
            blocks.append(_Block(" ".join(line.text for line in lines), largest, tuple(lines)))
    return blocks, hidden


# --- headings ------------------------------------------------------------------------------


def _heading(blocks: Sequence[_Block]) -> str:
    """Return the first block that is clearly larger than the body of the text."""
    least = HEADING_SIZE * _body_size(blocks)
    large = (b.text for b in blocks if b.size >= least > 0 and _is_spoken(b.text))
    return next((text for text in large if len(text) < LONGEST_HEADING), "")


def _is_spoken(text: str) -> bool:
    return sum(c.isalnum() for c in text) > 1


def _body_size(blocks: Iterable[_Block]) -> float:
    """Return the size of type that half of the characters do not exceed."""
    ordered = sorted((block.size, len(block.text)) for block in blocks)
    half = sum(length for _, length in ordered) / 2
    for size, length in ordered:
        half -= length
        if half <= 0:
            return size
    return 0.0


def _largest(blocks: Sequence[_Block]) -> str:
    spoken = [block for block in blocks if _is_spoken(block.text)]
    return max(spoken, key=lambda block: block.size).text[:LONGEST_LINE] if spoken else ""


def spelt_out(text: str) -> str:
    """Spell out ligatures and letter forms that are left, and mend what MuPDF turned around.

    It spells the one glyph for lam and alef in the order of the eye, so that the article before
    an alef comes out as two alefs and a lam, which no Arabic word has.
    """
    if text.isascii():
        return text
    return _TURNED_ARTICLE.sub("\u0627\u0644\\1", text.translate(_FORMS))


def _says_something(word: str) -> bool:
    return bool(word.strip("\ufffd \t\r\n\xa0"))


def _meaningful(word: str) -> int:
    """Count the characters that stand for something: no unknown glyphs, no private ones."""
    if word.isascii():
        return len(word)
    known = sum(c != "\ufffd" and unicodedata.category(c) not in _SAY_NOTHING for c in word)
    return known + len(_CJK_SIGN.findall(word))
