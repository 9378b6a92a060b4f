"""A tiny model with the files, inputs and outputs of jina-clip-v2's official ONNX graphs.

One graph with two halves that share nothing, as the official one: words are looked up, turned
and averaged where they are not padding; pictures are cut into tiles and turned.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as token_models

from tests.made_checkpoints import CLIP_MEAN, CLIP_STD

DIM, WIDTH, TILE, SIDE_PX, PADDING = 64, 32, 64, 512, 1
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_PIECES = ("▁", "▁the", "▁a", "▁page", "▁of", "▁map", "▁dog", "▁chart", "▁red", "s", "ing")
OUTPUTS = (
    "text_embeddings",
    "image_embeddings",
    "l2norm_text_embeddings",
    "l2norm_image_embeddings",
)


def write_clip(folder: Path, *, seed: int = 0) -> Path:
    """Write a checkpoint: float32 with its weights beside it, float16 in one file."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    tokens = _write_tokenizer(folder)
    weights = _weights(np.random.default_rng(seed), tokens)
    onnx.save_model(
        _graph(weights, np.dtype(np.float32)),
        str(folder / "onnx" / "model.onnx"),
        save_as_external_data=True,
        location="model.onnx_data",
        size_threshold=64,
    )
    half = _graph(weights, np.dtype(np.float16))
    (folder / "onnx" / "model_fp16.onnx").write_bytes(half.SerializeToString())
    _write_configs(folder)
    return folder


def _weights(rng: np.random.Generator, tokens: int) -> dict[str, np.ndarray]:
    tiles = (SIDE_PX // TILE) ** 2
    shapes = {
        "text.table": (tokens, WIDTH),
        "text.inner": (WIDTH, WIDTH),
        "text.outer": (WIDTH, DIM),
        "vision.tiles": (8, 3, TILE, TILE),
        "vision.outer": (8 * tiles, DIM),
    }
    sizes = {"vision.tiles": 0.01, "vision.outer": 0.2}
    return {
        name: (rng.standard_normal(shape) * sizes.get(name, 0.5)).astype(np.float32)
        for name, shape in shapes.items()
    }


def _graph(weights: dict[str, np.ndarray], dtype: np.dtype) -> onnx.ModelProto:
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    constants = {
        "pad": np.array(PADDING, np.int64),
        "flat": np.array([0, -1], np.int64),
        "line": np.array([1], np.int64),
        "last": np.array([-1], np.int64),
    }
    made = {name: array.astype(dtype) for name, array in weights.items()} | constants
    graph = helper.make_graph(
        [*_text_nodes(kind), *_vision_nodes(kind), *_ends("text"), *_ends("image")],
        "jina_clip",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"]),
            helper.make_tensor_value_info(
                "pixel_values", TensorProto.FLOAT, ["pictures", 3, SIDE_PX, SIDE_PX]
            ),
        ],
        [
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, ["texts" if "text" in name else "pictures", DIM]
            )
            for name in OUTPUTS
        ],
        [numpy_helper.from_array(array, name) for name, array in made.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def _text_nodes(kind: int) -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        node("Equal", ["input_ids", "pad"], ["is_pad"]),
        node("Not", ["is_pad"], ["is_word"]),
        node("Cast", ["is_word"], ["counted"], to=kind),
        node("Unsqueeze", ["counted", "last"], ["mask"]),
        node("Gather", ["text.table", "input_ids"], ["words"]),
        node("MatMul", ["words", "text.inner"], ["inner"]),
        node("Tanh", ["inner"], ["turned"]),
        node("Mul", ["turned", "mask"], ["kept"]),
        node("ReduceSum", ["kept", "line"], ["summed"], keepdims=0),
        node("ReduceSum", ["mask", "line"], ["number"], keepdims=0),
        node("Div", ["summed", "number"], ["mean"]),
        node("MatMul", ["mean", "text.outer"], ["text_raw"]),
    ]


def _vision_nodes(kind: int) -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        node("Cast", ["pixel_values"], ["pixels"], to=kind),
        node("Conv", ["pixels", "vision.tiles"], ["cut"], strides=[TILE, TILE]),
        node("Tanh", ["cut"], ["cut_turned"]),
        node("Reshape", ["cut_turned", "flat"], ["lined"]),
        node("MatMul", ["lined", "vision.outer"], ["image_raw"]),
    ]


def _ends(half: str) -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        node("Cast", [f"{half}_raw"], [f"{half}_embeddings"], to=TensorProto.FLOAT),
        node("ReduceL2", [f"{half}_embeddings"], [f"{half}_length"], axes=[-1], keepdims=1),
        node("Div", [f"{half}_embeddings", f"{half}_length"], [f"l2norm_{half}_embeddings"]),
    ]


def _write_tokenizer(folder: Path) -> int:
    """Write a SentencePiece vocabulary as XLM-RoBERTa's; returns its size."""
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    pieces = [(piece, 0.0) for piece in _SPECIAL]
    pieces += [(piece, -float(n + 1)) for n, piece in enumerate(_PIECES)]
    pieces += [(letter, -20.0) for letter in letters if letter not in _PIECES]
    tokenizer = Tokenizer(token_models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(list(_SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return int(tokenizer.get_vocab_size())


def _write_configs(folder: Path) -> None:
    config = {
        "add_projections": False,
        "architectures": ["JinaCLIPModel"],
        "matryoshka_dimensions": [16, 32, DIM],
        "model_type": "jina_clip",
        "projection_dim": DIM,
        "text_config": {"embed_dim": DIM, "pooler_type": "mean_pooler"},
        "vision_config": {"embed_dim": DIM, "image_size": SIDE_PX, "patch_size": 14},
    }
    prepared = {
        "fill_color": 0,
        "image_processor_type": "JinaCLIPImageProcessor",
        "interpolation": "bicubic",
        "mean": CLIP_MEAN,
        "resize_mode": "shortest",
        "size": SIDE_PX,
        "std": CLIP_STD,
    }
    for name, content in (("config.json", config), ("preprocessor_config.json", prepared)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
