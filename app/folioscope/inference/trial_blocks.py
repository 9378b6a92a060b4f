"""Blocks of towers in the operators that take the time: what trials run before a download.

They stand in for models whose graphs come whole with the download, so that there is no template
to cut.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.inference.rope_positions import Array
from folioscope.inference.template_cutting import Piece
from folioscope.inference.templates import Template, WeightSlot

QKV, PROJ, DOWN = "qkv", "proj", "down"
NORMED, BENT = "second", "bent"  # what inner nodes begin with and end in
_STREAM, _OPSET = "stream", 23


@dataclass(frozen=True, slots=True)
class TrialBlock:
    """A block that stands ``count`` times in a tower, and is fed ``tokens`` rows.

    ``products``: shapes of the weights, inputs first; QKV, PROJ and DOWN are among them. ``inner``
    makes the nodes between attention and the product with DOWN, from NORMED to BENT.
    """

    name: str
    count: int
    tokens: int
    heads: int
    products: dict[str, tuple[int, int]]
    inner: Callable[[], list[Any]]

    @property
    def width(self) -> int:
        """Values of a row."""
        return self.products[PROJ][0]

    def piece(self) -> Piece:
        """Return it as what a trial runs."""
        slots = {
            name: WeightSlot(keys=(name,), transform="transpose", dtype="fp32", shape=shape)
            for name, shape in self.products.items()
        }
        template = Template(Path(self.name), _model(self), slots, (), frozenset(slots))
        return Piece(self.name, self.count, template, _STREAM)

    def inputs(self) -> dict[str, Array]:
        """Return what is fed to it: float32 (1, tokens, width)."""
        rng = np.random.default_rng(1)
        return {_STREAM: rng.standard_normal((1, self.tokens, self.width), dtype=np.float32)}


def _model(block: TrialBlock) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    ones = numpy_helper.from_array(np.ones(block.width, np.float32), "ones")
    shapes: dict[str, list[int | None]] = {_STREAM: [1, None, block.width]}
    shapes |= {name: list(shape) for name, shape in block.products.items()}
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph(_nodes(block), block.name, inputs, [output], [ones])
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _nodes(block: TrialBlock) -> list[Any]:
    from onnx import helper

    node = helper.make_node
    return [
        node("LayerNormalization", [_STREAM, "ones"], ["first"], axis=-1),
        node("MatMul", ["first", QKV], ["packed"]),
        node("Split", ["packed"], ["q", "k", "v"], axis=-1, num_outputs=3),
        node(
            "MultiHeadAttention", ["q", "k", "v"], ["mixed"], domain="com.microsoft",
            num_heads=block.heads,
        ),
        node("MatMul", ["mixed", PROJ], ["attended"]),
        node("Add", [_STREAM, "attended"], ["middle"]),
        node("LayerNormalization", ["middle", "ones"], [NORMED], axis=-1),
        *block.inner(),
        node("MatMul", [BENT, DOWN], ["narrow"]),
        node("Add", ["middle", "narrow"], ["out"]),
    ]  # fmt: skip
