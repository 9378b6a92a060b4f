"""The installer for Windows, run in Wine where that is installed: set up, renewed, taken away."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundle.icons import write_icon
from windows import PROGRAMS, nsis
from windows.side_picture import write_side_picture

PLACES = ("wine64", "/usr/lib/wine/wine64")
WINE = next(filter(None, map(shutil.which, PLACES)), None)
FOLDER_MENU = r"HKCU\Software\Classes\Directory\shell\Folioscope"
APPS_ENTRY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Folioscope"
OFFERED = r"HKCU\Software\Classes\.pdf\OpenWithProgids"

pytestmark = pytest.mark.skipif(
    WINE is None or shutil.which("makensis") is None,
    reason="Wine or makensis is missing (Debian: apt install wine64 nsis)",
)


def unquoted(switch: str) -> list[str]:
    """A last switch that NSIS reads to the end of the line, and without quotation marks."""
    return switch.split(" ")


class Windows:
    """A Windows of Wine's, in a folder of its own."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.environment = {
            **os.environ,
            "WINEPREFIX": str(prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "LC_ALL": "C.UTF-8",  # how arguments are read
            "WINEDLLOVERRIDES": "mscoree,mshtml=",  # no offers to install them
        }

    def run(self, *command: object) -> "subprocess.CompletedProcess[bytes]":
        words = [str(WINE), *map(str, command)]
        return subprocess.run(words, env=self.environment, capture_output=True, check=False)

    def start(self, *command: object) -> "subprocess.Popen[bytes]":
        words = [str(WINE), *map(str, command)]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, env=self.environment, stdin=pipe, stdout=pipe)

    @property
    def local(self) -> Path:
        """The user's local data."""
        return next(self.prefix.glob("drive_c/users/*/AppData/Local"))

    @property
    def installed(self) -> Path:
        return self.local / "Programs" / "Folioscope"

    @property
    def data(self) -> Path:
        return self.local / "folioscope"

    def registered(self, key: str, name: str = "") -> str | None:
        """A value of the registry; None when it is not there."""
        done = self.run("reg", "query", key, *(["/v", name] if name else ["/ve"]))
        found = re.search(rb"REG_\w+ +(.*?)\r?\n", done.stdout)
        return found.group(1).decode() if found and done.returncode == 0 else None

    def uninstall(self, place: str = "") -> int:
        """Run the uninstaller from elsewhere and wait, which it does not do by itself."""
        place = place or str(self.registered(APPS_ENTRY, "InstallLocation"))
        there = self.prefix / "drive_c" / place.removeprefix("C:\\").replace("\\", "/")
        program = shutil.copyfile(there / "uninstall.exe", self.prefix / "drive_c/uninstall.exe")
        return self.run(program, "/S", *unquoted(f"_?={place}")).returncode


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    made = Windows(tmp_path_factory.mktemp("wine"))
    made.run("wineboot", "--init")
    made.run("winecfg", "-v", "win10")
    yield made
    # waits until all is written, so that nothing outlives the folder
    subprocess.run(["wineserver", "--wait"], env=made.environment, check=False)


@pytest.fixture(scope="module")
def setups(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Installers of two versions, the second with other files."""
    folder = tmp_path_factory.mktemp("setups")
    icon = write_icon(folder / "folioscope.ico")
    contents = {
        "1.2.3": (*PROGRAMS, "_internal/old/資料 a.txt", "_internal/base.zip"),
        "1.10.0": (*PROGRAMS, "_internal/new.txt", "_internal/base.zip"),
    }
    return {
        version: made_setup(folder / version, version, names, icon)
        for version, names in contents.items()
    }


def made_setup(work: Path, version: str, names: tuple[str, ...], icon: Path) -> Path:
    for name in names:
        (work / "frozen" / name).parent.mkdir(parents=True, exist_ok=True)
        (work / "frozen" / name).write_text(version, "utf-8")
    setup = nsis.Setup(
        folder=work / "frozen",
        version=version,
        icon=icon,
        side=write_side_picture(work / "side.bmp"),
        publisher="P",
        copyright="C",
    )
    target = work / f"folioscope-{version}.exe"
    nsis.compile_script(nsis.write_scripts(setup, target, work / "scripts"), for_wine=True)
    return target


@pytest.fixture(autouse=True)
def clean(machine: Windows) -> Iterator[None]:
    yield
    if (machine.installed / "uninstall.exe").exists():
        assert machine.uninstall() == 0
    shutil.rmtree(machine.data, ignore_errors=True)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_it_is_set_up_in_silence_for_one_user(machine, setups) -> None:
    assert machine.run(setups["1.2.3"], "/S").returncode == 0
    assert files(machine.installed) == {
        *PROGRAMS, "_internal/old/資料 a.txt", "_internal/base.zip", "uninstall.exe"
    }  # fmt: skip
    assert machine.registered(APPS_ENTRY, "DisplayVersion") == "1.2.3"
    program = r"C:\users\{}\AppData\Local\Programs\Folioscope\folioscope-window.exe"
    program = program.format(machine.local.parts[-3])
    assert machine.registered(rf"{FOLDER_MENU}\command") == rf'"{program}" gui --search-in "%V\."'
    assert machine.registered(OFFERED, "Folioscope.Document") is None
    menu = machine.local.parent / "Roaming/Microsoft/Windows/Start Menu/Programs"
    assert (menu / "Folioscope.lnk").exists()


def test_switches_choose_and_are_remembered(machine, setups) -> None:
    machine.run(setups["1.2.3"], "/S", "/FOLDERMENU=0", "/FILETYPES=1")
    assert machine.registered(FOLDER_MENU) is None
    assert machine.registered(OFFERED, "Folioscope.Document") is not None
    machine.run(setups["1.10.0"], "/S")
    assert machine.registered(FOLDER_MENU) is None
    assert machine.registered(OFFERED, "Folioscope.Document") is not None


def test_it_goes_where_it_is_told_with_spaces_and_signs(machine, setups) -> None:
    place = "C:\\users\\Public\\Ein Ordner\\資料"
    assert machine.run(setups["1.2.3"], "/S", *unquoted(f"/D={place}")).returncode == 0
    there = machine.prefix / "drive_c/users/Public/Ein Ordner/資料"
    assert "folioscope.exe" in files(there)
    assert machine.uninstall(place) == 0
    assert not there.exists()
    assert machine.registered(APPS_ENTRY, "DisplayVersion") is None


def test_a_newer_version_takes_the_place_of_the_older(machine, setups) -> None:
    machine.run(setups["1.2.3"], "/S")
    machine.data.mkdir(parents=True)
    (machine.data / "library").write_text("pages", "utf-8")
    (machine.installed / "mine.txt").write_text("mine", "utf-8")
    assert machine.run(setups["1.10.0"], "/S").returncode == 0
    assert files(machine.installed) == {
        *PROGRAMS, "_internal/new.txt", "_internal/base.zip", "uninstall.exe", "mine.txt"
    }  # fmt: skip
    assert machine.registered(APPS_ENTRY, "DisplayVersion") == "1.10.0"
    assert (machine.data / "library").read_text("utf-8") == "pages"
    (machine.installed / "mine.txt").unlink()


def test_an_older_version_is_refused_unless_it_is_wanted(machine, setups) -> None:
    machine.run(setups["1.10.0"], "/S")
    assert machine.run(setups["1.2.3"], "/S").returncode == 4
    assert machine.registered(APPS_ENTRY, "DisplayVersion") == "1.10.0"
    assert machine.run(setups["1.2.3"], "/S", "/DOWNGRADE").returncode == 0
    assert machine.registered(APPS_ENTRY, "DisplayVersion") == "1.2.3"


def test_nothing_is_changed_while_it_runs(machine, setups) -> None:
    machine.run(setups["1.2.3"], "/S")
    program = machine.installed / "folioscope.exe"
    shutil.copyfile(machine.prefix / "drive_c/windows/system32/cmd.exe", program)
    with machine.start(program, "/k", "echo up") as running:
        assert running.stdout is not None
        assert b"up" in running.stdout.readline()
        before = files(machine.installed)
        assert machine.run(setups["1.10.0"], "/S").returncode == 3
        assert machine.uninstall() == 3
        assert files(machine.installed) == before
        assert running.stdin is not None
        running.stdin.write(b"exit\r\n")
    assert machine.registered(APPS_ENTRY, "DisplayVersion") == "1.2.3"


def test_it_goes_without_a_trace_and_libraries_stay(machine, setups) -> None:
    before = files(machine.prefix / "drive_c/users")
    machine.run(setups["1.2.3"], "/S", "/FILETYPES=1", "/DESKTOP=1")
    machine.data.mkdir(parents=True)
    (machine.data / "library").write_text("pages", "utf-8")
    assert machine.uninstall() == 0
    own = (machine.data / "library").relative_to(machine.prefix / "drive_c/users").as_posix()
    assert files(machine.prefix / "drive_c/users") - before == {own}
    assert not machine.installed.exists()
    found = machine.run("reg", "query", r"HKCU\Software", "/s", "/f", "folioscope")
    assert b"olioscope" not in found.stdout
    assert machine.registered(r"HKCU\Software\Classes\Folioscope.Document") is None
    assert machine.registered(OFFERED, "Folioscope.Document") is None


def test_an_old_windows_is_told(machine, setups) -> None:
    machine.run("winecfg", "-v", "win7")
    try:
        assert machine.run(setups["1.2.3"], "/S").returncode == 5
        assert not machine.installed.exists()
    finally:
        machine.run("winecfg", "-v", "win10")
