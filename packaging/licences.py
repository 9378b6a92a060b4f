"""List the licences of what Folioscope installs, from the metadata of what is installed.

``python packaging/licences.py`` writes the table of LICENCES.md anew.
"""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LICENCES = ROOT / "LICENCES.md"
START, END = "<!-- table: packaging/licences.py -->\n", "<!-- end of table -->"
# Where a distribution says nothing, or less than its licence file does
BY_HAND = {
    "pymupdf": "AGPL-3.0-or-later, or Artifex's commercial licence",
    "pyside6-essentials": "LGPL-3.0-only, or GPL, or Qt's commercial licence",
    "shiboken6": "LGPL-3.0-only, or GPL, or Qt's commercial licence",
}
SHORT = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License v2.0": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def installed_requirements() -> dict[str, metadata.Distribution]:
    """Return every distribution that the app's own dependencies bring, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = [*project["dependencies"], *project["optional-dependencies"]["cpu"]]
    found: dict[str, metadata.Distribution] = {}
    while waiting:
        wish = Requirement(waiting.pop())
        extras = [*wish.extras, ""]
        if wish.marker and not any(wish.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(wish.name)
        if name in found:
            continue
        found[name] = metadata.distribution(wish.name)
        for needed in found[name].requires or []:
            inner = Requirement(needed)
            if inner.marker is None or any(inner.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(f"{inner.name}{_extras(inner)}")
    return dict(sorted(found.items()))


def _extras(wish: Requirement) -> str:
    return f"[{','.join(sorted(wish.extras))}]" if wish.extras else ""


def licence_of(distribution: metadata.Distribution) -> str:
    """Tell the licence a distribution names, shortened; empty when it names none."""
    name = canonicalize_name(distribution.metadata["Name"])
    if name in BY_HAND:
        return BY_HAND[name]
    told = distribution.metadata.get("License-Expression") or ""
    if not told:
        classified = [
            line.rsplit(" :: ", 1)[1]
            for line in distribution.metadata.get_all("Classifier") or []
            if line.startswith("License :: ") and line != "License :: OSI Approved"
        ]
        told = ", ".join(SHORT.get(line, line) for line in classified)
    if not told:
        told = (distribution.metadata.get("License") or "").strip().split("\n")[0]
    return SHORT.get(told, told)


def table() -> str:
    """Return the table in Markdown."""
    rows = ["| package | licence | home |", "|---|---|---|"]
    for distribution in installed_requirements().values():
        name = distribution.metadata["Name"]
        home = f"https://pypi.org/project/{canonicalize_name(name)}/"
        rows.append(f"| {name} | {licence_of(distribution)} | {home} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Write the table into LICENCES.md."""
    text = LICENCES.read_text("utf-8")
    pattern = re.escape(START) + ".*" + re.escape(END)
    fresh = re.sub(pattern, lambda _: START + table() + END, text, flags=re.DOTALL)
    LICENCES.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
