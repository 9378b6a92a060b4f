"""What is done on Linux to a frozen program before it is packed."""

from pathlib import Path

from bundle.trimming import INNER
from linux.icu_data import cut_icu_data
from linux.idle_links import drop_idle_links
from linux.libraries import drop_unneeded, forget_build_paths, strip_symbols
from linux.mupdf_fonts import blank_unused
from linux.symbols import refuse_unresolved


def refine(folder: Path) -> None:
    """Make a bundle smaller without taking anything away that runs; raise BuildError."""
    saved = cut_icu_data(folder / INNER / "PySide6" / "Qt" / "lib")
    print(f"Tables of ICU that Qt never asks for: {saved / 1e6:.0f} MB")
    saved = blank_unused(folder / INNER)
    print(f"Fonts of dead scripts in MuPDF, and hyphenation: {saved / 1e6:.0f} MB")
    saved = strip_symbols(folder / INNER)
    print(f"Symbols taken out: {saved / 1e6:.0f} MB")
    changed = forget_build_paths(folder / INNER)
    print(f"Libraries that named folders of this machine: {len(changed)}")
    idle = drop_idle_links(folder / INNER / "pyarrow")
    print(f"Links of PyArrow's libraries from which nothing is taken: {len(idle)}")
    gone = drop_unneeded(folder / INNER)
    print(f"Libraries that nothing needs any more: {', '.join(gone) or 'none'}", flush=True)
    refuse_unresolved(folder)
