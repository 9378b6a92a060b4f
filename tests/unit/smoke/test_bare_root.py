"""Where a bare root comes from, and what is said where none can be made."""

import os
from pathlib import Path

import pytest

import smoke_test
from smoke.bare_root import MIRROR, own_mirror


def test_the_mirror_is_the_machines_own(tmp_path: Path) -> None:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "other.list").write_text("deb https://example.org/cloud main\n")
    assert own_mirror([tmp_path / "none", folder]) == MIRROR
    (folder / "debian.sources").write_text(
        "# URIs: http://old.example.org/debian\nURIs: http://near.example.org/debian/\n"
    )
    assert own_mirror([folder]) == "http://near.example.org/debian"


def test_the_archive_of_security_is_no_mirror(tmp_path: Path) -> None:
    source = tmp_path / "sources.list"
    source.write_text("deb http://a.example.org/debian-security bookworm-security main\n")
    assert own_mirror([source]) == MIRROR


def test_only_packages_and_archives_are_tested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "folioscope.exe"
    wrong.touch()
    assert smoke_test.main([str(wrong)]) == 2
    assert str(wrong) in capsys.readouterr().err
    assert smoke_test.main([str(tmp_path / "away.deb")]) == 2


def test_without_root_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "folioscope.deb"
    package.touch()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert smoke_test.main([str(package), "--root", str(tmp_path / "roots")]) == 3
    assert "sudo" in capsys.readouterr().err
    assert not (tmp_path / "roots").exists()
