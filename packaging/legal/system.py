"""The libraries of the system in a frozen program: which packages they are from, and whose."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from legal.parts import Kind, LegalError, Part

_TABLE = Path(__file__).with_name("system.toml")
_FORMAT = "${Package}\t${Version}\t${source:Package}\n"


def system_parts(files: Iterable[Path]) -> list[Part]:
    """Return a part for each package; raise LegalError for files that nobody knows."""
    told = tomllib.loads(_TABLE.read_text("utf-8"))
    found: dict[str, Part] = {}
    unknown = []
    for file in files:
        part = _by_name(file, told["files"])
        if part is None:
            unknown.append(file)
        else:
            found[part.name] = part
    for part in _by_package(unknown, told["packages"]):
        found[part.name] = part
    return list(found.values())


def _by_name(file: Path, table: list[dict[str, Any]]) -> Part | None:
    for entry in table:
        if any(fnmatch(file.name.lower(), pattern) for pattern in entry["patterns"]):
            return Part(name=entry["name"], kind=Kind.SYSTEM, licence=entry["licence"])
    return None


def _by_package(files: list[Path], licences: dict[str, str]) -> list[Part]:
    if not files:
        return []
    if shutil.which("dpkg-query") is None:
        names = ", ".join(sorted({file.name for file in files}))
        raise LegalError(f"Nobody knows where {names} came from. Add it to legal/system.toml.")
    owners = _owners(files)
    if lost := sorted({file.name for file in files if file.name not in owners}):
        raise LegalError(f"No package of this system has {', '.join(lost)}.")
    asked = ["dpkg-query", "--show", f"--showformat={_FORMAT}", *sorted(set(owners.values()))]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return [_package(name, version, source, licences) for name, version, source in lines]


def _owners(files: list[Path]) -> dict[str, str]:
    """Return the package of each file's name; /lib and /usr/lib are one place with two names."""
    wanted = {f"*/{file.name}" for file in files} | {f"*/{file.resolve().name}" for file in files}
    done = subprocess.run(
        ["dpkg-query", "--search", *sorted(wanted)], capture_output=True, text=True, check=False
    )
    by_place: dict[str, str] = {}
    for line in done.stdout.splitlines():
        packages, _, place = line.partition(": ")
        by_place[place.removeprefix("/usr")] = packages.split(",")[0]
    owners = {}
    for file in files:
        for candidate in (file, file.resolve()):
            if package := by_place.get(str(candidate).removeprefix("/usr")):
                owners[file.name] = package
    return owners


def _package(name: str, version: str, source: str, licences: dict[str, str]) -> Part:
    licence = licences.get(source) or licences.get(source.rstrip("0123456789-."), "")
    return Part(
        name=name,
        kind=Kind.SYSTEM,
        version=version,
        licence=licence,
        purl=f"pkg:deb/{_system()}/{name}@{version}",
    )


def _system() -> str:
    lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    return told.get("ID", "debian").strip('"')


def copyright_of(part: Part) -> Path | None:
    """Return the file in which the system tells who owns a package; None where it does not."""
    file = Path("/usr/share/doc") / part.name / "copyright"
    return file if file.is_file() else None
