"""What to say and to offer when nothing good was found."""

from folioscope.domain.protocols import StoreStats
from folioscope.domain.queries import PageFilter, ParsedQuery
from folioscope.domain.results import Suggestion
from folioscope.domain.tokens import fold, tokens
from folioscope.services.query_language import without


def explanation(*, most_held: int, asked: int, candidates: int) -> str:
    """Say in a sentence why no page is good enough.

    ``most_held``: the largest number of the query's words on one page, of ``asked``.
    """
    if candidates == 0:
        return "None of your words is in this library."
    if most_held == 0:
        return "No page has any of your words, and none is close in meaning."
    if most_held == 1 and asked > 1:
        return "No page has more than one of your words, and none is close in meaning."
    return "No page has all of your words, and none is close in meaning."


def suggest(
    parsed: ParsedQuery,
    *,
    scope: PageFilter,
    missing: frozenset[str],
    stats: StoreStats | None,
) -> tuple[Suggestion, ...]:
    """Offer other queries: wider ones, and ones without words that are nowhere.

    ``missing``: tokens that none of the pages found holds.
    """
    offers: list[Suggestion] = []
    if scope.folders:
        name = scope.folders[0].rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        offers.append(Suggestion(f"Search all folders instead of {name}", parsed.raw))
    for word in _words_missing(parsed, missing)[:2]:
        query = without(parsed, word)
        if query.strip():
            offers.append(Suggestion(f"Drop “{word}”", query))
    if not parsed.filter.is_empty and parsed.text:
        offers.append(Suggestion("Search without filters", parsed.text))
    if parsed.phrases:
        query = parsed.raw
        for sign in '"“”„«»「」『』':
            query = query.replace(sign, " ")
        offers.append(Suggestion("Search for the words one by one", " ".join(query.split())))
    if stats is not None and stats.pages_waiting_for_ocr:
        waiting = stats.pages_waiting_for_ocr
        pages = "1 page is" if waiting == 1 else f"{waiting:,} pages are"
        offers.append(
            Suggestion(f"{pages} still being read", parsed.raw, note="Search again later")
        )
    return tuple(offers)


def _words_missing(parsed: ParsedQuery, missing: frozenset[str]) -> list[str]:
    words = parsed.text.split()
    if len(words) < 2:
        return []
    return [
        word
        for word in dict.fromkeys(words)
        if (held := set(tokens(fold(word)))) and held <= missing
    ]
