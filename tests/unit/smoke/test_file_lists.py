"""Lists of files: what a removed package left must be seen."""

from pathlib import Path

import pytest

from smoke.file_lists import KEPT_BY_APT, differences, list_files, owned_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "hosts").write_text("one")
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "proc").mkdir()
    return tmp_path


def test_equal_roots_do_not_differ(root: Path) -> None:
    before = list_files(root)
    (root / "proc" / "1").mkdir()  # what the system shows there is no file left behind
    assert set(before) == {"/etc", "/etc/hosts", "/bin"}
    assert not differences(before, list_files(root))


def test_new_lost_and_changed_files_are_named(root: Path) -> None:
    before = list_files(root)
    (root / "etc" / "left").mkdir()
    (root / "bin").unlink()
    (root / "etc" / "hosts").write_text("two")
    found = differences(before, list_files(root))
    assert (found.appeared, found.gone, found.changed) == (
        ("/etc/left",),
        ("/bin",),
        ("/etc/hosts",),
    )
    assert found.told().splitlines() == ["new: /etc/left", "gone: /bin", "changed: /etc/hosts"]


def test_other_rights_and_other_aims_of_links_are_changes(root: Path) -> None:
    before = list_files(root)
    (root / "etc" / "hosts").chmod(0o777)
    (root / "bin").unlink()
    (root / "bin").symlink_to("elsewhere")
    assert differences(before, list_files(root)).changed == ("/bin", "/etc/hosts")


def test_what_is_allowed_is_left_out_and_nothing_beside_it(root: Path) -> None:
    before = list_files(root)
    for name in ("var/lib/dpkg/info", "var/lib/dpkg-other"):
        (root / name).mkdir(parents=True)
    allowed = [*KEPT_BY_APT, "/var", "/var/lib"]
    assert differences(before, list_files(root), allowed=allowed).appeared == (
        "/var/lib/dpkg-other",
    )


def test_long_lists_are_shortened(root: Path) -> None:
    before = list_files(root)
    for number in range(30):
        (root / f"left {number}").touch()
    told = differences(before, list_files(root)).told(most=4).splitlines()
    assert (len(told), told[-1]) == (5, "new: 26 more")


def test_owned_files_are_found_where_they_lie(root: Path) -> None:
    info = root / "var" / "lib" / "dpkg" / "info"
    info.mkdir(parents=True)
    (info / "libexpat1:amd64.list").write_text("/.\n/lib/x86_64-linux-gnu/libexpat.so.1\n")
    (info / "folioscope.list").write_text("/usr/lib/folioscope/folioscope\n")
    assert owned_files(root) == {
        "/.",
        "/usr/lib/x86_64-linux-gnu/libexpat.so.1",
        "/usr/lib/folioscope/folioscope",
    }
