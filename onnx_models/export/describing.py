"""Writes a model's manifest.toml; folioscope/inference/visual_manifest.py says what it holds."""

import json
from collections.abc import Iterator, Mapping, Sequence

from graphs.shapes import Head

from .reading import ModelShape

SCHEMA = 1
_DIMS = (2048, 1024, 512, 256, 128)
_IMAGE = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
}
_FLAVOURS = ("fp32", "fp16")
# what a folder in the published layout holds
_FILES = ("config.json", "preprocessor_config.json", "tokenizer.json")
_ADAPTER_FILES = ("adapters/adapter_config.json", "adapters/adapter_model.safetensors")
_ENCODER_PROMPTS = {
    "query": "Query: {text}",
    "passage": "Passage: {text}",
    "image": (
        "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>"
        "Describe the image.<|im_end|>\n"
    ),
}
_RERANKER_PROMPTS = {
    "pair": "**Document**:\n{document}\n**Query**:\n{query}",
    "picture": "<|vision_start|><|image_pad|><|vision_end|>",
}
_LOGIT_BIAS = 2.65  # taken off before the sigmoid: LOGIT_BIAS of the published modeling.py
_SCORE_ID = 100  # the token that the published code appends

Table = Mapping[str, object]


def manifest_text(model: ModelShape, name: str, hashes: Mapping[str, str], about: Table) -> str:
    """Return the manifest; ``hashes`` are of the templates, ``about`` wins over what was found."""
    found = _facts(model, name)
    for tower in ("vision", "text"):
        for flavour in _FLAVOURS:
            file = f"{name}.{tower}.{flavour}.onnx.gz"
            found[f"templates.{tower}.{flavour}"] = {"file": file, "sha256": hashes[file]}
    found["files"] = _file_list(model)
    return written({**found, **about})


def written(facts: Table) -> str:
    """Write facts as TOML: plain values first, then tables, then the files."""
    plain = {k: v for k, v in facts.items() if not isinstance(v, Mapping) and k != "files"}
    lines = ["# Made by onnx_models/build.py.", "", *_pairs(plain)]
    for key, table in facts.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{key}]", *_pairs(table)]
    files = facts["files"]
    assert isinstance(files, list)
    for entry in files:
        lines += ["", "[[files]]", *_pairs(entry)]
    return "\n".join(lines) + "\n"


def _facts(model: ModelShape, name: str) -> dict[str, object]:
    is_reranker = model.text.head is Head.RANK
    return {
        "schema": SCHEMA,
        "name": name,
        "title": name,
        "kind": "reranker" if is_reranker else "encoder",
        "architecture": model.vision.architecture.value,
        "about": "Made by build.py from a checkpoint on this machine.",
        "dims": [] if is_reranker else _dims(model),
        "rows_dim": model.text.rows_dim,
        "hidden": model.text.hidden,
        "max_tokens": 10_240 if is_reranker else model.text.max_tokens,
        "tasks": list(model.text.lora.tasks) if model.text.lora else [],
        "pooling": "last" if is_reranker else "mean",
        "logit_bias": _LOGIT_BIAS if is_reranker else 0.0,
        "image": _image(model),
        "prompts": _RERANKER_PROMPTS if is_reranker else _ENCODER_PROMPTS,
        "tokens": _tokens(is_reranker=is_reranker),
    }


def _dims(model: ModelShape) -> list[int]:
    """Lengths that single vectors can be cut to: the config's, else those of the v4 kind."""
    full = model.text.hidden
    named = model.config.get("matryoshka_dims") or _DIMS
    smaller = {int(dim) for dim in named if 0 < int(dim) < full}
    return [full, *sorted(smaller, reverse=True)]


def _image(model: ModelShape) -> dict[str, object]:
    config = model.image
    size = config.get("size") or {}
    smallest = config.get("min_pixels") or size.get("shortest_edge") or 3_136
    largest = config.get("max_pixels") or size.get("longest_edge") or 602_112
    return {
        "min_pixels": smallest,
        "max_pixels": largest,
        "mean": config.get("image_mean", _IMAGE["mean"]),
        "std": config.get("image_std", _IMAGE["std"]),
    }


def _tokens(*, is_reranker: bool) -> dict[str, object]:
    tokens: dict[str, object] = {
        "image": "<|image_pad|>",
        "vision_start": "<|vision_start|>",
        "vision_end": "<|vision_end|>",
        "padding": "<|endoftext|>",
    }
    return tokens | {"score_id": _SCORE_ID} if is_reranker else tokens


def _file_list(model: ModelShape) -> list[Table]:
    """List the files that were found, with their sizes; hashes would mean to read the weights."""
    folder = model.checkpoint.folder
    weights = {
        tensor.path.relative_to(folder).as_posix() for tensor in model.checkpoint.tensors.values()
    }
    index = "model.safetensors.index.json"
    names = [*_FILES, *([index] if (folder / index).is_file() else []), *sorted(weights)]
    names += [name for name in _ADAPTER_FILES if name not in names and model.text.lora]
    there = [name for name in names if (folder / name).is_file()]
    return [{"name": name, "size_bytes": (folder / name).stat().st_size} for name in there]


def _pairs(table: Table) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key} = {_literal(value)}"


def _literal(value: object) -> str:
    """Write a value as TOML does; strings and numbers are as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
