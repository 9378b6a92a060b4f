"""Places of libraries that the system refuses to look at: told later, never a fault at start.

A name that is too long stands for them, as root may look into folders that are shut to others.
"""

from pathlib import Path

import pytest

from folioscope.inference.models import installed_models
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.system.machine import free_bytes
from folioscope.system.paths import shipped_dir
from folioscope.wiring import library_exists, way_back


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    place = tmp_path / ("x" * 300) / "Library"
    with pytest.raises(OSError, match="long"):
        place.stat()
    return place


def test_no_library_is_known_there(refused: Path) -> None:
    assert not library_exists(refused)


def test_no_server_to_leave_is_known_there(refused: Path) -> None:
    assert way_back(refused) is None


def test_no_model_is_installed_there(refused: Path) -> None:
    shelf = OnnxModelShelf(shipped_dir("onnx_models"), refused)
    assert [model.builds for model in shelf.models() if model.builds] == []
    assert installed_models(refused) == []


def test_the_disk_around_it_is_looked_at(refused: Path, tmp_path: Path) -> None:
    assert abs(free_bytes(refused) - free_bytes(tmp_path)) < 1_000_000_000
