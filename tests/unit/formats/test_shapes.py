"""Geometry from a stranger's numbers."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.formats import shapes
from assay.formats.values import RowError

SQUARE = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0]


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((1, 1, 1, 5), "empty"), ((5, 1, 1, 5), "swapped"), ((1, 5, 2, 3), "swapped"), ((1, 1, 1 + 1e-9, 5), "empty"),
        ((1e300, 0, 2e300, 1), "beyond"), ((math.nan, 0, 1, 1), "beyond"), ((0, 0, math.inf, 1), "beyond"),
    ],
)  # fmt: skip
def test_a_box_that_is_none_is_refused(box: tuple[float, float, float, float], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        shapes.bbox(*box)


def test_a_turned_box_goes_clockwise_on_the_screen() -> None:
    corners = shapes.corners_of([10, 10, 8, 2, math.pi / 2])  # the long side, pointing right, turns to point down
    assert corners[2:4] == pytest.approx([11, 14])
    assert shapes.rotated_bbox(10, 10, 8, 2, math.pi / 2).box == pytest.approx((9, 6, 11, 14))


@settings(max_examples=60, deadline=None)
@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.5, 30), st.floats(0.5, 30), st.floats(-3.1, 3.1))
def test_four_corners_give_the_turned_box_back(x: float, y: float, w: float, h: float, angle: float) -> None:
    again = shapes.rotated_of_corners(shapes.corners_of([x, y, w, h, angle])).rotated
    assert again is not None
    assert again == pytest.approx([x, y, w, h, angle], abs=1e-9)


def test_four_corners_of_no_rectangle_are_refused() -> None:
    with pytest.raises(RowError, match="no rectangle"):
        shapes.rotated_of_corners([0, 0, 10, 0, 14, 8, 0, 8])


@pytest.mark.parametrize(
    "parts", [[], [[]], [[[]]], [[[1, 2, 3, 4]]], [[[1, 2, 3, 4, 5]]], [[[1, 1, 1, 1, 1, 1]]], [[[1, 1, 5, 1, 9, 1]]]]
)
def test_a_polygon_that_is_none_is_refused(parts: shapes.Parts) -> None:
    with pytest.raises(RowError):
        shapes.polygon(parts)


def test_the_envelope_of_a_polygon_is_that_of_its_outer_rings() -> None:
    far = [v + 10 for v in SQUARE]
    assert shapes.polygon([[SQUARE, [1, 1, 2, 1, 2, 2]], [far]]).box == (0, 0, 14, 14)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=8, unique=True))
def test_a_ring_that_crosses_itself_is_no_simple_polygon(points: list[tuple[int, int]]) -> None:
    ring = [float(v) for point in points for v in point]
    if shapes.crosses_itself(ring):
        assert not shapely.LinearRing(points).is_simple


def test_a_bow_tie_crosses_itself_and_a_square_does_not() -> None:
    assert shapes.crosses_itself([0, 0, 10, 10, 10, 0, 0, 10])
    assert not shapes.crosses_itself(SQUARE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=3, max_size=8))
def test_the_area_of_a_ring_is_that_of_shapely(points: list[tuple[float, float]]) -> None:
    area = shapes.area_of_ring([v for point in points for v in point])
    assert area == pytest.approx(shapely.Polygon(points).area, abs=1e-6)


def test_an_ellipse_becomes_a_polygon_of_nearly_its_area() -> None:
    shape = shapes.ellipse(10, 10, 6, 3, 0.4)
    assert shape.polygon is not None
    ratio = shapes.area_of_ring(shape.polygon[0][0]) / (math.pi * 18)
    assert 0.998 < ratio < 1


@pytest.mark.parametrize(
    ("values", "names"), [([], ()), ([1, 2], ()), ([1, 2, 3], ()), ([0, 0, 0], ()), ([1, 2, 2], ("a", "b"))]
)
def test_keypoints_that_are_none_are_refused(values: list[float], names: tuple[str, ...]) -> None:
    with pytest.raises(RowError):
        shapes.keypoints(values, names=names)


def test_points_that_are_not_labelled_do_not_stretch_the_envelope() -> None:
    assert shapes.keypoints([5, 6, 2, 0, 0, 0, 9, 8, 1]).box == (5, 6, 9, 8)


def test_the_source_s_box_is_kept_when_it_only_rounds() -> None:
    shape = shapes.polygon([[SQUARE]])
    kept, agrees = shapes.with_source_box(shape, (0.0, 0.3, 4.0, 4.0))
    assert (kept.box, agrees) == ((0.0, 0.3, 4.0, 4.0), True)
    other, agrees = shapes.with_source_box(shape, (0.0, 0.0, 9.0, 9.0))
    assert (other.box, agrees) == ((0.0, 0.0, 4.0, 4.0), False)


def test_a_mask_s_window_must_lie_in_the_picture() -> None:
    import numpy as np

    window = np.ones((2, 3), dtype=bool)
    assert shapes.mask_of_window(window, 4, 5, (10, 10)).box == (4, 5, 7, 7)
    for left, top in ((-1, 0), (8, 0), (0, 9)):
        with pytest.raises(RowError, match="over the picture"):
            shapes.mask_of_window(window, left, top, (10, 10))
