"""Everything that an installer is made of, from what is installed and what is known of it."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from legal.carried import carried_parts
from legal.environment import Environment, ask_environment
from legal.parts import Kind, LegalError, Part
from licences import Distributions, installed_requirements, licence_of

_NATIVE = Path(__file__).with_name("native.toml")


def installed(python: Path, asked: list[str] | None = None) -> tuple[Environment, Distributions]:
    """Return a Python's environment, and what of it Folioscope needs, by canonical name."""
    told = _native()
    wanted = {entry["name"]: entry["version"] for entry in told["runtime"] if "version" in entry}
    environment = ask_environment(python, wanted)
    try:
        return environment, installed_requirements(asked, path=environment.path)
    except metadata.PackageNotFoundError as missing:
        raise LegalError(
            f"{missing.name} is not installed for {python}, so its licence is not known. "
            "Install Folioscope there first."
        ) from missing


def parts_of(environment: Environment, distributions: Distributions) -> list[Part]:
    """Return all parts, in the order of kind and name."""
    told = _native()
    found = [
        *map(_package, distributions.values()),
        *_carried(distributions, told),
        *(_runtime(entry, environment) for entry in told["runtime"]),
        *(part for entry in told["data"] for part in _data(entry, distributions)),
    ]
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
        purl=f"pkg:pypi/{name}@{version}",
        home=f"https://pypi.org/project/{name}/",
    )


def _carried(distributions: Distributions, told: dict[str, Any]) -> Iterator[Part]:
    for distribution in distributions.values():
        yield from carried_parts(distribution, told["licences"])
    for entry in told["part"]:
        if distribution := distributions.get(entry["inside"]):
            yield Part(
                name=entry["name"],
                kind=Kind.INSIDE,
                version=_version(entry.get("version", ""), distribution),
                licence=entry["licence"],
                home=entry["home"],
                inside=entry["inside"],
            )


def _version(wanted: str, distribution: metadata.Distribution) -> str:
    if wanted == "=":
        return distribution.version
    names = [file.name for file in distribution.files or []] if wanted else []
    found = next(filter(None, (re.search(wanted, name) for name in names)), None)
    return found.group(1) if found else ""


def _runtime(entry: dict[str, str], environment: Environment) -> Part:
    return Part(
        name=entry["name"],
        kind=Kind.RUNTIME,
        version=environment.versions.get(entry["name"], ""),
        licence=entry["licence"],
        home=entry["home"],
    )


def _data(entry: dict[str, Any], distributions: Distributions) -> Iterator[Part]:
    inside = entry.get("inside", "")
    if not inside:
        yield _datum(entry, entry["name"])
    elif distribution := distributions.get(inside):
        wanted = [f for f in distribution.files or [] if any(map(f.match, entry["files"]))]
        for file in wanted:
            data = Path(str(file.locate())).read_bytes()
            yield _datum(entry, f"{entry['name']} ({file.name})", hashlib.sha256(data).hexdigest())


def _datum(entry: dict[str, Any], name: str, sha256: str = "") -> Part:
    return Part(
        name=name,
        kind=Kind(entry["kind"]),
        licence=entry["licence"],
        home=entry["home"],
        inside=entry.get("inside", ""),
        sha256=sha256,
    )
