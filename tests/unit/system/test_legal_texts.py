"""Licences are found wherever a copy was installed from."""

import sys
from pathlib import Path

import pytest

from folioscope.system.legal_texts import NAMES, legal_texts


def test_a_source_tree_has_the_licence_and_that_of_the_parts() -> None:
    found = [path.name for path in legal_texts()]
    assert found[:2] == ["LICENSE", "LICENCES.md"]


@pytest.mark.parametrize("folder", ["legal", "../Resources/legal"])
def test_an_installed_program_has_them_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    program = tmp_path / "program" / "folioscope"
    legal = program.parent / folder
    program.parent.mkdir()
    legal.mkdir(parents=True)
    for name in (*NAMES, "unlisted.txt"):
        (legal / name).write_text(name)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    found = legal_texts()
    assert tuple(path.name for path in found) == NAMES
    assert [path.read_text() for path in found] == list(NAMES)


def test_a_program_without_them_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "folioscope"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert legal_texts() == []
