"""What to say and to offer when nothing good was found."""

from collections.abc import Callable

from folioscope.domain.protocols import VectorStore
from folioscope.domain.queries import PageFilter, ParsedQuery, StoreQuery, WordQuery
from folioscope.domain.results import Suggestion
from folioscope.domain.tokens import tokens
from folioscope.services.query_language import without

_MOST_ASKED = 12  # words looked up one by one
_MOST_DROPPED = 2
_QUOTES = str.maketrans(dict.fromkeys('"“”„«»「」『』', " "))


def why_nothing(*, most_words: int, asked: int, candidates: int) -> str:
    """Say in a sentence why no page is good enough.

    ``most_words``: the largest number of the query's words on one page, of ``asked``.
    """
    if candidates == 0:
        return "None of your words is in this library."
    if most_words == 0:
        return "No page has any of your words, and none is close in meaning."
    if most_words == 1 and asked > 1:
        return "No page has more than one of your words, and none is close in meaning."
    return "No page has all of your words, and none is close in meaning."


def suggest(
    parsed: ParsedQuery, *, scope: PageFilter, is_held: Callable[[str], bool], waiting: int
) -> tuple[Suggestion, ...]:
    """Offer other queries: wider ones, and ones without words that no page holds.

    ``is_held`` tells whether any page holds a token; ``waiting`` counts pages still to be read.
    """
    offers: list[Suggestion] = []
    if scope.folders:
        name = scope.folders[0].rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        offers.append(Suggestion(f"Search all folders instead of {name}", parsed.raw))
    for word in _words_nowhere(parsed, is_held)[:_MOST_DROPPED]:
        if query := without(parsed, word):
            offers.append(Suggestion(f"Drop “{word}”", query))
    if not parsed.filter.is_empty and parsed.text:
        offers.append(Suggestion("Search without filters", parsed.text))
    if parsed.phrases:
        query = " ".join(parsed.raw.translate(_QUOTES).split())
        offers.append(Suggestion("Search for the words one by one", query))
    if waiting:
        pages = "page" if waiting == 1 else "pages"
        text = f"Include the {waiting:,} {pages} still being read"
        offers.append(Suggestion(text, parsed.raw, note="Search again when they are read."))
    return tuple(offers)


def holds_any(store: VectorStore, page_filter: PageFilter) -> Callable[[str], bool]:
    """Return how to ask whether any page that passes holds a token."""

    def ask(token: str) -> bool:
        words = WordQuery(required=((token,),))
        return bool(store.page_refs(StoreQuery(words=words, filter=page_filter), limit=1))

    return ask


def _words_nowhere(parsed: ParsedQuery, is_held: Callable[[str], bool]) -> list[str]:
    words = list(dict.fromkeys(parsed.text.split()))
    if not 2 <= len(words) <= _MOST_ASKED:
        return []
    return [
        word
        for word in words
        if (parts := set(tokens(word))) and not any(is_held(part) for part in parts)
    ]
