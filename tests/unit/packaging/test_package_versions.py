"""How old a package of Debian may be: as old as what is taken from it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from linux.package_versions import asked_symbols, newest, oldest_version
from linux.system_libraries import dependencies

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is not installed")
needs_compiler = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("cc", "nm")), reason="no compiler is installed"
)
SYMBOLS = """\
libfilm.so.2 libfilm2 #MINVER#
| libfilm2 (>= 9), libfilm2 (<< 10)
* Build-Depends-Package: libfilm-dev
 film_open@Base 1.2
 film_seek@Base 1.10~rc1
 film_tell@FILM_3 1:0.1 1
libfilm-extra.so.2 libfilm2 #MINVER#
 film_open@Base 8.0
"""
SHLIBS = "libold 6 libold6 (>= 2:1.6.0)\nudeb: libold 6 libold6-udeb (>= 9)\nlibolder 6 libolder6\n"


@pytest.fixture
def info(tmp_path) -> Path:
    (tmp_path / "libfilm2:amd64.symbols").write_text(SYMBOLS, "utf-8")
    (tmp_path / "libold6.shlibs").write_text(SHLIBS, "utf-8")
    return tmp_path


@needs_dpkg
@pytest.mark.parametrize(
    ("asked", "version"),
    [
        (["film_open@Base"], "1.2"),
        (["film_open@Base", "film_seek@Base"], "1.10~rc1"),
        (["film_seek@Base", "film_tell@FILM_3"], "1:0.1"),
        (["film_tell@FILM_4", "other@Base"], ""),
        ([], ""),
    ],
)
def test_the_newest_symbol_that_is_taken_counts(info, asked, version):
    assert oldest_version("libfilm2", "libfilm.so.2", asked, info=info) == version


def test_a_package_without_symbols_has_one_version_for_all(info):
    asked = ["anything@Base"]
    assert oldest_version("libold6", "libold.so.6", asked, info=info) == "2:1.6.0"
    assert oldest_version("libold6", "libolder.so.6", asked, info=info) == ""
    assert oldest_version("libnowhere1", "libnowhere.so.1", asked, info=info) == ""


@needs_dpkg
def test_versions_are_ordered_as_debian_does():
    assert newest(["1.9", "1.10", "1.10~rc1"]) == "1.10"
    assert newest(["9.9", "1:0.1"]) == "1:0.1"


def compiled(target: Path, source: str, *options: str) -> Path:
    command = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-o", str(target), *options]
    subprocess.run(command, input=source, text=True, check=True)
    return target


@needs_compiler
def test_symbols_are_told_with_their_versions(tmp_path):
    script = tmp_path / "map"
    script.write_text("DATED_2 { global: dated; };\n")
    dated = compiled(
        tmp_path / "libdated.so", "void dated(void) {}", f"-Wl,--version-script={script}"
    )
    plain = compiled(tmp_path / "libplain.so", "void plain(void) {}")
    source = "void dated(void); void plain(void); void go(void) { dated(); plain(); }"
    user = compiled(tmp_path / "libuser.so", source, str(dated), str(plain))
    assert {"dated@DATED_2", "plain@Base"} <= asked_symbols(user)
    assert not any(name.startswith("go@") for name in asked_symbols(user))


@needs_compiler
@needs_dpkg
def test_what_a_tree_needs_is_told_with_its_version(tmp_path):
    source = 'int puts(const char *); void go(void) { puts(""); }'
    compiled(tmp_path / "libgo.so.1", source)
    told = dependencies(tmp_path)
    assert [package.partition(" (>= 2.")[0] for package in told] == ["libc6"]
