"""How a page is cut into what gets a vector."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.pages import PageText, Region
from folioscope.domain.protocols import PageUnits
from folioscope.services.composing import (
    LONGEST_REGION,
    PAGE_CHARACTERS,
    choose_document_title,
    compose,
    find_repeated_lines,
    title_line,
)

from .shelf import content_of, text_of


def cut(
    text: PageText, *, repeated: frozenset[str] = frozenset()
) -> tuple[PageUnits, tuple[Region, ...]]:
    return compose(content_of(text), document_title="", file_name="a.pdf", repeated_lines=repeated)


def test_neighbouring_blocks_are_joined() -> None:
    units, regions = cut(text_of("The first block of text", "and the second one below it"))
    assert units.regions == ("The first block of text and the second one below it",)
    assert (regions[0].first_word, regions[0].last_word) == (0, 11)


def test_long_blocks_are_cut_at_words() -> None:
    text = text_of("many words follow here " * 120)
    units, regions = cut(text)
    assert len(units.regions) > 3
    assert all(len(part) <= LONGEST_REGION for part in units.regions)
    assert " ".join(units.regions) == " ".join(text.words)
    assert len(units.page) == PAGE_CHARACTERS
    ends = [r.last_word for r in regions]
    assert [r.first_word for r in regions] == [0, *ends[:-1]]


def test_blocks_far_apart_stay_apart() -> None:
    left = text_of("A caption at the top left")
    boxes = np.concatenate([left.boxes * 0.2, left.boxes * 0.2 + 0.7])
    twice = PageText(
        left.words * 2,
        boxes,
        np.concatenate([left.lines, left.lines + 1]),
        np.concatenate([left.blocks, left.blocks + 1]),
    )
    _, regions = cut(twice)
    assert len(regions) == 2
    assert all(r.box.area < 0.1 for r in regions)


def test_running_lines_are_left_out() -> None:
    pages = [
        text_of(f"Annual Report {n}", f"What page {n} says", "is its own matter") for n in range(6)
    ]
    repeated = find_repeated_lines(pages)
    units, _ = cut(pages[2], repeated=repeated)
    assert units.page == "What page 2 says is its own matter"


def test_lines_of_short_documents_are_kept() -> None:
    pages = [text_of("Annual Report", "one"), text_of("Annual Report", "two")]
    assert find_repeated_lines(pages) == frozenset()


def test_a_page_without_words_has_a_title_alone() -> None:
    units, regions = cut(text_of())
    assert (units.page, units.regions, regions) == ("", (), ())
    assert units.title == "a"


def test_chinese_lines_are_joined_without_spaces() -> None:
    units, _ = cut(text_of("資料庫的索引 可以重新建立"))
    assert units.page == "資料庫的索引可以重新建立"


def test_title_lines_drop_control_and_direction_signs() -> None:
    assert title_line("Rep\u202eort\x07", "/tmp/my_file-2.pdf", "Chap\u200fter\n1") == (
        "Report my file 2 Chapter 1"
    )


def test_titles_written_by_programs_give_way() -> None:
    first = content_of(text_of("Growing tomatoes"))
    first = type(first)(**{**_fields(first), "largest_line": "Growing tomatoes"})
    assert choose_document_title("untitled", first) == "Growing tomatoes"
    assert choose_document_title("Microsoft Word - growth report.doc", first) == "growth report"
    assert choose_document_title("A guide to gardens", first) == "A guide to gardens"
    assert choose_document_title("", None) == ""


def _fields(content: object) -> dict[str, object]:
    return {name: getattr(content, name) for name in content.__slots__}  # type: ignore[attr-defined]


@given(st.lists(st.text(max_size=80), max_size=12))
def test_any_text_can_be_cut(blocks: list[str]) -> None:
    text = text_of(*blocks)
    units, regions = cut(text)
    assert len(units.regions) == len(regions)
    for region in regions:
        assert 0 <= region.first_word < region.last_word <= len(text)
        assert 0 <= region.box.x0 <= region.box.x1 <= 1
        assert 0 <= region.box.y0 <= region.box.y1 <= 1
