"""ICU's data, cut down to what Qt asks for: collation, and the letters of large and small.

Qt brings 32 MB of tables. It has its own for breaking lines, for numbers, dates and names of
languages and countries, and reads texts in old encodings nowhere in Folioscope. Sorting, cases,
dates and numbers of 20 locales were compared with and without what languages have besides.

The format is that of ``ucmndata.h``: a header, a number of entries, pairs of offsets of name and
data counted from the end of the header, names in order, and data at multiples of 16.
"""

import re
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile

from bundle.artifact import BuildError
from linux.compiling import compile_library

UNUSED_FOLDERS = frozenset({"brkitr", "curr", "lang", "rbnf", "region", "translit", "unit", "zone"})
UNUSED_KINDS = frozenset({"cnv", "spp", "cfu"})
UNUSED_FILES = frozenset({"cnvalias.icu", "unames.icu"})
# what is told of one language or country, such as de_AT.res; its collation lies in a folder
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]+)*\.res")
_ALIGNED = 16
_MAGIC = (0xDA, 0x27)


def cut_icu_data(folder: Path) -> int:
    """Cut the data library in Qt's folder of libraries; return the bytes saved."""
    saved = 0
    for library in folder.glob("libicudata.so.*"):
        if library.is_symlink():
            continue
        symbol, data = read_package(library)
        header, entries = parse(data)
        kept = {name: content for name, content in entries.items() if not is_unused(name)}
        before = library.stat().st_size
        _write_library(library, symbol, assemble(header, kept))
        saved += before - library.stat().st_size
    return saved


def is_unused(name: str) -> bool:
    """Whether an entry, named with the package before a slash, is not asked for."""
    _, *folders, file = name.split("/")
    return (
        bool(set(folders) & UNUSED_FOLDERS)
        or file.rsplit(".", 1)[-1] in UNUSED_KINDS
        or file in UNUSED_FILES
        or (not folders and _LANGUAGE.fullmatch(file) is not None)
    )


def read_package(library: Path) -> tuple[str, bytes]:
    """Return the data of a library and its symbol; raise BuildError where there is none."""
    with library.open("rb") as file:
        elf = ELFFile(file)
        for symbol in elf.get_section_by_name(".dynsym").iter_symbols():
            if symbol.name.startswith("icudt") and symbol.name.endswith("_dat"):
                start, size = symbol.entry.st_value, symbol.entry.st_size
                for segment in elf.iter_segments("PT_LOAD"):
                    first = segment.header.p_vaddr
                    if first <= start < first + segment.header.p_filesz:
                        file.seek(segment.header.p_offset + start - first)
                        return symbol.name, file.read(size)
    raise BuildError(f"{library.name} holds no data of ICU.")


def parse(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the header and the entries by name, in their order; raise BuildError."""
    header_bytes, *magic = struct.unpack_from("<HBB", data)
    if tuple(magic) != _MAGIC or data[12:16] != b"CmnD":
        raise BuildError("ICU's data is in a format that is not known.")
    base = data[header_bytes:]
    (count,) = struct.unpack_from("<I", base)
    offsets = [struct.unpack_from("<II", base, 4 + 8 * i) for i in range(count)]
    ends = [start for _, start in offsets[1:]] + [len(base)]
    entries = {}
    for (name_at, start), end in zip(offsets, ends, strict=True):
        name = base[name_at : base.index(b"\0", name_at)].decode("ascii")
        entries[name] = base[start:end]
    return data[:header_bytes], entries


def assemble(header: bytes, entries: Mapping[str, bytes]) -> bytes:
    """Return the data with these entries, which are in the order of their names."""
    names = b"".join(name.encode("ascii") + b"\0" for name in entries)
    names_at = 4 + 8 * len(entries)
    table = [struct.pack("<I", len(entries))]
    name_at, data_at = names_at, _aligned(names_at + len(names))
    contents = [b"\xaa" * (data_at - names_at - len(names))]
    for name, content in entries.items():
        table.append(struct.pack("<II", name_at, data_at))
        name_at += len(name) + 1
        contents.append(content.ljust(_aligned(len(content)), b"\0"))
        data_at += len(contents[-1])
    return header + b"".join([*table, names, *contents])


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGNED) * _ALIGNED


def _write_library(library: Path, symbol: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as made:
        packed, source = Path(made) / "data.dat", Path(made) / "data.S"
        packed.write_bytes(data)
        source.write_text(
            f".section .rodata\n.globl {symbol}\n.type {symbol}, @object\n.balign {_ALIGNED}\n"
            f'{symbol}:\n.incbin "{packed}"\n.size {symbol}, . - {symbol}\n'
            '.section .note.GNU-stack,"",@progbits\n',
            "utf-8",
        )
        compile_library(source, library)
