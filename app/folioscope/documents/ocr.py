"""Reading words off pixels with RapidOCR and the ONNX models inside its wheel."""

import logging
import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import numpy as np

from folioscope.documents.layout import TextRow
from folioscope.documents.looks import Bounds, Rgb
from folioscope.domain.tokens import CJK

MOST_PIXELS = 2_600_000
LEAST_TYPE_PX = 13  # lines lower than this are read better from a larger picture
_LONGEST_SIDE = 4000
# signs of scripts without spaces, and the marks that stand between them
_UNSPACED = re.compile(f"[{CJK}\u3000-\u303f\uff00-\uffef]")


class Recogniser:
    """Finds and reads lines. Loading takes about a second and 100 MB."""

    def __init__(self, *, cores: int) -> None:
        self._cores = cores
        self._engine: Any = None

    def open(self) -> None:
        """Load the models; does nothing the second time."""
        if self._engine is not None:
            return
        logging.getLogger("RapidOCR").handlers.clear()
        import cv2  # here, as only one of the workers may pay for it
        from rapidocr import RapidOCR

        cv2.setNumThreads(self._cores)
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,  # it turns upright lines more often than it mends any
                "Global.max_side_len": _LONGEST_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": self._cores,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        self.rows(np.full((64, 256, 3), 255, np.uint8))  # the detector loads on first use

    def rows(self, rgb: Rgb) -> list[TextRow]:
        """Read the lines of a picture, uint8 (height, width, 3); boxes in fractions of it."""
        self.open()
        height, width = rgb.shape[:2]
        bgr = np.ascontiguousarray(rgb[:, :, ::-1])
        found = self._engine(bgr, use_cls=False, return_word_box=True)
        if found.boxes is None or not found.txts:
            return []
        size = np.array([width, height], np.float64)
        return list(_rows(found.txts, found.boxes, found.word_results, size))


def pixels_wanted(rows: Sequence[TextRow], rgb: Rgb) -> int:
    """Return how many pixels a second reading should have; 0 where the first one will do."""
    if len(rows) < 5:
        return 0
    height_px, width_px = rgb.shape[:2]
    heights = [(r.box[3] - r.box[1]) * height_px for r in rows if not r.is_vertical]
    low = max(1.0, median(heights or [LEAST_TYPE_PX]))
    if low >= LEAST_TYPE_PX:
        return 0
    wanted = height_px * width_px * (1.5 * LEAST_TYPE_PX / low) ** 2
    return int(min(MOST_PIXELS, wanted))


def _rows(texts: Sequence[str], quads: Any, found: Sequence[Any], size: Any) -> Iterator[TextRow]:
    for number, (text, quad) in enumerate(zip(texts, quads, strict=True)):
        if not text.strip():
            continue
        pieces = [(p[0], p[2]) for p in found[number]] if number < len(found) else []
        if _bare("".join(p for p, _ in pieces)) == _bare(text) and all(q for _, q in pieces):
            parts = [(word, _bounds(q, size)) for word, q in pieces if word.strip()]
        else:
            parts = list(_interpolated(text, _bounds(quad, size)))
        words, boxes = zip(*_joined(parts), strict=True)
        yield TextRow(words, boxes)


def _joined(parts: Sequence[tuple[str, Bounds]]) -> list[tuple[str, Bounds]]:
    """Join signs of scripts without spaces, that OCR gives one by one, to runs."""
    joined: list[tuple[str, Bounds]] = []
    for word, box in parts:
        if joined and _UNSPACED.match(word) and _UNSPACED.match(joined[-1][0][-1]):
            before, b = joined[-1]
            around = (min(b[0], box[0]), min(b[1], box[1]), max(b[2], box[2]), max(b[3], box[3]))
            joined[-1] = (before + word, around)
        else:
            joined.append((word, box))
    return joined


def _interpolated(text: str, box: Bounds) -> Iterator[tuple[str, Bounds]]:
    """Yield the words of a line, each with its share of the line's box."""
    x0, y0, x1, y1 = box
    step = (x1 - x0) / max(1, len(text))
    for match in re.finditer(r"\S+", text):
        yield match.group(), (x0 + match.start() * step, y0, x0 + match.end() * step, y1)


def _bounds(quad: Any, size: Any) -> Bounds:
    """Return the upright box around four corners, in fractions of the page."""
    corners = np.asarray(quad, np.float64) / size
    (x0, y0), (x1, y1) = corners.min(0).tolist(), corners.max(0).tolist()
    return x0, y0, x1, y1


def _bare(text: str) -> str:
    return "".join(text.split())
