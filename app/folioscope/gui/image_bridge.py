"""Between the services' pixels and Qt's pictures; all of it may run on any thread."""

from functools import cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from folioscope.domain.pages import PageImage


@cache
def prepare_for_threads() -> None:
    """Use once, on the GUI thread, what jobs use on others.

    PySide makes its converters at the first call, and two threads that come first together
    crash in them (seen in 6.11 with QImage and QPainter).
    """
    pixel = QImage(bytes(4), 1, 1, 3, QImage.Format.Format_RGB888)
    seen = decoded(png_of(pixel.convertToFormat(QImage.Format.Format_RGB32)))
    if seen is not None:
        seen.isNull(), seen.width(), seen.height(), seen.sizeInBytes()


def qimage_of(image: PageImage) -> QImage:
    """Copy a page's pixels into a picture of Qt's own, in the format that paints fastest."""
    import numpy as np  # not before the first page: the window is up sooner

    rgb = np.ascontiguousarray(image.rgb)
    # the pixels belong to the array, so the copy must be made before it goes
    seen = QImage(
        rgb.data, image.width_px, image.height_px, 3 * image.width_px, QImage.Format.Format_RGB888
    )
    return seen.convertToFormat(QImage.Format.Format_RGB32)


def page_image_of(image: QImage) -> PageImage:
    """Copy a picture's pixels into an array, as the services take them."""
    import numpy as np

    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3)
    return PageImage(pixels.copy())


def decoded(data: bytes) -> QImage | None:
    """Decode a JPEG or PNG; None when it is damaged."""
    image = QImage.fromData(data)
    return None if image.isNull() else image.convertToFormat(QImage.Format.Format_RGB32)


def png_of(image: QImage) -> bytes:
    """Encode a picture, such as a pasted one, as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
