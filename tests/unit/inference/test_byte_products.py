"""Products of bytes: exact on this processor, and one loud token does not drown the others."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from folioscope.domain.models import Precision
from folioscope.inference.binding import bind
from folioscope.inference.byte_products import are_signed_products_exact
from folioscope.inference.quantising import quantise_rows
from folioscope.inference.templates import Template, WeightSlot

INPUTS, OUTPUTS, TOKENS = 96, 40, 7


class Weights:
    """Stands for a checkpoint: the weights that a slot asks for."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights

    def rows(self, slot: WeightSlot) -> Iterator[np.ndarray]:
        """Yield (outputs, inputs)."""
        yield self.weights[str(slot.keys[0])]


def two_products() -> Template:
    """Two products of one input, the later one first among the weights."""
    shape = ["tokens", INPUTS]
    names = ("second", "first")
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "first"], ["a"]),
            helper.make_node("MatMul", ["x", "second"], ["b"]),
            helper.make_node("Add", ["a", "b"], ["y"]),
        ],
        "products",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, shape),
            *(
                helper.make_tensor_value_info(n, TensorProto.FLOAT, [INPUTS, OUTPUTS])
                for n in names
            ),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["tokens", OUTPUTS])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    slots = {
        n: WeightSlot(keys=(n,), transform="transpose", dtype="fp32", shape=(INPUTS, OUTPUTS))
        for n in names
    }
    return Template(Path("products.onnx"), model, slots, (), frozenset(names))


def test_a_loud_token_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    weights = {n: rng.standard_normal((OUTPUTS, INPUTS)).astype(np.float32) for n in "ab"}
    named = {"first": weights["a"], "second": weights["b"]}
    bind(two_products(), Weights(named), tmp_path / "m.onnx", Precision.W8A8)  # type: ignore[arg-type]
    x = rng.standard_normal((TOKENS, INPUTS)).astype(np.float32)
    x[0] *= 1_000  # as Qwen's first tokens do
    x[-1] = 0
    session = onnxruntime.InferenceSession(str(tmp_path / "m.onnx"))
    (found,) = session.run(None, {"x": x})
    wanted = x @ (weights["a"] + weights["b"]).T
    cosines = (found * wanted).sum(axis=1)[:-1]
    cosines /= (np.linalg.norm(found, axis=1) * np.linalg.norm(wanted, axis=1))[:-1]
    assert cosines.min() > 0.9995
    assert not found[-1].any()


def test_codes_come_back_within_half_a_step() -> None:
    rows = np.random.default_rng(6).standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    for is_signed in (True, False):
        codes, scales = quantise_rows(rows, is_signed=is_signed)
        middle = 0 if is_signed else 128
        undone = (codes.astype(np.float32) - middle) * scales[:, None]
        assert np.abs(undone - rows).max() <= scales.max() / 2 * 1.0001


def test_the_form_that_is_chosen_multiplies_the_largest_bytes_exactly() -> None:
    is_signed = are_signed_products_exact()
    kind, top, zero = (np.int8, 127, 0) if is_signed else (np.uint8, 255, 128)
    weights = np.full((INPUTS, OUTPUTS), top, kind)
    onnx_kind = helper.np_dtype_to_tensor_dtype(weights.dtype)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "w", "", "z"], ["y"])],
        "largest bytes",
        [
            helper.make_tensor_value_info("x", TensorProto.UINT8, [TOKENS, INPUTS]),
            helper.make_tensor_value_info("w", onnx_kind, weights.shape),
            helper.make_tensor_value_info("z", onnx_kind, []),
        ],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [TOKENS, OUTPUTS])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    x = np.full((TOKENS, INPUTS), 255, np.uint8)
    (sums,) = session.run(None, {"x": x, "w": weights, "z": np.array(zero, kind)})
    assert (sums == 255 * (top - zero) * INPUTS).all()
