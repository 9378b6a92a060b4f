"""Names and shapes of the tensors that published checkpoints hold, without any values.

With them a template of full size can be made, and tested, where the weights are not.
"""

import json
import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Config = Mapping[str, Any]
Shapes = dict[str, tuple[int, ...]]
_TASKS = ("retrieval", "text-matching", "code")
_BYTES = 2  # bfloat16


def v4_shapes(config: Config) -> Shapes:
    """Return the tensors of jina-embeddings-v4 without its adapters."""
    rows = int(config["multi_vector_projector_dim"])
    shapes = dict(_vision_2_5(config["vision_config"])) | dict(_language_model(config))
    return shapes | dict(_linear("multi_vector_projector", config["hidden_size"], rows))


def m0_shapes(config: Config) -> Shapes:
    """Return the tensors of jina-reranker-m0, with the head that is stored and never used."""
    width, vocabulary = int(config["hidden_size"]), int(config["vocab_size"])
    shapes = dict(_vision_2(config["vision_config"])) | dict(_language_model(config))
    shapes["lm_head.weight"] = (vocabulary, width)
    return shapes | dict(_linear("score.0", width, width)) | dict(_linear("score.2", width, 1))


def v4_adapter_shapes(config: Config, rank: int) -> Shapes:
    """Return the tensors of the three adapters: all linear layers of the language model."""
    shapes = {}
    places = [*_text_linears(config), ("multi_vector_projector", config["hidden_size"], 128, True)]
    for place, inputs, outputs, _ in places:
        for task in _TASKS:
            name = f"base_model.model.{place}"
            shapes[f"{name}.lora_A.{task}.weight"] = (rank, inputs)
            shapes[f"{name}.lora_B.{task}.weight"] = (outputs, rank)
    return shapes


def write_headers(path: Path, shapes: Shapes) -> None:
    """Write a sparse file: a true header, and room for values that takes no disk."""
    entries: dict[str, object] = {}
    at = 0
    for name, shape in shapes.items():
        end = at + math.prod(shape) * _BYTES
        entries[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(entries).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + at)


def _linear(
    place: str, inputs: int, outputs: int, *, has_bias: bool = True
) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{place}.weight", (outputs, inputs)
    if has_bias:
        yield f"{place}.bias", (outputs,)


def _language_model(config: Config) -> Iterator[tuple[str, tuple[int, ...]]]:
    width = int(config["hidden_size"])
    yield "model.embed_tokens.weight", (int(config["vocab_size"]), width)
    for number in range(config["num_hidden_layers"]):
        yield f"model.layers.{number}.input_layernorm.weight", (width,)
        yield f"model.layers.{number}.post_attention_layernorm.weight", (width,)
    for place, inputs, outputs, has_bias in _text_linears(config):
        yield from _linear(place, inputs, outputs, has_bias=has_bias)
    yield "model.norm.weight", (width,)


def _text_linears(config: Config) -> Iterator[tuple[str, int, int, bool]]:
    width, inner = int(config["hidden_size"]), int(config["intermediate_size"])
    narrow = width // config["num_attention_heads"] * config["num_key_value_heads"]
    for number in range(config["num_hidden_layers"]):
        attn, mlp = f"model.layers.{number}.self_attn", f"model.layers.{number}.mlp"
        yield f"{attn}.q_proj", width, width, True
        yield f"{attn}.k_proj", width, narrow, True
        yield f"{attn}.v_proj", width, narrow, True
        yield f"{attn}.o_proj", width, width, False
        yield f"{mlp}.gate_proj", width, inner, False
        yield f"{mlp}.up_proj", width, inner, False
        yield f"{mlp}.down_proj", inner, width, False


def _vision_2_5(config: Config) -> Iterator[tuple[str, tuple[int, ...]]]:
    width, inner = int(config["hidden_size"]), int(config["intermediate_size"])
    yield from _vision_ends(width, int(config["out_hidden_size"]))
    yield "visual.merger.ln_q.weight", (width,)
    for number in range(config["depth"]):
        block = f"visual.blocks.{number}"
        yield f"{block}.norm1.weight", (width,)
        yield f"{block}.norm2.weight", (width,)
        yield from _linear(f"{block}.attn.qkv", width, 3 * width)
        yield from _linear(f"{block}.attn.proj", width, width)
        yield from _linear(f"{block}.mlp.gate_proj", width, inner)
        yield from _linear(f"{block}.mlp.up_proj", width, inner)
        yield from _linear(f"{block}.mlp.down_proj", inner, width)


def _vision_2(config: Config) -> Iterator[tuple[str, tuple[int, ...]]]:
    width = int(config["embed_dim"])
    inner = width * int(config["mlp_ratio"])
    yield from _vision_ends(width, int(config["hidden_size"]))
    norms = ["visual.merger.ln_q"]
    for number in range(config["depth"]):
        block = f"visual.blocks.{number}"
        norms += [f"{block}.norm1", f"{block}.norm2"]
        yield from _linear(f"{block}.attn.qkv", width, 3 * width)
        yield from _linear(f"{block}.attn.proj", width, width)
        yield from _linear(f"{block}.mlp.fc1", width, inner)
        yield from _linear(f"{block}.mlp.fc2", inner, width)
    for norm in norms:
        yield f"{norm}.weight", (width,)
        yield f"{norm}.bias", (width,)


def _vision_ends(width: int, out: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "visual.patch_embed.proj.weight", (width, 3, 2, 14, 14)
    yield from _linear("visual.merger.mlp.0", 4 * width, 4 * width)
    yield from _linear("visual.merger.mlp.2", 4 * width, out)
