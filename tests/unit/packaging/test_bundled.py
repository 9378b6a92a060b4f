"""What is told of a frozen program: all that came in and stayed, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from legal import Bundled, system
from legal.environment import ask_environment
from legal.inventory import frozen, parts_of
from legal.parts import Kind, LegalError
from licences import ROOT, all_installed

SITE = Path(str(all_installed()["packaging"].locate_file("")))


@pytest.fixture
def program(tmp_path: Path) -> Bundled:
    """A frozen program of two packages, one of them but for metadata, and a cut library."""
    inner, notes = tmp_path / "frozen" / "_internal", tmp_path / "notes"
    notes.mkdir()
    taken = [
        ("pathspec/x.py", SITE / "pathspec" / "__init__.py", "DATA"),
        ("psutil/cut.py", SITE / "psutil" / "__init__.py", "DATA"),
        ("filelock.dist-info/METADATA", SITE / "filelock-0.dist-info" / "METADATA", "DATA"),
        ("link.so", "pathspec/x.so", "SYMLINK"),
        ("program", tmp_path / "program", "EXECUTABLE"),
    ]
    for place, _, _ in taken:
        (inner / place).parent.mkdir(parents=True, exist_ok=True)
        (inner / place).touch()
    (inner / "psutil/cut.py").unlink()
    archived = [("packaging", SITE / "packaging" / "__init__.py", "PYMODULE"), ("spaced", "-", "")]
    write(notes / "COLLECT-00.toc", (named(taken),))
    write(notes / "PYZ-00.toc", ("somewhere.pyz", named(archived)))
    return Bundled(inner, notes)


def named(entries: list[tuple[str, object, str]]) -> list[tuple[str, str, str]]:
    return [(place, str(source), kind) for place, source, kind in entries]


def write(file: Path, told: object) -> None:
    file.write_text(repr(told), "utf-8")


def test_packages_count_of_which_something_stayed(program) -> None:
    assert set(program.distributions(all_installed())) == {"packaging", "pathspec"}


def test_what_came_in_unasked_is_found_as_well(program) -> None:
    environment, found = frozen(Path(sys.executable), program)
    names = {part.name for part in parts_of(environment, found, program)}
    assert {"packaging", "pathspec", "Python"} <= names
    assert not {"psutil", "Qt", "onnxruntime", "SQLite"} & names


def test_notes_of_another_environment_are_told(program) -> None:
    strange = [("lancedb/x.py", "/another/environment/lancedb/x.py", "PYMODULE")]
    write(program.notes / "COLLECT-00.toc", ([],))
    write(program.notes / "PYZ-00.toc", ("somewhere.pyz", strange))
    with pytest.raises(LegalError, match="came from the packages of"):
        frozen(Path(sys.executable), program)


def test_what_lies_in_folders_is_found_and_links_are_not(program) -> None:
    real, link = (program.inner / f"opencv.libs/lib{name}.so.1" for name in ("ssl", "avcodec"))
    real.parent.mkdir()
    real.touch()
    link.symlink_to(real.name)
    assert program.has("opencv.libs/libssl*")
    assert not program.has("opencv.libs/libavcodec*")


def test_models_are_named_with_the_hash_of_what_was_packed(program) -> None:
    model = program.inner / "folioscope/_data/models/starter/build/model.onnx"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"weights")
    environment, found = frozen(Path(sys.executable), program)
    [part] = [p for p in parts_of(environment, found, program) if p.kind is Kind.MODEL]
    assert part.name.endswith("(model.onnx)")
    assert part.sha256.startswith("9a1290")


def test_files_from_nowhere_else_are_the_systems(program, tmp_path) -> None:
    strange = tmp_path / "elsewhere" / "libstrange.so.1"
    taken = [("libstrange.so.1", strange, "BINARY"), ("own", ROOT / "LICENSE", "DATA")]
    for place, _, _ in taken:
        (program.inner / place).touch()
    write(program.notes / "COLLECT-00.toc", (named(taken),))
    environment = ask_environment(Path(sys.executable), {})
    assert program.of_system(environment, ROOT) == [strange]


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="not a Debian")
def test_libraries_of_debian_are_told_with_package_and_licence() -> None:
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    lines = [line for line in listed.splitlines() if line.strip().startswith("libz.so.1 ")]
    if not lines:
        pytest.skip("zlib is not installed")
    [part] = system.system_parts([Path(lines[0].rpartition("=> ")[2])])
    assert (part.name, part.licence) == ("zlib1g", "Zlib")
    assert part.purl.startswith("pkg:deb/")
    assert system.copyright_of(part) is not None


def test_microsofts_runtime_is_known_by_its_name() -> None:
    [part] = system.system_parts([Path("C:/Windows/VCRUNTIME140_1.dll")])
    assert part.name == "Microsoft Visual C++ runtime"


def test_a_library_that_nobody_knows_stops_the_build(tmp_path) -> None:
    with pytest.raises(LegalError, match=r"libstrange\.so\.1"):
        system.system_parts([tmp_path / "libstrange.so.1"])
