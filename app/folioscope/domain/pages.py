"""Pages: reference, picture, text with boxes, regions, looks and vectors.

NumPy is imported when the first array is made: the window is up before that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from folioscope.domain.geometry import Box

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]
    Int32 = npt.NDArray[np.int32]
else:
    Float32 = Int32 = Any

LOOK_NAMES = (
    "figure", "photo", "screen", "slide", "scan",
    "red", "orange", "yellow", "green", "turquoise", "blue",
    "purple", "pink", "brown", "grey", "black",
)  # fmt: skip
LOOK_COUNT = len(LOOK_NAMES)


@dataclass(frozen=True, slots=True, order=True)
class PageRef:
    """Names a page: the document's id and the page's index from 0."""

    document_id: str
    page_index: int


class TextSource(StrEnum):
    """Where the words of a page come from."""

    LAYER = "layer"
    OCR = "ocr"
    NONE = "none"  # nothing to read on it
    WAITING = "waiting"  # has a picture that OCR will read later


@dataclass(frozen=True, slots=True)
class PageImage:
    """Pixels of a page: ``rgb`` is uint8, C-contiguous, of shape (height_px, width_px, 3)."""

    rgb: npt.NDArray[np.uint8]

    @property
    def width_px(self) -> int:
        """Width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def height_px(self) -> int:
        """Height in pixels."""
        return int(self.rgb.shape[0])


def _no_boxes() -> Float32:
    import numpy as np

    return np.zeros((0, 4), np.float32)


def _no_numbers() -> Int32:
    import numpy as np

    return np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class PageText:
    """The words of a page in reading order.

    ``boxes`` float32 (n, 4) in fractions of the page, ``lines`` and ``blocks`` int32 (n,)
    number each word's line and block, both from 0 upwards and never decreasing.
    """

    words: tuple[str, ...] = ()
    boxes: Float32 = field(default_factory=_no_boxes)
    lines: Int32 = field(default_factory=_no_numbers)
    blocks: Int32 = field(default_factory=_no_numbers)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.words)

    @property
    def plain(self) -> str:
        """Words joined by spaces, lines by line feeds."""
        parts: list[str] = []
        for number, word in enumerate(self.words):
            if number:
                parts.append(" " if self.lines[number] == self.lines[number - 1] else "\n")
            parts.append(word)
        return "".join(parts)


@dataclass(frozen=True, slots=True, eq=False)
class PageContent:
    """What the documents room reads of a page, before anything is embedded.

    ``looks`` float32 (16,) in the order of LOOK_NAMES, raw values and no percentiles.
    ``preview_jpeg`` is the page at 320 px on its longer side. ``ink`` is the share of the
    page that is not ground: 0 for a blank one. ``heading`` is the page's own heading,
    ``largest_line`` its largest line of text (page 1 may lend it to the document as title).
    """

    page_index: int
    width_pt: float
    height_pt: float
    text: PageText
    text_source: TextSource
    looks: Float32
    preview_jpeg: bytes = b""
    heading: str = ""
    largest_line: str = ""
    ink: float = 1.0


@dataclass(frozen=True, slots=True)
class Region:
    """Neighbouring blocks of a page with one box; what a region vector stands for.

    ``first_word`` and ``last_word`` (exclusive) index into the page's words.
    """

    box: Box
    first_word: int
    last_word: int


@dataclass(frozen=True, slots=True, eq=False)
class MultiVector:
    """Late-interaction vectors of a page or a query: float32 (n, dim), rows of length 1.

    ``cells`` int32 (n,) names the cell of the patch grid that each row stands for, -1 for none.
    """

    rows: Float32
    cells: Int32 = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True, eq=False)
class PageVectors:
    """Vectors of a page, float32: ``page`` and ``title`` (dim,), ``regions`` (n, dim).

    ``page`` is None where the page has next to no text.
    """

    page: Float32 | None
    title: Float32
    regions: Float32


@dataclass(frozen=True, slots=True, eq=False)
class PageRecord:
    """A page as a store keeps it. ``title_line`` is the text that the title vector stands for."""

    ref: PageRef
    width_pt: float
    height_pt: float
    text: PageText
    text_source: TextSource
    regions: tuple[Region, ...]
    looks: Float32
    title_line: str
    ink: float
    vectors: PageVectors
