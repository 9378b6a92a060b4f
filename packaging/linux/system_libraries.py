"""Libraries that Debian has: left to it, and named as what the package depends on."""

import re
from pathlib import Path

from bundle.artifact import BuildError
from linux.libraries import elf_files, needed_outside, newest_versions, read_elf, run_tool
from linux.package_versions import asked_symbols, oldest_version
from linux.package_versions import newest as newest_of

_CACHED = re.compile(r"^\s*(\S+) \(libc6,x86-64.*\) => (\S+)$", re.MULTILINE)
# GLIBCXX versions and the gcc that brought them
_GCC_OF_GLIBCXX = {28: "9", 29: "11", 30: "12", 31: "13", 32: "13", 33: "14"}

# before and since Debian 13 and Ubuntu 24.04, when times of 64 bits came to smaller processors
_RENAMED = (("libglib2.0-0", "libglib2.0-0t64"), ("libssl3", "libssl3t64"))
# what a machine that builds need not have installed, as only a plugin of Qt wants it
_PACKAGES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


def leave_to_system(inner: Path) -> list[str]:
    """Delete libraries of the system in the bundle's own folder; return their names."""
    known = cached_libraries()
    gone = []
    for path in sorted(inner.iterdir()):
        is_library = path.name.startswith("lib") and ".so" in path.name
        if not is_library or path.is_symlink() or path.name.startswith("libpython"):
            continue
        if path.name in known and package_of(known[path.name]):
            path.unlink()
            gone.append(path.name)
    return gone


def dependencies(root: Path) -> list[str]:
    """Return what a tree needs of Debian, as a control file's Depends names it.

    Each package is wanted in a version that has all that is taken from it. Raises BuildError for a
    library that no package of this machine has.
    """
    known = cached_libraries()
    packages: dict[str, list[str]] = {}
    for name in needed_outside(root):
        package = _PACKAGES.get(name) or package_of(known.get(name, ""))
        if not package:
            raise BuildError(f"{name} is needed, and no package on this machine has it.")
        packages.setdefault(package, []).append(name)
    users = _users(root)
    newest = newest_versions(root)
    return sorted(
        _told(package, _version_of_symbols(package, newest) or _oldest(package, names, users))
        for package, names in packages.items()
    )


def _users(root: Path) -> dict[str, list[Path]]:
    """Return which files need a library, by its name."""
    users: dict[str, list[Path]] = {}
    for path in elf_files(root):
        for name in read_elf(path).needed:
            users.setdefault(name, []).append(path)
    return users


def _oldest(package: str, libraries: list[str], users: dict[str, list[Path]]) -> str:
    """Return the oldest version of a package that will do, "" where any will."""
    versions = []
    for library in libraries:
        asked = set().union(*map(asked_symbols, users.get(library, [])))
        versions.append(oldest_version(package, library, asked))
    found = [version for version in versions if version]
    return newest_of(found) if found else ""


def cached_libraries() -> dict[str, str]:
    """Return the libraries that the loader finds, file by name."""
    told = run_tool(["/sbin/ldconfig", "-p"])
    found: dict[str, str] = {}
    for name, path in _CACHED.findall(told):
        found.setdefault(name, path)
    return found


def package_of(path: str) -> str:
    """Return the Debian package that a file came with, "" where none did."""
    if not path:
        return ""
    for place in dict.fromkeys([path, str(Path(path).resolve()), path.removeprefix("/usr")]):
        try:
            told = run_tool(["dpkg-query", "--search", place])
        except BuildError:
            continue
        return told.split(":")[0]
    return ""


def _version_of_symbols(package: str, newest: dict[str, tuple[int, ...]]) -> str:
    """Return the version of the C or C++ library that brought the newest symbols asked for."""
    if package == "libc6" and "GLIBC" in newest:
        return ".".join(map(str, newest["GLIBC"]))
    if package == "libstdc++6" and "GLIBCXX" in newest:
        return _GCC_OF_GLIBCXX.get(newest["GLIBCXX"][-1], "14")
    return ""


def _told(package: str, version: str) -> str:
    """Return a package as Depends names it, with the name that it has in other releases."""
    limit = f" (>= {version})" if version not in ("", "0") else ""
    names = [package, *(other for pair in _RENAMED if package in pair for other in pair)]
    return " | ".join(f"{name}{limit}" for name in dict.fromkeys(names))
