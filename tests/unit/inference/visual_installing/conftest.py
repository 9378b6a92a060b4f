"""Tiny checkpoints, a hub that has one of them, and shelves to install on."""

import shutil
from pathlib import Path

import pytest

from folioscope.inference.shelf import OnnxModelShelf
from tests.loopback_hub import loopback_hub, point_at
from tests.tiny_models import TINY_MODELS, TINY_V4, describe, write_checkpoint
from tests.unit.inference.visual_installing.installed import REPOSITORY


@pytest.fixture(scope="package")
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("checkpoints")
    return {name: write_checkpoint(name, folder / name) for name in TINY_MODELS}


@pytest.fixture
def shelf(tmp_path) -> OnnxModelShelf:
    describe(tmp_path / "models")
    return OnnxModelShelf(tmp_path / "shipped", tmp_path / "models", backoff_s=0.01)


@pytest.fixture
def source(checkpoints, tmp_path) -> Path:
    """A checkpoint of the test's own, to be damaged."""
    return shutil.copytree(checkpoints[TINY_V4], tmp_path / "source")


@pytest.fixture
def hub(checkpoints, tmp_path, monkeypatch):
    """A hub with the tiny model, which the model's description names."""
    folder = shutil.copytree(checkpoints[TINY_V4], tmp_path / "hub")
    with loopback_hub(folder) as running:
        point_at(running, monkeypatch)
        yield running


@pytest.fixture
def fetching_shelf(shelf, hub) -> OnnxModelShelf:
    """A shelf whose tiny model comes from the hub; two of its shards only the index names."""
    path = shelf.models_dir / TINY_V4 / "manifest.toml"
    text = path.read_text("utf-8")
    kept = [part for part in text.split("[[files]]") if "00001-of" not in part]
    kept = [part for part in kept if "00002-of" not in part]
    text = "[[files]]".join(kept)
    path.write_text(text.replace('kind = "encoder"\n', f'kind = "encoder"\n{REPOSITORY}'), "utf-8")
    return shelf
