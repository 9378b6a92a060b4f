"""List the licences of what Folioscope installs, from the metadata of what is installed.

``python packaging/licences.py`` writes the table of LICENCES.md anew. What metadata say in words
or not at all is known from licences_allowed.toml.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LICENCES = ROOT / "LICENCES.md"
ALLOWED = Path(__file__).with_name("licences_allowed.toml")
START, END = "<!-- table: packaging/licences.py -->\n", "<!-- end of table -->"
KNOWN: dict[str, str] = tomllib.loads(ALLOWED.read_text("utf-8"))["known"]
SHORT = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License v2.0": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
Distributions = dict[str, metadata.Distribution]


def wishes() -> list[str]:
    """Return what the project asks for, with the runtime for processors."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["cpu"]]


def installed_requirements(
    asked: Iterable[str] | None = None, *, path: Sequence[str] | None = None
) -> Distributions:
    """Return every distribution that the app's own dependencies bring, by canonical name.

    ``path`` names folders of packages to look in, in place of this Python's own.
    Raises PackageNotFoundError for what is asked for and not installed.
    """
    there = all_installed(path)
    waiting = list(wishes() if asked is None else asked)
    found: Distributions = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        wish = Requirement(waiting.pop())
        extras = (*sorted(wish.extras), "")
        name = canonicalize_name(wish.name)
        if not _applies(wish, [""]) or (name, extras) in seen:
            continue
        if name not in there:
            raise metadata.PackageNotFoundError(wish.name)
        seen.add((name, extras))
        found[name] = there[name]
        needed = map(Requirement, found[name].requires or [])
        waiting += [_without_marker(wish) for wish in needed if _applies(wish, extras)]
    return dict(sorted(found.items()))


def all_installed(path: Sequence[str] | None = None) -> Distributions:
    """Return every distribution in the folders, by canonical name."""
    all_of_them = metadata.distributions(path=list(path)) if path else metadata.distributions()
    found: Distributions = {}
    for distribution in all_of_them:
        if name := _name(distribution):
            found.setdefault(canonicalize_name(name), distribution)
    return found


def _name(distribution: metadata.Distribution) -> str:
    """Return its name; "" of a folder that is left over from an installation cut short."""
    try:
        return distribution.metadata.get("Name") or ""
    except FileNotFoundError:  # so says importlib_metadata, which takes over once it is imported
        return ""


def _applies(wish: Requirement, extras: Iterable[str]) -> bool:
    return wish.marker is None or any(wish.marker.evaluate({"extra": extra}) for extra in extras)


def _without_marker(wish: Requirement) -> str:
    return f"{wish.name}[{','.join(sorted(wish.extras))}]" if wish.extras else wish.name


def licence_of(distribution: metadata.Distribution) -> str:
    """Tell a distribution's licence as an SPDX expression where it can be read; "" for none."""
    told = distribution.metadata
    name = canonicalize_name(told["Name"])
    if name in KNOWN:
        return KNOWN[name]
    classified = [
        line.rsplit(" :: ", 1)[1]
        for line in told.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    words = (told.get("License") or "").strip().split("\n")[0]
    for text in (told.get("License-Expression") or "", words, ", ".join(classified)):
        if expression := _expression(SHORT.get(text, text)):
            return expression
    return ", ".join(SHORT.get(line, line) for line in classified) or words


def _expression(text: str) -> str:
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return ""


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
    LICENCES.write_text(fresh, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
