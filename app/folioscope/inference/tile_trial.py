"""What stands in for ColModernVBERT in a trial before it is fetched.

Its graph comes with the download, so there is nothing to cut. These are a block of its vision
tower (SigLIP, a tile of 1,024 patches) and one of its text tower (ModernBERT), in the operators
that take the time, each as often as it stands in a page of A4: 13 tiles, and their prompt.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.pages import PageImage
from folioscope.inference.rope_positions import Array
from folioscope.inference.template_cutting import Piece
from folioscope.inference.templates import Template, WeightSlot
from folioscope.inference.tile_rules import rules_of
from folioscope.inference.visual_manifest import VisualManifest

_WIDTH, _HEADS, _OPSET = 768, 12, 23
_PATCHES, _VISION_BLOCKS, _VISION_INNER = 1_024, 12, 3_072
_TEXT_BLOCKS, _TEXT_INNER = 22, 1_152
_AROUND = 70  # tokens of a page's prompt beside those of its tiles
_STREAM = "stream"


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of a tower. ``is_gated``: half of its inner values open the other half."""

    name: str
    count: int
    tokens: int
    inner: int
    is_gated: bool

    @property
    def products(self) -> dict[str, tuple[int, int]]:
        """Shapes of the weights, inputs first."""
        width = 2 * self.inner if self.is_gated else self.inner
        return {
            "qkv": (_WIDTH, 3 * _WIDTH),
            "proj": (_WIDTH, _WIDTH),
            "up": (_WIDTH, width),
            "down": (self.inner, _WIDTH),
        }


def tile_pieces(manifest: VisualManifest, page: PageImage) -> Iterator[tuple[Piece, Any]]:
    """Yield the blocks and what is fed to them, counted for a page."""
    tiles = len(rules_of(manifest).layout(page.width_px, page.height_px))
    tokens = tiles * manifest.image.tile_tokens + _AROUND
    for block in (
        _Block("tile", _VISION_BLOCKS * tiles, _PATCHES, _VISION_INNER, is_gated=False),
        _Block("prompt", _TEXT_BLOCKS, tokens, _TEXT_INNER, is_gated=True),
    ):
        yield _piece(block), _inputs(block)


def seconds_of_tiling(manifest: VisualManifest, page: PageImage) -> float:
    """Return what it takes to resize and cut a page."""
    rules = rules_of(manifest)
    started = time.perf_counter()
    rules.normalised(rules.tiles(page))
    return time.perf_counter() - started


def _piece(block: _Block) -> Piece:
    slots = {
        name: WeightSlot(keys=(name,), transform="transpose", dtype="fp32", shape=shape)
        for name, shape in block.products.items()
    }
    template = Template(Path(block.name), _model(block), slots, (), frozenset(slots))
    return Piece(block.name, block.count, template, _STREAM)


def _inputs(block: _Block) -> dict[str, Array]:
    rng = np.random.default_rng(1)
    return {_STREAM: rng.standard_normal((1, block.tokens, _WIDTH), dtype=np.float32)}


def _model(block: _Block) -> Any:
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
        node("MatMul", ["second", "up"], ["raised"]),
        *_bent(block),
        node("MatMul", ["bent", "down"], ["narrow"]),
        node("Add", ["middle", "narrow"], ["out"]),
    ]  # fmt: skip
    inputs = [helper.make_tensor_value_info(_STREAM, TensorProto.FLOAT, [1, None, _WIDTH])]
    inputs += [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
        for name, shape in block.products.items()
    ]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, block.name, inputs, [output], [ones])
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _bent(block: _Block) -> list[Any]:
    from onnx import helper

    if not block.is_gated:
        return [helper.make_node("Gelu", ["raised"], ["bent"], approximate="tanh")]
    return [
        helper.make_node("Split", ["raised"], ["part", "gate"], axis=-1, num_outputs=2),
        helper.make_node("Gelu", ["part"], ["opened"]),
        helper.make_node("Mul", ["opened", "gate"], ["bent"]),
    ]
