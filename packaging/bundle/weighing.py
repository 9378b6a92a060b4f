"""What weighs what: a table of the bundle by the parts it is made of."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bundle.trimming import INNER

MOST_LINES = 30
# where a library of a wheel lies beside its package, or the folder says too little
_NAMED = (
    (r"folioscope/_data/models/", "models, for texts and OCR"),
    (r"folioscope/_data/resources/", "resources"),
    (r"folioscope/", "Folioscope's data"),
    (r"rapidocr/", "RapidOCR"),
    (r"(cv2|opencv_python_headless\.libs)/", "OpenCV"),
    (r"(PySide6|shiboken6)/", "Qt and PySide6"),
    (r"(pymupdf)/", "PyMuPDF"),
    (r"(PIL|pillow\.libs)/", "Pillow"),
    (r"(numpy|numpy\.libs)/", "NumPy"),
    (r"(shapely|shapely\.libs)/", "Shapely"),
    (r"(python3[^/]*/|libpython|base_library\.zip)", "Python"),
    (r"[^/]+\.dist-info/", "metadata of packages"),
    (r"lib[^/]+\.so", "libraries of the system"),
)


@dataclass(frozen=True, slots=True)
class Weight:
    """A part of the bundle with the bytes of its files."""

    part: str
    size_bytes: int


def weigh(folder: Path) -> list[Weight]:
    """Return the parts of a bundle, the heaviest first."""
    sums: dict[str, int] = defaultdict(int)
    for place, size_bytes in _files(folder):
        sums[part_of(place)] += size_bytes
    return sorted((Weight(*entry) for entry in sums.items()), key=lambda w: -w.size_bytes)


def part_of(place: str) -> str:
    """Return what a file belongs to, by its place in the bundle."""
    inner = place.removeprefix(f"{INNER}/")
    if inner == place:
        is_program = "/" not in place
        return "program and pure Python" if is_program else "licences and bill of materials"
    for pattern, part in _NAMED:
        if re.match(pattern, inner):
            return part
    return inner.split("/")[0].split(".")[0]


def table(weights: Iterable[Weight], *, most: int = MOST_LINES) -> str:
    """Return the weights as a Markdown table, the lightest together in one line."""
    listed = list(weights)
    rest = sum(weight.size_bytes for weight in listed[most:])
    lines = [(w.part, w.size_bytes) for w in listed[:most]]
    lines += [("everything else", rest)] if rest else []
    lines.append(("all", sum(weight.size_bytes for weight in listed)))
    rows = [f"| {part} | {size / 1e6:.1f} |" for part, size in lines]
    return "\n".join(["| part | MB unpacked |", "|---|---|", *rows, ""])


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path.stat().st_size
