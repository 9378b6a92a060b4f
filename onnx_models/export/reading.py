"""Reads the shapes of a model from its config and the headers of its files. No torch."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from folioscope.domain.errors import InferenceError
from folioscope.inference.checkpoint import Checkpoint, open_checkpoint
from graphs.shapes import Architecture, Head, LoraShape, TextShape, VisionShape

KNOWN_TASKS = ("retrieval", "text-matching", "code")
ONLY_TASK = KNOWN_TASKS[0]  # what an adapter without a name is taken for
PATCH, MERGE, FRAMES, WINDOW_PX = 14, 2, 2, 112
_ADAPTER = re.compile(r"(?P<place>.+)\.lora_(?P<part>[AB])(?:\.(?P<task>[^.]+))?\.weight")
_NOT_OURS = "build.py makes templates for Qwen2.5-VL and Qwen2-VL models of the Jina kind."

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelShape:
    """All numbers of a model. ``image``: preprocessor_config.json, empty where there is none."""

    vision: VisionShape
    text: TextShape
    config: Config
    image: Config
    checkpoint: Checkpoint


def read_configs(folder: Path) -> tuple[Config, Config]:
    """Read config.json and preprocessor_config.json, empty where there is none."""
    if not folder.is_dir():
        raise InferenceError(f"{folder} is no folder.", hint="Name the checkpoint's folder.")
    image_file = folder / "preprocessor_config.json"
    image = _read_json(image_file) if image_file.is_file() else {}
    return _read_json(folder / "config.json"), image


def read_model(folder: Path, config: Config, image: Config) -> ModelShape:
    """Read a checkpoint's headers; InferenceError says what is missing or not supported."""
    checkpoint = open_checkpoint(folder)
    architecture = _architecture(checkpoint)
    try:
        vision = _vision_shape(config.get("vision_config") or {}, architecture, folder)
        text = _text_shape(config, checkpoint)
        _check(vision, text, image, folder)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise garbled(folder, error) from error
    return ModelShape(vision, text, config, image, checkpoint)


def _read_json(path: Path) -> Config:
    try:
        read = json.loads(path.read_bytes())
    except OSError as error:
        raise InferenceError(
            f"{path} cannot be read: {error.strerror}.", hint="Copy the whole checkpoint."
        ) from error
    except ValueError as error:
        raise InferenceError(f"{path} is no JSON: {error}.", hint="Fetch it again.") from error
    if not isinstance(read, dict):
        raise InferenceError(f"{path} holds no settings.", hint="Fetch it again.")
    return read


def _architecture(checkpoint: Checkpoint) -> Architecture:
    """Tell the family by its weights, which cannot lie about it."""
    if "visual.blocks.0.mlp.gate_proj.weight" in checkpoint.tensors:
        return Architecture.QWEN2_5_VL
    if "visual.blocks.0.mlp.fc1.weight" in checkpoint.tensors:
        return Architecture.QWEN2_VL
    raise InferenceError(
        f"The checkpoint in {checkpoint.folder} has no vision tower that is known.", hint=_NOT_OURS
    )


def _vision_shape(config: Config, architecture: Architecture, folder: Path) -> VisionShape:
    """Read the tower's numbers; what a config leaves out are the defaults of transformers."""
    fixed = {
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": FRAMES,
        "window_size": WINDOW_PX,
        "in_channels": 3,
    }
    for name, value in fixed.items():
        _require(config, name, value, folder)
    depth = int(config.get("depth", 32))
    if architecture is Architecture.QWEN2_5_VL:
        _require(config, "hidden_act", "silu", folder)
        full = config.get("fullatt_block_indexes", (7, 15, 23, 31))
        hidden, inner = int(config["hidden_size"]), int(config.get("intermediate_size", 3420))
        out = int(config.get("out_hidden_size", 3584))
    else:
        _require(config, "hidden_act", "quick_gelu", folder)
        full = range(depth)
        hidden, out = int(config.get("embed_dim", 1280)), int(config.get("hidden_size", 3584))
        inner = int(hidden * config.get("mlp_ratio", 4))
    return VisionShape(
        architecture=architecture,
        hidden=hidden,
        heads=int(config.get("num_heads", 16)),
        inner=inner,
        depth=depth,
        out=out,
        full_blocks=frozenset(int(number) for number in full if number < depth),
    )


def _text_shape(config: Config, checkpoint: Checkpoint) -> TextShape:
    text = {**config, **(config.get("text_config") or {})}
    folder = checkpoint.folder
    _require(text, "hidden_act", "silu", folder)
    _require(text, "use_sliding_window", False, folder)
    rope = text.get("rope_parameters") or text.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) not in {"default", "mrope"}:
        raise _unsupported(folder, "rope_type", rope)
    tensors = checkpoint.tensors
    if "text.embed_tokens.weight" not in tensors:
        raise InferenceError(f"The checkpoint in {folder} has no language model.", hint=_NOT_OURS)
    projector = tensors.get("multi_vector_projector.weight")
    is_ranking = "score.0.weight" in tensors
    return TextShape(
        head=Head.RANK if is_ranking else Head.EMBED,
        hidden=int(text["hidden_size"]),
        heads=int(text["num_attention_heads"]),
        kv_heads=int(text["num_key_value_heads"]),
        inner=int(text["intermediate_size"]),
        layers=int(text["num_hidden_layers"]),
        vocabulary=tensors["text.embed_tokens.weight"].shape[0],
        eps=float(text.get("rms_norm_eps", 1e-6)),
        theta=float(rope.get("rope_theta", text.get("rope_theta", 1_000_000.0))),
        mrope=_three(rope["mrope_section"]),
        rows_dim=projector.shape[0] if projector is not None and not is_ranking else 0,
        lora=_lora_shape(checkpoint, config),
        max_tokens=min(int(text.get("max_position_embeddings", 32_768)), 32_768),
    )


def _three(section: list[int]) -> tuple[int, int, int]:
    time, row, column = section
    return time, row, column


def _lora_shape(checkpoint: Checkpoint, config: Config) -> LoraShape | None:
    """Gather the adapters; their tasks stand in the order of the config."""
    found: dict[tuple[str, str], set[str]] = {}
    ranks, unnamed = set(), ""
    for key, tensor in checkpoint.tensors.items():
        match = _ADAPTER.fullmatch(key)
        if match is None:
            continue
        task, part = match["task"] or ONLY_TASK, match["part"]
        unnamed = unnamed if match["task"] else ONLY_TASK
        found.setdefault((match["place"], task), set()).add(part)
        ranks.add(tensor.shape[0] if part == "A" else tensor.shape[-1])
    if not found:
        return None
    _check_adapters(found, ranks, checkpoint)
    tasks = _ordered({task for _, task in found}, config)
    places = frozenset(place for place, _ in found)
    missing = {(p, t) for p in places for t in tasks if (p, t) not in found}
    return LoraShape(tasks, ranks.pop(), places, frozenset(missing), unnamed)


def _check_adapters(
    found: Mapping[tuple[str, str], set[str]], ranks: set[int], checkpoint: Checkpoint
) -> None:
    folder = checkpoint.folder / "adapters"
    wanted = checkpoint.adapter.r if checkpoint.adapter else 0
    if ranks != {wanted}:
        others = ", ".join(str(rank) for rank in sorted(ranks - {wanted}))
        raise InferenceError(
            f"The adapters in {folder} have rank {others} where adapter_config.json says {wanted}.",
            hint="Take the two files from the same revision.",
        )
    for (place, task), parts in found.items():
        if parts != {"A", "B"}:
            raise InferenceError(
                f"Half of the adapter {task} of `{place}` is missing in {folder}.",
                hint="Fetch the adapters again.",
            )


def _ordered(tasks: set[str], config: Config) -> tuple[str, ...]:
    named = [t for t in config.get("task_names") or KNOWN_TASKS if t in tasks]
    return (*named, *sorted(tasks - set(named)))


def _check(vision: VisionShape, text: TextShape, image: Config, folder: Path) -> None:
    """Refuse numbers that cannot belong to one model."""
    if vision.hidden % (4 * vision.heads) or text.hidden % text.heads:
        raise InferenceError(f"{folder / 'config.json'}: heads do not divide the hidden size.")
    if sum(text.mrope) * 2 != text.head_dim or text.heads % text.kv_heads:
        raise InferenceError(f"{folder / 'config.json'}: mrope_section does not fit the heads.")
    if vision.out != text.hidden:
        raise InferenceError(
            f"{folder / 'config.json'}: the towers do not fit each other"
            f" ({vision.out} and {text.hidden} numbers a token)."
        )
    for name, value in (("patch_size", PATCH), ("merge_size", MERGE)):
        _require(image, name, value, folder)


def garbled(folder: Path, error: Exception) -> InferenceError:
    """Return the error for a config whose numbers are missing or are none."""
    return InferenceError(
        f"{folder / 'config.json'} lacks or garbles a number: {error}.",
        hint="Fetch the file again.",
    )


def _require(config: Config, name: str, value: object, folder: Path) -> None:
    if config.get(name, value) != value:
        raise _unsupported(folder, name, config[name])


def _unsupported(folder: Path, name: str, value: object) -> InferenceError:
    return InferenceError(
        f"The checkpoint in {folder} has {name} = {value}, which is not supported.", hint=_NOT_OURS
    )


def parameter_count(checkpoint: Checkpoint) -> int:
    """Count the numbers of a checkpoint with its adapters."""
    return sum(math.prod(tensor.shape) for tensor in checkpoint.tensors.values())
