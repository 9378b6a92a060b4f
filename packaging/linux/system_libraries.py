"""Libraries that Debian has: left to it, and named as what the package depends on."""

import re
from pathlib import Path

from bundle.artifact import BuildError
from linux.libraries import needed_outside, newest_versions, run_tool

_CACHED = re.compile(r"^\s*(\S+) \(libc6,x86-64.*\) => (\S+)$", re.MULTILINE)
# GLIBCXX versions and the gcc that brought them
_GCC_OF_GLIBCXX = {28: "9", 29: "11", 30: "12", 31: "13", 32: "13", 33: "14"}

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

    Raises BuildError for a library that no package of this machine has.
    """
    known = cached_libraries()
    packages = set()
    for name in needed_outside(root):
        package = _PACKAGES.get(name) or package_of(known.get(name, ""))
        if not package:
            raise BuildError(f"{name} is needed, and no package on this machine has it.")
        packages.add(package)
    newest = newest_versions(root)
    return sorted(_with_version(package, newest) for package in packages)


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


def _with_version(package: str, newest: dict[str, tuple[int, ...]]) -> str:
    if package == "libc6" and "GLIBC" in newest:
        return f"libc6 (>= {'.'.join(map(str, newest['GLIBC']))})"
    if package == "libstdc++6" and "GLIBCXX" in newest:
        return f"libstdc++6 (>= {_GCC_OF_GLIBCXX.get(newest['GLIBCXX'][-1], '14')})"
    return package
