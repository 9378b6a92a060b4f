"""Preferences on the disk."""

import json
from pathlib import Path

import pytest

from folioscope.domain.errors import SettingsError
from folioscope.settings.schema import SCHEMA_VERSION, Settings
from folioscope.settings.store import SettingsStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")


def test_without_a_file_all_is_as_shipped(file: Path) -> None:
    assert SettingsStore(file).load() == Settings()
    assert not file.exists()


def test_changes_are_kept_and_told(file: Path) -> None:
    store, told = SettingsStore(file), []
    store.subscribe(told.append)
    changed = store.change(reads_pictures=False, ignore_patterns=["*.bak"])
    assert told == [changed]
    again = SettingsStore(file).load()
    assert (again.reads_pictures, again.ignore_patterns) == (False, ("*.bak",))
    assert json.loads(file.read_text("utf-8"))["schema_version"] == SCHEMA_VERSION


def test_what_another_window_changed_can_be_seen_without_taking_it_over(file: Path) -> None:
    ours, theirs = SettingsStore(file), SettingsStore(file)
    assert ours.read_again() == Settings()
    theirs.change(theme="dark")
    assert ours.read_again().theme == "dark"
    assert ours.current.theme == "system"
    write(file, "damaged")
    assert ours.read_again() == ours.current


def test_a_change_undoes_none_of_another_window(file: Path) -> None:
    ours, theirs = SettingsStore(file), SettingsStore(file)
    ours.change(checks_updates=True)
    theirs.change(checks_updates=False)
    changed = ours.change(theme="dark")
    assert (changed.theme, changed.checks_updates) == ("dark", False)
    assert SettingsStore(file).load() == changed


@pytest.mark.parametrize("change", [{"page_timeout_s": 0}, {"theme": "pink"}, {"nonsense": 1}])
def test_a_value_out_of_bounds_is_refused_and_nothing_is_written(
    file: Path, change: dict[str, object]
) -> None:
    store = SettingsStore(file)
    with pytest.raises(SettingsError):
        store.change(**change)
    assert store.current == Settings()
    assert not file.exists()


def test_bad_keys_fall_back_one_by_one_and_the_file_is_kept(file: Path) -> None:
    write(file, '{"theme": "dark", "page_timeout_s": "soon", "unknown": true}')
    store = SettingsStore(file)
    loaded = store.load()
    assert loaded.theme == "dark"
    assert loaded.page_timeout_s == Settings().page_timeout_s
    assert set(store.problems) == {"page_timeout_s", "unknown"}
    assert "soon" in file.with_suffix(".bak").read_text("utf-8")


@pytest.mark.parametrize("text", ["", "{", "[1]", '"dark"', "\x00"])
def test_a_file_that_is_no_settings_at_all_is_survived(file: Path, text: str) -> None:
    write(file, text)
    store = SettingsStore(file)
    assert store.load() == Settings()
    assert store.problems
    assert store.change(theme="light").theme == "light"


def test_a_folder_that_cannot_be_written_is_told(file: Path) -> None:
    file.parent.write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match="could not be saved"):
        SettingsStore(file).change(theme="dark")
