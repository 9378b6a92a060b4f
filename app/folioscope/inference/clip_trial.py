"""What stands in for jina-clip-v2 in a trial before it is fetched.

Its graph is published whole and comes with the download, so there is no template to cut. This is
a block of its vision tower (EVA02-L/14 at 512 px) in the operators that take the time.
"""

from collections.abc import Iterator
from typing import Any

from folioscope.inference.rope_positions import Array
from folioscope.inference.template_cutting import Piece
from folioscope.inference.trial_blocks import BENT, DOWN, NORMED, PROJ, QKV, TrialBlock

_BLOCKS, _WIDTH, _HEADS, _INNER, _TOKENS = 24, 1_024, 16, 2_730, 1_297


def clip_pieces() -> Iterator[tuple[Piece, dict[str, Array]]]:
    """Yield the block that stands 24 times in the tower, and what is fed to it."""
    products = {
        QKV: (_WIDTH, 3 * _WIDTH),
        PROJ: (_WIDTH, _WIDTH),
        "gate": (_WIDTH, _INNER),
        "up": (_WIDTH, _INNER),
        DOWN: (_INNER, _WIDTH),
    }
    block = TrialBlock("block", _BLOCKS, _TOKENS, _HEADS, products, _gated)
    yield block.piece(), block.inputs()


def _gated() -> list[Any]:
    from onnx import helper

    return [
        helper.make_node("MatMul", [NORMED, "gate"], ["gated"]),
        helper.make_node("Sigmoid", ["gated"], ["opened"]),
        helper.make_node("Mul", ["gated", "opened"], ["swished"]),
        helper.make_node("MatMul", [NORMED, "up"], ["raised"]),
        helper.make_node("Mul", ["swished", "raised"], [BENT]),
    ]
