"""Real pages of the development corpus for the window: pictures, words and hits made by hand."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pymupdf

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageImage, PageRef, PageText
from folioscope.domain.protocols import Cancellation
from folioscope.domain.queries import ParsedQuery
from folioscope.domain.results import (
    Reason,
    ReasonKind,
    RegionMark,
    SearchResult,
    SearchResults,
    Snippet,
    Strength,
    WordMark,
)
from folioscope.services.api import DocumentView

PREVIEW_PX = 320
PATTERN = r"^\W*(densit|maps?\b)"
EXAMPLES = (
    ("stats/hhh4_spacetime.pdf", 16, "strong", (0.15, 0.237, 0.86, 0.449)),
    ("reports/St-Mary-Witney-Social-Audit.pdf", 22, "strong", (0.60, 0.355, 0.965, 0.83)),
    ("screenshots/topcat_DensityWindow.png", 1, "strong", (0.02, 0.125, 0.815, 0.60)),
    ("stats/Ch_graphical_display.pdf", 9, "strong", (0.27, 0.20, 0.81, 0.475)),
    ("reports/St-Mary-Witney-Social-Audit.pdf", 8, "strong", (0.55, 0.435, 0.97, 0.825)),
    ("stats/spatio-temporal-kriging.pdf", 10, "strong", (0.19, 0.565, 0.81, 0.86)),
    ("stats/Ch_density_estimation.pdf", 11, "fair", (0.27, 0.43, 0.76, 0.735)),
    ("screenshots/topcat_tc4_allsky3.png", 1, "fair", (0.01, 0.165, 0.99, 0.66)),
    ("reports/St-Mary-Witney-Social-Audit.pdf", 6, "fair", (0.64, 0.045, 0.965, 0.415)),
    ("stats/Ch_graphical_display.pdf", 6, "fair", None),
    ("stats/hhh4_spacetime.pdf", 3, "fair", None),
    ("slides/GC V3.4 Flyer.pdf", 1, "fair", None),
    ("stats/Ch_density_estimation.pdf", 7, "fair", (0.33, 0.41, 0.80, 0.66)),
    ("reports/St-Mary-Witney-Social-Audit.pdf", 17, "fair", None),
    ("stats/spacetime_jss816.pdf", 18, "fair", None),
)


def id_of(name: str) -> str:
    """Return a document's id that leads back to its file."""
    return name.encode().hex()


@dataclass
class CorpusPages:
    """A PageService over files; ``away`` and ``locked`` pages are told as such."""

    folder: Path
    rendered: list[tuple[PageRef, int]] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)

    def opened(self, ref: PageRef) -> pymupdf.Document:
        return pymupdf.open(self.folder / bytes.fromhex(ref.document_id).decode())

    def _pixels(self, ref: PageRef, longest_px: int) -> pymupdf.Pixmap:
        with self.opened(ref) as document:
            page = document[ref.page_index]
            scale = longest_px / max(page.rect.width, page.rect.height)
            matrix = pymupdf.Matrix(scale, scale)
            return page.get_pixmap(matrix=matrix, alpha=False, colorspace=pymupdf.csRGB)

    def preview(self, ref: PageRef) -> bytes | None:
        # drawn larger and smoothed down, as previews are
        return self._pixels(ref, PREVIEW_PX).tobytes("jpeg", jpg_quality=80)

    def render(
        self, ref: PageRef, *, longest_px: int, token: Cancellation | None = None
    ) -> PageImage:
        self.rendered.append((ref, longest_px))
        pixels = self._pixels(ref, longest_px)
        rows = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)
        rgb = rows[:, : pixels.width * 3].reshape(pixels.height, pixels.width, 3)
        return PageImage(np.ascontiguousarray(rgb))

    def text(self, ref: PageRef) -> PageText:
        with self.opened(ref) as document:
            page = document[ref.page_index]
            found = page.get_text("words")
            turn, size = page.rotation_matrix, page.rect
            boxes = [tuple(pymupdf.Rect(word[:4]) * turn) for word in found]
        keys = [(word[5], word[6]) for word in found]
        lines = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        scale = np.array([size.width, size.height] * 2, np.float32)
        return PageText(
            tuple(word[4] for word in found),
            np.array(boxes, np.float32).reshape(-1, 4) / scale,
            np.array([lines[key] for key in keys], np.int32),
            np.array([key[0] for key in keys], np.int32),
        )

    def document(self, ref: PageRef) -> DocumentView:
        name = bytes.fromhex(ref.document_id).decode()
        with self.opened(ref) as document:
            count = document.page_count
        path = f"/home/me/{name}"
        return DocumentView(Path(name).name, (path,), count, "", False, name in self.locked)

    def save_pasted(self, png: bytes) -> str:
        raise NotImplementedError("nothing is pasted here")


@dataclass
class CorpusShelf:
    """Hits on the corpus for ``density map``, strengths and regions set by hand."""

    folder: Path

    @cached_property
    def pages(self) -> CorpusPages:
        return CorpusPages(self.folder)

    def result(
        self, name: str, page: int, strength: str, region: tuple[float, ...] | None = None
    ) -> SearchResult:
        ref = PageRef(id_of(name), page - 1)
        with self.pages.opened(ref) as document:
            size, count = document[page - 1].rect, document.page_count
        text = self.pages.text(ref)
        hits = [n for n, word in enumerate(text.words) if re.search(PATTERN, word, re.IGNORECASE)]
        marks = tuple(
            WordMark(text.words[n], Box(*(float(c) for c in text.boxes[n]))) for n in hits
        )
        regions = (RegionMark(Box(*region), 0.8),) if region else ()
        reasons = [Reason(ReasonKind.WORDS, "words")] if marks else []
        if region:
            told = "The framed part is closest to what you typed"
            reasons.append(Reason(ReasonKind.MEANING, told))
        return SearchResult(
            ref=ref,
            paths=(f"/home/me/{name}",),
            page_count=count,
            score=0.5,
            strength=Strength(strength),
            reasons=tuple(reasons),
            words=marks,
            regions=regions,
            snippet=_snippet(text, hits),
            aspect=size.width / size.height,
        )

    @cached_property
    def answer(self) -> SearchResults:
        found = tuple(self.result(*example) for example in EXAMPLES)
        return SearchResults(ParsedQuery("density map", "density map"), results=found)


def _snippet(text: PageText, hits: list[int]) -> Snippet:
    if not hits:
        return Snippet()
    start = max(0, hits[0] - 2)
    parts, bold, at = (["…"] if start else []), [], 1 if start else 0
    for number in range(start, min(start + 36, len(text.words))):
        word = text.words[number]
        if number in hits:
            bold.append((at, at + len(word)))
        parts.append(word + " ")
        at += len(word) + 1
    return Snippet("".join(parts).rstrip(), tuple(bold))
