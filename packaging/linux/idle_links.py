"""Links between libraries that carry nothing: one names another and takes no symbol from it.

Each library of PyArrow names all the others, Parquet and Substrait among them, as whoever linked
them named them all. The loader would want every one of them. What is not named any more, and by
nobody else, goes with the other libraries that nothing needs.
"""

from collections.abc import Iterable
from pathlib import Path

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

from bundle.artifact import BuildError
from linux.libraries import elf_files, read_elf, write_anew
from linux.symbols import read_symbols


def drop_idle_links(folder: Path) -> list[str]:
    """Take out links from which nothing is taken, among the libraries right in a folder.

    Returns "who named whom" of each. Raises BuildError.
    """
    files = [path for path in elf_files(folder) if path.parent == folder]
    symbols = {path.name: read_symbols(path) for path in files}
    dropped = []
    for path in files:
        taken = symbols[path.name].all_taken
        beside = [name for name in read_elf(path).needed if name in symbols]
        idle = [name for name in beside if not taken & symbols[name].offered]
        if idle:
            unlink(path, idle)
            dropped += [f"{path.name} named {name}" for name in idle]
    return dropped


def unlink(path: Path, names: Iterable[str]) -> None:
    """Take libraries out of those that a file names as needed; its other bytes stay as they are.

    Raises BuildError where the file also asks for versions of their symbols.
    """
    names = set(names)
    with path.open("rb") as file:
        elf = ELFFile(file)
        asked = elf.get_section_by_name(".gnu.version_r")
        for library, _ in asked.iter_versions() if asked is not None else ():
            if library.name in names:
                raise BuildError(f"{path.name} asks for versions of symbols of {library.name}.")
        place, table = _without(elf, names)
    data = bytearray(path.read_bytes())
    data[place : place + len(table)] = table
    write_anew(path, bytes(data))


def _without(elf: ELFFile, names: set[str]) -> tuple[int, bytes]:
    """Return where the dynamic table lies, and the table without such names, as long as before."""
    section = elf.get_section_by_name(".dynamic")
    if not isinstance(section, DynamicSection):
        raise BuildError("A library without a table of what it needs cannot lose a link.")
    data, size = section.data(), section["sh_entsize"]
    rows = [data[start : start + size] for start in range(0, len(data), size)]
    gone = {
        number
        for number, tag in enumerate(section.iter_tags())
        if tag.entry.d_tag == "DT_NEEDED" and tag.needed in names
    }
    kept = b"".join(row for number, row in enumerate(rows) if number not in gone)
    return section["sh_offset"], kept.ljust(len(data), b"\0")  # zeros end the table
