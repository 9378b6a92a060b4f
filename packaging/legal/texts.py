"""The texts of all licences, gathered in one folder and one file."""

import re
import shutil
from importlib import metadata
from pathlib import Path

from legal.allowing import AllowList, licences_in
from legal.parts import Kind, Part
from legal.system import copyright_of
from licences import Distributions

OWN = "AGPL-3.0-or-later"
ROOT = Path(__file__).resolve().parents[2]
_TEXTS = Path(__file__).with_name("texts")
_WANTED = re.compile(r"LICEN[CS]E|COPYING|NOTICE|AUTHORS|ATTRIBUTION|_OFL\b", re.IGNORECASE)
_CODE = {".py", ".pyc", ".pyi", ".h", ".hpp", ".c", ".so", ".toml", ".json"}
_HEADINGS = {
    Kind.PACKAGE: "Packages",
    Kind.INSIDE: "Inside the packages",
    Kind.RUNTIME: "Python and its libraries",
    Kind.SYSTEM: "Libraries of the system",
    Kind.MODEL: "Models",
    Kind.DATA: "Icons, fonts and data",
}
_INTRODUCTION = """\
Folioscope is free software under the GNU Affero General Public License, version 3 or later; its
text is in the file LICENSE, and its source code is offered where you got this copy from. Below is
everything that comes with it, with the licence of each part. The texts are in the folder
"licences": under its name what a part brought along, under "system" what the system tells of its
libraries, and under "standard" the texts of all licences.
"""


def write_texts(
    folder: Path, parts: list[Part], distributions: Distributions, rules: AllowList
) -> None:
    """Write licences/ and THIRD-PARTY-LICENCES.txt into a folder, anew."""
    target = folder / "licences"
    shutil.rmtree(target, ignore_errors=True)
    for name, distribution in distributions.items():
        _copy_own(distribution, target / name)
    _copy_system(parts, target / "system")
    _copy_standard(parts, target / "standard", rules)
    (folder / "THIRD-PARTY-LICENCES.txt").write_text(overview(parts), "utf-8")


def _copy_own(distribution: metadata.Distribution, target: Path) -> None:
    for file in distribution.files or []:
        if not _WANTED.search(file.name) or file.suffix in _CODE or ".." in file.parts:
            continue
        source = Path(str(file.locate()))
        if source.is_file():
            place = target / _free_name(target, source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read_bytes())


def _copy_system(parts: list[Part], target: Path) -> None:
    for part in parts:
        if part.kind is Kind.SYSTEM and (file := copyright_of(part)):
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / f"{part.name}.txt")


def _free_name(target: Path, source: Path) -> str:
    """Return the file's name, with its folder's where another of that name is there already."""
    there = target / source.name
    if not there.exists() or there.read_bytes() == source.read_bytes():
        return source.name
    return f"{source.parent.name}-{source.name}"


def _copy_standard(parts: list[Part], target: Path, rules: AllowList) -> None:
    target.mkdir(parents=True, exist_ok=True)
    names = {name for part in parts for name in licences_in(part.licence, rules)}
    for name in sorted(name for name in names if not name.startswith("LicenseRef-")):
        shutil.copyfile(standard_text(name), target / f"{name}.txt")


def standard_text(name: str) -> Path:
    """Return the file with the text of a licence or an exception, by its SPDX identifier."""
    return ROOT / "LICENSE" if name == OWN else _TEXTS / f"{name}.txt"


def overview(parts: list[Part]) -> str:
    """Return what is told of every part, for people."""
    lines = [_INTRODUCTION]
    for kind, heading in _HEADINGS.items():
        told = [_line(part) for part in parts if part.kind is kind]
        lines += ["", heading, "=" * len(heading), *told] if told else []
    return "\n".join(lines) + "\n"


def _line(part: Part) -> str:
    told = [f"{part.title}: {part.licence}"]
    if part.inside:
        told.append(f"inside {part.inside}")
    if part.authors:
        told.append(f"by {part.authors}")
    elif part.home:
        told.append(part.home)
    return "; ".join(told)
