"""A small byte-level BPE with the special tokens, splitting and rules of Qwen2's tokenizer."""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers import models as token_models
from tokenizers import processors as post_processors

SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
# the pattern of Qwen2's tokenizer.json
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_MERGES = (
    "Ġ t", "h e", "i n", "e r", "Ġt he", "a n", "o n", "r e", "Ġ a", "u s", "Q u", "Qu er",
    "Quer y", "P a", "s s", "Pa ss", "a g", "ag e", "Pass age", "Ġ d", "e s", "u m", "en t",
    "e n", "Ġ i", "Ġi m", "Ġim age", "D es", "c r", "i b", "Ċ Ċ", "Ġ p", "Ġp age",
)  # fmt: skip


def made_tokenizer() -> Tokenizer:
    """Return the tokenizer; its ids are 0 to some 300, the special tokens last."""
    vocabulary, merges = merged_vocabulary()
    tokenizer = Tokenizer(token_models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = post_processors.ByteLevel(trim_offsets=False)
    special = [AddedToken(text, normalized=False, special=True) for text in SPECIAL_TOKENS]
    tokenizer.add_special_tokens(special)
    return tokenizer


def merged_vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return numbers of all pieces, and what they are merged from."""
    vocabulary = {piece: number for number, piece in enumerate(sorted(_alphabet()))}
    merges = [(merge.split(" ")[0], merge.split(" ")[1]) for merge in _ordered_merges(vocabulary)]
    for left, right in merges:
        vocabulary.setdefault(left + right, len(vocabulary))
    return vocabulary, merges


def _alphabet() -> list[str]:
    return list(pre_tokenizers.ByteLevel.alphabet())


def _ordered_merges(vocabulary: dict[str, int]) -> list[str]:
    """Put each merge behind those that make its parts."""
    known, waiting, ordered = set(vocabulary), list(_MERGES), []
    while waiting:
        ready = [m for m in waiting if set(m.split(" ")) <= known]
        if not ready:
            raise ValueError(f"merges of unknown parts: {waiting}")
        ordered += ready
        known |= {merge.replace(" ", "") for merge in ready}
        waiting = [merge for merge in waiting if merge not in ready]
    return ordered


def write_tokenizer(folder: Path) -> dict[str, int]:
    """Write tokenizer.json and tokenizer_config.json; returns the ids of the special tokens."""
    tokenizer = made_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "add_bos_token": False,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "errors": "replace",
        "model_max_length": 128000,
        "pad_token": "<|endoftext|>",
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return {text: tokenizer.token_to_id(text) for text in SPECIAL_TOKENS}
