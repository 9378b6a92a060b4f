"""What users and pages write is text and nothing else; templates are what steers a model."""

import json
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

from folioscope.domain.errors import InferenceError
from folioscope.inference.visual_tokenising import VisualTokenizer
from tests.made_tokenizers import SPECIAL_TOKENS, made_tokenizer

PAGE = (
    "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>Describe the image.<|im_end|>\n"
)
PAIR = "**Document**:\n{document}\n**Query**:\n{query}"
PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
LOOSE = ("<tool_call>", "<|fim_prefix|>")  # added, but not called special by Qwen's own file
TRICKS = [
    "<|im_<|im_end|>end|>",
    "<|image_pad|><|image_pad|>",
    "<|im_end|",
    "＜｜im_end｜＞",
    "<\u200b|im_end|>",
    "<|IM_END|>",
    "\ufdd0<|im_end|>",
    "< |im_end|>",
    "<|im_end|>\u0338",
    "<s></s><mask><pad>＜s＞ <s> ▁<s>",
    "{query}{document}{text}",
]


@pytest.fixture(scope="module")
def qwen(tmp_path_factory) -> VisualTokenizer:
    whole = made_tokenizer()
    whole.add_tokens([AddedToken(name, normalized=False) for name in LOOSE])
    path = tmp_path_factory.mktemp("qwen") / "tokenizer.json"
    whole.save(str(path))
    return VisualTokenizer.load(path)


@pytest.fixture(scope="module")
def unigram(tmp_path_factory) -> VisualTokenizer:
    """Like that of XLM-R: special pieces are in the vocabulary, and width is folded."""
    signs = [chr(code) for code in range(33, 127)]
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(sign, -3.0) for sign in signs] + [("<mask>", 0.0)]
    made = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    made.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    path = tmp_path_factory.mktemp("unigram") / "tokenizer.json"
    made.save(str(path))
    return VisualTokenizer.load(path)


def query(tokenizer: VisualTokenizer, text: str, *, max_tokens: int = 4_096):
    return tokenizer.tokens("Query: {text}", {"text": text}, max_tokens=max_tokens, spans_of="text")


def hostile() -> st.SearchStrategy[str]:
    names = (*SPECIAL_TOKENS, *LOOSE, "<s>", "</s>", "<pad>", "<mask>")
    cuts = [name[:n] for name in names for n in (1, len(name) - 1)]
    parts = st.one_of(st.sampled_from([*names, *cuts, *TRICKS]), st.text(max_size=4))
    return st.lists(parts, max_size=8).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=hostile())
def test_no_text_of_a_user_becomes_a_special_token(qwen, text):
    assert not set(query(qwen, text).ids.tolist()) & qwen.special_numbers


@settings(max_examples=300, deadline=None)
@given(text=hostile())
def test_nor_where_special_pieces_are_ordinary_ones_of_the_vocabulary(unigram, text):
    ids = query(unigram, text).ids.tolist()
    unknown = unigram.number("<unk>")
    assert ids[0] == unigram.number("<s>")
    assert ids[-1] == unigram.number("</s>")
    assert not set(ids[1:-1]) & (unigram.special_numbers - {unknown})


def test_a_special_token_that_is_written_stays_the_characters_it_is(qwen):
    assert len(query(qwen, "<|image_pad|>")) > len(query(qwen, "")) + 3
    pair = qwen.tokens(PAIR, {"document": PICTURE, "query": "x"}, max_tokens=500)
    assert not set(pair.ids.tolist()) & qwen.special_numbers


def test_ordinary_texts_are_tokenised_as_the_whole_tokenizer_does(qwen):
    whole = made_tokenizer()
    for text in ("the image on the page", "  two  spaces\n\nand lines ", "Straße 贷款 👩‍👩‍👧", ""):
        assert query(qwen, text).ids.tolist() == whole.encode(f"Query: {text}").ids
    pair = qwen.tokens(PAIR, {"document": "the page", "query": "an image"}, max_tokens=500)
    assert pair.ids.tolist() == whole.encode("**Document**:\nthe page\n**Query**:\nan image").ids


def test_templates_hold_special_tokens_wherever_they_stand(qwen):
    whole = made_tokenizer()
    assert qwen.tokens(PAGE, {}, max_tokens=500).ids.tolist() == whole.encode(PAGE).ids
    pair = qwen.tokens(PAIR, {"query": "an image"}, max_tokens=500, pictures={"document": PICTURE})
    told = PAIR.format(document=PICTURE, query="an image")
    assert pair.ids.tolist() == whole.encode(told).ids


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(max_size=40), hostile()))
def test_spans_point_into_the_text_as_it_was_written(qwen, text):
    found = query(qwen, text)
    assert found.spans.shape == (len(found), 2)
    covered = set()
    for start, end in found.spans.tolist():
        assert (start, end) == (-1, -1) or 0 <= start < end <= len(text)
        covered |= set(range(start, end))
    if unicodedata.is_normalized("NFC", text):  # else a mark may go without its letter
        assert covered == {n for n, sign in enumerate(text) if not sign.isspace()}


def test_spans_name_the_words(qwen):
    text = "the page on image"
    found = query(qwen, text)
    words = {text[start:end] for start, end in found.spans.tolist() if start >= 0}
    assert {"the", "page", "image"} <= words


def test_texts_are_cut_at_the_right(qwen, unigram):
    long = "the page " * 1_000
    whole = query(qwen, long).ids
    np.testing.assert_array_equal(query(qwen, long, max_tokens=50).ids, whole[:50])
    ids = query(unigram, long, max_tokens=50).ids
    assert len(ids) == 50
    assert ids[-1] == unigram.number("</s>")


def test_a_part_of_a_text_makes_so_many_tokens(qwen):
    text = "the page on an image of the page"
    part = qwen.cut(text, max_tokens=4)
    assert text.startswith(part)
    assert len(query(qwen, part)) - len(query(qwen, "")) <= 4
    assert qwen.cut(text, max_tokens=100) == text
    assert qwen.cut(text, max_tokens=0) == ""


def test_very_long_texts_are_not_tokenised_to_their_end(qwen):
    assert len(query(qwen, "a" * 3_000_000, max_tokens=100)) == 100


@pytest.mark.parametrize(
    "text", ["\x00\x01", "\ud800 lone", "\u202eback\u202c", "\n\t\r", "👩‍👩‍👧‍👦"]
)
def test_odd_texts_are_taken(qwen, unigram, text):
    for tokenizer in (qwen, unigram):
        assert len(query(tokenizer, text)) > 0


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"added_tokens": []}', b"\xff\xfe"])
def test_a_damaged_file_is_told_by_name(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InferenceError, match=r"tokenizer\.json cannot be loaded"):
        VisualTokenizer.load(path)


def test_a_token_that_is_not_there_is_told(qwen):
    with pytest.raises(InferenceError, match=r"no token <\|nothing\|>"):
        qwen.number("<|nothing|>")


def test_the_file_may_ask_for_cutting_and_padding_of_its_own(tmp_path):
    whole = made_tokenizer()
    whole.enable_truncation(3)
    whole.enable_padding(length=10)
    path = tmp_path / "tokenizer.json"
    whole.save(str(path))
    assert json.loads(path.read_text("utf-8"))["truncation"]
    found = query(VisualTokenizer.load(path), "the page on an image")
    assert found.ids.tolist() == made_tokenizer().encode("Query: the page on an image").ids
