"""What a model costs in each precision: counted from its templates, before anything is fetched."""

import math
from pathlib import Path

from folioscope.domain.models import Precision, PrecisionCost
from folioscope.inference.official_graphs import TILED
from folioscope.inference.quantising import BLOCK
from folioscope.inference.templates import (
    TOWERS,
    WeightSlot,
    flavour_of,
    template_file,
    weight_table,
)
from folioscope.inference.visual_manifest import VisualManifest

_BITS = {Precision.INT8: 8, Precision.INT4: 4}
_GRAPHS_BYTES = 20_000_000  # graphs, tokenizer and configurations
_RUNTIME_BYTES = 250_000_000  # Python, ONNX Runtime and the window
_PUBLISHED_BYTES = 2  # a number: checkpoints are published in bfloat16
_PATCHES_A_TOKEN = 4
_FLOAT_BYTES = 4
_REDUCED_SHARE = (
    0.29  # of an official file in w8a8: products in bytes, the table of words in halves
)
_TILE_WORK_BYTES = 250_000_000  # more than was measured: 0.55 GB in all in w8a8, 1.15 in fp32
_WIDE_COPIES = 4  # arrays of the widest layer that are alive at once


def costs(manifest: VisualManifest, folder: Path) -> tuple[PrecisionCost, ...]:
    """Return what each precision needs that the model can be installed in."""
    return tuple(_cost(manifest, folder, precision) for precision in available(manifest))


def available(manifest: VisualManifest) -> list[Precision]:
    """List the precisions that there is a graph for."""
    if manifest.templates is None:
        return [p for p in manifest.precisions if p in manifest.onnx]
    towers = (manifest.templates.vision, manifest.templates.text)
    return [p for p in manifest.precisions if all(flavour_of(p) in tower for tower in towers)]


def _cost(manifest: VisualManifest, folder: Path, precision: Precision) -> PrecisionCost:
    disk = build_bytes(manifest, folder, precision)
    return PrecisionCost(
        precision=precision,
        disk_bytes=disk,
        installing_bytes=disk
        + fetched_bytes(manifest, folder, precision)
        + scratch_bytes(manifest, precision),
        memory_bytes=disk + _RUNTIME_BYTES + _working_bytes(manifest, folder, precision),
    )


def fetched_bytes(manifest: VisualManifest, folder: Path, precision: Precision) -> int:
    """Return how much is fetched: from the manifest, or estimated where it lacks sizes."""
    files = [file for file in manifest.files_for(precision) if not file.is_optional]
    known = sum(file.size_bytes for file in files)
    if all(file.size_bytes for file in files):
        return known
    if manifest.templates is None:
        return max(known, _official_bytes(manifest, precision))
    tables = [slots for slots, _ in _tables(manifest, folder, precision)]
    numbers = sum(math.prod(slot.shape) for slots in tables for slot in slots.values())
    return max(known, numbers * _PUBLISHED_BYTES)


def _official_bytes(manifest: VisualManifest, precision: Precision) -> int:
    """Return the size of an official graph with its weights; that in float32 is twice the half."""
    if manifest.parameters:
        return manifest.parameters * _FLOAT_BYTES
    joint = manifest.onnx.get(precision, "")
    weights = [f for f in manifest.files_for(precision) if joint and f.name.startswith(joint)]
    if precision is Precision.FP32 and not all(file.size_bytes for file in weights):
        return 2 * _official_bytes(manifest, Precision.FP16)
    return sum(file.size_bytes for file in weights)


def scratch_bytes(manifest: VisualManifest, precision: Precision) -> int:
    """Return the room for a copy of the official graph, which is run to compare with."""
    return _official_bytes(manifest, precision) if manifest.architecture in TILED else 0


def build_bytes(manifest: VisualManifest, folder: Path, precision: Precision) -> int:
    """Return the room that the installed files take."""
    if manifest.templates is None:
        share = _REDUCED_SHARE if precision is Precision.W8A8 else 1
        return round(_official_bytes(manifest, precision) * share) + _GRAPHS_BYTES
    return _GRAPHS_BYTES + sum(
        _slot_bytes(slot, precision, is_quantisable=name in quantisable)
        for slots, quantisable in _tables(manifest, folder, precision)
        for name, slot in slots.items()
    )


def _tables(
    manifest: VisualManifest, folder: Path, precision: Precision
) -> list[tuple[dict[str, WeightSlot], frozenset[str]]]:
    assert manifest.templates is not None
    paths = [folder / template_file(manifest.templates, t, precision).file for t in TOWERS]
    return [weight_table(path, _changed(path)) for path in paths]


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0  # load_template tells


def _slot_bytes(slot: WeightSlot, precision: Precision, *, is_quantisable: bool) -> int:
    count = math.prod(slot.shape)
    if is_quantisable and len(slot.shape) == 2 and slot.kind != "same":
        inputs, outputs = slot.shape
        if bits := _BITS.get(precision):
            return math.ceil(outputs * -(-inputs // BLOCK) * (BLOCK * bits / 8 + 4 + bits / 8))
        if precision is Precision.W8A8:
            return count + 5 * outputs
    is_table = len(slot.shape) > 1 and slot.kind in ("same", "lora_a", "lora_b")
    is_reduced = precision in _BITS or precision is Precision.W8A8
    return count * (2 if slot.dtype == "fp16" or (is_reduced and is_table) else 4)


def _working_bytes(manifest: VisualManifest, folder: Path, precision: Precision) -> int:
    """Estimate what a page of the largest size needs beside the weights."""
    side = manifest.image.size_px
    if manifest.image.tile_px:
        return _TILE_WORK_BYTES
    if manifest.templates is None:
        return side * side * 3 * 4 * 100
    tokens = manifest.image.max_pixels // 784
    widest = [
        max((max(slot.shape) for slot in slots.values() if slot.kind == "transpose"), default=0)
        for slots, _ in _tables(manifest, folder, precision)
    ]
    rows = (tokens * _PATCHES_A_TOKEN, tokens)
    return max(r * w for r, w in zip(rows, widest, strict=True)) * 4 * _WIDE_COPIES
