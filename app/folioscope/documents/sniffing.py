"""What a file is, told from its first bytes and never from its name."""

import os
import stat
from pathlib import PurePath

from folioscope.documents import errors
from folioscope.domain.documents import DocumentKind

_HEAD_BYTES = 1024
_IMAGE_STARTS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
    b"II+\x00",  # BigTIFF
    b"MM\x00+",
)
_ISO_MEDIA_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1")
_CLAIMED = {
    ".pdf": "PDF",
    ".png": "PNG picture",
    ".jpg": "JPEG picture",
    ".jpeg": "JPEG picture",
    ".webp": "WebP picture",
    ".tif": "TIFF picture",
    ".tiff": "TIFF picture",
    ".gif": "GIF picture",
    ".bmp": "BMP picture",
    ".avif": "AVIF picture",
    ".heic": "HEIC picture",
}


def sniff(path: str) -> DocumentKind | None:
    """Tell what the file is, or None where Folioscope does not read it. Reads at most 1 KB.

    Pipes, sockets and devices are never opened. Raises DocumentError (with ``failure``) when
    the file is gone or may not be read.
    """
    try:
        return kind_of(head_of(path))
    except OSError as error:
        raise errors.from_os(error) from error


def head_of(path: str) -> bytes:
    """Return the first bytes of a regular file, nothing of any other; raise OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  (bytes that are no Unicode)
        return b""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.read(_HEAD_BYTES)


def kind_of(head: bytes) -> DocumentKind | None:
    """Tell the kind from a file's first bytes."""
    if _is_image(head):
        return DocumentKind.IMAGE
    if b"%PDF-" in head:
        return DocumentKind.PDF
    return None


def claimed_kind(path: str) -> str:
    """Return what the name says the file is ("PDF", "PNG picture"); "" for other names."""
    return _CLAIMED.get(PurePath(path).suffix.lower(), "")


def _is_image(head: bytes) -> bool:
    if head.startswith(_IMAGE_STARTS):
        return True
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and head[15:18] == b"\0\0\0":
        return True
    return head[4:8] == b"ftyp" and any(brand in head[8:64] for brand in _ISO_MEDIA_BRANDS)
