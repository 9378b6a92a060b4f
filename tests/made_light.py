"""A tiny ColModernVBERT with the files, inputs and outputs of the official repository.

Its graph was exported from transformers as the official one was (``tests/golden/make_light.py``)
and lies in ``tests/golden/light``; its tokenizer is built like ModernBERT's.
"""

import gzip
import json
import shutil
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as token_models

from tests.made_tokenizers import merged_vocabulary

GOLDEN = Path(__file__).resolve().parent / "golden" / "light"
GRAPH = "model_v2.onnx"
TILE_PX, LONGEST_PX, TILE_TOKENS = 512, 1_024, 64
SPACES = tuple(" " * count for count in range(2, 6))
BEFORE, BEHIND, PADDING = "[CLS]", "[SEP]", "[PAD]"
IMAGE, AROUND, END = "<image>", "<fake_token_around_image>", "<end_of_utterance>"
PLACES = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
SPECIAL_TOKENS = (
    "[UNK]", BEFORE, BEHIND, PADDING, "[MASK]", "<global-img>", *PLACES, END, AROUND, IMAGE,
)  # fmt: skip
PAGE_PROMPT = f"<|begin_of_text|>User:{IMAGE}Describe the image.{END}\nAssistant:"
QUERY_END = END * 10


def write_light(folder: Path) -> Path:
    """Write a checkpoint as the official repository has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(GOLDEN / f"{GRAPH}.gz") as packed, (folder / GRAPH).open("wb") as file:
        shutil.copyfileobj(packed, file)
    write_light_parts(folder)
    return folder


def write_light_parts(folder: Path, *, longest_px: int = LONGEST_PX) -> None:
    """Write all but the graph."""
    made_light_tokenizer().save(str(folder / "tokenizer.json"))
    prepared = {
        "do_convert_rgb": True,
        "do_image_splitting": True,
        "do_normalize": True,
        "do_pad": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_processor_type": "Idefics3ImageProcessor",
        "image_std": [0.5, 0.5, 0.5],
        "max_image_size": {"longest_edge": TILE_PX},
        "processor_class": "ColModernVBertProcessor",
        "resample": 1,
        "rescale_factor": 1 / 255,
        "size": {"longest_edge": longest_px},
    }
    config = {
        "architectures": ["ColModernVBert"],
        "model_type": "colmodernvbert",
        "vision_config": {"image_size": TILE_PX},
    }
    processor = {"image_seq_len": TILE_TOKENS, "processor_class": "ColModernVBertProcessor"}
    for name, content in (
        ("config.json", config),
        ("preprocessor_config.json", prepared),
        ("processor_config.json", processor),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def made_light_tokenizer() -> Tokenizer:
    """Return a byte-level BPE; runs of spaces are tokens of their own, as in ModernBERT's."""
    vocabulary, merges = merged_vocabulary()
    tokenizer = Tokenizer(token_models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_tokens([AddedToken(run, normalized=True) for run in SPACES])
    special = [AddedToken(text, normalized=False, special=True) for text in SPECIAL_TOKENS]
    tokenizer.add_special_tokens(special)
    ends = [(name, tokenizer.token_to_id(name)) for name in (BEFORE, BEHIND)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEFORE} $A {BEHIND}",
        pair=f"{BEFORE} $A {BEHIND} $B {BEHIND}",
        special_tokens=ends,
    )
    return tokenizer
