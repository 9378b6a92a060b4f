"""The picture beside the installer's first and last words."""

import io
from pathlib import Path

from PIL import Image

from bundle.icons import png

_SIZE_PX = (164, 314)  # as NSIS lays it out
_BLUE = "#1A4FBF"  # the icon's ground
_ICON_PX = 128


def write_side_picture(path: Path) -> Path:
    """Write the icon on its own colour as the bitmap that NSIS asks for; return its file."""
    picture = Image.new("RGB", _SIZE_PX, _BLUE)
    icon = Image.open(io.BytesIO(png(_ICON_PX)))
    picture.paste(icon, ((_SIZE_PX[0] - _ICON_PX) // 2, 32), icon)
    picture.save(path, "BMP")
    return path
