"""The portable archive, run for real with a tiny program in it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bundle.artifact import Bundle
from linux.portable import build_portable

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("xz", "sha256sum", "tar")),
    reason="xz, sha256sum or tar is not installed",
)
NAME = "Folio “größe” 程式 $x 100%"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "folioscope"
    (folder / "_internal").mkdir(parents=True)
    program = folder / "folioscope"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "ran" "$@"\n')
    program.chmod(0o755)
    out = tmp_path_factory.mktemp("out")
    return build_portable(Bundle(folder, "1.2.3", 1_700_000_000), out, is_quick=True)


@pytest.fixture
def archive(built, tmp_path) -> Path:
    """The archive in a folder of its own with an odd name."""
    folder = tmp_path / NAME
    folder.mkdir()
    return Path(shutil.copy(built, folder))


@pytest.fixture
def home(tmp_path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def run(archive, home, *arguments, cwd=None):
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(
        ["sh", str(archive), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd or home,
    )


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_one_file_is_left_by_building(built):
    assert [path.name for path in built.parent.iterdir()] == ["folioscope-1.2.3-linux-x86_64.run"]


def test_it_runs_without_installing_and_unpacks_once(archive, home):
    first = run(archive, home, "search", "two words")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == ["ran", "search", "two words"]
    (cache,) = (home / ".cache").iterdir()
    (cache / "folioscope").write_text("#!/bin/sh\necho from the cache\n")
    assert run(archive, home).stdout == "from the cache\n"


def test_installed_it_is_on_the_path_and_on_the_desktop(archive, home, tmp_path):
    place = tmp_path / "apps" / NAME
    done = run(archive, home, "--install", str(place))
    assert (done.returncode, done.stderr) == (0, "")
    command = home / ".local" / "bin" / "folioscope"
    assert subprocess.run([command, "x"], capture_output=True, text=True).stdout == "ran\nx\n"
    entry = home / ".local" / "share" / "applications" / "folioscope.desktop"
    (line,) = [line for line in entry.read_text().splitlines() if line.startswith("Exec=")]
    assert line == f'Exec="{place}/folioscope" gui %F'.replace("$x", "\\\\$x").replace(
        "0%/", "0%%/"
    )
    assert (home / ".local/share/icons/hicolor/48x48/apps/folioscope.png").exists()
    assert (home / ".local/share/man/man1/folioscope.1.gz").exists()


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="not installed")
def test_the_installed_entry_is_valid(archive, home, tmp_path):
    run(archive, home, "--install", str(tmp_path / NAME / "here"))
    entry = home / ".local" / "share" / "applications" / "folioscope.desktop"
    command = ["desktop-file-validate", str(entry)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")


def test_uninstalling_leaves_what_is_the_users(archive, home):
    library = home / ".local" / "share" / "folioscope" / "Library" / "catalogue.sqlite"
    library.parent.mkdir(parents=True)
    library.write_text("mine")
    run(archive, home, "--install")
    done = subprocess.run(
        [home / ".local/lib/folioscope/uninstall"],
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert files_below(home) == [".local/share/folioscope/Library/catalogue.sqlite"]


def test_installing_over_itself_replaces_it(archive, home, tmp_path):
    place = tmp_path / "place"
    run(archive, home, "--install", str(place))
    (place / "left by an older version").touch()
    done = run(archive, home, "--install", str(place))
    assert (done.returncode, done.stderr) == (0, "")
    assert not (place / "left by an older version").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([NAME, "home", "place"])


def test_a_folder_of_somebody_else_stays(archive, home):
    (home / "papers").mkdir()
    (home / "papers" / "letter.txt").touch()
    done = run(archive, home, "--install", "papers")
    assert done.returncode == 3
    assert "is not Folioscope's" in done.stderr
    assert files_below(home) == ["papers/letter.txt"]


def test_a_command_of_somebody_else_stays(archive, home):
    other = home / ".local" / "bin" / "folioscope"
    other.parent.mkdir(parents=True)
    other.write_text("#!/bin/sh\n")
    done = run(archive, home, "--install")
    assert (done.returncode, "stays as it is" in done.stderr) == (0, True)
    run(archive, home, "--uninstall")
    assert other.read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize("harm", [lambda d: d[:-50], lambda d: d[:-1] + bytes([d[-1] ^ 1])])
def test_a_file_that_is_not_whole_is_refused(archive, home, harm):
    archive.write_bytes(harm(archive.read_bytes()))
    for arguments in (["--check"], ["--install"], ["search", "x"]):
        done = run(archive, home, *arguments)
        assert done.returncode == 3
        assert done.stderr == f"{archive} is not whole. Fetch it again.\n"
    assert files_below(home) == []


def test_without_xz_it_says_what_to_install(archive, home, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname", "mkdir", "printf", "tail", "cat"):
        (tools / tool).symlink_to(shutil.which(tool) or "/nowhere")
    done = subprocess.run(
        [tools / "sh", str(archive), "--install"],
        env={"PATH": str(tools), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == "xz is missing. Install the package xz-utils (or xz).\n"


def test_uninstalling_removes_what_was_unpacked_to_run(archive, home):
    run(archive, home, "--version")
    other = home / ".cache" / "folioscope-themes" / "mine"
    other.parent.mkdir()
    other.touch()
    done = run(archive, home, "--uninstall")
    assert (done.returncode, done.stderr) == (0, "")
    assert files_below(home) == [".cache/folioscope-themes/mine"]


def test_uninstalling_nothing_is_told(archive, home):
    done = run(archive, home, "--uninstall")
    assert done.returncode == 3
    assert done.stderr == f"Folioscope is not installed in {home}/.local/lib/folioscope.\n"


def test_extracting_needs_a_new_folder(archive, home):
    assert run(archive, home, "--extract", "here").returncode == 0
    assert (home / "here" / "folioscope").exists()
    done = run(archive, home, "--extract", "here")
    assert (done.returncode, "is there already" in done.stderr) == (3, True)
