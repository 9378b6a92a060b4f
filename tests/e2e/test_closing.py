"""Closing right after the start, while models and databases are still being loaded."""

import threading
from pathlib import Path

import pytest

from folioscope.settings.store import SettingsStore
from folioscope.wiring import OpenLibrary
from tests.starter_model import starter_models_dir  # noqa: F401  (fixture)


def test_nothing_is_being_loaded_behind_a_closed_library(
    starter_models_dir: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python's end would abort a thread in the middle of it, and the program with it."""
    monkeypatch.setenv("FOLIOSCOPE_MODELS", str(starter_models_dir))
    settings = SettingsStore(tmp_path / "settings.json")
    library = OpenLibrary(tmp_path / "Library", settings=settings, reads_pictures=False)
    before = set(threading.enumerate())
    library.open(creates=True, warms_up=True)
    library.close()
    left = [one.name for one in threading.enumerate() if one not in before and not one.daemon]
    assert "warming up" not in [one.name for one in threading.enumerate()]
    assert left == []
