"""Pictures that are searched with: from a file, from the clipboard, or a part of a page."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.errors import DocumentError
from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.domain.results import SearchResult
from folioscope.gui.image_bridge import page_image_of, png_of, prepare_for_threads
from folioscope.gui.results.result_words import file_name
from folioscope.gui.words import number, tr
from folioscope.services.api import Services

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
_MOST_PX = 2048  # more than any model takes in
_PAGE_PX = 1754  # as pages are drawn when they are looked at
_MOST_MEGAPIXELS = 200
Load = Callable[[Services, Cancellation], PictureQuery]


class AskedPicture:
    """A picture by name, made in the job that searches with it, and kept for when it repeats."""

    def __init__(self, name: str, load: Load) -> None:
        self.name = name
        self._load = load
        self._loaded: PictureQuery | None = None

    def load(self, services: Services, token: Cancellation) -> PictureQuery:
        """Return what is asked; raise DocumentError where the picture cannot be read."""
        if self._loaded is None:
            self._loaded = self._load(services, token)
        return self._loaded


@cache
def _prepare_for_threads() -> None:
    """Use once, on the GUI thread, what jobs use on others; see ``image_bridge``."""
    prepare_for_threads()
    clear = QImage(1, 1, QImage.Format.Format_ARGB32)
    clear.fill(0)
    page_image_of(_on_white(clear.scaled(_fitted(clear.size()))))
    buffer = QBuffer()
    buffer.setData(png_of(clear))
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    reader.setScaledSize(reader.size())
    reader.read()


def picture_file(path: str) -> AskedPicture:
    """Ask with a file."""
    _prepare_for_threads()
    return AskedPicture(Path(path).name, lambda _services, _token: PictureQuery(_read(path)))


def picture_pixels(image: QImage) -> AskedPicture:
    """Ask with pixels, such as those on the clipboard."""
    _prepare_for_threads()
    made = partial(_from_pixels, image)
    return AskedPicture(tr("Pasted picture"), made)


def picture_part(result: SearchResult, box: Box) -> AskedPicture:
    """Ask with a part of a page, drawn anew from its file."""
    return _drawn(result, tr("Part of {name}, page {page}"), box)


def picture_page(result: SearchResult) -> AskedPicture:
    """Ask with a whole page."""
    return _drawn(result, tr("{name}, page {page}"), None)


def _drawn(result: SearchResult, name: str, box: Box | None) -> AskedPicture:
    def load(services: Services, token: Cancellation) -> PictureQuery:
        image = services.pages.render(result.ref, longest_px=_PAGE_PX, token=token)
        return PictureQuery(image, box)

    page = number(result.page_number)
    return AskedPicture(name.format(name=file_name(result), page=page), load)


def _from_pixels(image: QImage, _services: Services, _token: Cancellation) -> PictureQuery:
    return PictureQuery(page_image_of(_on_white(_bounded(image))))


def _read(path: str) -> PageImage:
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    size = reader.size()
    name = Path(path).name
    if size.width() * size.height() > _MOST_MEGAPIXELS * 1_000_000:
        told = tr("{name} is larger than the limit of {limit} megapixels.")
        raise DocumentError(told.format(name=name, limit=number(_MOST_MEGAPIXELS)))
    if max(size.width(), size.height()) > _MOST_PX:
        reader.setScaledSize(_fitted(size))
    image = reader.read()
    if image.isNull():
        told = tr("{name} could not be read as a picture.")
        raise DocumentError(told.format(name=name))
    return page_image_of(_on_white(_bounded(image)))


def _fitted(size: QSize) -> QSize:
    made = size.scaled(_MOST_PX, _MOST_PX, Qt.AspectRatioMode.KeepAspectRatio)
    return made.expandedTo(QSize(1, 1))


def _bounded(image: QImage) -> QImage:
    if max(image.width(), image.height()) <= _MOST_PX:
        return image
    ignore, smooth = (
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return image.scaled(_fitted(image.size()), ignore, smooth)


def _on_white(image: QImage) -> QImage:
    """Lay what can be seen through on paper."""
    if not image.hasAlphaChannel():
        return image
    paper = QImage(image.size(), QImage.Format.Format_RGB888)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    return paper
