"""Reading words off pixels with RapidOCR and the ONNX models inside its wheel."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

from folioscope.documents.layout import TextRow
from folioscope.documents.looks import Bounds, Rgb
from folioscope.domain.tokens import CJK
from folioscope.system.paths import shipped_dir

MOST_PIXELS = 2_600_000
LOW_LINE_PX = 14.0  # lines lower than this may be too small to be read
SURE = 0.9
_LONGEST_SIDE = 4000
_LEAST_SCORE = 0.5  # below it, texts are invented
# signs of scripts without spaces, and the marks that stand between them
_UNSPACED = re.compile(f"[{CJK}\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: rows, the usual height of a line, and how sure the model is (0 to 1)."""

    rows: list[TextRow] = field(default_factory=list)
    line_px: float = 0.0
    certainty: float = 1.0


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
                **_shipped_models(),
            }
        )
        self.read(np.full((64, 256, 3), 255, np.uint8))  # the detector loads on first use

    def read(self, rgb: Rgb) -> Reading:
        """Read the lines of a picture, uint8 (height, width, 3); boxes in fractions of it."""
        self.open()
        height, width = rgb.shape[:2]
        bgr = np.ascontiguousarray(rgb[:, :, ::-1])
        found = self._engine(bgr, use_cls=False, return_word_box=True, text_score=0.0)
        if found.boxes is None or not found.txts:
            return Reading()
        size = np.array([width, height], np.float64)
        heights = [float(quad[:, 1].max() - quad[:, 1].min()) for quad in found.boxes]
        return Reading(list(_rows(found, size)), median(heights), median(map(float, found.scores)))


def _shipped_models() -> dict[str, str]:
    """Return where the models are that an installer brings; without one RapidOCR has its own."""
    folder = shipped_dir("models") / "ocr"
    found = {"Det.model_path": folder / "det.onnx", "Rec.model_path": folder / "rec.onnx"}
    return {name: str(path) for name, path in found.items() if path.is_file()}


def pixels_wanted(reading: Reading, rgb: Rgb) -> int:
    """Return how many pixels a second reading should have; 0 where the first one will do.

    A large sheet in small type is not read at all at one megapixel (measured: 5 % of the words
    of an A1 page in 9 pt), and fully at two; small type that was read surely needs nothing.
    """
    if reading.line_px == 0 or reading.line_px > LOW_LINE_PX or reading.certainty > SURE:
        return 0
    wanted = rgb.shape[0] * rgb.shape[1] * (LOW_LINE_PX * 1.5 / reading.line_px) ** 2
    return int(min(MOST_PIXELS, wanted))


def _rows(found: Any, size: Any) -> Iterator[TextRow]:
    lines = zip(found.txts, found.boxes, found.scores, found.word_results, strict=True)
    for text, quad, score, words_found in lines:
        if not text.strip() or score < _LEAST_SCORE:
            continue
        pieces = [(p[0], p[2]) for p in words_found]
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
