"""Makes the templates and the manifest of a checkpoint."""

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from folioscope.domain.errors import InferenceError
from folioscope.inference.templates import WeightSlot
from folioscope.inference.visual_manifest import MANIFEST_FILE
from folioscope.inference.weights import check_all_used, check_fit, keys_of
from graphs.shapes import Flavour

from . import clip
from .describing import Table, manifest_text
from .reading import ModelShape, read_configs, read_model

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
TOWERS = ("vision", "text")


def build(
    checkpoint: Path,
    out: Path,
    *,
    name: str | None = None,
    about: Table | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Write templates and manifest.toml into ``out``; InferenceError, and nothing half-made."""
    name = checkpoint.resolve().name if name is None else name
    if not _NAME.fullmatch(name):
        raise InferenceError(
            f"`{name}` cannot name a model.",
            hint="Use --name with letters, digits, dots, underscores and hyphens.",
        )
    config, image = read_configs(checkpoint)
    if config.get("model_type") == clip.ARCHITECTURE:
        text = clip.clip_manifest(checkpoint, name, config, image, about or {})
        _write(out, {MANIFEST_FILE: text.encode()})
        say(f"{name}: {MANIFEST_FILE} in {out}")
        return
    _build_templates(read_model(checkpoint, config, image), out, name, about or {}, say)


def _build_templates(
    model: ModelShape, out: Path, name: str, about: Table, say: Callable[[str], None]
) -> None:
    files, used = {}, set()
    for tower in TOWERS:
        for flavour in Flavour:
            say(f"Tracing {tower} in {flavour.value} …")
            data, slots = _template(model, tower, flavour)
            check_fit(slots, model.checkpoint)
            used |= keys_of(slots)
            files[f"{name}.{tower}.{flavour.value}.onnx.gz"] = data
    check_all_used(used, model.checkpoint)
    hashes = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
    text = manifest_text(model, name, hashes, about)
    _write(out, {**files, MANIFEST_FILE: text.encode()})
    say(f"{name}: {len(files)} templates and {MANIFEST_FILE} in {out}")


def _template(
    model: ModelShape, tower: str, flavour: Flavour
) -> tuple[bytes, dict[str, WeightSlot]]:
    from .tracing import packed, text_template, vision_template

    logging.disable(logging.WARNING)  # torch tells of packages that are not needed
    traced = (
        vision_template(model.vision, flavour)
        if tower == "vision"
        else text_template(model.text, flavour, model.vision.architecture)
    )
    metadata = {entry.key: entry.value for entry in traced.metadata_props}
    table = json.loads(metadata["folioscope.weights"])
    slots = {
        name: WeightSlot(
            keys=tuple(slot["keys"]),
            transform=slot["transform"],
            dtype=slot["dtype"],
            shape=tuple(slot["shape"]),
        )
        for name, slot in table.items()
    }
    return packed(traced), slots


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all files beside their places first, then move them; the manifest comes last."""
    out.mkdir(parents=True, exist_ok=True)
    parts = {out / name: out / f"{name}.part" for name in files}
    try:
        for place, part in parts.items():
            part.write_bytes(files[place.name])
        for place, part in parts.items():
            part.replace(place)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
