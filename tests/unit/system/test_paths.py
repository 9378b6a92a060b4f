"""Where things are."""

from pathlib import Path

import pytest

from folioscope.system import paths


@pytest.mark.parametrize(
    ("variable", "place"),
    [
        ("FOLIOSCOPE_DATA", paths.data_dir),
        ("FOLIOSCOPE_LIBRARY", paths.default_library_dir),
        ("FOLIOSCOPE_MODELS", paths.models_dir),
        ("FOLIOSCOPE_CONFIG", paths.config_dir),
    ],
)
def test_variables_move_folders(
    variable: str, place: "object", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    assert place() == tmp_path / "elsewhere"  # type: ignore[operator]


def test_all_lies_below_the_data_folder_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("LIBRARY", "MODELS", "CONFIG"):
        monkeypatch.delenv(f"FOLIOSCOPE_{name}", raising=False)
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path))
    places = (paths.default_library_dir, paths.models_dir, paths.config_dir, paths.log_dir)
    assert all(place().is_relative_to(tmp_path) for place in places)


def test_what_is_shipped_is_there() -> None:
    assert (paths.shipped_dir("resources") / "icons").is_dir()
    assert (paths.shipped_dir("onnx_models") / "starter" / "manifest.toml").is_file()
