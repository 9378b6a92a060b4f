"""PDF documents through PyMuPDF, which here only ever sees what begins like a PDF."""

import math
import os
from collections.abc import Iterator

import numpy as np
import pymupdf

from folioscope.documents import errors
from folioscope.documents.limits import ReadingLimits
from folioscope.documents.looks import Bounds, Rgb, ground_colour
from folioscope.documents.sources import Survey
from folioscope.documents.text_layer import read_layer
from folioscope.domain.documents import DocumentKind, Failure, FailureCause
from folioscope.domain.protocols import DocumentFacts

_TAIL_BYTES = 4096
_LONGEST_TITLE = 1000
_MOST_DRAWINGS = 20_000
_SHRINK_EVERY = 16  # pages: MuPDF's cache of decoded pictures otherwise grows to 256 MB

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


class PdfSource:
    """An open PDF."""

    def __init__(self, path: str, *, password: str, limits: ReadingLimits) -> None:
        self._limits = limits
        self._read = 0
        self._descriptor = -1
        self._document = self._open(path)
        try:
            self._unlock(password)
            self.facts = self._facts(path)
        except BaseException:
            self.close()
            raise

    def _open(self, path: str) -> pymupdf.Document:
        name = self._openable(path)
        try:
            document = pymupdf.open(name, filetype="pdf")
        except (RuntimeError, ValueError) as error:  # all of MuPDF's errors are the former
            self.close()
            if _is_memory(error):
                raise MemoryError from error
            raise _cut_short(path, 0) or errors.unreadable("PDF") from error
        if not document.is_pdf:  # MuPDF trusts contents over the type it is told
            document.close()
            self.close()
            raise errors.unreadable("PDF")
        return document

    def _openable(self, path: str) -> str:
        """Return a name that MuPDF can open; it takes none that is not Unicode."""
        try:
            path.encode()
        except UnicodeEncodeError:
            self._descriptor = os.open(path, os.O_RDONLY)
            return f"/dev/fd/{self._descriptor}"
        return path

    def _unlock(self, password: str) -> None:
        if not self._document.needs_pass:
            return
        if not password:
            raise errors.locked()
        if not self._document.authenticate(password):
            raise errors.wrong_password()

    def _facts(self, path: str) -> DocumentFacts:
        try:
            count = self._document.page_count
            title = str((self._document.metadata or {}).get("title") or "")
        except RuntimeError as error:
            raise errors.unreadable("PDF") from error
        failures: list[Failure] = []
        if self._document.is_repaired and (cut := _cut_short(path, count)):
            if count == 0:
                raise cut
            failures.append(cut.failure)
        if count == 0 and not failures:
            failures.append(Failure(FailureCause.NO_PAGES, "The document has no pages."))
        if count > self._limits.max_pages:
            most = self._limits.max_pages
            message = f"Only the first {most:,} of {count:,} pages are read."
            failures.append(Failure(FailureCause.TOO_LARGE, message))
        return DocumentFacts(
            DocumentKind.PDF,
            min(count, self._limits.max_pages),
            title[:_LONGEST_TITLE].encode("utf-8", "replace").decode(),
            tuple(failures),
        )

    def survey(self, page_index: int) -> Survey:
        """Interpret the page once, and take its text, picture and parts from that."""
        try:
            return self._survey(page_index)
        except (RuntimeError, ValueError) as error:
            raise _translated(error) from error
        finally:
            self._tidy()

    def _survey(self, page_index: int) -> Survey:
        page = self._page(page_index)
        width, height = float(page.rect.width), float(page.rect.height)
        content = page.get_displaylist()
        rgb = _render(content, width, height, self._limits.preview_px, 1 << 30)
        words = pymupdf.TextPage(content.get_textpage(0))
        images = pymupdf.TextPage(content.get_textpage(pymupdf.TEXT_PRESERVE_IMAGES))
        ground = ground_colour(rgb)
        return Survey(
            page_index,
            True,
            width,
            height,
            rgb,
            ground,
            read_layer(words, width, height, rgb=rgb, ground=ground),
            [_shares(info["bbox"], width, height) for info in images.extractIMGINFO()],
            list(_drawings(page, width, height)),
        )

    def picture(self, page_index: int, *, longest_px: int, most_pixels: int) -> Rgb:
        """Render the page."""
        try:
            page = self._page(page_index)
            content = page.get_displaylist()
            return _render(content, page.rect.width, page.rect.height, longest_px, most_pixels)
        except (RuntimeError, ValueError) as error:
            raise _translated(error) from error
        finally:
            self._tidy()

    def picture_for_reading(self, page_index: int, most_pixels: int) -> Rgb:
        """Render the page to the whole budget; vectors have no size of their own."""
        return self.picture(page_index, longest_px=1 << 20, most_pixels=most_pixels)

    def _page(self, page_index: int) -> pymupdf.Page:
        page: pymupdf.Page = self._document.load_page(page_index)
        if page.rect.is_empty or page.rect.is_infinite:
            raise errors.unreadable("page")
        return page

    def _tidy(self) -> None:
        self._read += 1
        if self._read % _SHRINK_EVERY == 0:
            pymupdf.TOOLS.store_shrink(100)

    def close(self) -> None:
        """Give the file back."""
        document = getattr(self, "_document", None)
        if document is not None and not document.is_closed:
            document.close()
            pymupdf.TOOLS.store_shrink(100)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _render(
    content: pymupdf.DisplayList,
    width: float,
    height: float,
    longest_px: int,
    most_pixels: int,
) -> Rgb:
    """Render within both bounds; a side never shrinks to nothing, however long the page."""
    scale = min(longest_px / max(width, height), math.sqrt(most_pixels / (width * height)))
    across, down = max(scale, 1 / width), max(scale, 1 / height)
    if (width * across) * (height * down) > 2 * most_pixels:
        across, down = min(across, most_pixels / width), min(down, most_pixels / height)
    pixmap = content.get_pixmap(matrix=pymupdf.Matrix(across, down), alpha=0)
    flat = np.frombuffer(pixmap.samples_mv, np.uint8)
    rows = flat.reshape(pixmap.height, pixmap.stride)[:, : pixmap.width * 3]
    return rows.reshape(pixmap.height, pixmap.width, 3).copy()


def _drawings(page: pymupdf.Page, width: float, height: float) -> Iterator[Bounds]:
    """Yield the boxes of vector shapes that are neither rules nor the shading of tables."""
    turned = page.rotation_matrix if page.rotation else None
    for number, drawing in enumerate(page.get_cdrawings()):
        if number >= _MOST_DRAWINGS:
            return
        rect = drawing["rect"]
        if turned is not None:
            rect = tuple((pymupdf.Rect(rect) * turned).normalize())
        box = x0, y0, x1, y1 = _shares(rect, width, height)
        shapes = {item[0] for item in drawing["items"]}
        is_single = len(drawing["items"]) == 1
        is_thin = is_single and shapes <= {"l", "re"} and min(x1 - x0, y1 - y0) < 0.004
        is_bar = is_single and drawing["type"] == "f" and shapes == {"re"}
        if is_thin or (is_bar and y1 - y0 < 0.035 and x1 - x0 > 0.25):
            continue
        yield box


def _shares(rect: Bounds, width: float, height: float) -> Bounds:
    return rect[0] / width, rect[1] / height, rect[2] / width, rect[3] / height


def _cut_short(path: str, count: int) -> errors.ReadingError | None:
    """Return the error of a file whose end is missing; None where it is there."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (names that are no Unicode)
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
            if b"%%EOF" in file.read():
                return None
    except OSError as error:
        return errors.from_os(error)
    found = {0: "None of its pages can be found", 1: "Page 1 can be found"}.get(
        count, f"{count:,} pages can be found"
    )
    message = f"The file ends early. {found}; fetch it again for the rest."
    return errors.refusal(FailureCause.CUT_SHORT, message)


def _is_memory(error: Exception) -> bool:
    return "malloc" in str(error) or "out of memory" in str(error).lower()


def _translated(error: Exception) -> Exception:
    """Turn MuPDF's error into ours."""
    if isinstance(error, errors.ReadingError):
        return error
    return MemoryError() if _is_memory(error) else errors.unreadable("page")
