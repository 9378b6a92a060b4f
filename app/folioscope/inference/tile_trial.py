"""What stands in for ColModernVBERT in a trial before it is fetched.

Its graph comes with the download, so there is nothing to cut. These are a block of its vision
tower (SigLIP, a tile of 1,024 patches) and one of its text tower (ModernBERT), in the operators
that take the time, each as often as it stands in a page of A4: 13 tiles, and their prompt.
"""

import time
from collections.abc import Iterator
from typing import Any

from folioscope.domain.pages import PageImage
from folioscope.inference.template_cutting import Piece
from folioscope.inference.tile_rules import rules_of
from folioscope.inference.trial_blocks import BENT, DOWN, NORMED, PROJ, QKV, TrialBlock
from folioscope.inference.visual_manifest import VisualManifest

_WIDTH, _HEADS = 768, 12
_PATCHES, _VISION_BLOCKS, _VISION_INNER = 1_024, 12, 3_072
_TEXT_BLOCKS, _TEXT_INNER = 22, 1_152
_AROUND = 70  # tokens of a page's prompt beside those of its tiles


def tile_pieces(manifest: VisualManifest, page: PageImage) -> Iterator[tuple[Piece, Any]]:
    """Yield the blocks and what is fed to them, counted for a page."""
    tiles = len(rules_of(manifest).layout(page.width_px, page.height_px))
    tokens = tiles * manifest.image.tile_tokens + _AROUND
    raised = _products(_VISION_INNER, raised=_VISION_INNER)
    gated = _products(_TEXT_INNER, raised=2 * _TEXT_INNER)  # half of them open the other half
    for block in (
        TrialBlock("tile", _VISION_BLOCKS * tiles, _PATCHES, _HEADS, raised, _bent),
        TrialBlock("prompt", _TEXT_BLOCKS, tokens, _HEADS, gated, _gated),
    ):
        yield block.piece(), block.inputs()


def seconds_of_tiling(manifest: VisualManifest, page: PageImage) -> float:
    """Return what it takes to resize and cut a page."""
    rules = rules_of(manifest)
    started = time.perf_counter()
    rules.normalised(rules.tiles(page))
    return time.perf_counter() - started


def _products(inner: int, *, raised: int) -> dict[str, tuple[int, int]]:
    return {
        QKV: (_WIDTH, 3 * _WIDTH),
        PROJ: (_WIDTH, _WIDTH),
        "up": (_WIDTH, raised),
        DOWN: (inner, _WIDTH),
    }


def _bent() -> list[Any]:
    from onnx import helper

    return [
        helper.make_node("MatMul", [NORMED, "up"], ["raised"]),
        helper.make_node("Gelu", ["raised"], [BENT], approximate="tanh"),
    ]


def _gated() -> list[Any]:
    from onnx import helper

    return [
        helper.make_node("MatMul", [NORMED, "up"], ["raised"]),
        helper.make_node("Split", ["raised"], ["part", "gate"], axis=-1, num_outputs=2),
        helper.make_node("Gelu", ["part"], ["opened"]),
        helper.make_node("Mul", ["opened", "gate"], [BENT]),
    ]
