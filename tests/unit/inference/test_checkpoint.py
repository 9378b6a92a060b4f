"""Checkpoint folders: names made canonical, damage told before anything is read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference.checkpoint import INDEX_FILE, canonical, is_unused, open_checkpoint
from folioscope.inference.safetensors_files import as_floats, read_header
from tests.made_checkpoints import Layout, TinySizes, write_m0, write_v4
from tests.made_safetensors import as_bf16, read_safetensors, write_safetensors

SIZES = TinySizes(layers=1, depth=2)


@pytest.fixture
def checkpoint(tmp_path) -> Path:
    return write_v4(tmp_path / "tiny", SIZES)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("visual.blocks.0.norm1.weight", "visual.blocks.0.norm1.weight"),
        ("model.visual.blocks.0.norm1.weight", "visual.blocks.0.norm1.weight"),
        ("model.layers.0.mlp.up_proj.weight", "text.layers.0.mlp.up_proj.weight"),
        ("model.language_model.layers.0.mlp.up_proj.weight", "text.layers.0.mlp.up_proj.weight"),
        ("model.norm.weight", "text.norm.weight"),
        ("language_model.model.norm.weight", "text.norm.weight"),
        ("language_model.norm.weight", "text.norm.weight"),
        ("multi_vector_projector.bias", "multi_vector_projector.bias"),
        ("model.multi_vector_projector.bias", "multi_vector_projector.bias"),
        ("score.0.weight", "score.0.weight"),
        (
            "base_model.model.model.layers.0.self_attn.q_proj.lora_A.code.weight",
            "text.layers.0.self_attn.q_proj.lora_A.code.weight",
        ),
        (
            "base_model.model.model.language_model.layers.0.mlp.up_proj.lora_B.default.code.weight",
            "text.layers.0.mlp.up_proj.lora_B.code.weight",
        ),
    ],
)
def test_names_of_all_layouts_come_to_the_same(name, key):
    assert canonical(name) == key


@pytest.mark.parametrize("layout", [Layout(), Layout(newer=True), Layout(prefix="")], ids=str)
def test_a_folder_is_read_in_every_layout(tmp_path, layout):
    read = open_checkpoint(write_v4(tmp_path / "tiny", SIZES, layout=layout))
    assert "text.embed_tokens.weight" in read.tensors
    assert "text.layers.0.mlp.down_proj.lora_B.retrieval.weight" in read.tensors
    assert read.adapter is not None
    assert read.adapter.scale == SIZES.alpha / SIZES.rank


def test_a_single_file_is_read_and_its_head_is_of_no_use(tmp_path):
    read = open_checkpoint(write_m0(tmp_path / "tiny", SIZES))
    assert [key for key in read.tensors if is_unused(key)] == ["lm_head.weight"]
    assert read.adapter is None


@pytest.mark.parametrize("dtype", ["float32", "float16", "bf16"])
def test_values_are_read_exactly_and_in_part(tmp_path, dtype):
    values = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32)
    stored = as_bf16(values) if dtype == "bf16" else values.astype(dtype)
    path = tmp_path / "some.safetensors"
    write_safetensors(path, {"other": np.ones(3, np.float32), "wanted": stored})
    (tensor,) = (t for t in read_header(path) if t.name == "wanted")
    wanted = read_safetensors(path)["wanted"]
    np.testing.assert_array_equal(as_floats(tensor.raw()), wanted)
    np.testing.assert_array_equal(as_floats(tensor.raw(2, 4)), wanted[2:4])
    np.testing.assert_array_equal(as_floats(tensor.raw(5, 99)), wanted[5:])


def cut_short(folder: Path) -> None:
    path = folder / "model-00002-of-00003.safetensors"
    path.write_bytes(path.read_bytes()[:-10])


def not_safetensors(folder: Path) -> None:
    (folder / "model-00002-of-00003.safetensors").write_bytes(b"<html>Not found</html>")


def empty_shard(folder: Path) -> None:
    (folder / "model-00002-of-00003.safetensors").write_bytes(b"")


def wrong_offsets(folder: Path) -> None:
    path = folder / "model-00002-of-00003.safetensors"
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    name = next(key for key in header if key != "__metadata__")
    header[name]["data_offsets"][1] += 2
    text = json.dumps(header, separators=(",", ":")).encode().ljust(length)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda at: (at / "model-00002-of-00003.safetensors").unlink(), "00002.* is missing"),
        (cut_short, "00002.* is cut short"),
        (not_safetensors, "00002.* is damaged or no safetensors file"),
        (empty_shard, "00002.* is damaged or no safetensors file"),
        (wrong_offsets, "00002.* is damaged: .* impossible size"),
        (
            lambda at: (at / INDEX_FILE).write_text("{"),
            "index.* cannot be read",
        ),
        (
            lambda at: (at / INDEX_FILE).write_text(
                '{"weight_map": {"a": "../elsewhere.safetensors"}}'
            ),
            "names no weight files",
        ),
        (lambda at: (at / "adapters" / "adapter_config.json").unlink(), "adapter_config.* missing"),
        (lambda at: (at / "adapters" / "adapter_config.json").write_text("{}"), "cannot be read"),
        (shutil.rmtree, "is no folder"),
    ],
)
def test_damage_is_told_with_the_file(checkpoint, damage, said):
    damage(checkpoint)
    with pytest.raises(InferenceError, match=said) as caught:
        open_checkpoint(checkpoint)
    assert str(checkpoint) in str(caught.value)


def test_the_same_weight_twice_is_told(checkpoint):
    first = checkpoint / "model-00001-of-00003.safetensors"
    shutil.copy(first, checkpoint / "model-00002-of-00003.safetensors")
    with pytest.raises(InferenceError, match=r"is there twice: in .*00001.* and .*00002"):
        open_checkpoint(checkpoint)


def test_numbers_of_a_kind_that_cannot_be_read_are_told(tmp_path):
    path = tmp_path / "model.safetensors"
    text = b'{"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}'
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"\0\0")
    with pytest.raises(InferenceError, match="stored as F8_E4M3"):
        open_checkpoint(tmp_path).tensor("w")
