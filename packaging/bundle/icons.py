"""The program's icon in the sizes and formats that systems want, drawn from its SVG."""

import io
import os
from pathlib import Path

from PIL import Image

from folioscope.system.paths import shipped_dir

SIZES_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def svg_file() -> Path:
    """Return the drawing."""
    return shipped_dir("resources") / "icons" / "folioscope.svg"


def png(size_px: int) -> bytes:
    """Draw the icon as PNG, ``size_px`` wide and high."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(svg_file())).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def write_icon(path: Path) -> Path:
    """Write an .ico or .icns, as the name says, with the sizes that it may hold."""
    pictures = [Image.open(io.BytesIO(png(size))) for size in SIZES_PX if size != 22]
    sizes = [picture.size for picture in pictures if picture.width <= 256]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".ico":
        pictures[-2].save(path, sizes=sizes, append_images=pictures[:-2])
    else:
        pictures[-1].save(path, append_images=pictures[:-1])
    return path
