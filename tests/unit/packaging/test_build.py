"""The one command: what it builds, what it leaves out, and what it says."""

from pathlib import Path

import pytest

import build
from bundle.artifact import Artifact, BuildError, Bundle
from linux import appimage


def artifact(name: str, *, reason: str = "", most_bytes: int | None = None) -> Artifact:
    def made(bundle: Bundle, out: Path) -> Path:
        file = out / f"{name}-{bundle.version}"
        file.write_bytes(b"x" * 1000)
        return file

    return Artifact(name, f"about {name}", lambda: reason, made, most_bytes)


def test_all_systems_are_known():
    names = [artifact.name for artifact in build.known_artifacts()]
    assert {"deb", "portable", "appimage", "windows-installer", "macos-image"} <= set(names)
    assert len(names) == len(set(names))


def test_what_cannot_be_built_here_is_left_out_and_told(capsys):
    artifacts = (artifact("deb"), artifact("app", reason="it needs a Mac"))
    assert [a.name for a in build.choose(artifacts, [])] == ["deb"]
    assert capsys.readouterr().out == "Left out: app, it needs a Mac\n"


def test_a_wish_that_cannot_be_met_is_refused():
    artifacts = (artifact("deb"), artifact("app", reason="it needs a Mac"))
    with pytest.raises(BuildError, match="it needs a Mac"):
        build.choose(artifacts, ["app"])
    with pytest.raises(BuildError, match="There are: deb, app"):
        build.choose(artifacts, ["rpm"])


def test_an_artifact_over_its_limit_is_a_fault(tmp_path):
    bundle = Bundle(tmp_path, "1.2.3", 0)
    assert build._make(artifact("deb", most_bytes=1000), bundle, tmp_path) == ""
    told = build._make(artifact("deb", most_bytes=999), bundle, tmp_path)
    assert told.startswith("deb-1.2.3 has ")


def test_an_appimage_needs_tool_and_runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(appimage.RUNTIME, raising=False)
    assert "appimagetool" in appimage.cannot()
    tool = tmp_path / "appimagetool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert appimage.RUNTIME in appimage.cannot()
    monkeypatch.setenv(appimage.RUNTIME, str(tool))
    assert appimage.cannot() == ""


def test_the_folder_of_an_appimage_starts_the_program(tmp_path):
    folder = tmp_path / "folioscope"
    (folder / "_internal").mkdir(parents=True)
    (folder / "folioscope").write_text("#!/bin/sh\n")
    (folder / "folioscope").chmod(0o755)
    root = tmp_path / "AppDir"
    appimage.stage_appdir(Bundle(folder, "1.2.3", 1_700_000_000), root)
    assert (root / "AppRun").resolve() == root / "usr" / "lib" / "folioscope" / "folioscope"
    assert "<svg" in (root / ".DirIcon").resolve().read_text("utf-8")
    assert "Exec=folioscope gui %F" in (root / "folioscope.desktop").read_text("utf-8")
    assert (root / "usr/share/metainfo/folioscope.appdata.xml").exists()
