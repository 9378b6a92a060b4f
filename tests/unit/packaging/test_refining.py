"""What makes a bundle smaller without taking away anything that runs."""

import ctypes
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from bundle.artifact import BuildError
from linux import icu_data
from linux.libraries import (
    drop_unneeded,
    elf_files,
    forget_build_paths,
    is_loadable,
    needed_outside,
    strip_symbols,
)

needs_compiler = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("cc", "strip")), reason="no compiler is installed"
)


# --- libraries


def compiled(source: str, target: Path, *options: str) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    file = target.with_suffix(".c")
    file.write_text(source, "utf-8")
    command = ["cc", "-shared", "-fPIC", "-o", str(target), str(file), *options]
    subprocess.run(command, check=True)
    file.unlink()
    return target


@pytest.fixture
def inner(tmp_path) -> Path:
    """A bundle whose OpenCV needs a library of its wheel."""
    folder = tmp_path / "_internal"
    libs = folder / "opencv_python_headless.libs"
    named = "-Wl,-soname,libsums-2.so"
    sums = compiled("int sum(int x) { return x + 2; }", libs / "libsums-2.so", named)
    source = "int sum(int); int use(int x) { return sum(x); }"
    compiled(source, folder / "cv2" / "cv2.abi3.so", str(sums), f"-Wl,-rpath,{libs}")
    return folder


@needs_compiler
def test_libraries_that_nothing_needs_any_more_go(inner):
    named = "-Wl,-soname,libspare.so.1"
    spare = compiled("int spare(void) { return 1; }", inner / "libspare.so.1", named)
    (inner / "liblink.so.1").symlink_to("libspare.so.1")
    source = "int spare(void); int x(void) { return spare(); }"
    compiled(source, inner / "libuser.so.1", str(spare))
    assert drop_unneeded(inner) == ["libspare.so.1", "libuser.so.1"]
    assert not (inner / "liblink.so.1").is_symlink()
    names = {path.name for path in elf_files(inner)}
    assert {"libsums-2.so", "cv2.abi3.so"} == names


@needs_compiler
def test_what_is_needed_of_the_system_is_told(inner):
    source = 'int puts(const char *); int hello(void) { return puts("hello"); }'
    compiled(source, inner / "libhello.so.1")
    assert list(needed_outside(inner)) == ["libc.so.6"]


@needs_compiler
def test_stripping_saves_and_leaves_libraries_that_load(tmp_path):
    library = compiled("int answer(void) { return 42; }", tmp_path / "liba.so", "-g")
    assert strip_symbols(tmp_path) > 0
    assert is_loadable(library)
    assert ctypes.CDLL(str(library)).answer() == 42
    assert [path.name for path in tmp_path.iterdir()] == ["liba.so"]


@needs_compiler
def test_no_library_names_folders_of_the_machine_that_built_it(tmp_path):
    source = "int answer(void) { return 42; }"
    named = compiled(source, tmp_path / "libnamed.so.1", "-Wl,-rpath,/opt/of/this/machine/lib")
    other = compiled(source, tmp_path / "libother.so.1", "-Wl,-rpath,$ORIGIN/../lib")
    before = other.read_bytes()
    assert forget_build_paths(tmp_path) == ["libnamed.so.1"]
    assert b"/opt/of/this" not in named.read_bytes()
    assert b"$ORIGIN\0" in named.read_bytes()
    assert ctypes.CDLL(str(named)).answer() == 42
    assert other.read_bytes() == before


# --- ICU


def package(entries: dict[str, bytes]) -> bytes:
    header = struct.pack("<HBB", 32, 0xDA, 0x27).ljust(12, b"\0") + b"CmnD".ljust(20, b"\0")
    return icu_data.assemble(header, entries)


ENTRIES = {
    "icudt73l/brkitr/de.res": b"a" * 20,
    "icudt73l/coll/de.res": b"b" * 33,
    "icudt73l/de.res": b"c" * 16,
    "icudt73l/de_AT.res": b"e" * 16,
    "icudt73l/ibm-37.cnv": b"d" * 5,
    "icudt73l/root.res": b"f" * 16,
    "icudt73l/supplementalData.res": b"g" * 16,
}


def test_icus_data_is_read_as_it_was_written():
    header, entries = icu_data.parse(package(ENTRIES))
    assert {name: content[:20] for name, content in entries.items()}.keys() == ENTRIES.keys()
    for name, content in ENTRIES.items():
        assert entries[name].startswith(content)
        assert len(entries[name]) % 16 == 0
    assert icu_data.assemble(header, entries) == package(ENTRIES)


KEPT = ["icudt73l/coll/de.res", "icudt73l/root.res", "icudt73l/supplementalData.res"]


def test_collation_and_what_all_languages_share_stays_in_icus_data():
    assert [name for name in ENTRIES if not icu_data.is_unused(name)] == KEPT


def test_data_in_another_format_is_refused():
    with pytest.raises(BuildError, match="format that is not known"):
        icu_data.parse(b"\0" * 64)


@needs_compiler
def test_a_library_of_icus_data_is_cut(tmp_path):
    data = tmp_path / "x.dat"
    data.write_bytes(package(ENTRIES))
    source = (
        '__asm__(".section .rodata\\n.globl icudt73_dat\\n.type icudt73_dat, @object\\n'
        f'icudt73_dat:\\n.incbin \\"{data}\\"\\n.size icudt73_dat, . - icudt73_dat\\n.text");'
    )
    library = compiled(source, tmp_path / "lib" / "libicudata.so.73")
    icu_data.cut_icu_data(tmp_path / "lib")
    symbol, cut = icu_data.read_package(library)
    assert symbol == "icudt73_dat"
    assert list(icu_data.parse(cut)[1]) == KEPT
