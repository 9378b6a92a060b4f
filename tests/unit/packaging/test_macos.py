"""The app and the disk image for macOS, as far as they can be looked at elsewhere."""

import os
import plistlib
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import macos
from bundle import product
from bundle.artifact import BuildError, Bundle

SCRIPT = Path(macos.__file__).with_name("make_dmg.sh")
NAME = "Développeur: Somebody (ABCDE)"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder laid out like an app, with spaces and signs in its names."""
    contents = tmp_path / "Ein Ordner" / macos.APP / "Contents"
    for place in ("MacOS/folioscope", "Frameworks/資料 a/lib b.dylib", "Frameworks/module.so"):
        file = contents / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(24))  # Mach-O's first bytes
    (contents / "MacOS/folioscope").chmod(0o755)
    (contents / "Frameworks/QtCore.framework").mkdir()
    note = contents / "Resources/run.sh"
    note.parent.mkdir()
    note.write_text("#!/bin/sh\n", "utf-8")
    note.chmod(0o755)
    return contents.parent


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Apple's tools, which note what they are told; ``FAIL`` names one that fails."""
    folder, notes = tmp_path / "tools", tmp_path / "calls.txt"
    folder.mkdir()
    for name in ("codesign", "hdiutil", "xcrun", "spctl", "ditto"):
        tool = folder / name
        tool.write_text(
            f'#!/bin/sh\nprintf "%s|" {name} "$@" >> "$NOTES"\necho >> "$NOTES"\n'
            f'[ "${{FAIL:-}}" != {name} ] || exit 1\n'
            "for last; do :; done\n"
            f'[ {name} != hdiutil ] || echo image > "$last"\n',
            "utf-8",
        )
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NOTES", str(notes))
    monkeypatch.delenv("FOLIOSCOPE_MACOS_IDENTITY", raising=False)
    monkeypatch.delenv("FOLIOSCOPE_MACOS_NOTARY_PROFILE", raising=False)
    return notes


needs_bash = pytest.mark.skipif(
    sys.platform == "win32" or not (shutil.which("bash") and shutil.which("file")),
    reason="bash or file is missing",
)


def run(app: Path, dmg: Path) -> "subprocess.CompletedProcess[str]":
    command = ["bash", str(SCRIPT), str(app), str(dmg), str(macos.ENTITLEMENTS)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def noted(calls: Path) -> list[list[str]]:
    return [line.split("|")[:-1] for line in calls.read_text("utf-8").splitlines()]


def test_the_property_list_survives_apples_format() -> None:
    told = macos.info_plist("1.2.3")
    assert plistlib.loads(plistlib.dumps(told)) == told
    assert told["CFBundleShortVersionString"] == told["CFBundleVersion"] == "1.2.3"
    assert told["CFBundleIdentifier"] == product.APP_ID


def test_finder_offers_the_app_for_every_kind_of_file_and_forces_it_on_none() -> None:
    [kinds] = macos.info_plist("1.2.3")["CFBundleDocumentTypes"]
    assert len(kinds["LSItemContentTypes"]) == len(product.MIME_TYPES)
    assert {"com.adobe.pdf", "public.folder"} <= set(kinds["LSItemContentTypes"])
    assert kinds["LSHandlerRank"] == "Alternate"


def test_every_question_that_macos_asks_has_its_reason() -> None:
    reasons = {k: v for k, v in macos.info_plist("1").items() if k.endswith("UsageDescription")}
    assert len(reasons) == 5
    assert all(reason.endswith(".") for reason in reasons.values())


def test_every_entitlement_has_its_reason() -> None:
    text = macos.ENTITLEMENTS.read_text("utf-8")
    granted = plistlib.loads(text.encode())
    assert granted
    assert all(value is True for value in granted.values())
    told = text[text.index("<!--") : text.index("-->")]
    for name in granted:
        assert f"{name.removeprefix('com.apple.security.').removeprefix('cs.')}:" in told
    assert "com.apple.security.cs.disable-library-validation" not in granted
    assert "com.apple.security.get-task-allow" not in granted


def test_the_script_is_sound() -> None:
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", str(SCRIPT)], check=True)
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is missing (Debian: apt install shellcheck)")
    done = subprocess.run(["shellcheck", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@needs_bash
def test_code_is_signed_from_the_inside_out_and_nothing_else(
    app, calls, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("FOLIOSCOPE_MACOS_IDENTITY", NAME)
    assert run(app, tmp_path / "out x.dmg").returncode == 0
    made = noted(calls)
    signed = [call[-1] for call in made if call[:2] == ["codesign", "--force"]]
    names = [Path(name).name for name in signed]
    assert sorted(names[:3]) == ["folioscope", "lib b.dylib", "module.so"]
    assert names[3:] == ["QtCore.framework", macos.APP, "out x.dmg"]
    first = next(call for call in made if call[0] == "codesign")
    assert {"--timestamp", "runtime", NAME, str(macos.ENTITLEMENTS)} <= set(first)
    assert not any(call[0] == "xcrun" for call in made)
    assert (tmp_path / "out x.dmg").exists()


@needs_bash
def test_without_an_identity_nobody_signs_and_apple_hears_nothing(app, calls, tmp_path) -> None:
    assert run(app, tmp_path / "x.dmg").returncode == 0
    signing = [call for call in noted(calls) if call[:2] == ["codesign", "--force"]]
    assert all(call[2:4] == ["--sign", "-"] for call in signing)
    assert not {"xcrun", "spctl"} & {call[0] for call in noted(calls)}


@needs_bash
def test_app_and_image_are_notarised_and_carry_their_tickets(
    app, calls, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("FOLIOSCOPE_MACOS_IDENTITY", NAME)
    monkeypatch.setenv("FOLIOSCOPE_MACOS_NOTARY_PROFILE", "release")
    assert run(app, tmp_path / "x.dmg").returncode == 0
    asked = [call[1:3] for call in noted(calls) if call[0] == "xcrun"]
    assert asked == [["notarytool", "submit"], ["stapler", "staple"]] * 2
    assert noted(calls)[-1][0] == "spctl"


@needs_bash
@pytest.mark.parametrize("tool", ["codesign", "hdiutil", "xcrun", "spctl"])
def test_whatever_apple_refuses_stops_it(app, calls, tmp_path, monkeypatch, tool) -> None:
    monkeypatch.setenv("FOLIOSCOPE_MACOS_IDENTITY", NAME)
    monkeypatch.setenv("FOLIOSCOPE_MACOS_NOTARY_PROFILE", "release")
    monkeypatch.setenv("FAIL", tool)
    assert run(app, tmp_path / "x.dmg").returncode != 0
    assert noted(calls)[-1][0] == tool


@needs_bash
def test_notarising_what_nobody_signed_is_told(app, calls, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FOLIOSCOPE_MACOS_NOTARY_PROFILE", "release")
    ended = run(app, tmp_path / "x.dmg")
    assert ended.returncode == 3
    assert "FOLIOSCOPE_MACOS_IDENTITY" in ended.stderr
    assert not calls.exists()


@needs_bash
def test_the_image_is_made_of_the_app_beside_the_bundle(app, calls, tmp_path) -> None:
    bundle = Bundle(app.parent / "folioscope", "1.2.3", 0)
    made = macos.build_image(bundle, tmp_path / "dist")
    assert made.name.startswith("folioscope-1.2.3-macos-")
    assert made.exists()
    with pytest.raises(BuildError, match=r"Folioscope\.app is missing"):
        macos.build_image(Bundle(tmp_path / "folioscope", "1.2.3", 0), tmp_path / "dist")


def test_the_app_is_trimmed_like_the_bundle(app) -> None:
    contents = app / "Contents"
    there = contents / "Frameworks/pyarrow/libarrow_flight.2600.dylib"
    there.parent.mkdir()
    there.write_bytes(bytes(100))
    link = contents / "Resources/flight"
    link.symlink_to("../Frameworks/pyarrow/libarrow_flight.2600.dylib")
    assert macos.trim_app(app) == 100
    assert not there.exists()
    assert not link.is_symlink()
    assert (contents / "Frameworks/module.so").exists()
