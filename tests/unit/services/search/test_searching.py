"""What a search shows, and why."""

import pytest

from folioscope.domain.errors import QueryError
from folioscope.domain.queries import PageFilter, ProblemKind
from folioscope.domain.results import ReasonKind, SearchResults, Strength
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.searching import PageSearchService

from .shelf import Shelf, WordEncoder

EVERYWHERE = PageFilter()
RIVER = "The river maps of the valley show maps of every bend and all the old mills along the water"
BREAD = "Knead the dough for ten minutes and let the bread rest under a cloth before it goes in"
TRAINS = "The night train leaves platform four at ten and reaches the coast in the early morning"


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.add("/docs/valley.pdf", (RIVER,), (BREAD,), ())
    shelf.add("/docs/timetable.pdf", (TRAINS,), copies=("/copies/timetable.pdf",))
    return shelf


def ask(shelf: Shelf, text: str, scope: PageFilter = EVERYWHERE) -> SearchResults:
    service = PageSearchService(shelf, WordEncoder())  # type: ignore[arg-type]
    return service.search(text, scope=scope)


def test_the_right_page_comes_first_with_its_reasons(shelf: Shelf) -> None:
    best = ask(shelf, "river maps").results[0]
    assert (best.path, best.page_number) == ("/docs/valley.pdf", 1)
    assert best.strength is Strength.STRONG
    assert best.reasons[0].kind is ReasonKind.WORDS
    assert best.reasons[0].text == "“maps” twice, “river”"
    assert [mark.word for mark in best.words] == ["river", "maps", "maps"]
    assert len(best.regions) == 1
    region = best.regions[0].box
    assert all(region.x0 <= m.box.x0 and m.box.x1 <= region.x1 for m in best.words)


def test_the_snippet_begins_before_the_match_with_bold_words(shelf: Shelf) -> None:
    snippet = ask(shelf, "bread dough").results[0].snippet
    assert snippet.text.startswith("Knead the dough for ten")
    assert [snippet.text[a:b] for a, b in snippet.bold] == ["dough", "bread"]


def test_copies_are_one_result_with_all_paths(shelf: Shelf) -> None:
    found = ask(shelf, "night train platform").results[0]
    assert found.paths == ("/copies/timetable.pdf", "/docs/timetable.pdf")
    assert found.page_count == 1


def test_file_names_are_a_reason(shelf: Shelf) -> None:
    best = ask(shelf, "timetable").results[0]
    assert best.path.endswith("timetable.pdf")
    assert ReasonKind.NAME in {r.kind for r in best.reasons}


def test_blank_pages_are_never_listed(shelf: Shelf) -> None:
    answer = ask(shelf, "valley river")
    assert all(r.page_number != 3 for r in (*answer.results, *answer.weaker))


def test_near_duplicates_fold_behind_the_best(shelf: Shelf) -> None:
    shelf.add("/docs/valley-copy.pdf", (RIVER,), ("Something else is on this page of the copy",))
    found = [r for r in ask(shelf, "river maps").results if r.snippet.text.startswith("The river")]
    assert len(found) == 1
    assert len(found[0].similar) == 1


def test_nonsense_gets_no_good_match(shelf: Shelf) -> None:
    answer = ask(shelf, "helicopter zxqv", PageFilter(folders=("/docs",)))
    assert answer.no_good_match
    assert not answer.results
    assert answer.weaker
    assert answer.explanation == ("No page has any of your words, and none is close in meaning.")
    texts = [s.text for s in answer.suggestions]
    assert texts[:2] == ["Search all folders instead of docs", "Drop “helicopter”"]
    assert answer.suggestions[1].query == "zxqv"


def test_an_empty_library_says_so() -> None:
    answer = ask(Shelf(), "river")
    assert answer.no_good_match
    assert answer.explanation == "None of your words is in this library."


def test_phrases_are_required_and_never_weak(shelf: Shelf) -> None:
    answer = ask(shelf, '"ten minutes"')
    assert [(r.path, r.page_number) for r in answer.results] == [("/docs/valley.pdf", 2)]
    assert [m.word for m in answer.results[0].words] == ["ten", "minutes"]


def test_exclusions_hold(shelf: Shelf) -> None:
    answer = ask(shelf, "ten -train")
    assert all("timetable" not in r.path for r in (*answer.results, *answer.weaker))


def test_filters_alone_list_pages(shelf: Shelf) -> None:
    answer = ask(shelf, "file:timetable")
    assert [r.path for r in answer.results] == ["/copies/timetable.pdf"]
    assert answer.results[0].strength is None


def test_typed_and_chosen_folders_must_both_hold(shelf: Shelf) -> None:
    both = ask(shelf, "train folder:copies", PageFilter(folders=("/docs",)))
    assert {r.path for r in both.results} == {"/copies/timetable.pdf"}
    neither = ask(shelf, "river folder:copies", PageFilter(folders=("/docs",)))
    assert all("valley" not in r.path for r in (*neither.results, *neither.weaker))


def test_a_problem_is_told_and_the_rest_found(shelf: Shelf) -> None:
    answer = ask(shelf, "river maps after:june")
    assert [p.kind for p in answer.query.problems] == [ProblemKind.BAD_DATE]
    assert answer.results


def test_an_empty_query_is_refused(shelf: Shelf) -> None:
    with pytest.raises(QueryError, match="empty"):
        ask(shelf, "  ")


def test_browsing_lists_all_pages_with_facets(shelf: Shelf) -> None:
    service = PageSearchService(shelf, WordEncoder())  # type: ignore[arg-type]
    answer = service.browse(scope=EVERYWHERE)
    assert len(answer.results) == 4
    assert answer.facets.kinds == (("pdf", 4),)
    assert answer.facets.years == ((2023, 4),)


def test_a_cancelled_search_ends(shelf: Shelf) -> None:
    token = CancelToken()
    token.cancel()
    service = PageSearchService(shelf, WordEncoder())  # type: ignore[arg-type]
    with pytest.raises(Cancelled):
        service.search("river", scope=EVERYWHERE, token=token)
