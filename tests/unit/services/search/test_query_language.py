"""What a query is taken to mean, and what is said of the rest."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.documents import DocumentKind
from folioscope.domain.queries import ParsedQuery, ProblemKind
from folioscope.services.query_language import LONGEST_QUERY, parse_query, without, word_query
from folioscope.services.query_lexer import filter_text

TODAY = date(2026, 11, 24)


def parse(text: str) -> ParsedQuery:
    return parse_query(text, today=TODAY)


def test_words_phrases_and_exclusions() -> None:
    found = parse('loan "interest rate" -draft -"not final"')
    assert found.text == "loan interest rate"
    assert found.phrases == ("interest rate",)
    assert found.excluded == ("draft", "not final")
    assert not found.problems


@pytest.mark.parametrize(
    "text",
    [
        "“interest rate”",
        "„interest rate“",
        "«interest rate»",
        "»interest rate«",
        "＂interest rate＂",
    ],
)
def test_typographic_quotes_make_phrases(text: str) -> None:
    assert parse(text).phrases == ("interest rate",)


def test_corner_brackets_within_a_run_of_signs() -> None:
    found = parse("東京「中央駅」地図")
    assert found.phrases == ("中央駅",)
    assert found.text == "東京 中央駅 地図"


def test_or_joins_words_and_phrases() -> None:
    found = parse('map cat OR "guinea pig" OR dog')
    assert found.alternatives == (("cat", "guinea pig", "dog"),)
    assert found.phrases == ()
    assert found.text == "map cat guinea pig dog"


@pytest.mark.parametrize("text", ["OR cat", "cat OR", "cat OR -dog", "cat OR file:a"])
def test_a_lonely_or_is_told(text: str) -> None:
    found = parse(text)
    assert ProblemKind.LONELY_OR in {p.kind for p in found.problems}
    assert "OR" not in found.text.split()
    assert "cat" in found.text


@pytest.mark.parametrize("text", ["meet at 12:30", "http://example.org/x", "note: cat", '5" disk'])
def test_words_that_only_look_like_syntax(text: str) -> None:
    found = parse(text)
    assert found.text == text
    assert not found.problems


def test_filters_of_every_kind() -> None:
    found = parse(
        'cat file:report folder:"My Papers" type:pdf after:2024-06 before:2025 page:3-8,12'
    )
    assert found.text == "cat"
    assert found.filter.file_names == ("report",)
    assert found.filter.folders == ("My Papers",)
    assert found.filter.kinds == (DocumentKind.PDF,)
    assert found.filter.after == date(2024, 6, 1)
    assert found.filter.before == date(2025, 1, 1)
    assert found.filter.pages == ((2, 7), (11, 11))


def test_full_width_signs_count_as_plain_ones() -> None:
    found = parse("ｐａｇｅ：１２　猫")
    assert found.filter.pages == ((11, 11),)
    assert found.text == "猫"


def test_kinds_and_extensions_are_any_of_these() -> None:
    assert parse("a type:jpg").filter.extensions == ("jpg", "jpeg")
    mixed = parse("a type:pdf type:png").filter
    assert mixed.kinds == ()
    assert mixed.extensions == ("pdf", "png")


@pytest.mark.parametrize(
    ("text", "kind", "replacement"),
    [
        ("after:june", ProblemKind.BAD_DATE, "after:2026-06"),
        ("after:december", ProblemKind.BAD_DATE, "after:2025-12"),
        ("before:märz", ProblemKind.BAD_DATE, "before:2026-03"),
        ("after:2024-02-31", ProblemKind.BAD_DATE, "after:2024-02"),
        ("after:yesterday", ProblemKind.BAD_DATE, "after:2026-11-23"),
        ("after:soon", ProblemKind.BAD_DATE, ""),
        ("page:0", ProblemKind.BAD_PAGE, "page:1"),
        ("page:8-3", ProblemKind.BAD_PAGE, "page:3-8"),
        ("page:twelve", ProblemKind.BAD_PAGE, ""),
        ("type:pfd", ProblemKind.BAD_TYPE, "type:pdf"),
        ("type:photo", ProblemKind.BAD_TYPE, "photo"),
        ("file:", ProblemKind.EMPTY_FILTER, ""),
        ('"open quote', ProblemKind.OPEN_QUOTE, '"open quote"'),
        ("a - b", ProblemKind.LONELY_MINUS, ""),
        ("-file:a", ProblemKind.LONELY_MINUS, ""),
    ],
)
def test_problems_are_told_and_the_rest_is_searched(
    text: str, kind: ProblemKind, replacement: str
) -> None:
    found = parse(f"cat {text}")
    (problem,) = found.problems
    assert (problem.kind, problem.replacement) == (kind, replacement)
    assert problem.start >= 4
    assert "cat" in found.text
    assert found.filter.is_empty


def test_the_sentence_for_a_bad_date() -> None:
    (problem,) = parse("after:june").problems
    assert problem.message == "“after:june” is not a date, so it was left out. Use after:2026-06"


def test_a_date_written_the_european_way() -> None:
    assert parse("a after:1.6.2024").filter.after == date(2024, 6, 1)


def test_a_very_long_query_is_cut_and_told() -> None:
    found = parse("word " * LONGEST_QUERY)
    assert [p.kind for p in found.problems] == [ProblemKind.TOO_LONG]
    assert len(found.text) <= LONGEST_QUERY


def test_tokens_for_the_store() -> None:
    words = word_query(parse('Größe "索引資料" -Entwurf cat OR dog'))
    assert words.required == (("索引", "引資", "資料"),)
    assert words.excluded == (("entwurf",),)
    assert words.alternatives == ((("cat",), ("dog",)),)
    assert words.terms == ("grosse", "索引", "引資", "資料", "cat", "dog")


def test_a_query_without_one_word() -> None:
    assert without(parse('helicopter "sales report" type:pdf'), "helicopter") == (
        '"sales report" type:pdf'
    )


_SIGNS = ('"', "“", "„", "「", "」", "»", "-", "OR", "|", "file:", "page:", "after:", "type:")
_OTHERS = (" ", "\u3000", "cat", "12", "2024-13", "\x00", "\ud800", "é", "猫", ":", "：", ",")
_SYNTAX = st.lists(st.sampled_from((*_SIGNS, *_OTHERS)), max_size=14).map("".join)


@given(st.one_of(st.text(max_size=60), _SYNTAX))
def test_any_string_is_a_query(text: str) -> None:
    found = parse(text)
    word_query(found)
    assert found.raw == text
    for problem in found.problems:
        assert 0 <= problem.start < problem.end <= len(text)
        assert problem.message


_VALUES = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zl", "Zp"],
        exclude_characters="".join(map(chr, range(0xFF01, 0xFF5F))) + "』",
    ),
    min_size=1,
    max_size=20,
)


@given(_VALUES.map(lambda value: " ".join(value.split())).filter(bool))
def test_filters_read_back_as_written(value: str) -> None:
    found = parse(f"cat {filter_text('file', value)} dog")
    assert found.filter.file_names == (value,)
    assert found.text == "cat dog"


@given(st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=6))
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    assert parse(" ".join(words)).text == " ".join(words)
