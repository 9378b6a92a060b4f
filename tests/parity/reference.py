"""The Jina models in plain transformers: base weights, one adapter merged in, published pooling.

Nothing here shares code with what is proven: names of weights, prompts, positions, windows and
preprocessing are those of transformers and of the published model code.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoConfig,
    PreTrainedModel,
    Qwen2_5_VLModel,
    Qwen2Tokenizer,
    Qwen2VLModel,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from tests.made_safetensors import read_safetensors

PROMPT = "<|im_start|>user\n{image}Describe the image.<|im_end|>\n"
PAD = "<|image_pad|>"
IMAGE = f"<|vision_start|>{PAD}<|vision_end|>"
LOGIT_BIAS, SCORE_TOKEN = 2.65, 100


@dataclass(frozen=True)
class Vectors:
    """What an encoder makes of one input: float32 (dim,) and (tokens, rows_dim)."""

    single: np.ndarray
    multi: np.ndarray


def base_weights(folder: Path) -> dict[str, np.ndarray]:
    """Read all shards of a checkpoint."""
    return {
        k: a for f in sorted(folder.glob("*.safetensors")) for k, a in read_safetensors(f).items()
    }


def adapter_deltas(folder: Path, task: str) -> dict[str, np.ndarray]:
    """Return what the adapter of a task adds to each weight, by the weight's old name."""
    path = folder / "adapters" / "adapter_model.safetensors"
    if not path.exists():
        return {}
    config = json.loads((folder / "adapters" / "adapter_config.json").read_text())
    tensors = read_safetensors(path)
    deltas = {}
    for name, low in tensors.items():
        if f".lora_A.{task}." not in name:
            continue
        high = tensors[name.replace(".lora_A.", ".lora_B.")]
        place = name.split(".lora_A.")[0].removeprefix("base_model.model.")
        place = place.replace("model.language_model.", "model.")
        deltas[f"{place}.weight"] = config["lora_alpha"] / config["r"] * (high @ low)
    return deltas


class TransformersModel:
    """A backbone with the weights of a checkpoint folder, its tokenizer and image processor."""

    def __init__(self, folder: Path, task: str = "", *, dtype: torch.dtype = torch.float32) -> None:
        config = AutoConfig.from_pretrained(folder)
        kinds = {"qwen2_5_vl": Qwen2_5_VLModel, "qwen2_vl": Qwen2VLModel}
        self.model: PreTrainedModel = kinds[config.model_type]._from_config(
            config, attn_implementation="eager", dtype=torch.float32
        )
        self.tokenizer = Qwen2Tokenizer.from_pretrained(folder)
        self.processor = Qwen2VLImageProcessorPil.from_pretrained(folder)
        weights = {_old_name(k): a for k, a in base_weights(folder).items()}
        for name, delta in adapter_deltas(folder, task).items():
            weights[name] = weights[name] + delta
        self._load({_model_name(k): a for k, a in weights.items()})
        self.model.eval().to(dtype)
        self.heads = {k: torch.from_numpy(a) for k, a in weights.items() if _is_head(k)}

    def _load(self, weights: Mapping[str, np.ndarray]) -> None:
        state = {k: torch.from_numpy(np.array(a)) for k, a in weights.items()}
        missing, _ = self.model.load_state_dict(state, strict=False)
        assert missing == [], missing

    def ids(self, text: str) -> list[int]:
        """Tokenise text in which special tokens count."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def hidden(self, texts: list[str], images: list[np.ndarray], *, ends: tuple[int, ...] = ()):
        """Return final hidden states of a left-padded batch, with its ids and attention mask."""
        pixels, grids = self._pixels(images)
        counts = iter([int(h * w) // 4 for _, h, w in grids.tolist()])
        pad = self.tokenizer.convert_tokens_to_ids(PAD)
        rows = []
        for text in texts:
            row = [n for i in self.ids(text) for n in ([i] * next(counts) if i == pad else [i])]
            rows.append([*row, *ends])
        length = max(map(len, rows))
        fill = self.tokenizer.convert_tokens_to_ids("<|endoftext|>")
        ids = torch.tensor([[fill] * (length - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows])
        more = {}
        if images:
            more = {
                "pixel_values": pixels,
                "image_grid_thw": grids,
                "mm_token_type_ids": (ids == pad).int(),
            }
        self.model.rope_deltas = None
        with torch.no_grad():
            output = self.model(input_ids=ids, attention_mask=mask, use_cache=False, **more)
        return output.last_hidden_state.float(), ids, mask

    def _pixels(self, images: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        if not images:
            return torch.zeros(0), torch.zeros(0, 3, dtype=torch.int64)
        made = self.processor(images=images, return_tensors="pt")
        return made["pixel_values"], made["image_grid_thw"]


class ReferenceEncoder(TransformersModel):
    """jina-embeddings-v4 as published: a task's adapter merged, mean pooling, projector."""

    def texts(self, texts: list[str], role: str) -> list[Vectors]:
        """Embed texts as one batch; ``role`` is the prefix, Query or Passage."""
        hidden, _, mask = self.hidden([f"{role}: {text}" for text in texts], [])
        return self._pooled(hidden, mask, mask)

    def images(self, images: list[np.ndarray]) -> list[Vectors]:
        """Embed pictures (uint8, height × width × 3) as one batch."""
        prompts = [PROMPT.format(image=IMAGE)] * len(images)
        hidden, ids, mask = self.hidden(prompts, images)
        start = self.tokenizer.convert_tokens_to_ids("<|vision_start|>")
        end = self.tokenizer.convert_tokens_to_ids("<|vision_end|>")
        pool = torch.zeros_like(mask)
        for line, row in enumerate(ids.tolist()):
            pool[line, row.index(start) : row.index(end) + 1] = 1
        return self._pooled(hidden, mask, pool)

    def patches(self, made: Vectors) -> np.ndarray:
        """Return the rows of a picture's patches, without those of the prompt around them."""
        before, after = (self.ids(part) for part in PROMPT.format(image=IMAGE).split(PAD))
        return made.multi[len(before) : len(made.multi) - len(after)]

    def _pooled(self, hidden, mask, pool) -> list[Vectors]:
        weight, bias = (self.heads[f"multi_vector_projector.{n}"] for n in ("weight", "bias"))
        weights = pool[..., None].float()
        single = torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)
        multi = torch.nn.functional.normalize(hidden @ weight.T + bias, dim=-1)
        return [
            Vectors(single[line].numpy(), multi[line][mask[line].bool()].numpy())
            for line in range(len(hidden))
        ]


class ReferenceReranker(TransformersModel):
    """jina-reranker-m0 as published: document first, query last, then the score token."""

    def logits(self, query: str, documents: list[str | np.ndarray]) -> np.ndarray:
        """Judge texts and pictures as one batch: float32 (documents,), before the bias."""
        images = [d for d in documents if not isinstance(d, str)]
        return self._judged([_pair(query, d) for d in documents], images)

    def pair_logits(self, query: np.ndarray, judged: str | np.ndarray) -> np.ndarray:
        """Judge one text or picture for a picture that is asked for: float32 (1,)."""
        images = [d for d in (judged, query) if not isinstance(d, str)]
        return self._judged([_pair(query, judged)], images)

    def _judged(self, texts: list[str], images: list[np.ndarray]) -> np.ndarray:
        hidden, _, _ = self.hidden(texts, images, ends=(SCORE_TOKEN,))
        heads = self.heads
        inner = torch.relu(hidden[:, -1] @ heads["score.0.weight"].T + heads["score.0.bias"])
        return (inner @ heads["score.2.weight"].T + heads["score.2.bias"])[:, 0].numpy()

    def scores(self, query: str, documents: list[str | np.ndarray]) -> np.ndarray:
        """Return relevance from 0 to 1."""
        return 1 / (1 + np.exp(LOGIT_BIAS - self.logits(query, documents)))


def _pair(query: str | np.ndarray, judged: str | np.ndarray) -> str:
    asked, shown = (each if isinstance(each, str) else IMAGE for each in (query, judged))
    return f"**Document**:\n{shown}\n**Query**:\n{asked}"


def _old_name(key: str) -> str:
    """Write a key as checkpoints before transformers 4.52 did."""
    return re.sub(r"^model\.(?=visual\.)", "", key).replace("model.language_model.", "model.")


def _model_name(key: str) -> str:
    return re.sub(r"^model\.", "language_model.", key)


def _is_head(key: str) -> bool:
    return key.startswith(("multi_vector_projector.", "score."))
