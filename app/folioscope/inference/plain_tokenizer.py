"""A tokenizer without its special tokens: whatever a page or a user writes stays text.

Special tokens steer a model: ``<|image_pad|>`` stands for a picture, ``<|im_end|>`` ends a part.
Written on a page they must mean nothing. So texts of users go through a copy of the tokenizer
that knows no special tokens at all, and only templates put them in, by their numbers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Tokenizer

from folioscope.domain.errors import InferenceError

# Pieces of vocabularies that spell a special token get this character, which nobody can write:
# it is taken out of every text. Unicode promises never to give it a meaning.
_UNWRITABLE = "\ufdd0"
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class SpecialPieces:
    """What is put around every text, and the numbers of all special tokens by their names."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    numbers: dict[str, int]


def load_tokenizers(path: Path) -> tuple[Tokenizer, SpecialPieces]:
    """Read ``tokenizer.json``: a tokenizer for texts of users, and the special tokens apart.

    Raises InferenceError when the file is missing or damaged.
    """
    try:
        described = json.loads(path.read_text("utf-8"))
        whole = Tokenizer.from_str(json.dumps(described))
        whole.no_truncation()
        whole.no_padding()
        names = {token["content"]: int(token["id"]) for token in described["added_tokens"]}
        plain = Tokenizer.from_str(json.dumps(_without_specials(described, names)))
    except Exception as error:  # the library raises bare Exception for what it cannot read
        raise InferenceError(
            f"The tokenizer {path} cannot be loaded.",
            hint="Remove the model and install it again.",
        ) from error
    before, after = _wrapping(whole)
    return plain, SpecialPieces(before, after, names)


def writable(text: str) -> str:
    """Return a text of the same length that the tokenizers take.

    Lone surrogates, which file names on Linux may bring, become question marks.
    """
    return text.encode("utf-8", "replace").decode("utf-8").replace(_UNWRITABLE, _REPLACEMENT)


def _wrapping(whole: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the special tokens that the tokenizer itself puts before and behind a text."""
    encoding: Encoding = whole.encode("a")
    own = [index for index, mask in enumerate(encoding.special_tokens_mask) if not mask]
    return tuple(encoding.ids[: own[0]]), tuple(encoding.ids[own[-1] + 1 :])


def _without_specials(described: dict[str, Any], names: dict[str, int]) -> dict[str, Any]:
    spaces = {token["content"] for token in described["added_tokens"] if _is_space(token)}
    names = {name: number for name, number in names.items() if name not in spaces}
    plain = described | {
        "added_tokens": _unmatched(described["added_tokens"], spaces) if spaces else [],
        "post_processor": None,
        "truncation": None,
        "padding": None,
    }
    model = dict(plain["model"])
    model["vocab"] = _unwritten(model, set(names))
    return plain | {"model": model}


def _is_space(token: dict[str, Any]) -> bool:
    """Whether a token stands for white space, as those of GPT-NeoX for runs of it: mere text."""
    return not token["special"] and token["content"].isspace()


def _unmatched(tokens: list[dict[str, Any]], kept: set[str]) -> list[dict[str, Any]]:
    """Rename tokens that no text may become; each keeps its place and so its number."""
    return [
        token if token["content"] in kept else token | {"content": _UNWRITABLE + token["content"]}
        for token in tokens
    ]


def _unwritten(model: dict[str, Any], names: set[str]) -> Any:
    """Rename pieces that spell special tokens, all but the one for unknown characters."""
    vocabulary = model["vocab"]
    if isinstance(vocabulary, list):  # Unigram: pairs of piece and score
        unknown = model.get("unk_id")
        return [
            [_UNWRITABLE + piece, score] if piece in names and number != unknown else [piece, score]
            for number, (piece, score) in enumerate(vocabulary)
        ]
    kept = names - {model.get("unk_token")}
    return {
        _UNWRITABLE + piece if piece in kept else piece: number
        for piece, number in vocabulary.items()
    }
