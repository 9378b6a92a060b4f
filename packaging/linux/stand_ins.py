"""Empty stand-ins for libraries that OpenCV is linked with and that Folioscope never uses.

OpenCV's wheel reads films, AVIF pictures and large systems of equations; RapidOCR asks it for
contours and resizing only. The loader wants those libraries all the same, so each is replaced by
one with the same name and symbols that does nothing. A test reads a page with them in place.
"""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.elffile import ELFFile

from bundle.artifact import BuildError
from linux.libraries import run_tool

USER = "cv2/cv2.abi3.so"
REPLACED = ("libavcodec-", "libavformat-", "libavutil-", "libswscale-", "libavif-", "libopenblas")
COMPILER = "cc"


@dataclass(slots=True)
class StandIn:
    """A library to be replaced, and what its user takes from it: symbols by version."""

    path: Path
    symbols: dict[str, list[str]] = field(default_factory=dict)


def put_stand_ins(inner: Path) -> int:
    """Replace the libraries in a bundle's own folder; return the bytes saved. Needs a compiler."""
    user = inner / USER
    if not user.exists():
        return 0
    saved = 0
    for stand_in in find_replaced(user, inner / "opencv_python_headless.libs"):
        before = stand_in.path.stat().st_size
        _compile(stand_in)
        saved += before - stand_in.path.stat().st_size
    return saved


def find_replaced(user: Path, folder: Path) -> list[StandIn]:
    """Return what ``user`` takes from each library in ``folder`` that is to be replaced.

    Raises BuildError where it takes data: only functions can be stood in for.
    """
    asked = _undefined(user)
    found = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(REPLACED):
            continue
        stand_in = StandIn(path)
        for name, (version, kind) in _defined(path).items():
            if name not in asked:
                continue
            if kind != "STT_FUNC":
                raise BuildError(f"{user.name} takes data from {path.name}: {name}.")
            stand_in.symbols.setdefault(version, []).append(name)
        found.append(stand_in)
    return found


def source_of(stand_in: StandIn) -> str:
    """Return the C of a library whose functions all answer 0."""
    names = sorted({name for names in stand_in.symbols.values() for name in names})
    return "\n".join(f"void *{name}(void) {{ return 0; }}" for name in names) + "\n"


def versions_of(stand_in: StandIn) -> str:
    """Return the linker's script of symbol versions; empty where symbols have none."""
    return "".join(
        f"{version} {{ global: {'; '.join(sorted(names))}; }};\n"
        for version, names in sorted(stand_in.symbols.items())
        if version
    )


def compile_library(source: Path, target: Path, *options: str) -> None:
    """Compile one file into a library in place of ``target``; raise BuildError."""
    if shutil.which(COMPILER) is None:
        raise BuildError(f"{COMPILER} is missing; install gcc.")
    command = [COMPILER, "-shared", "-fPIC", "-nostdlib", "-w", "-Os", "-fno-builtin", "-s"]
    command += [f"-Wl,-soname,{target.name}", "-Wl,--build-id=none", *options]
    result = source.with_suffix(".so")
    run_tool([*command, "-o", str(result), str(source)])
    shutil.copyfile(result, target)


def _compile(stand_in: StandIn) -> None:
    with tempfile.TemporaryDirectory() as made:
        source, script = Path(made) / "a.c", Path(made) / "a.map"
        source.write_text(source_of(stand_in), "utf-8")
        script.write_text(versions_of(stand_in), "utf-8")
        has_versions = script.stat().st_size > 0
        options = [f"-Wl,--version-script={script}"] if has_versions else []
        compile_library(source, stand_in.path, *options)


def _undefined(path: Path) -> set[str]:
    with path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".dynsym")
        return {s.name for s in table.iter_symbols() if s.entry.st_shndx == "SHN_UNDEF" and s.name}


def _defined(path: Path) -> dict[str, tuple[str, str]]:
    """Return version and type of every symbol that a library offers."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".dynsym")
        numbers = elf.get_section_by_name(".gnu.version")
        offered = elf.get_section_by_name(".gnu.version_d")
        names = {}
        for version, parts in offered.iter_versions() if offered is not None else ():
            names[version.entry.vd_ndx] = next(iter(parts)).name
        defined = {}
        for index, symbol in enumerate(table.iter_symbols()):
            if symbol.entry.st_shndx == "SHN_UNDEF":
                continue
            number = numbers.get_symbol(index).entry["ndx"] if numbers is not None else None
            version = names.get(number & 0x7FFF, "") if isinstance(number, int) else ""
            defined[symbol.name] = (version, symbol.entry.st_info.type)
        return defined
