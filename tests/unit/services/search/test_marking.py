"""Which words of a page are marked, in many scripts."""

import pytest

from folioscope.domain.queries import WordQuery
from folioscope.domain.tokens import tokens
from folioscope.services.marking import QueryWords, find_words, word_marks
from folioscope.services.snippets import snippet

from .shelf import text_of


def marked(page: str, query: str, *phrases: str) -> list[str]:
    words = QueryWords(
        WordQuery(terms=tuple(tokens(query)), required=tuple(tuple(tokens(p)) for p in phrases))
    )
    text = text_of(page)
    return [mark.word for mark in word_marks(text, find_words(text, words))]


@pytest.mark.parametrize(
    ("page", "query", "expected"),
    [
        ("Das Café, offen", "cafe", ["Café"]),
        ("the end of the road", "the road", ["road"]),
        ("of the", "the", ["the"]),
        ("Balkendiagramm und Kreis", "Diagramm", ["Balkendiagramm"]),
        ("Diagramm und Balkendiagramm", "Diagramm", ["Diagramm"]),
        ("資料庫的索引可以重建", "索引", ["索引"]),
        ("国立国会図書館の職員", "図書館", ["図書館"]),
        ("كتاب الأرقام", "الارقام", ["الأرقام"]),
        ("state-of-the-art", "art", ["art"]),
        ("Straße nach Süden", "strasse", ["Straße"]),
    ],
)
def test_words_are_found_as_they_stand(page: str, query: str, expected: list[str]) -> None:
    assert marked(page, query) == expected


def test_phrases_mark_their_common_words_only_in_place() -> None:
    page = "the end is not the end of the road"
    assert marked(page, "end of the road", "end of the road")[-4:] == ["end", "of", "the", "road"]


def test_signs_get_the_part_of_the_box_under_them() -> None:
    text = text_of("資料庫的索引可以重建")
    words = QueryWords(WordQuery(terms=tuple(tokens("索引"))))
    (mark,) = word_marks(text, find_words(text, words))
    x0, _, x1, _ = text.boxes[0].tolist()
    assert mark.box.x0 == pytest.approx(x0 + 0.4 * (x1 - x0))
    assert mark.box.x1 == pytest.approx(x0 + 0.6 * (x1 - x0))


def test_snippets_begin_two_words_before() -> None:
    text = text_of("one two three four maps five six seven")
    words = QueryWords(WordQuery(terms=("maps",)))
    shown = snippet(text, find_words(text, words), None)
    assert shown.text.startswith("three four maps five")
    assert [shown.text[a:b] for a, b in shown.bold] == ["maps"]
