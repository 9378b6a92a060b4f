"""Fitting, zooming and turning a page, as arithmetic."""

import math

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from folioscope.domain.geometry import Box
from folioscope.gui.pages.page_geometry import LARGEST_ZOOM, PAD_PX, PageGeometry

aspects = st.floats(0.1, 8.0)
fractions = st.floats(0.0, 1.0)
views = st.tuples(st.integers(200, 2000), st.integers(200, 2000))


@given(views, aspects, st.integers(0, 3))
def test_a_fitted_page_lies_in_the_view_and_keeps_its_shape(
    view: tuple[int, int], aspect: float, turned: int
) -> None:
    geometry = PageGeometry(QSizeF(*view), aspect, turned=turned)
    page = geometry.page
    room = QRectF(0, 0, *view).adjusted(PAD_PX - 1, PAD_PX - 1, 1 - PAD_PX, 1 - PAD_PX)
    assert room.contains(page)
    if min(page.width(), page.height()) > 50:
        shown = 1 / aspect if turned % 2 else aspect
        assert math.isclose(page.width() / page.height(), shown, rel_tol=0.03)


@given(views, aspects, st.integers(0, 3), fractions, fractions)
def test_points_and_fractions_are_inverse(
    view: tuple[int, int], aspect: float, turned: int, x: float, y: float
) -> None:
    geometry = PageGeometry(QSizeF(*view), aspect, turned=turned)
    back = geometry.fraction_at(geometry.point_of(QPointF(x, y)))
    assert math.isclose(back.x(), x, abs_tol=1e-6)
    assert math.isclose(back.y(), y, abs_tol=1e-6)


def test_turning_clockwise_brings_the_top_to_the_right() -> None:
    geometry = PageGeometry(QSizeF(600, 600), 0.7, turned=1)
    assert geometry.point_of(QPointF(0.5, 0.0)).x() > geometry.page.center().x()
    assert geometry.page.width() > geometry.page.height()


@given(st.floats(1.5, 6.0), fractions, fractions)
def test_what_is_under_the_pointer_stays_there(factor: float, x: float, y: float) -> None:
    geometry = PageGeometry(QSizeF(500, 500), 1.0)
    about = geometry.point_of(QPointF(x, y))
    zoomed = geometry.zoomed(factor, about)
    moved = zoomed.point_of(QPointF(x, y)) - about
    # at the edges the margin and whole pixels take a little
    assert max(abs(moved.x()), abs(moved.y())) <= PAD_PX * factor + 2


def test_zoom_is_bounded_and_comes_back_to_fit() -> None:
    geometry = PageGeometry(QSizeF(500, 500), 1.0)
    middle = QPointF(250, 250)
    assert geometry.zoomed(100, middle).zoom == LARGEST_ZOOM
    assert geometry.zoomed(0.2, middle).zoom == 1.0
    back = geometry.zoomed(3, middle).zoomed(1.0, middle)
    assert back.page == geometry.page


def test_a_match_out_of_sight_is_brought_into_the_middle() -> None:
    geometry = PageGeometry(QSizeF(500, 500), 1.0).zoomed(4, QPointF(0, 0))
    box = Box(0.8, 0.8, 0.85, 0.82)
    shown = geometry.showing(box)
    assert QRectF(0, 0, 500, 500).contains(shown.rect_of(box))
    assert shown.showing(box) == shown
