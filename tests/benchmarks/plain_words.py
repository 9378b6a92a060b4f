"""The baseline that quality is compared with: BM25 over plain words, from texts read apart.

Nothing here uses the app: text layers through PyMuPDF, and RapidOCR where a page has less than
40 characters. Reading the corpus takes some four minutes, so it is kept in a file.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from PIL import Image
from rapidocr import RapidOCR

LEAST_CHARACTERS = 40
OCR_PIXELS = 1.0e6

Page = tuple[str, int]  # path below the corpus, number from 1


def corpus_texts(files: Path, cache: Path) -> tuple[dict[Page, str], frozenset[Page]]:
    """Return the text of every page, and the pages that needed no OCR; kept in ``cache``."""
    if not cache.exists():
        rows = [[*page, text, is_layer] for page, text, is_layer in _read(files)]
        cache.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    rows = json.loads(cache.read_text(encoding="utf-8"))
    texts = {(name, number): text for name, number, text, _ in rows}
    return texts, frozenset((name, number) for name, number, _, is_layer in rows if is_layer)


def _read(files: Path) -> Iterator[tuple[Page, str, bool]]:
    ocr = RapidOCR()
    for path in sorted(p for p in files.rglob("*") if p.is_file()):
        name = path.relative_to(files).as_posix()
        if path.suffix.lower() != ".pdf":
            yield (name, 1), _recognised(ocr, _image(path)), False
            continue
        with pymupdf.open(path) as document:
            for index, page in enumerate(document):
                text = page.get_text()
                is_layer = len(text.strip()) >= LEAST_CHARACTERS
                if not is_layer:
                    text = _recognised(ocr, _rendered(page))
                yield (name, index + 1), text, is_layer


def _image(path: Path) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    with Image.open(path) as image:
        plain = image.convert("RGB")
        scale = min(1.0, (OCR_PIXELS / (plain.width * plain.height)) ** 0.5)
        size = (max(1, int(plain.width * scale)), max(1, int(plain.height * scale)))
        return np.asarray(plain.resize(size))


def _rendered(page: Any) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    scale = (OCR_PIXELS / (page.rect.width * page.rect.height)) ** 0.5
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3)


def _recognised(ocr: RapidOCR, rgb: "np.ndarray[Any, np.dtype[np.uint8]]") -> str:
    found = ocr(np.ascontiguousarray(rgb[:, :, ::-1]), use_cls=False)
    return " ".join(found.txts or ())


def plain_tokens(text: str) -> list[str]:
    """Split into words, case folded and nothing else."""
    return re.findall(r"\w+", text.casefold())


class PlainWords:
    """BM25 with the usual k1 = 1.2 and b = 0.75."""

    def __init__(self, texts: dict[Page, str]) -> None:
        self.pages = list(texts)
        counts = [Counter(plain_tokens(text)) for text in texts.values()]
        lengths = np.array([sum(c.values()) for c in counts], float)
        self._norm = 1.2 * (0.25 + 0.75 * lengths / max(lengths.mean(), 1.0))
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                self._postings[word].append((number, times))

    def best(self, query: str, *, limit: int = 20) -> list[Page]:
        """Return the pages that score at all, best first."""
        scores = np.zeros(len(self.pages))
        for word in dict.fromkeys(plain_tokens(query)):
            rows = self._postings.get(word, [])
            idf = math.log(1 + (len(self.pages) - len(rows) + 0.5) / (len(rows) + 0.5))
            for number, times in rows:
                scores[number] += idf * times * 2.2 / (times + self._norm[number])
        order: Sequence[int] = np.argsort(-scores, kind="stable")[:limit].tolist()
        return [self.pages[number] for number in order if scores[number] > 0]
