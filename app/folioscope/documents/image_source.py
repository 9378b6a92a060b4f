"""Pictures through Pillow: upright, on white, in eight bits a channel."""

from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import (  # named, so that no other decoder is ever loaded
    AvifImagePlugin,  # noqa: F401
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    ImageFile,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from folioscope.documents import errors
from folioscope.documents.limits import ReadingLimits
from folioscope.documents.looks import Rgb, ground_colour
from folioscope.documents.sources import Survey
from folioscope.documents.text_layer import LayerText
from folioscope.domain.documents import DocumentKind, Failure, FailureCause
from folioscope.domain.pages import PageText
from folioscope.domain.protocols import DocumentFacts

FORMATS = ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"]
_JPEG_FORMATS = ("JPEG", "MPO")  # the latter: several JPEGs in one file, of which the first is read
_READING_PIXELS = 1_200_000
_PT_PER_PX = 0.75  # pictures are shown at 96 px an inch
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STRIP_ROWS = 256

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded

try:
    import pillow_heif  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    pass
else:
    pillow_heif.register_heif_opener()
    FORMATS.append("HEIF")


class ImageSource:
    """An open picture file. A TIFF has a page for each of its pictures; others have one."""

    def __init__(self, path: str, *, limits: ReadingLimits) -> None:
        self._limits = limits
        self._file: IO[bytes] = open(path, "rb")  # noqa: PTH123, SIM115  (closed by close)
        try:
            self._image = self._identified()
            self._surveys: dict[int, Survey] = {}
            self.facts = self._facts()
        except BaseException:
            self.close()
            raise

    def _identified(self) -> Image.Image:
        try:
            return Image.open(self._file, formats=FORMATS)
        except UnidentifiedImageError as error:
            raise errors.unreadable("picture") from error
        except (ValueError, SyntaxError, OSError, EOFError, TypeError, KeyError) as error:
            raise errors.unreadable("picture") from error

    def _facts(self) -> DocumentFacts:
        count = self._page_count()
        failures: tuple[Failure, ...] = ()
        if count == 1:  # decoded only once: the survey is kept for the reading that follows
            self._surveys[0] = self._survey(0)
            if self._image.format in _JPEG_FORMATS and not self._ends_like_jpeg():
                message = "The file ends early. The part that is there can be found."
                failures = (Failure(FailureCause.CUT_SHORT, message),)
        return DocumentFacts(DocumentKind.IMAGE, count, "", failures)

    def _page_count(self) -> int:
        if self._image.format != "TIFF":
            return 1
        count = 1
        try:
            while count < self._limits.max_pages:
                self._image.seek(count)
                count += 1
        except (EOFError, OSError, ValueError, SyntaxError, TypeError, KeyError):
            pass  # the pages before the damage can be read
        return count

    def _ends_like_jpeg(self) -> bool:
        size = self._file.seek(0, 2)
        self._file.seek(max(0, size - 65536))
        return b"\xff\xd9" in self._file.read()

    def survey(self, page_index: int) -> Survey:
        """Shrink the picture; there is no text layer."""
        kept = self._surveys.pop(page_index, None)
        return kept if kept is not None else self._survey(page_index)

    def _survey(self, page_index: int) -> Survey:
        side = self._limits.preview_px
        rgb, (width, height) = self._decoded(page_index, side, side * side)
        size = width * _PT_PER_PX, height * _PT_PER_PX
        whole = (0.0, 0.0, 1.0, 1.0)
        ground = ground_colour(rgb)
        return Survey(page_index, False, *size, rgb, ground, LayerText(PageText()), [whole])

    def picture(self, page_index: int, *, longest_px: int, most_pixels: int) -> Rgb:
        """Return the picture, never larger than it is."""
        return self._decoded(page_index, longest_px, most_pixels)[0]

    def picture_for_reading(self, page_index: int, most_pixels: int) -> Rgb:
        """Return the picture at the size that OCR reads best."""
        wanted = round(most_pixels * _READING_PIXELS / 1_000_000)
        return self._decoded(page_index, 1 << 20, wanted)[0]

    def _decoded(
        self, page_index: int, longest_px: int, most_pixels: int
    ) -> tuple[Rgb, tuple[int, int]]:
        """Return the picture upright within both bounds, and its own size upright."""
        try:
            image = self._loaded(page_index, longest_px, most_pixels)
        except errors.ReadingError:
            raise
        except MemoryError:
            raise
        except Exception as error:
            raise errors.unreadable("picture") from error
        orientation = image.getexif().get(_ORIENTATION, 1)
        own = self._own_size
        small = _shrunk(_eight_bits(image), _fitting(own, longest_px, most_pixels))
        turn = _TURNS.get(orientation)
        if turn is not None:
            small = small.transpose(turn)
            own = own[::-1] if orientation >= 5 else own
        return np.ascontiguousarray(np.asarray(small, np.uint8)), own

    def _loaded(self, page_index: int, longest_px: int, most_pixels: int) -> Image.Image:
        # a decoded picture may weigh 600 MB: open anew rather than keep it
        self._file.seek(0)
        image = self._identified()
        if page_index:
            image.seek(page_index)
        width, height = self._own_size = image.size
        if width * height > self._limits.max_image_pixels:
            raise errors.too_many_pixels(width * height, self._limits.max_image_pixels)
        wanted = _fitting(image.size, longest_px, most_pixels)
        if image.format in _JPEG_FORMATS:
            image.draft(None, (wanted[0] * 2, wanted[1] * 2))  # decodes at 1/2, 1/4 or 1/8
        try:
            image.load()
        except OSError:
            if image.format not in _JPEG_FORMATS:
                raise
            image = self._part_of_jpeg()
        return image

    def _part_of_jpeg(self) -> Image.Image:
        """Decode what is there of a JPEG that was cut off."""
        self._file.seek(0)
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image = self._identified()
            image.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
        return image

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def _fitting(size: tuple[int, int], longest_px: int, most_pixels: int) -> tuple[int, int]:
    """Return the size within both bounds, no side less than a pixel, never enlarged."""
    width, height = size
    scale = min(1.0, longest_px / max(size), (most_pixels / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture as L, RGB, RGBA or CMYK."""
    if image.mode[0] in "IF":
        return Image.fromarray(_stretched(np.asarray(image)))
    if image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _stretched(values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Scale numbers of any range to 0..255, strip by strip to save memory."""
    low, high = np.inf, -np.inf
    strips = [slice(r, r + _STRIP_ROWS) for r in range(0, values.shape[0], _STRIP_ROWS)]
    for strip in strips:
        part = np.nan_to_num(values[strip].astype(np.float32), posinf=0.0, neginf=0.0)
        low, high = min(low, float(part.min())), max(high, float(part.max()))
    if low >= 0 and high <= 255 and values.dtype.kind in "iu":
        return values.astype(np.uint8)
    scale = 255 / (high - low) if high > low else 0.0
    scaled = np.empty(values.shape, np.uint8)
    for strip in strips:
        part = np.nan_to_num(values[strip].astype(np.float32), posinf=high, neginf=low)
        scaled[strip] = ((part - low) * scale).clip(0, 255)
    return scaled
