"""The way through a document."""

from dataclasses import replace

import numpy as np
import pytest

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageRef, PageText
from folioscope.domain.results import SearchResults, WordMark
from folioscope.gui.pages.tour import PageTour
from tests.gui.fakes import answer, document_id, result


@pytest.fixture
def found() -> SearchResults:
    first = replace(result(1, page=2), page_count=9)
    two_words = (*first.words, WordMark("map", Box(0.5, 0.6, 0.6, 0.63)))
    second = replace(result(1, page=5), page_count=9, words=two_words)
    return answer("map", [first, result(2), second])


@pytest.fixture
def tour(qapp: object, found: SearchResults) -> PageTour:
    made = PageTour()
    made.start(found.results[0], found)
    return made


def test_it_starts_at_the_first_match(tour: PageTour) -> None:
    assert (tour.result.page_number, tour.match, len(tour.marks)) == (2, 0, 2)
    assert tour.hit_pages == {1, 4}


def test_matches_go_on_over_the_pages_that_are_hits(tour: PageTour) -> None:
    places = []
    for _ in range(6):
        tour.step_match(1)
        places.append((tour.result.page_number, tour.match))
    assert places == [(2, 1), (5, 0), (5, 1), (5, 2), (2, 0), (2, 1)]


def test_backwards_one_comes_to_the_last_match_of_the_page_before(tour: PageTour) -> None:
    tour.step_match(-1)
    assert (tour.result.page_number, tour.match) == (5, 2)


def test_pages_of_the_document_are_shown_though_they_are_no_hits(tour: PageTour) -> None:
    assert tour.step_page(1)
    assert tour.result.ref == PageRef(document_id(1), 2)
    assert not tour.is_hit
    assert tour.result.strength is None
    assert len(tour.marks) == 0
    assert tour.result.paths == result(1).paths


def test_there_is_no_page_before_the_first_or_behind_the_last(tour: PageTour) -> None:
    assert tour.go_to_page(0)
    assert not tour.step_page(-1)
    assert tour.go_to_page(8)
    assert not tour.step_page(1)


def test_the_words_found_are_marked_on_neighbours_too(tour: PageTour) -> None:
    tour.step_page(1)
    boxes = np.array([[0, 0, 0.1, 0.1], [0.2, 0, 0.3, 0.1], [0.4, 0, 0.5, 0.1]], np.float32)
    zeros = np.zeros(3, np.int32)
    tour.take_text(tour.result.ref, PageText(("Map,", "maple", "map-map"), boxes, zeros, zeros))
    assert [mark.word for mark in tour.marks.words] == ["Map,", "map-map"]
    assert tour.match == 0


def test_a_hit_keeps_its_own_marks(tour: PageTour) -> None:
    zeros = np.zeros(1, np.int32)
    text = PageText(("map",), np.zeros((1, 4), np.float32), zeros, zeros)
    tour.take_text(tour.result.ref, text)
    assert len(tour.marks) == 2


def test_a_word_is_stepped_through_by_itself(tour: PageTour) -> None:
    tour.go_to_page(4)
    tour.go_to_match(0)
    tour.step_word("map")
    assert tour.match == 1
    tour.step_word("map")
    assert tour.match == 0
    assert not tour.step_word("river")


def test_another_answer_brings_other_hits(tour: PageTour) -> None:
    newer = answer("map", [replace(result(1, page=3), page_count=9)])
    tour.start(newer.results[0], newer)
    assert tour.hit_pages == {2}
