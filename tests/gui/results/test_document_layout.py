"""Results grouped by document."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.results import SearchResult
from folioscope.gui.results.document_layout import DocumentLayout
from folioscope.gui.results.tile_layout import Action
from tests.gui.fakes import document_id, result

documents = st.lists(st.integers(1, 12), max_size=60)


def hits(numbers: Sequence[int]) -> list[SearchResult]:
    return [result(number, page=place + 1) for place, number in enumerate(numbers)]


def layout(
    numbers: Sequence[int],
    *,
    width: int = 760,
    weaker_from: int | None = None,
    opened: frozenset[str] = frozenset(),
) -> DocumentLayout:
    first = len(numbers) if weaker_from is None else min(weaker_from, len(numbers))
    return DocumentLayout(
        hits(numbers), width_px=width, weaker_from=first, opened=opened, headed=True
    )


@given(documents, st.integers(300, 1600), st.integers(0, 60), st.booleans())
def test_each_page_is_found_where_it_is_painted(
    numbers: list[int], width: int, weaker_from: int, is_open: bool
) -> None:
    opened = frozenset(map(document_id, range(13))) if is_open else frozenset()
    made = layout(numbers, width=width, weaker_from=weaker_from, opened=opened)
    shown = [row for row in range(len(numbers)) if not made.rect(row).isEmpty()]
    for row in shown:
        rect = made.rect(row)
        assert made.row_at(rect.center()) == row
        assert row in set(made.rows_between(rect.center().y(), rect.center().y()))
        assert rect.bottom() < made.height
    if is_open:
        assert len(shown) == len(numbers)
    if shown:
        assert sorted(made.span(made._order[0], made._order[-1])) == shown


def test_documents_stand_in_the_order_of_their_best_page() -> None:
    made = layout([3, 1, 3, 2, 3, 3])
    assert [block.document_id for block in made.blocks] == [document_id(n) for n in (3, 1, 2)]
    assert made.blocks[0].rows == (0, 2, 4, 5)
    assert made.blocks[0].hidden == 2
    assert made.rect(4).isEmpty()


def test_an_opened_document_shows_all_its_pages() -> None:
    made = layout([3, 1, 3, 2, 3, 3], opened=frozenset({document_id(3)}))
    assert made.blocks[0].hidden == 0
    assert made.rect(4).top() > made.rect(0).bottom()
    assert made.blocks[1].top > made.rect(4).bottom()


def test_a_weaker_page_of_a_document_stands_behind_the_heading() -> None:
    made = layout([1, 2, 1], weaker_from=2)
    assert [block.is_weaker for block in made.blocks] == [False, False, True]
    assert made.rect(1).bottom() < made.heading.top() < made.rect(2).top()


def test_keys_go_along_the_line_and_from_document_to_document() -> None:
    made = layout([1, 1, 1, 2, 3, 3])  # two columns
    steps = {
        (0, Action.MoveRight): 1,
        (1, Action.MoveRight): 3,
        (3, Action.MoveLeft): 1,
        (1, Action.MoveDown): 3,
        (3, Action.MoveDown): 4,
        (5, Action.MoveUp): 3,
        (0, Action.MoveUp): 0,
        (5, Action.MoveDown): 5,
        (0, Action.MoveEnd): 5,
        (5, Action.MoveHome): 0,
    }
    for (row, action), expected in steps.items():
        assert made.moved(row, action, page_px=500) == expected
