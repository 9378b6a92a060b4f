"""From what was found on a page to what the rest of the app is given of it."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from folioscope.documents.layout import TextRow, arrange, rows_of
from folioscope.documents.looks import Bounds, Mask, PageParts, Rgb, TextLine, ink_mask, measure
from folioscope.documents.sources import Survey
from folioscope.domain.pages import PageContent, PageText, TextSource

ENOUGH_CHARACTERS = 40  # fewer are a page number or a stamp
_STAMP_CHARACTERS = 300  # on a page that is one picture: a library's stamp on a scan
_BARE_INK = 0.0003  # share of the page: about twenty pixels of the preview
_WHOLE_PAGE = 0.7
_MARGIN = 0.12  # of the page's height: where libraries put their stamp
_JPEG_QUALITY = 80
_HEADING_HEIGHT = 1.5  # times the median line of a page read by OCR


def content_of(survey: Survey) -> PageContent:
    """Return the page as its text layer tells it; WAITING where only OCR can read it."""
    mask = ink_mask(survey.rgb, survey.ground)
    source = _text_source(survey, mask)
    layer = survey.layer
    return PageContent(
        page_index=survey.page_index,
        width_pt=survey.width_pt,
        height_pt=survey.height_pt,
        text=layer.text,
        text_source=source,
        looks=measure(survey.rgb, _parts(survey, layer.lines, source)),
        preview_jpeg=_jpeg(survey.rgb),
        heading=layer.heading,
        largest_line=layer.largest_line,
        ink=float(mask.mean()),
    )


def recognised_content(survey: Survey, rows: list[TextRow]) -> PageContent:
    """Return the page with the lines that OCR read; words of a text layer stay as they are."""
    kept = rows_of(survey.layer.text)
    spots = [box for row in kept for box in row.boxes]
    rows = [rest for row in rows if (rest := row.without(spots)) is not None] if spots else rows
    text = arrange(kept + rows, aspect=survey.width_pt / survey.height_pt)
    lines = [TextLine(row.text, row.box) for row in (*kept, *rows)]
    heading, largest = _headings(rows)
    source = TextSource.OCR if text.words else TextSource.NONE
    return PageContent(
        page_index=survey.page_index,
        width_pt=survey.width_pt,
        height_pt=survey.height_pt,
        text=text,
        text_source=source,
        looks=measure(survey.rgb, _parts(survey, lines, source)),
        preview_jpeg=_jpeg(survey.rgb),
        heading=survey.layer.heading or heading,
        largest_line=survey.layer.largest_line or largest,
        ink=float(ink_mask(survey.rgb, survey.ground).mean()),
    )


def _text_source(survey: Survey, ink: Mask) -> TextSource:
    characters = survey.layer.characters
    is_one_picture = any(_area(box) > _WHOLE_PAGE for box in survey.pictures)
    if characters >= _STAMP_CHARACTERS or (characters >= ENOUGH_CHARACTERS and not is_one_picture):
        return TextSource.LAYER
    bare = _outside(ink, survey.layer.text)
    if characters >= ENOUGH_CHARACTERS:
        is_unread = bare.mean() > _BARE_INK and _is_in_margins(survey.layer.text)
        return TextSource.WAITING if is_unread else TextSource.LAYER
    if bare.mean() > _BARE_INK:
        return TextSource.WAITING
    return TextSource.LAYER if characters else TextSource.NONE


def _is_in_margins(text: PageText) -> bool:
    """Whether all words stand at the head or foot of the page."""
    middle = text.boxes[:, [1, 3]].mean(1)
    return bool(((middle < _MARGIN) | (middle > 1 - _MARGIN)).all())


def _outside(ink: Mask, text: PageText) -> Mask:
    """Return the ink that lies under no word."""
    bare = ink.copy()
    height, width = ink.shape
    scaled = text.boxes * np.array([width, height, width, height], np.float32)
    for x0, y0, x1, y1 in scaled.tolist():
        bare[max(0, int(y0) - 1) : int(y1) + 2, max(0, int(x0) - 1) : int(x1) + 2] = False
    return bare


def _parts(survey: Survey, lines: Sequence[TextLine], source: TextSource) -> PageParts:
    return PageParts(
        survey.is_pdf,
        source is TextSource.LAYER,
        lines,
        survey.pictures,
        survey.drawings,
        is_read=source is not TextSource.WAITING,
    )


def _headings(rows: list[TextRow]) -> tuple[str, str]:
    """Return heading and largest line of a page read by OCR, told by their height."""
    spoken = [row for row in rows if sum(c.isalpha() for c in row.text) >= 3]
    if not spoken:
        return "", ""
    median = float(np.median([row.thickness for row in spoken]))
    tallest = max(spoken, key=lambda row: row.thickness)
    tall = (r.text for r in spoken if r.thickness >= _HEADING_HEIGHT * median)
    return next(tall, ""), tallest.text[:120]


def _area(box: Bounds) -> float:
    return max(0.0, min(box[2], 1) - max(box[0], 0)) * max(0.0, min(box[3], 1) - max(box[1], 0))


def _jpeg(rgb: Rgb) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue()
