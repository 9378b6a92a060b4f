"""What a kind of document must offer to be read page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from folioscope.documents.looks import Bounds, Colour, Rgb
from folioscope.documents.text_layer import LayerText
from folioscope.domain.protocols import DocumentFacts


@dataclass(frozen=True, slots=True)
class Survey:
    """A page as it is found: small rendering, text layer, pictures and drawings in fractions."""

    page_index: int
    is_pdf: bool
    width_pt: float
    height_pt: float
    rgb: Rgb
    ground: Colour
    layer: LayerText
    pictures: Sequence[Bounds] = ()
    drawings: Sequence[Bounds] = ()


class PageSource(Protocol):
    """An open document. Errors are DocumentError."""

    @property
    def facts(self) -> DocumentFacts: ...
    def survey(self, page_index: int) -> Survey:
        """Read all there is to know of a page without OCR."""
        ...

    def picture(self, page_index: int, *, longest_px: int, most_pixels: int) -> Rgb:
        """Render a page within both bounds: uint8 (height, width, 3)."""
        ...

    def picture_for_reading(self, page_index: int, most_pixels: int) -> Rgb:
        """Render a page as large as OCR reads it best."""
        ...

    def close(self) -> None: ...
