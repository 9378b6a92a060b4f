"""What stands in for jina-clip-v2 in a trial before it is fetched.

Its graph is published whole and comes with the download, so there is no template to cut. This is
a block of its vision tower (EVA02-L/14 at 512 px) in the operators that take the time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.inference.rope_positions import Array
from folioscope.inference.template_cutting import Piece
from folioscope.inference.templates import Template, WeightSlot

_BLOCKS, _WIDTH, _HEADS, _INNER, _TOKENS = 24, 1_024, 16, 2_730, 1_297
_STREAM, _OPSET = "stream", 23
_PRODUCTS = {
    "qkv": (_WIDTH, 3 * _WIDTH),
    "proj": (_WIDTH, _WIDTH),
    "gate": (_WIDTH, _INNER),
    "up": (_WIDTH, _INNER),
    "down": (_INNER, _WIDTH),
}


def clip_pieces() -> Iterator[tuple[Piece, dict[str, Array]]]:
    """Yield the block that stands 24 times in the tower, and what is fed to it."""
    slots = {
        name: WeightSlot(keys=(name,), transform="transpose", dtype="fp32", shape=shape)
        for name, shape in _PRODUCTS.items()
    }
    template = Template(Path("block"), _block(), slots, (), frozenset(slots))
    stream = np.random.default_rng(1).standard_normal((1, _TOKENS, _WIDTH), dtype=np.float32)
    yield Piece("block", _BLOCKS, template, _STREAM), {_STREAM: stream}


def _block() -> Any:
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node
    ones = numpy_helper.from_array(np.ones(_WIDTH, np.float32), "ones")
    nodes = [
        node("LayerNormalization", [_STREAM, "ones"], ["first"], axis=-1),
        node("MatMul", ["first", "qkv"], ["packed"]),
        node("Split", ["packed"], ["q", "k", "v"], axis=-1, num_outputs=3),
        node(
            "MultiHeadAttention", ["q", "k", "v"], ["mixed"], domain="com.microsoft",
            num_heads=_HEADS,
        ),
        node("MatMul", ["mixed", "proj"], ["attended"]),
        node("Add", [_STREAM, "attended"], ["middle"]),
        node("LayerNormalization", ["middle", "ones"], ["second"], axis=-1),
        node("MatMul", ["second", "gate"], ["gated"]),
        node("Sigmoid", ["gated"], ["opened"]),
        node("Mul", ["gated", "opened"], ["bent"]),
        node("MatMul", ["second", "up"], ["raised"]),
        node("Mul", ["bent", "raised"], ["product"]),
        node("MatMul", ["product", "down"], ["narrow"]),
        node("Add", ["middle", "narrow"], ["out"]),
    ]  # fmt: skip
    inputs = [helper.make_tensor_value_info(_STREAM, TensorProto.FLOAT, [1, _TOKENS, _WIDTH])]
    inputs += [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
        for name, shape in _PRODUCTS.items()
    ]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "block", inputs, [output], [ones])
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)
