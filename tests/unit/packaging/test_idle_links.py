"""Links between libraries that carry nothing go; what is taken and not there stops the build."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bundle.artifact import BuildError
from linux.idle_links import drop_idle_links, unlink
from linux.libraries import drop_unneeded, read_elf
from linux.symbols import refuse_unresolved

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("cc", "nm")), reason="no compiler is installed"
)
BESIDE = "-Wl,-rpath,$ORIGIN"


def compiled(target: Path, source: str, *options: str) -> Path:
    """Compile a library that is called as its file is; ``options`` are the compiler's."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(target), BESIDE]
    command += [f"-Wl,-soname,{target.name}", "-x", "none", "-Wl,--no-as-needed", *options]
    subprocess.run(command, input=source, text=True, check=True)
    return target


@pytest.fixture
def room(tmp_path) -> Path:
    """PyArrow's folder: a module that takes from one library, and names two others besides."""
    folder = tmp_path / "bundle" / "_internal" / "pyarrow"
    used = compiled(folder / "libused.so.1", "int seven(void) { return 7; }")
    spare = compiled(folder / "libspare.so.1", "int spare(void) { return 1; }", str(used))
    maybe = compiled(folder / "libmaybe.so.1", "int maybe(void) { return 8; }", str(used))
    source = (
        "int seven(void); __attribute__((weak)) int maybe(void);"
        "int answer(void) { return 6 * seven() + (maybe ? maybe() - 8 : 0); }"
    )
    compiled(folder / "user.abi3.so", source, str(used), str(spare), str(maybe))
    return folder


def test_a_library_loads_without_those_it_only_names(room):
    assert drop_idle_links(room) == [
        "libmaybe.so.1 named libused.so.1",
        "libspare.so.1 named libused.so.1",
        "user.abi3.so named libspare.so.1",
    ]
    assert drop_unneeded(room.parent) == ["libspare.so.1"]
    needed = read_elf(room / "user.abi3.so").needed
    assert needed[:2] == ["libused.so.1", "libmaybe.so.1"]
    assert ctypes.CDLL(str(room / "user.abi3.so")).answer() == 42
    refuse_unresolved(room.parent.parent)


def test_two_libraries_that_need_nobody_but_each_other_go(room):
    folder = room.parent / "some.libs"
    first = compiled(folder / "libfirst.so.1", "int first(void) { return 1; }")
    second = compiled(folder / "libsecond.so.1", "int second(void) { return 2; }", str(first))
    compiled(first, "int first(void) { return 1; }", str(second))
    (room.parent / "libfirst.so.1").symlink_to("some.libs/libfirst.so.1")
    assert drop_unneeded(room.parent) == ["libfirst.so.1", "libsecond.so.1"]
    assert not (room.parent / "libfirst.so.1").is_symlink()
    assert (room / "libused.so.1").exists()


def test_the_other_bytes_of_a_file_stay(room):
    user = room / "user.abi3.so"
    before = user.read_bytes()
    copy = room.parent.parent.parent / "copy.so"
    os.link(user, copy)
    user.chmod(0o755)
    unlink(user, ["libspare.so.1"])
    after = user.read_bytes()
    assert len(after) == len(before)
    changed = [place for place, (a, b) in enumerate(zip(after, before, strict=True)) if a != b]
    assert changed[-1] - changed[0] < 16 * 40  # the table of what it needs, and no more
    assert copy.read_bytes() == before
    assert user.stat().st_mode & 0o777 == 0o755


def test_a_library_whose_versions_are_asked_for_stays(room):
    script = room.parent / "map"
    script.write_text("SEVEN_1 { global: eight; };\n")
    dated = compiled(
        room / "libdated.so.1", "int eight(void) { return 8; }", f"-Wl,--version-script={script}"
    )
    source = "int eight(void); int nine(void) { return eight() + 1; }"
    asking = compiled(room / "libasking.so.1", source, str(dated))
    with pytest.raises(BuildError, match=r"libasking\.so\.1 asks for versions .* libdated\.so\.1"):
        unlink(asking, ["libdated.so.1"])


def test_a_symbol_that_nothing_offers_any_more_stops_the_build(room):
    unlink(room / "user.abi3.so", ["libused.so.1", "libspare.so.1", "libmaybe.so.1"])
    with pytest.raises(BuildError, match=r"seven of _internal/pyarrow/user\.abi3\.so\. Leave"):
        refuse_unresolved(room.parent.parent)


def test_of_many_lost_symbols_only_some_are_told(tmp_path):
    names = [f"lost_{number}" for number in range(9)]
    calls = "".join(f"void {name}(void); void call_{name}(void) {{ {name}(); }}" for name in names)
    compiled(tmp_path / "libcaller.so.1", calls)
    with pytest.raises(BuildError, match=r"lost_4 of libcaller\.so\.1; and more") as caught:
        refuse_unresolved(tmp_path)
    assert "lost_5" not in str(caught.value)


def test_modules_take_from_the_interpreter_without_naming_it(tmp_path):
    source = "void Py_Thing(void); void run(void) { Py_Thing(); }"
    compiled(tmp_path / "module.abi3.so", source)
    with pytest.raises(BuildError, match="Py_Thing of"):
        refuse_unresolved(tmp_path)
    compiled(tmp_path / "libpython3.so.1", "void Py_Thing(void) {}")
    refuse_unresolved(tmp_path)


def test_what_a_library_of_another_machine_has_is_not_judged(tmp_path):
    absent = compiled(tmp_path / "libabsent_here.so.7", "void far(void) {}")
    compiled(tmp_path / "libnear.so.1", "void far(void); void go(void) { far(); }", str(absent))
    absent.unlink()
    refuse_unresolved(tmp_path)
