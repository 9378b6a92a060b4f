"""The graph computes what BERT is, whatever the precision and the padding."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from folioscope.inference import starter_graph
from folioscope.inference.sessions import open_session
from folioscope.inference.starter_file import parse_starter_file
from folioscope.inference.starter_graph import build_starter_model
from tests.made_models import LAYERS, PIECES, reference_embedding, tiny_model

TINY = tiny_model(seed=5)
TEXTS = [[0, 5, 8, 9, 2], [0, 6, 7, 8, 8, 9, 10, 4, 2], [0, 2]]


def embed(precision, folder, texts):
    path = folder / f"{precision}.onnx"
    path.write_bytes(build_starter_model(parse_starter_file(TINY.array), precision=precision))
    longest = max(map(len, texts))
    ids = np.full((len(texts), longest), 1, np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)], mask[row, : len(text)] = text, 1
    return open_session(path).run("embedding", {"input_ids": ids, "attention_mask": mask})


def expected():
    return np.stack([reference_embedding(TINY.weights, text) for text in TEXTS])


def test_floats_agree_with_the_reference(tmp_path):
    np.testing.assert_allclose(embed("float32", tmp_path, TEXTS), expected(), atol=2e-5)


@pytest.mark.parametrize("precision", ["w4a8", "w8a8"])
def test_rounded_activations_stay_near_the_reference(tmp_path, precision):
    cosines = (embed(precision, tmp_path, TEXTS) * expected()).sum(axis=1)
    assert cosines.min() > 0.995


def test_spared_products_keep_their_four_bits():
    file = parse_starter_file(TINY.array)
    operators = [
        {node.op_type for node in onnx.load_model_from_string(model).graph.node}
        for model in (
            build_starter_model(file, precision="w8a8"),
            build_starter_model(file, precision="w8a8", spared=["l1.fo"]),
        )
    ]
    assert "MatMulNBits" not in operators[0]
    assert {"MatMulNBits", "DynamicQuantizeMatMul"} <= operators[1]


def optimised(model: bytes, folder):
    """Return the graph that ONNX Runtime makes of a model before it runs it."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns that such a file is for this machine only
    options.optimized_model_filepath = str(folder / "optimised.onnx")
    onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return onnx.load(folder / "optimised.onnx").graph


def eight_bit_codes(names):
    dense = np.concatenate([TINY.weights[f"{name}.w"] for name in names])
    scales = np.abs(dense).max(axis=1) / 127
    return np.rint(dense / scales[:, None].astype(np.float32)).T


def test_eight_bit_codes_are_constants_when_the_model_runs(tmp_path):
    model = build_starter_model(parse_starter_file(TINY.array), precision="w8a8")
    assert "QuantizeLinear" in {node.op_type for node in onnx.load_from_string(model).graph.node}
    graph = optimised(model, tmp_path)
    assert not {"QuantizeLinear", "DequantizeLinear"} & {node.op_type for node in graph.node}
    constants = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    products = [node for node in graph.node if node.op_type == "DynamicQuantizeMatMul"]
    assert len(products) == 4 * LAYERS
    for product in products:
        own = product.output[0].removesuffix(".out")
        names = [f"{own[:-1]}{part}" for part in "qkv"] if own[-1] == "q" else [own]
        np.testing.assert_array_equal(constants[product.input[1]], eight_bit_codes(names))


def test_codes_without_divisors_give_the_same_vectors(tmp_path, monkeypatch):
    told = embed("w8a8", tmp_path, TEXTS)
    monkeypatch.setattr(starter_graph, "divisors_of", lambda levels, codes: None)
    np.testing.assert_array_equal(embed("w8a8", tmp_path, TEXTS), told)


@pytest.mark.parametrize("precision", ["float32", "w4a8"])
def test_padding_and_neighbours_change_nothing(tmp_path, precision):
    together = embed(precision, tmp_path, TEXTS)
    alone = np.concatenate([embed(precision, tmp_path, [text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_test_vocabulary_covers_the_texts():
    assert max(max(text) for text in TEXTS) < len(PIECES)
