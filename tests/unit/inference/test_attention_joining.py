"""Attention in single operators becomes one, and says the same."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from folioscope.inference.attention_joining import (
    find_attentions,
    join_attentions,
    measured_values,
)

HEADS, TOKENS, WIDTH = 3, 7, 8
SHAPE = (2, HEADS, TOKENS, WIDTH)


def attention(
    *, bias: str = "", is_guarded: bool = False, bias_first: bool = False, axis: int = -1
):
    """Return a graph as exporters write it: queries (scaled), keys, values, each (b, n, s, d)."""
    node = helper.make_node
    nodes = [
        node("Mul", ["q", "scale"], ["scaled"]),
        node("Transpose", ["k"], ["turned"], perm=[0, 1, 3, 2]),
        node("MatMul", ["scaled", "turned"], ["products"]),
    ]
    scores = "products"
    if bias:
        added = [bias, scores] if bias_first else [scores, bias]
        nodes.append(node("Add", added, ["scores"]))
        scores = "scores"
    nodes.append(node("Softmax", [scores], ["weights"], axis=axis))
    weights = "weights"
    if is_guarded:
        nodes += [
            node("IsNaN", ["weights"], ["is_none"]),
            node("Where", ["is_none", "zero", "weights"], ["guarded"]),
        ]
        weights = "guarded"
    nodes.append(node("MatMul", [weights, "v"], ["out"]))
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None] * 4) for n in "qkv"]
    if bias:
        inputs.append(helper.make_tensor_value_info(bias, TensorProto.FLOAT, [None] * 4))
    constants = {"scale": np.float32(0.35), "zero": np.float32(0)}
    weights_made = [numpy_helper.from_array(np.array(v), n) for n, v in constants.items()]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "attention", inputs, [output], weights_made)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def run(model, feeds):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feeds)[0]


def feeds(**more) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {n: rng.standard_normal(SHAPE).astype(np.float32) for n in "qkv"} | more


def window() -> np.ndarray:
    """Return what keeps tokens from looking farther than two away: (1, 1, s, s)."""
    places = np.arange(TOKENS)
    is_near = np.abs(places[:, None] - places) <= 2
    return np.where(is_near, 0, -np.inf).astype(np.float32)[None, None]


def shapes(bias: str = "") -> dict[str, tuple[int, ...]]:
    scores = (1, HEADS, 5, 5)  # as measured on another input
    return {"scores": scores, bias: (1, 1, 5, 5)} if bias else {"products": scores}


@pytest.mark.parametrize("is_guarded", [False, True])
@pytest.mark.parametrize("bias_first", [False, True])
@pytest.mark.parametrize("bias", ["", "window"])
def test_the_joined_operator_says_the_same(bias, is_guarded, bias_first):
    model = attention(bias=bias, is_guarded=is_guarded, bias_first=bias_first)
    given = feeds(**({bias: window()} if bias else {}))
    wanted = run(model, given)
    assert join_attentions(model.graph, shapes(bias)) == 1
    assert "MultiHeadAttention" in {node.op_type for node in model.graph.node}
    np.testing.assert_allclose(run(model, given), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (attention(), {}),  # not measured
        (attention(), {"products": (HEADS, 5, 5)}),  # no heads of their own
        (attention(bias="window"), {"scores": (1, HEADS, 5, 5), "window": (5, 5)}),
        (attention(bias="window"), {"scores": (1, HEADS, 5, 5), "window": (1, 1, 1, 5)}),
        (attention(axis=1), {"products": (1, HEADS, 5, 5)}),  # weights of another axis
    ],
    ids=["unknown", "three axes", "a flat bias", "a bias a key", "another axis"],
)
def test_what_has_another_form_is_left_alone(model, known):
    before = model.SerializeToString()
    assert join_attentions(model.graph, known) == 0
    assert model.SerializeToString() == before


def test_values_to_measure_are_named():
    found = find_attentions(list(attention(bias="window").graph.node))
    assert measured_values(found) == ["scores", "window"]
