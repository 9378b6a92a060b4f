"""The installer for Windows: its scripts, and what makensis makes of them."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import windows
from bundle.artifact import BuildError, Bundle
from windows import nsis, signing
from windows.version_file import version_file

ODD = "_internal/資料/with space/a'b $INSTDIR $$x.txt"
needs_makensis = pytest.mark.skipif(
    shutil.which("makensis") is None, reason="makensis is missing (Debian: apt install nsis)"
)


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """A folder that stands for the frozen program."""
    folder = tmp_path / "frozen it's"
    for name in (*windows.PROGRAMS, ODD, "_internal/base.zip"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, "utf-8")
    return folder


def listed(installer: Path) -> list[str]:
    tool = shutil.which("7z")
    if tool is None:
        pytest.skip("7z is missing (Debian: apt install p7zip-full)")
    done = subprocess.run(
        [tool, "l", "-ba", "-slt", str(installer)], capture_output=True, check=True
    )
    lines = done.stdout.decode("utf-8").splitlines()
    return [line.removeprefix("Path = ") for line in lines if line.startswith("Path = ")]


# --- the lists of files


def test_every_file_is_unpacked_and_taken_away_again(frozen) -> None:
    files = nsis.files_of(frozen)
    assert len(files) == 4
    unpacked, removed = nsis.install_lines(frozen, files), nsis.remove_lines(files)
    assert unpacked.count("\nFile '") == len(files)
    assert removed.count("Delete '$INSTDIR\\") == len(files)
    assert "RMDir '$INSTDIR'" not in removed  # what is somebody's own keeps it


def test_folders_go_after_what_is_in_them() -> None:
    lines = nsis.remove_lines(["a\\b\\c\\x.txt", "a\\y.txt"]).splitlines()
    folders = [line for line in lines if line.startswith("RMDir")]
    assert folders == [f"RMDir '$INSTDIR\\{name}'" for name in ("a\\b\\c", "a\\b", "a")]
    assert lines.index(folders[0]) == 2


def test_nothing_in_a_name_is_filled_in() -> None:
    assert nsis.quoted("it's $INSTDIR") == "it$\\'s $$INSTDIR"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a\\" + "b" * 220], "too long"),
        (["a:b"], "no name that Windows"),
        (["a\\b.\\c"], "no name that Windows"),
        (["A.txt", "a.TXT"], "the same to Windows"),
    ],
)
def test_names_that_windows_cannot_have_are_told(names, told) -> None:
    with pytest.raises(BuildError, match=told):
        nsis.refuse_bad_names(names)


@pytest.mark.parametrize(("version", "four"), [("1.2.3", "1.2.3.0"), ("2.0.0rc1", "2.0.0.0")])
def test_versions_are_four_numbers_to_windows(tmp_path, version, four) -> None:
    setup = nsis.Setup(
        folder=tmp_path, version=version, icon=tmp_path, side=tmp_path, publisher="P", copyright="C"
    )
    text = nsis.product(setup, tmp_path / "x.exe", size_bytes=2049)
    assert f"!define VERSION_FOUR '{four}'" in text
    assert f"!define VERSION '{version}'" in text
    assert "!define SIZE_KB '3'" in text


def test_both_languages_say_everything() -> None:
    lines = (Path(nsis.__file__).parent / "words.nsh").read_text("utf-8").splitlines()
    said = [line.split()[1:3] for line in lines if line.startswith("LangString")]
    english = {name for name, language in said if language == "${LANG_ENGLISH}"}
    chinese = {name for name, language in said if language == "${LANG_TRADCHINESE}"}
    assert english == chinese
    assert len(said) == 2 * len(english)


def test_programs_tell_windows_what_they_are() -> None:
    text = version_file("1.2.3rc1", "folioscope-window.exe")
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert "filevers=(1, 2, 3, 0)" in text
    assert "flags=2" in text  # a prerelease
    assert "flags=0" in version_file("1.2.3", "folioscope.exe")
    assert "'OriginalFilename', 'folioscope-window.exe'" in text


# --- what is built


def test_a_bundle_of_another_system_is_refused(tmp_path) -> None:
    with pytest.raises(BuildError, match=r"no folioscope\.exe"):
        windows.build_installer(Bundle(tmp_path, "1.2.3", 0), tmp_path / "out")


@needs_makensis
def test_the_installer_holds_the_whole_bundle(frozen, tmp_path) -> None:
    made = windows.build_installer(Bundle(frozen, "1.2.3", 0), tmp_path / "out")
    assert made.name == "folioscope-1.2.3-windows-x64.exe"
    names = {name.replace("\\", "/") for name in listed(made)}
    assert {*windows.PROGRAMS, ODD, "_internal/base.zip", "uninstall.exe"} <= names


@needs_makensis
def test_the_same_bundle_gives_the_same_installer(frozen, tmp_path) -> None:
    bundle = Bundle(frozen, "1.2.3", 0)
    first = windows.build_installer(bundle, tmp_path / "out").read_bytes()
    for file in frozen.rglob("*.exe"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    assert windows.build_installer(bundle, tmp_path / "out").read_bytes() == first


# --- signing


@pytest.fixture
def stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command that signs: it notes the names of the files that it was given."""
    notes = tmp_path / "signed.txt"
    program = tmp_path / "sign.py"
    program.write_text(
        f"import sys\nopen({str(notes)!r}, 'a').write(sys.argv[1] + chr(10))\n", "utf-8"
    )
    monkeypatch.setenv(signing.COMMAND, f"{sys.executable} {program} {{file}}")
    return notes


@needs_makensis
def test_programs_uninstaller_and_installer_are_signed_in_this_order(
    frozen, tmp_path, stamp
) -> None:
    made = windows.build_installer(Bundle(frozen, "1.2.3", 0), tmp_path / "out")
    signed = stamp.read_text("utf-8").splitlines()
    assert [Path(name).name for name in signed[:2]] == list(windows.PROGRAMS)
    assert len(signed) == 4
    assert signed[3] == str(made)


def test_a_signature_that_fails_stops_the_build(frozen, tmp_path, monkeypatch) -> None:
    program = "import sys; sys.exit('no certificate')"
    monkeypatch.setenv(signing.COMMAND, f'{sys.executable} -c "{program}" {{file}}')
    with pytest.raises(BuildError, match=r"folioscope\.exe was not signed: no certificate"):
        windows.build_installer(Bundle(frozen, "1.2.3", 0), tmp_path / "out")


def test_a_command_without_a_file_is_told(monkeypatch) -> None:
    monkeypatch.setenv(signing.COMMAND, "signtool sign")
    with pytest.raises(BuildError, match="has to name the file"):
        signing.sign_command()


@needs_makensis
def test_a_real_signature_is_on_the_installer(frozen, tmp_path, monkeypatch) -> None:
    if not (shutil.which("osslsigncode") and shutil.which("openssl")):
        pytest.skip("osslsigncode or openssl is missing (Debian: apt install osslsigncode)")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Nobody",
         "-days", "2", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    for name in windows.PROGRAMS:  # real programs, which alone can be signed
        shutil.copyfile(exe_stub(), frozen / name)
    program = tmp_path / "sign.py"
    program.write_text(
        "import os, subprocess, sys\n"
        f"command = ['osslsigncode', 'sign', '-certs', {str(certificate)!r},"
        f" '-key', {str(key)!r}, '-in', sys.argv[1], '-out', sys.argv[1] + '.signed']\n"
        "subprocess.run(command, check=True, stdout=subprocess.DEVNULL)\n"
        "os.replace(sys.argv[1] + '.signed', sys.argv[1])\n",
        "utf-8",
    )
    monkeypatch.setenv(signing.COMMAND, f"{sys.executable} {program} {{file}}")
    made = windows.build_installer(Bundle(frozen, "1.2.3", 0), tmp_path / "out")
    check = ["osslsigncode", "verify", "-CAfile", str(certificate), "-in", str(made)]
    said = subprocess.run(check, capture_output=True, text=True, check=False).stdout
    assert "Signature verification: ok" in said


def exe_stub() -> Path:
    """Any program of Windows that is on this machine."""
    found = next(Path("/usr/share/nsis/Stubs").glob("zlib-x86-unicode"), None)
    if found is None:
        pytest.skip("there is no program of Windows to sign")
    return found
