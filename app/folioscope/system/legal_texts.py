"""The licences that come with a copy of Folioscope, wherever it was installed from."""

import sys
from importlib import metadata
from pathlib import Path

from folioscope.system.paths import shipped_dir

# in the order in which they are shown
NAMES = ("LICENSE", "LICENCES.md", "THIRD-PARTY-LICENCES.txt", "sbom.cdx.json")


def legal_texts() -> list[Path]:
    """Return the files that are there: the licence, those of the parts, and the list of parts."""
    found = {path.name: path for folder in _folders() for path in _in(folder)}
    return [found[name] for name in NAMES if name in found]


def _folders() -> list[Path]:
    """Return where they may lie; what is named later comes first."""
    program = Path(sys.executable).resolve().parent
    if getattr(sys, "frozen", False):
        return [program / "legal", program.parent / "Resources" / "legal"]
    return [*_of_package(), shipped_dir("resources").parent]


def _of_package() -> list[Path]:
    """Return the folder into which pip put the licences of an installed package."""
    try:
        files = metadata.files("folioscope") or []
    except metadata.PackageNotFoundError:
        return []
    return [Path(str(f.locate())).parent for f in files if f.name == NAMES[0]][:1]


def _in(folder: Path) -> list[Path]:
    return [path for name in NAMES if (path := folder / name).is_file()]
