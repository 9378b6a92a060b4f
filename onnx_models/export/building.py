"""Makes the templates and the manifest of a checkpoint."""

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from folioscope.domain.errors import InferenceError
from folioscope.inference.templates import WeightSlot
from folioscope.inference.visual_manifest import MANIFEST_FILE
from folioscope.inference.weights import check_all_used, check_fit, keys_of
from graphs.shapes import Flavour

from . import clip
from .describing import Table, manifest_text
from .reading import Config, ModelShape, garbled, read_configs, read_model

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
        text = _clip_text(checkpoint, name, config, image, about or {})
        _write(out, {MANIFEST_FILE: text.encode()})
        say(f"{name}: {MANIFEST_FILE} in {out}")
        return
    _build_templates(read_model(checkpoint, config, image), out, name, about or {}, say)


def _clip_text(checkpoint: Path, name: str, config: Config, image: Config, about: Table) -> str:
    try:
        return clip.clip_manifest(checkpoint, name, config, image, about)
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
        raise garbled(checkpoint, error) from error


def _build_templates(
    model: ModelShape, out: Path, name: str, about: Table, say: Callable[[str], None]
) -> None:
    from . import tracing  # with torch, which takes its time

    logging.disable(logging.WARNING)  # it tells of packages that are not needed
    plans = {
        "vision": tracing.vision_plan(model.vision),
        "text": tracing.text_plan(model.text, model.vision.architecture),
    }
    for flavour in Flavour:
        tables = [tracing.weight_table(plan, flavour) for plan in plans.values()]
        _check(model, [_slots(table) for table in tables])
    files = {}
    for tower, plan in plans.items():
        for flavour in Flavour:
            say(f"Tracing {tower} in {flavour.value} …")
            data = tracing.packed(tracing.traced(plan, flavour))
            files[f"{name}.{tower}.{flavour.value}.onnx.gz"] = data
    hashes = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
    text = manifest_text(model, name, hashes, about)
    _write(out, {**files, MANIFEST_FILE: text.encode()})
    say(f"{name}: {len(files)} templates and {MANIFEST_FILE} in {out}")


def _check(model: ModelShape, towers: list[dict[str, WeightSlot]]) -> None:
    """Hold the checkpoint's headers to what the graphs will want, before anything is traced."""
    used: set[str] = set()
    for slots in towers:
        check_fit(slots, model.checkpoint)
        used |= keys_of(slots)
    check_all_used(used, model.checkpoint)


def _slots(table: Mapping[str, Mapping[str, object]]) -> dict[str, WeightSlot]:
    return msgspec.convert(table, dict[str, WeightSlot])


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
