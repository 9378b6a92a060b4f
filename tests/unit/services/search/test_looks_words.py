"""Which words of a query speak of looks."""

import pytest

from folioscope.domain.pages import LOOK_NAMES
from folioscope.services.looks_words import named_looks


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("blue bar chart", {"blue", "figure"}),
        ("rotes Balkendiagramm", {"red", "figure"}),
        ("capture d'écran bleue", {"blue", "screen", "figure"} - {"figure"}),
        ("mapa verde", {"green", "figure"}),
        ("синий график продаж", {"blue", "figure"}),
        ("赤い屋根の写真", {"red", "photo"}),
        ("图书馆的历史", set()),
        ("流程图", {"figure"}),
        ("صورة حمراء", {"red", "photo", "figure"}),
        ("파란 지도", {"blue", "figure"}),
        ("annual plan with a table and a list", set()),
        ("greenhouse regulations", set()),
        ("scanned letter", {"scan"}),
        ("slides about pensions", {"slide"}),
    ],
)
def test_looks_are_heard_in_many_languages(query: str, expected: set[str]) -> None:
    found = named_looks(query)
    assert {LOOK_NAMES[c] for c in (*found.colours, *found.kinds)} == expected


def test_colours_share_their_weight() -> None:
    columns = named_looks("red and blue flag").weights(colours=0.3, kinds=0.2)
    assert columns.sum() == pytest.approx(0.3)
    assert columns[LOOK_NAMES.index("red")] == pytest.approx(0.15)
