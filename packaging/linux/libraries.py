"""Shared libraries of a bundle: what they need, which nobody needs, and what a strip saves."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.elffile import ELFFile

from bundle.artifact import BuildError

_BESIDE = "$ORIGIN"
_LIBRARY_FOLDERS = (".libs", "lib", "pyarrow")
_MAGIC = b"\x7fELF"
_VERSION = re.compile(r"(GLIBC|GLIBCXX)_([0-9.]+)")


@dataclass(slots=True)
class Elf:
    """A program or library: the names it needs, its own, and symbol versions it asks for."""

    path: Path
    needed: list[str] = field(default_factory=list)
    soname: str = ""
    versions: set[tuple[str, tuple[int, ...]]] = field(default_factory=set)


def elf_files(folder: Path) -> list[Path]:
    """Return programs and libraries below a folder, links left out."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and _starts_as_elf(path)
    ]


def read_elf(path: Path) -> Elf:
    """Read the dynamic section of a file; a program that is linked statically has none."""
    elf = Elf(path)
    with path.open("rb") as file:
        parsed = ELFFile(file)
        dynamic = parsed.get_section_by_name(".dynamic")
        for tag in dynamic.iter_tags() if dynamic is not None else ():
            if tag.entry.d_tag == "DT_NEEDED":
                elf.needed.append(tag.needed)
            elif tag.entry.d_tag == "DT_SONAME":
                elf.soname = tag.soname
        asked = parsed.get_section_by_name(".gnu.version_r")
        for _, versions in asked.iter_versions() if asked is not None else ():
            for version in versions:
                if match := _VERSION.fullmatch(version.name):
                    elf.versions.add((match[1], tuple(int(n) for n in match[2].split("."))))
    return elf


def drop_unneeded(inner: Path) -> list[str]:
    """Delete libraries that nothing in the bundle needs any more; return their names.

    Only those are looked at that came as the need of another: in the bundle's own folder, in the
    folders of libraries that wheels have, and in PyArrow's, which holds its libraries itself.
    """
    gone = _unneeded(inner)
    for path in gone:
        path.unlink()
    for link in inner.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink()
    return [path.name for path in gone]


def _unneeded(inner: Path) -> list[Path]:
    """Return what nothing that starts by itself leads to; two may need nobody but each other."""
    elfs = [read_elf(path) for path in elf_files(inner.parent)]
    spare = {elf.path: elf for elf in elfs if _came_as_need(elf.path, inner)}
    waiting = [elf for elf in elfs if elf.path not in spare]
    while waiting:
        needed = set(waiting.pop().needed)
        found = [elf for elf in spare.values() if needed & {elf.path.name, elf.soname}]
        waiting += [spare.pop(elf.path) for elf in found]
    return list(spare)


def _came_as_need(path: Path, inner: Path) -> bool:
    is_beside = path.parent == inner or path.parent.name.endswith(_LIBRARY_FOLDERS)
    is_library = ".so" in path.name and not path.name.startswith("libpython")
    return is_beside and is_library and not _is_module(path)


def strip_symbols(folder: Path) -> int:
    """Take symbols and debugging out of files that have some; return the bytes saved.

    Files that were patched for a wheel may not survive that: strip moves their segments. Those
    stay as they are.
    """
    saved = 0
    for path in elf_files(folder):
        if not _has_symbols(path):
            continue
        stripped = path.with_name(f".{path.name}.stripped")
        run_tool(["strip", "--strip-unneeded", "-o", str(stripped), str(path)])
        gain = path.stat().st_size - stripped.stat().st_size
        if gain > 0 and is_loadable(stripped):
            saved += gain
            stripped.replace(path)
        else:
            stripped.unlink()
    return saved


def is_loadable(path: Path) -> bool:
    """Whether the loader takes the segments: where they lie in file and memory must agree."""
    with path.open("rb") as file:
        return all(
            (segment.header.p_offset - segment.header.p_vaddr) % segment.header.p_align == 0
            for segment in ELFFile(file).iter_segments("PT_LOAD")
        )


def forget_build_paths(folder: Path) -> list[str]:
    """Have libraries look beside themselves where they name folders of this machine; return them.

    Python's own library and modules name where it was installed.
    """
    changed = []
    for path in elf_files(folder):
        with path.open("rb") as file:
            dynamic = ELFFile(file).get_section_by_name(".dynamic")
            found = [
                tag.runpath if tag.entry.d_tag == "DT_RUNPATH" else tag.rpath
                for tag in (dynamic.iter_tags() if dynamic is not None else ())
                if tag.entry.d_tag in ("DT_RUNPATH", "DT_RPATH")
            ]
        for places in found:
            if places.startswith("/") and _overwrite(path, places, _BESIDE):
                changed.append(path.name)
    return changed


def _overwrite(path: Path, text: str, other: str) -> bool:
    """Write a shorter string over one that stands in a file once; return whether that was so."""
    data = path.read_bytes()
    before, after = text.encode() + b"\0", other.encode().ljust(len(text), b"\0") + b"\0"
    if len(other) > len(text) or data.count(b"\0" + before) != 1:
        return False
    path.write_bytes(data.replace(b"\0" + before, b"\0" + after))
    return True


def write_anew(path: Path, data: bytes) -> None:
    """Write a file in place of another with its mode; links to the other's bytes keep those."""
    made = path.with_name(f".{path.name}.anew")
    made.write_bytes(data)
    made.chmod(path.stat().st_mode)
    made.replace(path)


def needed_outside(folder: Path) -> Iterator[str]:
    """Yield names that something in the folder needs and nothing in the folder is called."""
    elfs = [read_elf(path) for path in elf_files(folder)]
    inside = {path.name for path in folder.rglob("*")} | {elf.soname for elf in elfs}
    yield from sorted({name for elf in elfs for name in elf.needed} - inside)


def newest_versions(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return the newest version of GLIBC and of GLIBCXX that anything asks for."""
    newest: dict[str, tuple[int, ...]] = {}
    for path in elf_files(folder):
        for family, number in read_elf(path).versions:
            newest[family] = max(number, newest.get(family, ()))
    return newest


def run_tool(command: list[str]) -> str:
    """Run a tool of the system and return its output; raise BuildError."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} is missing; install the package that has it.") from error
    if done.returncode:
        raise BuildError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def _starts_as_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _MAGIC


def _is_module(path: Path) -> bool:
    return ".cpython-" in path.name or ".abi3." in path.name


def _has_symbols(path: Path) -> bool:
    with path.open("rb") as file:
        return ELFFile(file).get_section_by_name(".symtab") is not None
