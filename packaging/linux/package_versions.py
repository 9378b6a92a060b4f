"""How old a Debian package may be for what is built against it, as Debian itself tells.

Each package of libraries brings a file that says since which version it has which symbol
(deb-symbols(5)), or at least one version for all (deb-shlibs(5)).
"""

import subprocess
from collections.abc import Iterable
from functools import cmp_to_key
from pathlib import Path

from linux.libraries import run_tool

INFO = Path("/var/lib/dpkg/info")
_SIGNS_OF_OTHERS = ("|", "*", "#")  # lines for other packages, fields and remarks


def oldest_version(package: str, library: str, asked: Iterable[str], *, info: Path = INFO) -> str:
    """Return the first version of a package whose library has all symbols that are asked for.

    ``library`` is its soname; ``asked`` are "name@version", "Base" for symbols without one. ""
    where the package does not tell. Raises BuildError.
    """
    symbols = _since(_text(package, "symbols", info), library)
    if not symbols:
        return _of_all(_text(package, "shlibs", info), library)
    versions = [symbols[name] for name in asked if name in symbols]
    return newest(versions) if versions else ""


def asked_symbols(path: Path) -> set[str]:
    """Return the symbols that a file takes from others, as "name@version". Needs nm."""
    lines = run_tool(["nm", "--dynamic", "--undefined-only", "--format=posix", str(path)])
    names = [line.split()[0] for line in lines.splitlines()]
    return {name if "@" in name else f"{name}@Base" for name in names}


def newest(versions: Iterable[str]) -> str:
    """Return the newest as Debian orders versions. Needs dpkg."""
    return max(set(versions), key=cmp_to_key(_compared))


def _compared(one: str, other: str) -> int:
    command = ["dpkg", "--compare-versions", one, "gt", other]
    return 1 if subprocess.run(command, check=False).returncode == 0 else -1


def _text(package: str, kind: str, info: Path) -> str:
    """Return one of a package's files; its name tells the architecture where there may be two."""
    for name in (f"{package}:amd64.{kind}", f"{package}.{kind}"):
        if (info / name).is_file():
            return (info / name).read_text("utf-8")
    return ""


def _since(text: str, library: str) -> dict[str, str]:
    """Read since when a library has which symbol; a file may tell of several libraries."""
    since: dict[str, str] = {}
    is_wanted = False
    for line in text.splitlines():
        if not line.startswith((" ", *_SIGNS_OF_OTHERS)):
            is_wanted = line.split()[:1] == [library]
        elif is_wanted and line.startswith(" "):
            symbol, version, *_ = line.split()
            since[symbol] = version
    return since


def _of_all(text: str, library: str) -> str:
    """Read "libX11 6 libx11-6 (>= 2:1.6.0)", where libX11.so.6 is the library."""
    name, _, number = library.partition(".so.")
    for line in text.splitlines():
        if line.split()[:2] == [name, number] and "(>= " in line:
            return line.partition("(>= ")[2].partition(")")[0]
    return ""
