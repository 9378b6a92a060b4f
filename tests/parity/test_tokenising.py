"""Tokens beside transformers' tokenizer of Qwen2, from the same file."""

import pytest
from transformers import Qwen2Tokenizer

from folioscope.inference.visual_tokenising import VisualTokenizer
from tests.made_tokenizers import SPECIAL_TOKENS, write_tokenizer
from tests.parity.reference import IMAGE, PROMPT

TEXTS = (
    "the page about the image",
    "  two  spaces,\ttabs\n\n\nand lines \r\n end ",
    "Don't we'll I'M they'RE",
    "1234567 12.345,67 € ½ ²",
    "Größe, naïve, e\u0301 and \u00e9",  # composed and not: normalised alike
    "日本語のページ 한국어 العربية עברית ไทย",
    "emoji 👩‍👩‍👧 🇩🇪 ✈️",
    "x" * 300,
    "def f(x):\n    return x ** 2  # square\n",
    "",
    " ",
)


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder)
    reference = Qwen2Tokenizer.from_pretrained(folder)
    return VisualTokenizer.load(folder / "tokenizer.json"), reference


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("template", ["Query: {text}", "Passage: {text}", "{text}"])
def test_texts(tokenizers, template: str, text: str) -> None:
    ours, reference = tokenizers
    made = ours.tokens(template, {"text": text}, max_tokens=10_000)
    assert made.ids.tolist() == reference(template.replace("{text}", text))["input_ids"]


def test_pictures(tokenizers) -> None:
    ours, reference = tokenizers
    prompt = PROMPT.format(image=IMAGE)
    assert ours.tokens(prompt, {}, max_tokens=100).ids.tolist() == reference(prompt)["input_ids"]


@pytest.mark.parametrize("special", SPECIAL_TOKENS)
def test_special_tokens_in_texts_are_only_text(tokenizers, special: str) -> None:
    ours, reference = tokenizers
    text = f"a page with {special} on it{special}"
    made = ours.tokens("Query: {text}", {"text": text}, max_tokens=1_000)
    plain = reference(f"Query: {text}", split_special_tokens=True)["input_ids"]
    assert made.ids.tolist() == plain
    assert reference.convert_tokens_to_ids(special) not in plain


def test_long_texts_are_cut_at_the_right(tokenizers) -> None:
    ours, reference = tokenizers
    text = "the page about the image " * 50
    made = ours.tokens("Query: {text}", {"text": text}, max_tokens=40)
    whole = reference(f"Query: {text}", truncation=True, max_length=40)["input_ids"]
    assert made.ids.tolist() == whole
