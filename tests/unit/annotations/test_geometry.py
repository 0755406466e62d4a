"""Geometry of marks as it is handed in: what each shape needs, and boxes that enclose it exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from assay.annotations.geometry import geometry_problem
from assay.formats.shapes import corners_of

WIDTH, HEIGHT = 100, 50
RING = [10, 10, 20, 10, 20, 30]


def problem(shape: str, geometry: dict[str, Any] | None, box: tuple[float, float, float, float]) -> str | None:
    return geometry_problem(shape, geometry, box, WIDTH, HEIGHT)


def rle(x: int, y: int, width: int, height: int, *, size: tuple[int, int] = (HEIGHT, WIDTH)) -> str:
    bits = np.zeros(size, np.uint8)
    bits[y : y + height, x : x + width] = 1
    return str(coco.encode(np.asfortranarray(bits))["counts"].decode())


@pytest.mark.parametrize(
    ("shape", "geometry", "box"),
    [
        ("bbox", None, (1, 2, 3, 4)),
        ("tag", None, (0, 0, WIDTH, HEIGHT)),
        ("polygon", {"polygon": [[RING, [12, 12, 14, 12, 14, 14]], [[50, 5, 60, 5, 60, 9]]]}, (10, 5, 60, 30)),
        ("mask", {"rle": rle(7, 3, 20, 10)}, (7, 3, 27, 13)),
        ("polyline", {"points": [1, 2, 30, 4]}, (1, 2, 30, 4)),
        ("point", {"points": [5.5, 6]}, (5.5, 6, 5.5, 6)),
        ("point", None, (5, 6, 5, 6)),
        ("keypoints", {"points": [5, 6, 2, 0, 0, 0]}, (0, 0, 10, 10)),
        ("rotated_bbox", {"rotated": [50, 25, 20, 10, math.pi / 2]}, (45, 15, 55, 35)),
    ],
)
def test_each_shape_passes_with_what_it_needs(shape: str, geometry: dict[str, Any] | None, box: Any) -> None:
    assert problem(shape, geometry, box) is None


@given(angle=st.floats(-4, 4), width=st.floats(1, 30), height=st.floats(1, 15))
def test_the_box_of_a_rotated_box_is_the_one_that_exports_compute(angle: float, width: float, height: float) -> None:
    turned = [50.0, 25.0, width, height, angle]
    corners = np.array(corners_of(turned)).reshape(4, 2)
    box = (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())
    assert problem("rotated_bbox", {"rotated": turned}, box) is None


@pytest.mark.parametrize(
    ("shape", "geometry", "words"),
    [
        ("bbox", {"polygon": []}, "a geometry beside its box"),
        ("polygon", None, "has no geometry 'polygon'"),
        ("polygon", {"polygon": []}, "needs parts"),
        ("polygon", {"polygon": [[[1, 2, 3, 4]]]}, "a ring of 4 numbers"),
        ("polygon", {"polygon": [[RING]], "rle": "x"}, "belongs to another shape"),
        ("polygon", {"polygon": [[[1, 2, 3, math.inf, 5, 6]]]}, "nowhere near a picture"),
        ("polygon", {"polygon": [[[1, 2, 3, True, 5, 6]]]}, "no list of numbers"),
        ("rotated_bbox", {"rotated": [1, 2, 0, 4, 0]}, "above 0"),
        ("mask", {"rle": rle(0, 0, 2, 2, size=(10, 10))}, "does not fill the picture"),
        ("mask", {"rle": "\u2713"}, "does not fill the picture"),
        ("mask", {"rle": rle(0, 0, 0, 0)}, "without a pixel"),
        ("mask", {"rle": 5}, "no run-length string"),
        ("polyline", {"points": [1, 2]}, "two points or more"),
        ("point", {"points": [1, 2, 3]}, "not two"),
        ("keypoints", {"points": [1, 2, 7]}, "visibility"),
    ],
)
def test_each_broken_geometry_is_named(shape: str, geometry: dict[str, Any] | None, words: str) -> None:
    assert words in (problem(shape, geometry, (0, 0, 1, 1)) or "")


def test_a_box_that_does_not_enclose_its_geometry_is_refused_but_for_labels_from_elsewhere() -> None:
    off = (10, 10, 20, 30.5)
    assert "0.5 px" in (problem("polygon", {"polygon": [[RING]]}, off) or "")
    assert geometry_problem("polygon", {"polygon": [[RING]]}, off, WIDTH, HEIGHT, envelopes=False) is None
