"""What cannot become a visual model is told and leaves nothing behind."""

import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from tests.made_safetensors import read_safetensors, write_safetensors
from tests.tiny_models import TINY_CLIP, TINY_V4
from tests.unit.inference.visual_installing.installed import SHARD, disk_full, made_in


def spoil(source: Path, name: str, change) -> None:
    path = next(p for p in source.rglob("*.safetensors") if name in read_safetensors(p))
    tensors = read_safetensors(path)
    tensors[name] = change(tensors[name])
    write_safetensors(path, tensors)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda at: (at / SHARD).unlink(), f"{SHARD} is missing"),
        (lambda at: (at / SHARD).write_bytes(b""), f"{SHARD} is damaged"),
        (lambda at: (at / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda at: (at / "adapters" / "adapter_model.safetensors").unlink(), "is missing"),
    ],
)
def test_a_damaged_folder_leaves_nothing(shelf, source, damage, said):
    damage(source)
    with pytest.raises(InferenceError, match=said):
        shelf.install(TINY_V4, source=source)
    assert made_in(shelf) == set()
    assert not shelf.info(TINY_V4).is_installed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: np.where(np.arange(w.size).reshape(w.shape) == 7, np.nan, w), "no numbers"),
        (lambda w: w * 0, "answers the same to different pictures"),
    ],
    ids=["NaN", "zeros"],
)
def test_weights_that_cannot_be_right_leave_nothing(shelf, source, change, said):
    manifest = shelf.models_dir / TINY_V4 / "manifest.toml"
    text = manifest.read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("size_bytes")]
    manifest.write_text("\n".join(lines), "utf-8")
    spoil(source, "visual.merger.mlp.2.weight", change)
    with pytest.raises(InferenceError, match=said):
        shelf.install(TINY_V4, source=source)
    assert made_in(shelf) == set()


def test_another_file_than_the_description_names_is_told(shelf, source):
    manifest = shelf.models_dir / TINY_V4 / "manifest.toml"
    text = manifest.read_text("utf-8")
    entry = 'name = "tokenizer.json"\n'
    for line in ("size_bytes = 5", f'sha256 = "{"0" * 64}"'):
        manifest.write_text(text.replace(entry, f"{entry}{line}\n"), "utf-8")
        with pytest.raises(InferenceError, match=r"tokenizer\.json is not the file that belongs"):
            shelf.install(TINY_V4, source=source)
    assert made_in(shelf) == set()


def test_no_folder_is_told(shelf, tmp_path):
    with pytest.raises(InferenceError, match="is missing"):
        shelf.install(TINY_V4, source=tmp_path / "nowhere")
    assert made_in(shelf) == set()


def test_a_precision_without_a_graph_is_told(shelf, checkpoints):
    with pytest.raises(InferenceError, match=r"cannot be installed in int4.*fp32, fp16"):
        shelf.install(TINY_CLIP, precision=Precision.INT4, source=checkpoints[TINY_CLIP])


def test_too_little_room_is_told_with_the_numbers(shelf, checkpoints, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 5_300_000))
    with pytest.raises(
        InferenceError, match=r"tiny-v4 needs 7\d\.\d MB while it is installed; 5\.3 MB are free"
    ):
        shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert made_in(shelf) == set()


def test_a_disk_that_fills_up_is_told_and_leaves_nothing(shelf, checkpoints, monkeypatch):
    monkeypatch.setattr("folioscope.inference.external_data.ExternalData._write", disk_full)
    with pytest.raises(InferenceError, match=r"cannot be written.*No space left on device"):
        shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert made_in(shelf) == set()
