"""The Debian package: what it says, and that dpkg reads what is written."""

import os
import shutil
import subprocess

import pytest

from bundle.artifact import BuildError
from linux.deb_file import write_deb
from linux.debian import changelog_text, control_text, copyright_text, debian_version, md5sums
from linux.system_libraries import _told, _version_of_symbols
from linux.tree import set_times_and_modes

EPOCH_S = 1_700_000_000
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not installed")
needs_xz = pytest.mark.skipif(shutil.which("xz") is None, reason="xz is not installed")


def fields(text: str) -> dict[str, str]:
    told: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(" "):
            told[name] += f"\n{line}"
        else:
            name, _, value = line.partition(": ")
            told[name] = value
    return told


def test_the_control_file_has_what_debian_asks_for():
    control = fields(control_text("1.2.3", ["libc6 (>= 2.36)", "zlib1g"], installed_kib=700))
    assert control["Version"] == "1.2.3"
    assert control["Depends"] == "libc6 (>= 2.36), zlib1g"
    assert control["Installed-Size"] == "700"
    assert {"Package", "Architecture", "Maintainer", "Description"} <= set(control)
    first, *long = control["Description"].split("\n")
    assert len(first) <= 80
    assert all(line.startswith(" ") for line in long)


@needs_dpkg
@pytest.mark.parametrize(
    ("older", "newer"), [("1.2.0rc1", "1.2.0"), ("1.2.0a1", "1.2.0b1"), ("1.2.9", "1.2.10")]
)
def test_debian_orders_versions_as_we_do(older, newer):
    command = ["dpkg", "--compare-versions", debian_version(older), "lt", debian_version(newer)]
    assert subprocess.run(command, check=False).returncode == 0


def test_newest_symbols_become_versions_of_packages():
    newest = {"GLIBC": (2, 36), "GLIBCXX": (3, 4, 30)}
    assert _version_of_symbols("libc6", newest) == "2.36"
    assert _version_of_symbols("libstdc++6", newest) == "12"
    assert _version_of_symbols("zlib1g", newest) == ""


@pytest.mark.parametrize(
    ("package", "version", "told"),
    [
        ("zlib1g", "1:1.2.3", "zlib1g (>= 1:1.2.3)"),
        ("libxcb-shm0", "", "libxcb-shm0"),
        ("libxcb-shm0", "0", "libxcb-shm0"),
        ("libssl3", "3.0.0", "libssl3 (>= 3.0.0) | libssl3t64 (>= 3.0.0)"),
        ("libssl3t64", "3.0.0", "libssl3t64 (>= 3.0.0) | libssl3 (>= 3.0.0)"),
    ],
)
def test_packages_are_told_with_versions_and_the_names_of_other_releases(package, version, told):
    assert _told(package, version) == told


def test_documents_name_the_licence_and_the_version():
    assert "License: AGPL-3.0+" in copyright_text("/usr/lib/folioscope/legal", year=2026)
    assert changelog_text("1.2.3", EPOCH_S).startswith("folioscope (1.2.3) stable;")


def test_programs_run_and_libraries_are_read_only_files(tmp_path):
    for name, mode in (("folioscope", 0o775), ("libx.so.1", 0o755), ("text", 0o600)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    set_times_and_modes(tmp_path, EPOCH_S)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"folioscope": 0o755, "libx.so.1": 0o644, "text": 0o644}


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "root"
    program = root / "usr" / "lib" / "folioscope" / "folioscope"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o775)
    (root / "usr" / "lib" / "folioscope" / "Größe 文件.txt").write_text("x" * 999)
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / "folioscope").symlink_to("../lib/folioscope/folioscope")
    set_times_and_modes(root, EPOCH_S)
    return root


def written(tree, target, *, is_quick=False):
    control = {"control": control_text("1.2.3", [], installed_kib=1), "md5sums": md5sums(tree)}
    write_deb(target, tree, control, epoch_s=EPOCH_S, is_quick=is_quick)
    return target


@needs_dpkg
@needs_xz
@pytest.mark.parametrize("is_quick", [True, False])
def test_dpkg_reads_the_package(tree, tmp_path, is_quick):
    package = written(tree, tmp_path / "folioscope.deb", is_quick=is_quick)
    out = tmp_path / "out"
    subprocess.run(["dpkg-deb", "--extract", str(package), str(out)], check=True)
    assert (out / "usr" / "lib" / "folioscope" / "Größe 文件.txt").read_text() == "x" * 999
    link = (out / "usr" / "bin" / "folioscope").readlink()
    assert link.as_posix() == "../lib/folioscope/folioscope"
    told = subprocess.run(
        ["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True
    )
    assert "-rwxr-xr-x root/root" in told.stdout
    assert list(tmp_path.glob("*.tar*")) == []


@needs_xz
def test_the_same_tree_gives_the_same_bytes(tree, tmp_path):
    first = written(tree, tmp_path / "a.deb").read_bytes()
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.touch()
    set_times_and_modes(tree, EPOCH_S)
    assert written(tree, tmp_path / "b.deb").read_bytes() == first


@needs_xz
def test_a_package_that_cannot_be_packed_leaves_nothing(tree, tmp_path, monkeypatch):
    tool = tmp_path / "tools" / "xz"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=os.pathsep)
    with pytest.raises(BuildError, match="xz"):
        written(tree, tmp_path / "folioscope.deb")
    assert not (tmp_path / "folioscope.deb").exists()
