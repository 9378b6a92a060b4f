"""Pictures as PNG files, for servers: lossless, and with nothing but zlib."""

import struct
import zlib

import numpy as np

from folioscope.domain.pages import PageImage

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 4  # pages are mostly plain; more effort saves little


def png_of(image: PageImage) -> bytes:
    """Return a picture as an 8-bit RGB file (W3C, Portable Network Graphics, 2003)."""
    height, width, _ = image.rgb.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # filter 0 before each line
    lines[:, 1:] = image.rgb.reshape(height, 3 * width)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), _LEVEL)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
