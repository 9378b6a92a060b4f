"""Between the services' pixels and Qt's pictures; all of it may run on any thread."""

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from folioscope.domain.pages import PageImage


def qimage_of(image: PageImage) -> QImage:
    """Copy a page's pixels into a picture of Qt's own, in the format that paints fastest."""
    rgb = np.ascontiguousarray(image.rgb)
    # the pixels belong to the array, so the copy must be made before it goes
    seen = QImage(
        rgb.data, image.width_px, image.height_px, 3 * image.width_px, QImage.Format.Format_RGB888
    )
    return seen.convertToFormat(QImage.Format.Format_RGB32)


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
