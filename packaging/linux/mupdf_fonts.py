"""What lies in MuPDF's library and no PDF asks for: fonts of dead scripts, and hyphenation.

MuPDF takes a font of its own for text that it lays out itself: in books and web pages, which
Folioscope does not open, and in notes and forms of a PDF that come without a look. Scripts that
nobody writes notes in any more (Unicode's UAX #31, table 4, "excluded scripts") are told there by
the box for unknown letters, as MuPDF's own makers do by default for Tangut. Fonts within PDFs are
not touched by that. Words are broken in books only.

Packed, that is 4 of the library's 15 MB.
"""

from pathlib import Path

from elftools.elf.elffile import ELFFile

from bundle.artifact import BuildError
from linux.libraries import write_anew

LIBRARY = "pymupdf/libmupdf.so.*"
# the larger of them, 12 to 1300 KB packed each
FONTS = (
    "NotoSansAnatolianHieroglyphs",
    "NotoSansBhaiksuki",
    "NotoSansBrahmi",
    "NotoSansCuneiform",
    "NotoSansDuployan",
    "NotoSansEgyptianHieroglyphs",
    "NotoSansGunjalaGondi",
    "NotoSansKaithi",
    "NotoSansKawi",
    "NotoSansKharoshthi",
    "NotoSansLinearA",
    "NotoSansLinearB",
    "NotoSansMarchen",
    "NotoSansMasaramGondi",
    "NotoSansMedefaidrin",
    "NotoSansMendeKikakui",
    "NotoSansMeroitic",
    "NotoSansModi",
    "NotoSansNandinagari",
    "NotoSansNushu",
    "NotoSansOldHungarian",
    "NotoSansPhagsPa",
    "NotoSansSharada",
    "NotoSansSiddham",
    "NotoSansSignWriting",
    "NotoSansSogdian",
    "NotoSansSoyombo",
    "NotoSansTirhuta",
    "NotoSansWarangCiti",
    "NotoSerifDivesAkuru",
    "NotoSerifDogra",
    "NotoSerifGrantha",
    "NotoSerifKhitanSmallScript",
    "NotoSerifKhojki",
    "NotoSerifTangut",
    "NotoSerifVithkuqi",
)
# MuPDF loads a font before it asks for a letter, so a whole one stands there: its smallest
STAND_IN = "NotoSansOgham"
HYPHENATION = "hyphen_hyph_all_zip"
_FONT = "fonts_noto_{}_Regular_otf"


def blank_unused(inner: Path) -> int:
    """Write over what is not asked for, in a bundle's own folder; return the bytes that went.

    Raises BuildError where MuPDF's library does not tell where they are.
    """
    return sum(_blank(library) for library in inner.glob(LIBRARY) if not library.is_symlink())


def _blank(library: Path) -> int:
    data = bytearray(library.read_bytes())
    places = find_resources(library)
    stand_in = places.get(_FONT.format(STAND_IN))
    found = [places[name] for name in map(_FONT.format, FONTS) if name in places]
    if stand_in is None or not found:
        raise BuildError(
            f"{library.name} does not tell where its fonts are. See what replaced the symbols that "
            "linux/mupdf_fonts.py looks for."
        )
    font = bytes(data[stand_in.start : stand_in.stop])
    for place in found:
        data[place.start : place.stop] = font.ljust(len(place), b"\0")
    if words := places.get(HYPHENATION):
        data[words.start : words.stop] = _empty_zip(len(words))
        found.append(words)
    write_anew(library, bytes(data))
    return sum(map(len, found))


def _empty_zip(size: int) -> bytes:
    """Return a zip without files; it is known by its beginning, and read from its end."""
    end = b"PK\5\6" + bytes(18)
    return b"PK\3\4".ljust(size - len(end), b"\0") + end


def find_resources(library: Path) -> dict[str, range]:
    """Return where in the file each resource lies, by its name without MuPDF's prefix."""
    with library.open("rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".dynsym")
        told = {symbol.name: symbol.entry.st_value for symbol in table.iter_symbols()}
        segments = [segment.header for segment in elf.iter_segments("PT_LOAD")]
    places = {}
    for name, start in told.items():
        stop = told.get(f"{name.removesuffix('_start')}_end")
        if name.startswith("_binary_resources_") and name.endswith("_start") and stop:
            held = next(s for s in segments if s.p_vaddr <= start < s.p_vaddr + s.p_filesz)
            moved = held.p_offset - held.p_vaddr
            short = name.removeprefix("_binary_resources_").removesuffix("_start")
            places[short] = range(start + moved, stop + moved)
    return places
