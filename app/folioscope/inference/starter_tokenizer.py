"""The tokenizer of the starter encoder, built from its vocabulary."""

import re

from tokenizers import Encoding, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from folioscope.inference.starter_file import Vocabulary

_SPECIAL = re.compile(r"</?[a-z]+>")
# The normaliser strips this character from all text, so nobody can write a piece that holds it.
_UNWRITABLE = "\x01"
_SPACE = "\u2581"
_LONGEST_PIECE = 16  # characters, so that text beyond max_tokens * this never gets a token


def build_tokenizer(vocabulary: Vocabulary, *, max_tokens: int) -> Tokenizer:
    """Build the Unigram tokenizer; texts get a start and an end and are cut at ``max_tokens``.

    Special pieces such as ``</s>`` are renamed so that they stay ordinary text when a page
    or a query holds them. NFKC with the space rules of Nmt is what the vocabulary's own table
    of characters was made from.
    """
    special = {vocabulary.start, vocabulary.end, vocabulary.padding, vocabulary.unknown}
    pieces = [
        (f"{_UNWRITABLE}{piece}", score)
        if index in special or _SPECIAL.fullmatch(piece)
        else (piece, score)
        for index, (piece, score) in enumerate(vocabulary.pieces)
    ]
    start, end = (pieces[i][0] for i in (vocabulary.start, vocabulary.end))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$start $A $end".replace("$start", start).replace("$end", end),
        special_tokens=[(start, vocabulary.start), (end, vocabulary.end)],
    )
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def clean(text: str, *, max_tokens: int) -> str:
    """Return text that the tokenizer takes and that is no longer than tokens can tell.

    Runs of white space become one space; lone surrogates, which file names on Linux may bring,
    become question marks.
    """
    joined = " ".join(text.lstrip()[: max_tokens * _LONGEST_PIECE * 4].split())
    return joined[: max_tokens * _LONGEST_PIECE].encode("utf-8", "replace").decode("utf-8")


def encode(tokenizer: Tokenizer, texts: list[str]) -> list[Encoding]:
    """Encode texts that were cleaned."""
    return tokenizer.encode_batch_fast(texts)
