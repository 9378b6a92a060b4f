"""What stands for Shapely measures boxes as Shapely does."""

import ast
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Polygon as Wanted

from bundle.shapely_stand_in.geometry import Polygon

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@pytest.mark.parametrize("seed", range(20))
def test_boxes_have_the_area_and_length_that_shapely_finds(seed):
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * np.pi)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    box = (CORNERS * rng.uniform(3, 900, 2)) @ turned.T + rng.uniform(0, 4000, 2)
    for corners in (box, box[::-1], box.astype(np.float32), box.round().astype(np.int32)):
        assert Polygon(corners).area == pytest.approx(Wanted(corners).area, rel=1e-9)
        assert Polygon(corners).length == pytest.approx(Wanted(corners).length, rel=1e-12)


def test_a_box_without_width_has_no_area():
    flat = [[5, 5], [9, 5], [9, 5], [5, 5]]
    assert (Polygon(flat).area, Polygon(flat).length) == (0.0, 8.0)
    assert isinstance(Polygon(flat).area, float)


def test_rapidocr_asks_shapely_for_nothing_else():
    asked, attributes = set(), set()
    for file in metadata.distribution("rapidocr").files or []:
        if file.suffix != ".py":
            continue
        text = Path(str(file.locate())).read_text("utf-8")
        if "shapely" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shapely"):
                asked |= {f"{node.module}.{name.name}" for name in node.names}
            elif isinstance(node, ast.Import):
                asked |= {name.name for name in node.names if name.name.startswith("shapely")}
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                attributes |= {node.attr} if node.value.id == "poly" else set()
    assert asked == {"shapely.geometry.Polygon"}
    assert attributes == {"area", "length"}
