"""Places of libraries that the system refuses to look at: told later, never a fault at start.

A name that is too long stands for them, as root may look into folders that are shut to others.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.checkup import about_this
from folioscope.inference.models import installed_models
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.system.machine import free_bytes
from folioscope.system.paths import shipped_dir, shut_folder
from folioscope.wiring import AppWiring, library_exists, way_back


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


def test_the_doctor_names_the_folder_and_says_what_to_do(
    refused: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(refused.parent))
    found = about_this(refused)
    (wrong,) = [finding for finding in found if finding.problem]
    assert wrong.problem == f"The folder {refused.parent} may not be entered."
    assert "FOLIOSCOPE_DATA" in wrong.mend


def test_the_doctor_does_not_say_that_there_is_no_library_where_it_may_not_look(
    refused: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(refused.parent))
    (library,) = [f for f in AppWiring().findings(refused) if f.subject == "Library"]
    assert "none yet" not in library.fact


@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Path]:
    """A folder that is shut to whoever runs the test; root becomes somebody else for it."""
    if sys.platform == "win32":
        pytest.skip("folders are shut otherwise there")
    folder = tmp_path / "shut"
    (folder / "inside").mkdir(parents=True)
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.geteuid() and above.name.startswith(("test_", "pytest-")):
            above.chmod(0o755)
    folder.chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65_534)
    yield folder
    os.seteuid(was)
    folder.chmod(0o700)


def test_the_folder_that_is_shut_is_found_on_the_way(shut: Path) -> None:
    assert shut_folder(shut / "inside" / "Library") == shut
    assert shut_folder(shut) == shut


def test_what_is_open_or_not_there_yet_is_not_shut(tmp_path: Path) -> None:
    assert shut_folder(tmp_path) is None
    assert shut_folder(tmp_path / "not yet" / "Library") is None
