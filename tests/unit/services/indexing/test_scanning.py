"""What a folder shows, and what it hides."""

import os
import socket
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.documents.sniffing import sniff
from folioscope.domain.documents import FailureCause
from folioscope.domain.errors import DocumentError
from folioscope.services.scanning import look_into, would_see
from folioscope.settings.schema import DEFAULT_IGNORES

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")
NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of somebody who is not root, and this process for a while being that one."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if os.geteuid() != 0:
            yield folder
            return
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def put(path: Path, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def names(folder: Path, patterns: tuple[str, ...] = (), apart: tuple[Path, ...] = ()) -> set[str]:
    sight = look_into(str(folder), patterns, apart=[str(p) for p in apart])
    return {os.path.relpath(path, folder) for path in sight.files}


def test_folders_are_looked_into_all_the_way_down(tmp_path: Path) -> None:
    put(tmp_path / "a.pdf")
    put(tmp_path / "one" / "two" / "three" / "b.png")
    assert names(tmp_path) == {"a.pdf", str(Path("one/two/three/b.png"))}


def test_a_file_tells_size_and_time(tmp_path: Path) -> None:
    path = put(tmp_path / "a.pdf", "four")
    seen = look_into(str(path), ()).files[str(path)]
    assert (seen.size_bytes, seen.mtime_ns) == (4, path.stat().st_mtime_ns)
    assert not seen.is_cloud_only


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    put(tmp_path / ".hidden.pdf")
    put(tmp_path / ".git" / "a.pdf")
    put(tmp_path / "seen.pdf")
    assert names(tmp_path) == {"seen.pdf"}
    assert names(tmp_path / ".git") == {"a.pdf"}  # what was added by name is looked into


def test_noise_is_left_out_by_default(tmp_path: Path) -> None:
    for name in ("node_modules/a.pdf", "__pycache__/b.png", "c.tmp", "~$d.docx", "Thumbs.db"):
        put(tmp_path / name)
    put(tmp_path / "e.pdf")
    assert names(tmp_path, DEFAULT_IGNORES) == {"e.pdf"}


@on_posix
def test_links_are_not_followed_and_loops_end(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "secret.pdf")
    folder = tmp_path / "folder"
    put(folder / "sub" / "in_loop.pdf")
    (folder / "sub" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "fs_loop_a.pdf").symlink_to(folder / "fs_loop_b.pdf")
    (folder / "fs_loop_b.pdf").symlink_to(folder / "fs_loop_a.pdf")
    (folder / "fs_dangling.pdf").symlink_to(folder / "nowhere.pdf")
    (folder / "fs_link_outside.pdf").symlink_to(outside)
    (folder / "linked_dir").symlink_to(outside.parent, target_is_directory=True)
    assert names(folder) == {str(Path("sub/in_loop.pdf"))}


@on_posix
def test_an_added_folder_may_be_a_link_itself(tmp_path: Path) -> None:
    put(tmp_path / "real" / "a.pdf")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert names(tmp_path / "link") == {"a.pdf"}


@pytest.fixture
def local_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path / "folder")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("fs_socket.pdf")
        yield


@on_posix
@pytest.mark.usefixtures("local_socket")
def test_pipes_sockets_and_devices_are_left_out_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "folder" / "fs_fifo.pdf")
    os.mkfifo(tmp_path / "folder" / ".folioscopeignore")  # opening it would block for ever
    put(tmp_path / "folder" / "a.pdf")
    assert names(tmp_path / "folder") == {"a.pdf"}
    assert look_into("/dev/null", ()).files == {}


def test_a_directory_named_like_a_file_is_a_directory(tmp_path: Path) -> None:
    put(tmp_path / "fs_directory_named.pdf" / "inside.pdf")
    assert names(tmp_path) == {str(Path("fs_directory_named.pdf/inside.pdf"))}


@on_posix
@pytest.mark.parametrize(
    "name",
    [
        b"name_broken_\xff\xfe\x80.png",
        b"name_with\nnewline\tand tab.pdf",
        "name_emoji_📊_数据_بيانات.pdf".encode(),
        b"-rf --help; $(touch x) 'quote\" %s.pdf",
    ],
)
def test_odd_names_come_as_they_are(tmp_path: Path, name: bytes) -> None:
    path = put(tmp_path / os.fsdecode(name))
    assert list(look_into(str(tmp_path), ()).files) == [str(path)]


@on_posix
def test_nfc_and_nfd_twins_are_two_files(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        put(tmp_path / unicodedata.normalize(form, "name_café.pdf"))
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system takes both names for one")
    assert len(names(tmp_path)) == 2


def test_hard_links_are_two_paths(tmp_path: Path) -> None:
    path = put(tmp_path / "img_still.webp")
    (tmp_path / "fs_hardlink_copy.webp").hardlink_to(path)
    assert len(names(tmp_path)) == 2


@on_posix
def test_a_folder_that_may_not_be_listed_is_named(unprivileged: Path) -> None:
    closed = unprivileged / "fs_unreadable_dir"
    put(closed / "a.pdf")
    put(unprivileged / "b.pdf")
    closed.chmod(0)
    sight = look_into(str(unprivileged), ())
    closed.chmod(stat.S_IRWXU)
    assert isinstance(sight.blind[str(closed)], PermissionError)
    assert list(sight.files) == [str(unprivileged / "b.pdf")]


@on_posix
def test_a_file_that_may_not_be_read_is_refused_with_the_reason(unprivileged: Path) -> None:
    path = put(unprivileged / "fs_unreadable.pdf", "%PDF-1.4")
    path.chmod(0)
    with pytest.raises(DocumentError) as caught:
        sniff(str(path))
    assert caught.value.failure.cause is FailureCause.NO_PERMISSION  # type: ignore[attr-defined]
    assert list(look_into(str(unprivileged), ()).files) == [str(path)]


def test_missing_and_empty_folders_are_told_apart(tmp_path: Path) -> None:
    assert look_into(str(tmp_path / "unplugged"), ()).is_missing
    assert look_into(str(tmp_path), ()).is_empty
    put(tmp_path / ".hidden")
    assert not look_into(str(tmp_path), ()).is_empty


def test_paths_set_apart_are_left_out(tmp_path: Path) -> None:
    put(tmp_path / "library" / "catalogue.sqlite")
    put(tmp_path / "a.pdf")
    put(tmp_path / "b.pdf")
    assert names(tmp_path, apart=(tmp_path / "library", tmp_path / "b.pdf")) == {"a.pdf"}


# --- .folioscopeignore


def test_ignore_files_hold_below_their_folder(tmp_path: Path) -> None:
    put(tmp_path / "sub" / ".folioscopeignore", "*.png\n/drafts/\n# a comment\n\n")
    for name in ("a.png", "sub/a.png", "sub/deep/b.png", "sub/a.pdf", "sub/drafts/c.pdf"):
        put(tmp_path / name)
    put(tmp_path / "sub" / "deep" / "drafts" / "kept.pdf")
    kept = {"a.png", "sub/a.pdf", "sub/deep/drafts/kept.pdf"}
    assert names(tmp_path) == {name.replace("/", os.sep) for name in kept}


def test_a_nearer_rule_can_take_back_a_farther_one(tmp_path: Path) -> None:
    put(tmp_path / ".folioscopeignore", "*.pdf\n")
    put(tmp_path / "sub" / ".folioscopeignore", "!wanted.pdf\n")
    for name in ("a.pdf", "sub/wanted.pdf", "sub/other.pdf"):
        put(tmp_path / name)
    assert names(tmp_path) == {str(Path("sub/wanted.pdf"))}


def test_lines_that_are_no_patterns_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".folioscopeignore").write_bytes(b"\xff\xfe!\n!\n/\n\\\n*.png\n")
    put(tmp_path / "a.png")
    put(tmp_path / "a.pdf")
    assert names(tmp_path) == {"a.pdf"}


def test_it_tells_beforehand_what_a_folder_shows(tmp_path: Path) -> None:
    put(tmp_path / ".folioscopeignore", "drafts/\n")
    for name in ("drafts/a.pdf", ".notes/b.pdf", "reports/c.pdf"):
        put(tmp_path / name)
    shown = [n for n in ("drafts", ".notes", "reports", "reports/c.pdf")
             if would_see(str(tmp_path), str(tmp_path / n), ())]  # fmt: skip
    assert shown == ["reports", "reports/c.pdf"]
