"""ColModernVBERT in plain transformers, tiny and with random weights, and its export.

The official graph takes tiles, token numbers and a mask, and leaves blank tiles out before it
looks at them. What is exported here does the same in the words of transformers' own model.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import ColModernVBertConfig, ColModernVBertForRetrieval, PreTrainedTokenizerFast
from transformers.models.colmodernvbert.processing_colmodernvbert import ColModernVBertProcessor
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.modernvbert.configuration_modernvbert import ModernVBertConfig

from tests.made_light import (
    BEFORE,
    BEHIND,
    IMAGE,
    PADDING,
    TILE_PX,
    TILE_TOKENS,
    made_light_tokenizer,
)

NAMES = ("pixel_values", "input_ids", "attention_mask")
_STEP = 2.0**-9  # weights are multiples of it, so that a committed file packs well


@dataclass(frozen=True)
class LightSizes:
    """Sizes of a tiny model; a tile makes 64 tokens in any of them."""

    hidden: int = 32
    layers: int = 4
    heads: int = 2
    inner: int = 48
    vision_hidden: int = 16
    vision_layers: int = 2
    vision_heads: int = 2
    vision_inner: int = 24
    patch_px: int = 32
    local_attention: int = 128
    vocabulary: int = 0  # as many as the tokenizer has, where that is more

    @property
    def shuffle(self) -> int:
        """Patches along a token's side."""
        return TILE_PX // self.patch_px // 8


# the published model: 252 million numbers
FULL = LightSizes(
    hidden=768,
    layers=22,
    heads=12,
    inner=1_152,
    vision_hidden=768,
    vision_layers=12,
    vision_heads=12,
    vision_inner=3_072,
    patch_px=16,
    vocabulary=50_408,
)


def make_model(sizes: LightSizes, *, seed: int = 0) -> ColModernVBertForRetrieval:
    """Return a model with random weights in float32."""
    tokenizer = made_light_tokenizer()
    numbers = {name: tokenizer.token_to_id(name) for name in (BEFORE, BEHIND, PADDING, IMAGE)}
    text = {
        "model_type": "modernbert",
        "vocab_size": max(sizes.vocabulary, tokenizer.get_vocab_size()),
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.inner,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "local_attention": sizes.local_attention,
        "pad_token_id": numbers[PADDING],
        "bos_token_id": numbers[BEFORE],
        "cls_token_id": numbers[BEFORE],
        "eos_token_id": numbers[BEHIND],
        "sep_token_id": numbers[BEHIND],
    }
    vision = {
        "model_type": "siglip_vision_model",
        "image_size": TILE_PX,
        "patch_size": sizes.patch_px,
        "hidden_size": sizes.vision_hidden,
        "num_hidden_layers": sizes.vision_layers,
        "num_attention_heads": sizes.vision_heads,
        "intermediate_size": sizes.vision_inner,
    }
    whole = ModernVBertConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=numbers[IMAGE],
        pixel_shuffle_factor=sizes.shuffle,
    )
    return _filled(ColModernVBertForRetrieval(ColModernVBertConfig(vlm_config=whole)), seed)


def _filled(model: ColModernVBertForRetrieval, seed: int) -> ColModernVBertForRetrieval:
    """Give weights a spread that makes values grow and meet, unlike those of a fresh model."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for weight in model.parameters():
            spread = 1.0 if weight.ndim > 1 else 0.1
            if weight.ndim > 1:
                spread /= np.sqrt(np.prod(weight.shape[1:]))
            drawn = rng.standard_normal(weight.shape) * max(spread, 4 * _STEP)
            drawn = np.rint(drawn / _STEP) * _STEP + (
                weight.ndim == 1 and bool((weight == 1).all())
            )
            weight.copy_(torch.from_numpy(drawn.astype(np.float32)))
        model.vlm.text_model.embeddings.tok_embeddings.weight.mul_(8)
    return model.eval()


class OfficialGraph(torch.nn.Module):
    """What the official export computes; ``keeps_one`` where there is always a tile to look at."""

    def __init__(self, model: ColModernVBertForRetrieval, *, keeps_one: bool = False) -> None:
        super().__init__()
        self.model = model
        self.keeps_one = keeps_one

    def forward(self, pixel_values, input_ids, attention_mask):
        """Return rows of length 1, zeros where there is padding."""
        vlm = self.model.vlm
        pixels = pixel_values.flatten(0, 1)
        seen = (pixels != 0.0).flatten(1).any(1)
        if self.keeps_one:
            seen = torch.cat([seen[:1] | ~seen.any(), seen[1:]])
        features = vlm.connector(vlm.vision_model(pixel_values=pixels[seen]).last_hidden_state)
        embedded = vlm.text_model.get_input_embeddings()(input_ids)
        places = (input_ids == vlm.image_token_id).unsqueeze(-1).expand_as(embedded)
        embedded = embedded.masked_scatter(places, features.reshape(-1, features.shape[-1]))
        read = vlm.text_model(inputs_embeds=embedded, attention_mask=attention_mask)
        rows = self.model.embedding_proj_layer(read.last_hidden_state)
        rows = rows / rows.norm(dim=-1, keepdim=True)
        return rows * attention_mask.unsqueeze(-1).to(rows.dtype)


def export(model: ColModernVBertForRetrieval, path: Path, *, older: bool = False) -> None:
    """Write the official graph, by torch's exporter of today or by that of yesterday."""
    ids = torch.full((2, 150), model.vlm.image_token_id)
    ids[:, :10], ids[:, 74:80], ids[:, 144:] = 5, 6, 7
    inputs = (torch.randn(2, 2, 3, TILE_PX, TILE_PX), ids, torch.ones_like(ids))
    graph = OfficialGraph(model, keeps_one=older).eval()
    axes = ({0: "b", 1: "t"}, {0: "b", 1: "s"}, {0: "b", 1: "s"})
    named = {"input_names": list(NAMES), "output_names": ["embeddings"]}
    if older:
        dynamic = dict(zip(NAMES, axes, strict=True)) | {"embeddings": axes[1]}
        torch.onnx.export(
            graph, inputs, path, dynamo=False, opset_version=17, dynamic_axes=dynamic, **named
        )
        return
    sizes = {name: torch.export.Dim(name) for name in "bts"}
    shapes = tuple({axis: sizes[name] for axis, name in each.items()} for each in axes)
    torch.onnx.export(
        graph,
        inputs,
        path,
        dynamo=True,
        external_data=False,
        opset_version=20,
        dynamic_shapes=shapes,
        verbose=False,
        **named,
    )


def make_processor(*, longest_px: int) -> ColModernVBertProcessor:
    """Return transformers' own processor, with Pillow behind it."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made_light_tokenizer(), pad_token=PADDING, padding_side="right"
    )
    images = Idefics3ImageProcessorPil(
        size={"longest_edge": longest_px},
        max_image_size={"longest_edge": TILE_PX},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return ColModernVBertProcessor(images, tokenizer, image_seq_len=TILE_TOKENS)


class ReferenceLight:
    """The model in transformers, float32, with its processor."""

    def __init__(self, model: ColModernVBertForRetrieval, *, longest_px: int) -> None:
        self.model = model
        self.processor = make_processor(longest_px=longest_px)

    def pages(self, pictures: list[np.ndarray]) -> list[np.ndarray]:
        """Embed pictures (uint8, height × width × 3) as one batch: rows of each."""
        images = [Image.fromarray(picture) for picture in pictures]
        return self._rows(self.processor.process_images(images))

    def queries(self, texts: list[str]) -> list[np.ndarray]:
        """Embed texts as one batch, padded: rows of each."""
        return self._rows(self.processor.process_queries(texts))

    def _rows(self, batch) -> list[np.ndarray]:
        known = {name: batch[name] for name in NAMES if name in batch}
        with torch.no_grad():
            rows = self.model(**known).embeddings
        masks = batch["attention_mask"].bool()
        return [each[mask].numpy() for each, mask in zip(rows, masks, strict=True)]
