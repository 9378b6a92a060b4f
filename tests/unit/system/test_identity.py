"""This machine's name is made once and tells nothing."""

import threading
import uuid
from pathlib import Path

import pytest

from folioscope.domain.errors import SettingsError
from folioscope.system.identity import machine_id


def test_a_name_is_made_once(tmp_path: Path) -> None:
    first = machine_id(tmp_path / "data")
    assert str(uuid.UUID(first)) == first
    assert machine_id(tmp_path / "data") == first
    assert machine_id(tmp_path / "other") != first


def test_several_at_once_agree(tmp_path: Path) -> None:
    found: list[str] = []
    ready = threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        found.append(machine_id(tmp_path))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["machine-id"]


def test_a_damaged_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "machine-id").write_text("half of a na", "ascii")
    with pytest.raises(SettingsError, match="delete the file"):
        machine_id(tmp_path)
