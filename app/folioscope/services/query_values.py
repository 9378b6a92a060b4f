"""The values of filters: dates, page numbers and kinds of file."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from folioscope.domain.documents import DocumentKind
from folioscope.domain.queries import ProblemKind
from folioscope.domain.tokens import fold

LAST_PAGE_INDEX = 2**31 - 2

_EXTENSIONS = {
    "png": ("png",),
    "jpg": ("jpg", "jpeg"),
    "jpeg": ("jpg", "jpeg"),
    "webp": ("webp",),
    "tif": ("tif", "tiff"),
    "tiff": ("tif", "tiff"),
    "gif": ("gif",),
    "bmp": ("bmp",),
    "avif": ("avif",),
    "heic": ("heic", "heif"),
    "heif": ("heic", "heif"),
}
_IMAGE_EXTENSIONS = tuple(dict.fromkeys(e for many in _EXTENSIONS.values() for e in many))
_KIND_NAMES = {
    "pdf": DocumentKind.PDF,
    "document": DocumentKind.PDF,
    "image": DocumentKind.IMAGE,
    "images": DocumentKind.IMAGE,
    "picture": DocumentKind.IMAGE,
    "pictures": DocumentKind.IMAGE,
    "bild": DocumentKind.IMAGE,
    "bilder": DocumentKind.IMAGE,
    "imagen": DocumentKind.IMAGE,
}
_SCAN_NAMES = ("scan", "scans", "scanned", "ocr")
# words for the look of a page: no kind of file, but heard when they stand among the words
_LOOK_NAMES = ("slide", "slides", "photo", "photos", "chart", "charts", "map", "screenshot")

_MONTHS = (
    "january januar janvier enero gennaio janeiro января январь 1月 一月",
    "february februar fevrier febrero febbraio fevereiro февраля февраль 2月 二月",
    "march marz maerz mars marzo marco марта март 3月 三月",
    "april avril abril aprile апреля апрель 4月 四月",
    "may mai mayo maggio maio мая май 5月 五月",
    "june juni juin junio giugno junho июня июнь 6月 六月",
    "july juli juillet julio luglio julho июля июль 7月 七月",
    "august aout agosto августа август 8月 八月",
    "september septembre septiembre settembre setembro сентября сентябрь 9月 九月",
    "october oktober octobre octubre ottobre outubro октября октябрь 10月 十月",
    "november novembre noviembre novembro ноября ноябрь 11月 十一月",
    "december dezember decembre diciembre dicembre dezembro декабря декабрь 12月 十二月",
)
_MONTH_OF = {fold(name): month for month, names in enumerate(_MONTHS, 1) for name in names.split()}


class BadValueError(ValueError):
    """A value that is not understood; ``what`` goes behind the value in a sentence."""

    def __init__(self, kind: ProblemKind, what: str, *, replacement: str = "") -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.replacement = replacement


# --- dates ---------------------------------------------------------------------------------


def read_date(value: str, *, name: str, today: date) -> date:
    """Return the first day of a year, a month, or the day itself; raises BadValueError."""
    text = fold(value).strip()
    found = re.fullmatch(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?", text)
    european = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if found:
        parts = [int(part) for part in found.groups() if part]
    elif european:
        parts = [int(part) for part in reversed(european.groups())]
    else:
        raise _no_date(name, _guessed(text, today))
    day = _day(parts)
    if day is None:
        rest = next((p for p in (parts[:2], parts[:1]) if _day(p)), [])
        raise _no_date(name, "-".join(f"{part:02d}" for part in rest))
    return day


def _day(parts: list[int]) -> date | None:
    year, month, day = (*parts, 1, 1)[:3]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _no_date(name: str, guess: str) -> BadValueError:
    replacement = f"{name}:{guess}" if guess else ""
    return BadValueError(ProblemKind.BAD_DATE, "is not a date", replacement=replacement)


def _guessed(text: str, today: date) -> str:
    """Guess what was meant: a month's name (the last one that began), today, yesterday."""
    if text in ("today", "heute", "hoy", "今天", "今日"):
        return today.isoformat()
    if text in ("yesterday", "gestern", "hier", "ayer", "昨天", "昨日"):
        return (today - timedelta(days=1)).isoformat()
    year = re.search(r"(?:19|20)\d\d", text)
    month = _month_in(text)
    if month:
        last_year = today.year if month <= today.month else today.year - 1
        return f"{int(year[0]) if year else last_year:04d}-{month:02d}"
    return year[0] if year else ""


def _month_in(text: str) -> int | None:
    for word in re.findall(r"\d*[^\W\d_]+", text):
        if word in _MONTH_OF:
            return _MONTH_OF[word]
        bare = word.lstrip("0123456789")
        begun = {m for n, m in _MONTH_OF.items() if len(bare) >= 3 and n.startswith(bare)}
        if len(begun) == 1:
            return begun.pop()
        close = get_close_matches(bare, _MONTH_OF, n=1, cutoff=0.8) if len(bare) >= 4 else []
        if close:
            return _MONTH_OF[close[0]]
    return None


# --- pages ---------------------------------------------------------------------------------


def read_pages(value: str) -> tuple[tuple[int, int], ...]:
    """Read ``12``, ``3-8``, ``3-`` and lists of them as ranges of indices from 0."""
    return tuple(_range(part.strip()) for part in value.split(",") if part.strip())


def _range(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,9})(?:\s*([-–—])\s*(\d{1,9})?)?", text)
    if not found:
        number = re.search(r"\d{1,9}", text)
        raise _no_page(f"page:{max(1, int(number[0]))}" if number else "")
    first = int(found[1])
    last = int(found[3]) if found[3] else LAST_PAGE_INDEX + 1 if found[2] else first
    if first < 1:
        raise _no_page(f"page:1-{last}" if last > 1 else "page:1")
    if last < first:
        raise _no_page(f"page:{max(1, last)}-{first}")
    return first - 1, last - 1


def _no_page(replacement: str) -> BadValueError:
    what = "is not a page number or a range from 1"
    return BadValueError(ProblemKind.BAD_PAGE, what, replacement=replacement)


# --- kinds of file -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileTypes:
    """Kinds and extensions that were named; any of them will do. ``scans``: read by OCR."""

    kinds: tuple[DocumentKind, ...] = ()
    extensions: tuple[str, ...] = ()
    scans: bool = False

    def joined(self, other: "FileTypes") -> "FileTypes":
        """Return what either names."""
        return FileTypes(
            tuple(dict.fromkeys(self.kinds + other.kinds)),
            tuple(dict.fromkeys(self.extensions + other.extensions)),
            self.scans or other.scans,
        )

    def as_filter(self) -> tuple[tuple[DocumentKind, ...], tuple[str, ...]]:
        """Return kinds and extensions for a filter that asks for both where both are set."""
        if not (self.kinds and self.extensions):
            return self.kinds, self.extensions
        of_kind = {DocumentKind.PDF: ("pdf",), DocumentKind.IMAGE: _IMAGE_EXTENSIONS}
        named = [e for kind in self.kinds for e in of_kind[kind]]
        return (), tuple(dict.fromkeys((*named, *self.extensions)))


def read_types(value: str) -> FileTypes:
    """Read kinds of file, separated by commas; raises BadValueError."""
    types = FileTypes()
    for part in value.split(","):
        name = fold(part).strip().lstrip(".")
        if name in _KIND_NAMES:
            types = types.joined(FileTypes(kinds=(_KIND_NAMES[name],)))
        elif name in _EXTENSIONS:
            types = types.joined(FileTypes(extensions=_EXTENSIONS[name]))
        elif name in _SCAN_NAMES:
            types = types.joined(FileTypes(scans=True))
        elif name:
            raise _no_type(name)
    return types


def _no_type(name: str) -> BadValueError:
    if name in _LOOK_NAMES:
        return BadValueError(
            ProblemKind.BAD_TYPE, "is a look and not a kind of file", replacement=name
        )
    known = [*_KIND_NAMES, *_EXTENSIONS, *_SCAN_NAMES]
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    replacement = f"type:{close[0]}" if close else ""
    what = "is not a kind of file known here (pdf, image, png, jpg, scan, …)"
    return BadValueError(ProblemKind.BAD_TYPE, what, replacement=replacement)
