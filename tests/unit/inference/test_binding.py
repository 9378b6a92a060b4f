"""Weights find their places in templates, in every precision, whatever way they are read."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.inference import weights as weights_module
from folioscope.inference.binding import bind
from folioscope.inference.checkpoint import Checkpoint, open_checkpoint
from folioscope.inference.quantising import quantise_blocks
from folioscope.inference.templates import Template, load_template, template_file
from folioscope.inference.visual_manifest import read_visual_manifest
from folioscope.inference.weights import WeightReader, check_all_used, check_fit, keys_of
from tests.made_safetensors import read_safetensors, write_safetensors
from tests.tiny_models import DESCRIBED, SIZES, TINY_V4, write_checkpoint

MANIFEST = read_visual_manifest(DESCRIBED / TINY_V4 / "manifest.toml")
GATE = "visual.blocks.0.mlp.gate_proj.weight"
UP_A = "text.layers.0.mlp.up_proj.lora_A.code.weight"


@pytest.fixture(scope="module")
def made_checkpoint(tmp_path_factory) -> Path:
    return write_checkpoint(TINY_V4, tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def checkpoint(made_checkpoint, tmp_path) -> Path:
    return shutil.copytree(made_checkpoint, tmp_path / "checkpoint")


def template(tower: str, precision: Precision) -> Template:
    return load_template(DESCRIBED / TINY_V4, template_file(MANIFEST.templates, tower, precision))


def bound(checkpoint: Path, out: Path, tower: str, precision: Precision) -> onnx.ModelProto:
    reader = WeightReader(open_checkpoint(checkpoint), lambda size: None)
    bind(template(tower, precision), reader, out / f"{tower}.onnx", precision)
    return onnx.load(str(out / f"{tower}.onnx"))


def stored(checkpoint: Path) -> dict[str, np.ndarray]:
    shards = [read_safetensors(path) for path in checkpoint.rglob("*.safetensors")]
    return {name: array for shard in shards for name, array in shard.items()}


def arrays(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}


def slot_of(tower: str, precision: Precision, key: str) -> str:
    """Return the name of the input that a weight goes to."""
    slots = template(tower, precision).slots
    return next(name for name, slot in slots.items() if key in slot.keys)


def test_floats_arrive_unchanged(made_checkpoint, tmp_path):
    made = arrays(bound(made_checkpoint, tmp_path, "vision", Precision.FP32))
    wanted = stored(made_checkpoint)[GATE]
    np.testing.assert_array_equal(made[slot_of("vision", Precision.FP32, GATE)], wanted.T)


def test_adapters_are_stacked_in_the_order_of_tasks_and_scaled(made_checkpoint, tmp_path):
    made = arrays(bound(made_checkpoint, tmp_path, "text", Precision.FP32))
    values = stored(made_checkpoint)
    place = "base_model.model.model.layers.0.mlp.up_proj"
    for number, task in enumerate(MANIFEST.tasks):
        for part, scale in (("A", 1), ("B", SIZES.alpha / SIZES.rank)):
            key = f"text.layers.0.mlp.up_proj.lora_{part}.{task}.weight"
            name = slot_of("text", Precision.FP32, key)
            wanted = values[f"{place}.lora_{part}.{task}.weight"].T * scale
            np.testing.assert_allclose(made[name][number], wanted, rtol=1e-6)


@pytest.mark.parametrize(("precision", "bits"), [(Precision.INT8, 8), (Precision.INT4, 4)])
def test_products_are_quantised_in_blocks(made_checkpoint, tmp_path, precision, bits):
    model = bound(made_checkpoint, tmp_path, "vision", precision)
    name = slot_of("vision", precision, GATE)
    wanted = quantise_blocks(stored(made_checkpoint)[GATE], bits=bits)
    made = arrays(model)
    np.testing.assert_array_equal(made[f"{name}.codes"], wanted.codes)
    node = next(n for n in model.graph.node if f"{name}.codes" in n.input)
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    assert node.op_type == "MatMulNBits"
    assert attributes["bits"] == bits
    assert attributes["accuracy_level"] == 4
    assert name not in made


def test_everything_quantisable_is_quantised_and_nothing_else(made_checkpoint, tmp_path):
    for tower in ("vision", "text"):
        model = bound(made_checkpoint, tmp_path, tower, Precision.INT8)
        made = {n.removesuffix(".codes") for n in arrays(model) if n.endswith(".codes")}
        assert made == template(tower, Precision.INT8).quantisable


def test_the_table_of_words_takes_half_the_room_once_bits_are_saved(made_checkpoint, tmp_path):
    words = slot_of("text", Precision.FP32, "text.embed_tokens.weight")
    for precision, dtype in ((Precision.INT4, np.float16), (Precision.FP32, np.float32)):
        made = arrays(bound(made_checkpoint, tmp_path, "text", precision))
        assert made[words].dtype == dtype


@pytest.mark.parametrize("precision", Precision)
def test_reading_in_small_parts_makes_the_same_files(
    made_checkpoint, tmp_path, precision, monkeypatch
):
    for name, values in (("whole", 4_000_000), ("parts", 500)):
        monkeypatch.setattr(weights_module, "_PART", values)
        (tmp_path / name).mkdir()
        for tower in ("vision", "text"):
            bound(made_checkpoint, tmp_path / name, tower, precision)
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "parts" / path.name).read_bytes()


# --- what does not fit


def rewrite(folder: Path, name: str, change) -> None:
    """Change a stored tensor (or, by returning None, take it out) wherever it lies."""
    for path in folder.rglob("*.safetensors"):
        tensors = read_safetensors(path)
        if name in tensors:
            value = change(tensors.pop(name))
            write_safetensors(path, tensors | ({} if value is None else {name: value}))


def check(folder: Path) -> None:
    read: Checkpoint = open_checkpoint(folder)
    used = set()
    for tower in ("vision", "text"):
        slots = template(tower, Precision.INT8).slots
        check_fit(slots, read)
        used |= keys_of(slots)
    check_all_used(used, read)


def test_a_whole_checkpoint_fits(checkpoint):
    check(checkpoint)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (GATE, lambda w: None, rf"lacks the weight `{GATE}`"),
        (GATE, lambda w: w[:-1], r"has the shape 147 × 64 where 148 × 64 belongs"),
        ("model.norm.weight", lambda w: w[:10], r"has the shape 10 where 64 belongs"),
        (
            "visual.patch_embed.proj.weight",
            lambda w: w[:, :, :, :7],
            r"has the shape 64 × 3 × 2 × 7 × 14",
        ),
        (
            f"base_model.model.{UP_A.replace('text.', 'model.')}",
            lambda w: np.concatenate([w, w]),
            r"has rank 8, and this model's adapters have rank 4",
        ),
        (
            f"base_model.model.{UP_A.replace('text.', 'model.')}",
            lambda w: None,
            rf"lacks the adapter weight `{UP_A}`",
        ),
    ],
)
def test_what_does_not_fit_is_told(checkpoint, name, change, said):
    rewrite(checkpoint, name, change)
    with pytest.raises(InferenceError, match=said):
        check(checkpoint)


def test_a_weight_that_nobody_takes_is_told(checkpoint):
    path = checkpoint / "model-00001-of-00003.safetensors"
    extra = {"visual.blocks.0.gate.weight": np.ones(3, np.float32)}
    write_safetensors(path, read_safetensors(path) | extra)
    with pytest.raises(InferenceError, match=r"does not know: `visual\.blocks\.0\.gate\.weight`"):
        check(checkpoint)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf], ids=str)
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8])
def test_values_that_are_no_numbers_are_told(checkpoint, tmp_path, precision, value):
    def spoil(weight: np.ndarray) -> np.ndarray:
        weight[3, 4] = value
        return weight

    rewrite(checkpoint, GATE, spoil)
    with pytest.raises(InferenceError, match=rf"`{GATE}` in .* values that are no numbers"):
        bound(checkpoint, tmp_path, "vision", precision)


def test_values_too_large_for_half_floats_are_told(checkpoint, tmp_path):
    rewrite(checkpoint, GATE, lambda w: w * np.float32(1e6))
    with pytest.raises(InferenceError, match="holds values that float16 cannot"):
        bound(checkpoint, tmp_path, "vision", Precision.FP16)
    bound(checkpoint, tmp_path, "vision", Precision.INT8)  # which has room for them


def test_a_shard_cut_after_its_header_was_read_is_told(checkpoint, tmp_path):
    read = open_checkpoint(checkpoint)
    for path in checkpoint.glob("model-*.safetensors"):
        path.write_bytes(path.read_bytes()[:5_000])
    reader = WeightReader(read, lambda size: None)
    with pytest.raises(InferenceError, match="is cut short"):
        bind(template("vision", Precision.FP32), reader, tmp_path / "v.onnx", Precision.FP32)
