"""Tiny checkpoints with random weights in the layout in which the Jina models are published.

NumPy only. Patch, merge and window sizes are the real ones, all else is small. The files carry
the names, numbers and nesting of the published ones, old and new; a seed makes the weights.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.made_safetensors import as_bf16, write_safetensors, write_shards
from tests.made_tokenizers import write_tokenizer

TASKS = ("retrieval", "text-matching", "code")
PATCH_VALUES = 3 * 2 * 14 * 14
CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
CLIP_STD = [0.26862954, 0.26130258, 0.27577711]
_LORA_LINEARS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")

Tensors = dict[str, np.ndarray]


@dataclass(frozen=True)
class TinySizes:
    """How large a tiny model is. ``mrope`` sums to half the size of a head."""

    hidden: int = 64
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    inner: int = 160
    vocabulary: int = 320
    rows_dim: int = 128
    vision_hidden: int = 64
    vision_heads: int = 4
    vision_inner: int = 148
    depth: int = 4
    full_blocks: tuple[int, ...] = (1, 3)
    mrope: tuple[int, int, int] = (2, 3, 3)
    rank: int = 4
    alpha: int = 8
    max_pixels: int = 602_112


@dataclass(frozen=True)
class Layout:
    """Which of the published ways a checkpoint is written in.

    ``newer``: keys and config as transformers 5 saves them. ``prefix``: before adapter keys.
    """

    newer: bool = False
    shards: int = 3
    prefix: str = "base_model.model."
    tasks: tuple[str, ...] = TASKS
    dtype: str = "bf16"


def write_v4(
    folder: Path,
    sizes: TinySizes | None = None,
    *,
    layout: Layout | None = None,
    seed: int = 0,
) -> Path:
    """Write a checkpoint like jina-embeddings-v4: shards, index, adapters, tokenizer."""
    sizes, layout = sizes or TinySizes(), layout or Layout()
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    tensors = {**vision_v4(rng, sizes), **language_model(rng, sizes)}
    tensors |= linear(rng, "multi_vector_projector", sizes.hidden, sizes.rows_dim)
    write_shards(folder, _stored(_named(tensors, layout), layout), layout.shards)
    if layout.tasks:
        _write_adapters(folder / "adapters", rng, sizes, layout)
    ids = write_tokenizer(folder)
    _write_json(folder / "config.json", v4_config(sizes, ids, layout))
    _write_preprocessor(folder, sizes, newer=layout.newer)
    return folder


def write_m0(
    folder: Path,
    sizes: TinySizes | None = None,
    *,
    layout: Layout | None = None,
    seed: int = 0,
) -> Path:
    """Write a checkpoint like jina-reranker-m0: one file, an untied head that nobody uses."""
    sizes, layout = sizes or TinySizes(), layout or Layout()
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    tensors = {**vision_m0(rng, sizes), **language_model(rng, sizes)}
    tensors |= matrix(rng, "lm_head.weight", sizes.vocabulary, sizes.hidden)
    tensors |= linear(rng, "score.0", sizes.hidden, sizes.hidden)
    tensors |= linear(rng, "score.2", sizes.hidden, 1)
    write_safetensors(folder / "model.safetensors", _stored(_named(tensors, layout), layout))
    ids = write_tokenizer(folder)
    _write_json(folder / "config.json", m0_config(sizes, ids, layout))
    _write_preprocessor(folder, sizes, newer=layout.newer)
    return folder


# --- tensors -------------------------------------------------------------------------------


def matrix(rng: np.random.Generator, name: str, *shape: int) -> Tensors:
    """Weights large enough that a fault shows: of deviation 0.15."""
    return {name: (rng.standard_normal(shape) * 0.15).astype(np.float32)}


def linear(
    rng: np.random.Generator, name: str, inputs: int, outputs: int, *, has_bias: bool = True
) -> Tensors:
    """A linear layer as torch keeps it: (outputs, inputs)."""
    made = matrix(rng, f"{name}.weight", outputs, inputs)
    if has_bias:
        made[f"{name}.bias"] = (rng.standard_normal(outputs) * 0.1).astype(np.float32)
    return made


def norm(rng: np.random.Generator, name: str, size: int, *, has_bias: bool = False) -> Tensors:
    """A normalisation around 1."""
    made = {f"{name}.weight": (1 + rng.standard_normal(size) * 0.1).astype(np.float32)}
    if has_bias:
        made[f"{name}.bias"] = (rng.standard_normal(size) * 0.1).astype(np.float32)
    return made


def vision_v4(rng: np.random.Generator, sizes: TinySizes) -> Tensors:
    """The tower of Qwen2.5-VL: RMSNorm, SwiGLU, windows."""
    width, inner = sizes.vision_hidden, sizes.vision_inner
    made = _ends_of_vision(rng, sizes, has_bias=False)
    for number in range(sizes.depth):
        block = f"visual.blocks.{number}"
        made |= norm(rng, f"{block}.norm1", width) | norm(rng, f"{block}.norm2", width)
        made |= linear(rng, f"{block}.attn.qkv", width, 3 * width)
        made |= linear(rng, f"{block}.attn.proj", width, width)
        made |= linear(rng, f"{block}.mlp.gate_proj", width, inner)
        made |= linear(rng, f"{block}.mlp.up_proj", width, inner)
        made |= linear(rng, f"{block}.mlp.down_proj", inner, width)
    return made


def vision_m0(rng: np.random.Generator, sizes: TinySizes) -> Tensors:
    """The tower of Qwen2-VL: LayerNorm, quick-GELU, full attention."""
    width = sizes.vision_hidden
    made = _ends_of_vision(rng, sizes, has_bias=True)
    for number in range(sizes.depth):
        block = f"visual.blocks.{number}"
        for name in ("norm1", "norm2"):
            made |= norm(rng, f"{block}.{name}", width, has_bias=True)
        made |= linear(rng, f"{block}.attn.qkv", width, 3 * width)
        made |= linear(rng, f"{block}.attn.proj", width, width)
        made |= linear(rng, f"{block}.mlp.fc1", width, 4 * width)
        made |= linear(rng, f"{block}.mlp.fc2", 4 * width, width)
    return made


def _ends_of_vision(rng: np.random.Generator, sizes: TinySizes, *, has_bias: bool) -> Tensors:
    width = sizes.vision_hidden
    made = matrix(rng, "visual.patch_embed.proj.weight", width, 3, 2, 14, 14)
    made["visual.patch_embed.proj.weight"] *= 0.25  # 1176 values meet in each sum
    made |= norm(rng, "visual.merger.ln_q", width, has_bias=has_bias)
    made |= linear(rng, "visual.merger.mlp.0", 4 * width, 4 * width)
    return made | linear(rng, "visual.merger.mlp.2", 4 * width, sizes.hidden)


def language_model(rng: np.random.Generator, sizes: TinySizes) -> Tensors:
    """The language model of Qwen2, without its head."""
    width = sizes.hidden
    made = matrix(rng, "model.embed_tokens.weight", sizes.vocabulary, width)
    for number in range(sizes.layers):
        layer = f"model.layers.{number}"
        made |= norm(rng, f"{layer}.input_layernorm", width)
        made |= norm(rng, f"{layer}.post_attention_layernorm", width)
        for name, inputs, outputs in _linears(sizes):
            has_bias = name[-6:] in {"q_proj", "k_proj", "v_proj"}
            made |= linear(rng, f"{layer}.{name}", inputs, outputs, has_bias=has_bias)
    return made | norm(rng, "model.norm", width)


def _linears(sizes: TinySizes) -> Iterator[tuple[str, int, int]]:
    width, narrow = sizes.hidden, sizes.hidden // sizes.heads * sizes.kv_heads
    outputs = dict.fromkeys(_LORA_LINEARS, sizes.inner)
    outputs |= {"q_proj": width, "k_proj": narrow, "v_proj": narrow, "o_proj": width}
    outputs["down_proj"] = width
    for name in _LORA_LINEARS:
        part = "self_attn" if name in {"q_proj", "k_proj", "v_proj", "o_proj"} else "mlp"
        inputs = sizes.inner if name == "down_proj" else width
        yield f"{part}.{name}", inputs, outputs[name]


def _named(tensors: Tensors, layout: Layout) -> Tensors:
    """Give tensors the names of the layout."""
    if not layout.newer:
        return tensors
    return {newer_key(name): array for name, array in tensors.items()}


def newer_key(name: str) -> str:
    """Return a key as transformers has saved it since 4.52."""
    if name.startswith("visual."):
        return f"model.{name}"
    return name.replace("model.", "model.language_model.", 1) if name[:6] == "model." else name


def _stored(tensors: Tensors, layout: Layout) -> Tensors:
    convert = {"bf16": as_bf16, "fp16": lambda a: a.astype(np.float16), "fp32": lambda a: a}
    return {name: convert[layout.dtype](array) for name, array in tensors.items()}


# --- adapters ------------------------------------------------------------------------------


def _write_adapters(
    folder: Path, rng: np.random.Generator, sizes: TinySizes, layout: Layout
) -> None:
    folder.mkdir(exist_ok=True)
    tensors: Tensors = {}
    places = [
        (f"model.layers.{number}.{name}", inputs, outputs)
        for number in range(sizes.layers)
        for name, inputs, outputs in _linears(sizes)
    ]
    places.append(("multi_vector_projector", sizes.hidden, sizes.rows_dim))
    for name, inputs, outputs in places:
        place = layout.prefix + (newer_key(name) if layout.newer else name)
        for task in layout.tasks:
            tensors |= matrix(rng, f"{place}.lora_A.{task}.weight", sizes.rank, inputs)
            tensors |= matrix(rng, f"{place}.lora_B.{task}.weight", outputs, sizes.rank)
    write_safetensors(folder / "adapter_model.safetensors", _stored(tensors, layout))
    _write_json(folder / "adapter_config.json", _adapter_config(sizes))


def _adapter_config(sizes: TinySizes) -> dict[str, object]:
    return {
        "alpha_pattern": {},
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "lora_alpha": sizes.alpha,
        "lora_dropout": 0.1,
        "modules_to_save": None,
        "peft_type": "LORA",
        "r": sizes.rank,
        "rank_pattern": {},
        "target_modules": (
            "(.*(model).*(down_proj|gate_proj|up_proj|k_proj|q_proj|v_proj|o_proj).*$"
            "|.*(single_vector_projector|multi_vector_projector).*$)"
        ),
        "task_type": "FEATURE_EXTRACTION",
        "use_dora": False,
        "use_rslora": False,
    }


# --- descriptions --------------------------------------------------------------------------


def v4_config(sizes: TinySizes, ids: dict[str, int], layout: Layout) -> dict[str, object]:
    """Return config.json of a model like jina-embeddings-v4."""
    vision = {
        "depth": sizes.depth,
        "fullatt_block_indexes": list(sizes.full_blocks),
        "hidden_act": "silu",
        "hidden_size": sizes.vision_hidden,
        "in_channels": 3,
        "in_chans": 3,
        "intermediate_size": sizes.vision_inner,
        "model_type": "qwen2_5_vl",
        "num_heads": sizes.vision_heads,
        "out_hidden_size": sizes.hidden,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "spatial_patch_size": 14,
        "temporal_patch_size": 2,
        "tokens_per_second": 2,
        "window_size": 112,
    }
    extras: dict[str, object] = {
        "multi_vector_projector_dim": sizes.rows_dim,
        "single_vector_pool_strategy": "mean",
        "pretrained_peft_model_name_or_path": None,
        "verbosity": 1,
        "matryoshka_dims": [sizes.hidden, sizes.hidden // 2, sizes.hidden // 4],
        "task_names": list(layout.tasks),
    }
    if not layout.tasks:
        del extras["task_names"]
    heads = {"architectures": ["JinaEmbeddingsV4Model"], "model_type": "qwen2_5_vl"}
    return heads | extras | _common_config(sizes, ids, layout) | {"vision_config": vision}


def m0_config(sizes: TinySizes, ids: dict[str, int], layout: Layout) -> dict[str, object]:
    """Return config.json of a model like jina-reranker-m0."""
    vision = {
        "depth": sizes.depth,
        "embed_dim": sizes.vision_hidden,
        "hidden_act": "quick_gelu",
        "hidden_size": sizes.hidden,
        "in_channels": 3,
        "in_chans": 3,
        "mlp_ratio": 4,
        "model_type": "qwen2_vl",
        "num_heads": sizes.vision_heads,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "spatial_patch_size": 14,
        "temporal_patch_size": 2,
    }
    heads = {"architectures": ["JinaVLForRanking"], "model_type": "qwen2_vl"}
    return heads | _common_config(sizes, ids, layout) | {"vision_config": vision}


def _common_config(sizes: TinySizes, ids: dict[str, int], layout: Layout) -> dict[str, object]:
    text = _text_config(sizes, newer=layout.newer)
    common = {
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_token_id": ids["<|vision_pad|>"],
        "torch_dtype": "bfloat16",
        "transformers_version": "4.51.3",
    }
    return common | ({"text_config": text} if layout.newer else text)


def _text_config(sizes: TinySizes, *, newer: bool) -> dict[str, object]:
    text: dict[str, object] = {
        "attention_dropout": 0.0,
        "hidden_act": "silu",
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.inner,
        "max_position_embeddings": 128000,
        "num_attention_heads": sizes.heads,
        "num_hidden_layers": sizes.layers,
        "num_key_value_heads": sizes.kv_heads,
        "rms_norm_eps": 1e-06,
        "sliding_window": 32768,
        "tie_word_embeddings": True,
        "use_sliding_window": False,
        "vocab_size": sizes.vocabulary,
    }
    rope: dict[str, object] = {"mrope_section": list(sizes.mrope), "rope_type": "default"}
    if newer:
        return text | {"rope_parameters": rope | {"rope_theta": 1_000_000.0}}
    return text | {"rope_scaling": rope | {"type": "mrope"}, "rope_theta": 1_000_000.0}


def _write_preprocessor(folder: Path, sizes: TinySizes, *, newer: bool) -> None:
    limits: dict[str, object] = {"min_pixels": 3_136, "max_pixels": sizes.max_pixels}
    if newer:
        limits = {"size": {"shortest_edge": 3_136, "longest_edge": sizes.max_pixels}}
    prepared = {
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": CLIP_MEAN,
        "image_processor_type": "Qwen2VLImageProcessor",
        "image_std": CLIP_STD,
        "merge_size": 2,
        "patch_size": 14,
        "processor_class": "Qwen2VLProcessor",
        "resample": 3,
        "rescale_factor": 1 / 255,
        "temporal_patch_size": 2,
    }
    _write_json(folder / "preprocessor_config.json", limits | prepared)


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
