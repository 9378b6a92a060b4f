"""Everything that an installer is made of, from what is installed and what is known of it."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from legal.bundled import Bundled
from legal.carried import carried_parts
from legal.environment import Environment, ask_environment
from legal.parts import Kind, LegalError, Part
from legal.system import system_parts
from licences import ROOT, Distributions, all_installed, installed_requirements, licence_of

_NATIVE = Path(__file__).with_name("native.toml")


def installed(python: Path, asked: list[str] | None = None) -> tuple[Environment, Distributions]:
    """Return a Python's environment, and what of it Folioscope needs, by canonical name."""
    environment = _ask(python)
    try:
        return environment, installed_requirements(asked, path=environment.path)
    except metadata.PackageNotFoundError as missing:
        raise LegalError(
            f"{missing.name} is not installed for {python}, so its licence is not known. "
            "Install Folioscope there first."
        ) from missing


def frozen(python: Path, bundled: Bundled) -> tuple[Environment, Distributions]:
    """Return a Python's environment, and all that came from it into a frozen program."""
    environment = _ask(python)
    found = bundled.distributions(all_installed(environment.path))
    if not found:
        raise LegalError(
            f"Nothing in {bundled.inner} came from the packages of {python}. Build it anew there."
        )
    return environment, {name: found[name] for name in sorted(found) if name != "folioscope"}


def _ask(python: Path) -> Environment:
    told = _native()["runtime"]
    return ask_environment(python, {e["name"]: e["version"] for e in told if "version" in e})


def parts_of(
    environment: Environment, distributions: Distributions, bundled: Bundled | None = None
) -> list[Part]:
    """Return all parts, in the order of kind and name; with ``bundled`` only what is in there."""
    told = _native()
    found = [
        *map(_package, distributions.values()),
        *_carried(distributions, told, bundled),
        *_runtime(told["runtime"], environment, bundled),
        *(part for entry in told["data"] for part in _data(entry, distributions, bundled)),
    ]
    if bundled is not None:
        found += system_parts(bundled.of_system(environment, ROOT))
    return sorted(found, key=lambda part: (list(Kind).index(part.kind), part.inside, part.title))


def _native() -> dict[str, Any]:
    return tomllib.loads(_NATIVE.read_text("utf-8"))


def _package(distribution: metadata.Distribution) -> Part:
    name, version = canonicalize_name(distribution.metadata["Name"]), distribution.version
    return Part(
        name=name,
        kind=Kind.PACKAGE,
        version=version,
        licence=licence_of(distribution),
        # what was made anew, and says so by a label, was made from that version's source
        purl=f"pkg:pypi/{name}@{version.partition('+')[0]}",
        home=f"https://pypi.org/project/{name}/",
    )


def _carried(
    distributions: Distributions, told: dict[str, Any], bundled: Bundled | None
) -> Iterator[Part]:
    for distribution in distributions.values():
        for part in carried_parts(distribution, told["licences"]):
            if _is_there(told["places"].get(part.name), bundled):
                yield part
    for entry in told["part"]:
        holder = distributions.get(entry["inside"])
        if holder and _is_its_makers(entry, holder) and _is_there(entry.get("files"), bundled):
            yield Part(
                name=entry["name"],
                kind=Kind.INSIDE,
                version=_version(entry.get("version", ""), holder),
                licence=entry["licence"],
                home=entry["home"],
                inside=entry["inside"],
            )


def _is_its_makers(entry: dict[str, Any], holder: metadata.Distribution) -> bool:
    """Whether the holder may have a part; what was made anew tells its parts itself (PEP 770)."""
    return not (entry.get("only_official") and "+" in holder.version)


def _is_there(pattern: str | None, bundled: Bundled | None) -> bool:
    return pattern is None or bundled is None or bundled.has(pattern)


def _version(wanted: str, distribution: metadata.Distribution) -> str:
    if wanted == "=":
        return distribution.version
    names = [file.name for file in distribution.files or []] if wanted else []
    found = next(filter(None, (re.search(wanted, name) for name in names)), None)
    return found.group(1) if found else ""


def _runtime(
    entries: list[dict[str, str]], environment: Environment, bundled: Bundled | None
) -> Iterator[Part]:
    """Yield Python and what its own files hold; what it takes from the system is told there."""
    names = None if bundled is None else [p.name for p in bundled.of_python(environment)]
    for entry in entries:
        pattern = entry.get("files")
        if names is None or pattern is None or any(fnmatch(name, pattern) for name in names):
            yield Part(
                name=entry["name"],
                kind=Kind.RUNTIME,
                version=environment.versions.get(entry["name"], ""),
                licence=entry["licence"],
                home=entry["home"],
            )


def _data(
    entry: dict[str, Any], distributions: Distributions, bundled: Bundled | None
) -> Iterator[Part]:
    """Yield a part for each file, with its hash: as it was made, or as it is installed."""
    inside = entry.get("inside", "")
    if not inside:
        yield _datum(entry, entry["name"])
    elif bundled is not None:
        for place in bundled.places:
            if any(fnmatch(place, pattern) for pattern in entry["places"]):
                yield _file(entry, bundled.inner / place)
    elif distribution := distributions.get(inside):
        for file in distribution.files or []:
            if any(map(file.match, entry["files"])):
                yield _file(entry, Path(str(file.locate())), inside)


def _file(entry: dict[str, Any], file: Path, inside: str = "") -> Part:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return _datum(entry, f"{entry['name']} ({file.name})", sha256, inside)


def _datum(entry: dict[str, Any], name: str, sha256: str = "", inside: str = "") -> Part:
    return Part(
        name=name,
        kind=Kind(entry["kind"]),
        licence=entry["licence"],
        home=entry["home"],
        inside=inside,
        sha256=sha256,
    )
