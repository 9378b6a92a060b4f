"""A joint graph is split into halves that say the same as it does."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from folioscope.domain.errors import InferenceError
from folioscope.inference import graph_skeleton
from folioscope.inference.graph_skeleton import load_skeleton
from folioscope.inference.official_graphs import split, take_whole
from tests.made_clip import OUTPUTS, SIDE_PX, write_clip

JOINT = {"fp32": "model.onnx", "fp16": "model_fp16.onnx"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip")) / "onnx"


@pytest.fixture
def official(made, tmp_path) -> Path:
    return shutil.copytree(made, tmp_path / "onnx")


def run(model: Path, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


@pytest.mark.parametrize("flavour", JOINT)
@pytest.mark.parametrize("large_bytes", [65_536, 100], ids=["usual", "all outside"])
def test_halves_say_what_the_whole_says(official, tmp_path, flavour, large_bytes, monkeypatch):
    monkeypatch.setattr(graph_skeleton, "_LARGE_BYTES", large_bytes)
    rng = np.random.default_rng(3)
    pixels = rng.standard_normal((2, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
    ids = np.array([[0, 5, 6, 7, 2], [0, 8, 2, 1, 1]], np.int64)
    joint = official / JOINT[flavour]
    wanted = run(joint, input_ids=ids, pixel_values=pixels)
    halves = tmp_path / "halves"
    halves.mkdir()
    split(joint, halves, lambda size: None)
    shutil.rmtree(official)  # nothing is read from there any more
    made = run(halves / "text.onnx", input_ids=ids)
    made |= run(halves / "vision.onnx", pixel_values=pixels)
    assert made.keys() == set(OUTPUTS)
    for name, values in wanted.items():
        np.testing.assert_array_equal(made[name], values)


def test_a_half_holds_none_of_the_other_halfs_weights(official, tmp_path):
    split(official / JOINT["fp32"], tmp_path, lambda size: None)
    text = onnx.load(str(tmp_path / "text.onnx"))
    vision = onnx.load(str(tmp_path / "vision.onnx"))
    of_text = {tensor.name for tensor in text.graph.initializer}
    of_vision = {tensor.name for tensor in vision.graph.initializer}
    assert "text.table" in of_text
    assert "vision.outer" in of_vision
    assert not any(name.startswith("vision") for name in of_text)
    assert not any(name.startswith("text") for name in of_vision)


@pytest.mark.parametrize("flavour", JOINT)
def test_a_skeleton_holds_everything_but_large_weights(official, flavour):
    path = official / JOINT[flavour]
    whole, bare = onnx.load(str(path)), load_skeleton(path)
    assert bare.ByteSize() < 20_000
    assert [n.op_type for n in bare.graph.node] == [n.op_type for n in whole.graph.node]
    outside = [t for t in bare.graph.initializer if t.data_location == TensorProto.EXTERNAL]
    for tensor in outside:
        onnx.external_data_helper.load_external_data_for_tensor(tensor, str(path.parent))
    for one, other in zip(bare.graph.initializer, whole.graph.initializer, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(numpy_helper.to_array(one), numpy_helper.to_array(other))


@pytest.mark.parametrize("flavour", JOINT)
def test_a_graph_without_halves_is_taken_whole(official, tmp_path, flavour):
    rng = np.random.default_rng(3)
    pixels = rng.standard_normal((1, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
    ids = np.array([[0, 5, 6, 2]], np.int64)
    wanted = run(official / JOINT[flavour], input_ids=ids, pixel_values=pixels)
    take_whole(official / JOINT[flavour], tmp_path, lambda size: None)
    shutil.rmtree(official)
    made = run(tmp_path / "model.onnx", input_ids=ids, pixel_values=pixels)
    for name, values in wanted.items():
        np.testing.assert_array_equal(made[name], values)


@pytest.mark.parametrize("keep", [0, 1, 100, -1_000])
def test_a_damaged_graph_is_told(official, tmp_path, keep):
    path = official / JOINT["fp16"]
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InferenceError, match=r"model_fp16\.onnx is damaged or no ONNX file"):
        split(path, tmp_path, lambda size: None)


def test_other_bytes_are_told(official, tmp_path):
    path = official / JOINT["fp16"]
    path.write_bytes(b"<html><body>Not the file</body></html>" * 100)
    with pytest.raises(InferenceError, match="is damaged or no ONNX file"):
        split(path, tmp_path, lambda size: None)


def test_missing_weights_are_told(official, tmp_path):
    (official / "model.onnx_data").unlink()
    with pytest.raises(InferenceError, match=r"model\.onnx_data is missing"):
        split(official / "model.onnx", tmp_path, lambda size: None)


def test_weights_that_are_cut_are_told(official, tmp_path):
    path = official / "model.onnx_data"
    path.write_bytes(path.read_bytes()[:2_000])
    with pytest.raises(InferenceError, match=r"model\.onnx_data is cut short"):
        split(official / "model.onnx", tmp_path, lambda size: None)


def test_a_graph_of_another_kind_is_told(official, tmp_path):
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "other", [value], [out])
    onnx.save(helper.make_model(graph), str(official / "model.onnx"))
    with pytest.raises(InferenceError, match="has not the inputs and outputs"):
        split(official / "model.onnx", tmp_path, lambda size: None)


def test_halves_that_hang_together_are_told(official, tmp_path):
    model = onnx.load(str(official / "model_fp16.onnx"))
    last = next(n for n in model.graph.node if "text_embeddings" in n.output)
    last.output[0] = "half"
    mixed = helper.make_node("Add", ["half", "image_embeddings"], ["text_embeddings"])
    model.graph.node.append(mixed)
    onnx.save(model, str(official / "model.onnx"))
    with pytest.raises(InferenceError, match="hang together: input_ids, pixel_values"):
        split(official / "model.onnx", tmp_path, lambda size: None)
