"""Answers of every shape against gold: areas by their pixels, points by distance, tags by class."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from assay.annotations import Mark
from assay.annotations.geometry import geometry_problem
from assay.gold import ErrorKind, GoldMark, score_answer
from assay.gold.model import gold_mark_from_json, gold_mark_to_json

R, M, S, C, L = (
    ErrorKind.RIGHT,
    ErrorKind.MISSED,
    ErrorKind.SPURIOUS,
    ErrorKind.MISCLASSIFIED,
    ErrorKind.MISLOCALISED,
)
SIZE = (80, 60)


def bits(x: int, y: int, width: int, height: int) -> Any:
    picture = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    picture[y : y + height, x : x + width] = 1
    return picture


def mask(x: int, y: int, width: int, height: int, label_class: str = "a") -> Mark:
    rle = coco.encode(np.asfortranarray(bits(x, y, width, height)))["counts"].decode()
    return Mark(label_class, "mask", (x, y, x + width, y + height), geometry={"rle": rle})


def polygon(x: int, y: int, width: int, height: int, label_class: str = "a") -> Mark:
    ring = [x, y, x + width, y, x + width, y + height, x, y + height]
    return Mark(label_class, "polygon", (x, y, x + width, y + height), geometry={"polygon": [[ring]]})


def turned(x: float, y: float, width: float, height: float, angle: float = 0.0) -> Mark:
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    dx, dy = (width * cos + height * sin) / 2, (width * sin + height * cos) / 2
    geometry = {"rotated": [x, y, width, height, angle]}
    return Mark("a", "rotated_bbox", (x - dx, y - dy, x + dx, y + dy), geometry=geometry)


def point(x: float, y: float, label_class: str = "a") -> Mark:
    return Mark(label_class, "point", (x, y, x, y), geometry={"points": [x, y]})


def tag(label_class: str) -> Mark:
    return Mark(label_class, "tag", (0, 0, *SIZE))


def kinds(signed: list[Mark], answer: list[Mark]) -> list[ErrorKind]:
    gold = [GoldMark(m.label_class, m.shape, m.bbox, geometry=m.geometry) for m in signed]
    score = score_answer(gold, answer, match_iou=0.5, tight_iou=0.75, size_px=SIZE)
    return [mark.kind for mark in score.marks]


@settings(max_examples=60)
@given(dx=st.integers(-9, 9), dy=st.integers(-9, 9), form=st.sampled_from([mask, polygon]))
def test_areas_are_compared_by_the_pixels_that_coco_counts(dx: int, dy: int, form: Any) -> None:
    signed, drawn = mask(20, 20, 16, 12), form(20 + dx, 20 + dy, 16, 12)
    a, b = bits(20, 20, 16, 12), bits(20 + dx, 20 + dy, 16, 12)
    iou = (a & b).sum() / (a | b).sum()
    score = score_answer(
        [GoldMark("a", "mask", signed.bbox, geometry=signed.geometry)],
        [drawn],
        match_iou=0.5,
        tight_iou=0.75,
        size_px=SIZE,
    )
    wanted = R if iou >= 0.75 else L if iou >= 0.5 else M
    assert score.marks[0].kind is wanted
    if wanted is not M:
        assert score.marks[0].iou == pytest.approx(iou)


def test_a_box_around_a_thin_polygon_is_not_the_polygon() -> None:
    ring = [10, 10, 50, 50, 50, 52, 10, 12]
    thin = Mark("a", "polygon", (10, 10, 50, 52), geometry={"polygon": [[ring]]})
    assert kinds([thin], [Mark("a", "bbox", (10, 10, 50, 52))]) == [M, S]


def test_rotated_boxes_are_compared_exactly() -> None:
    signed = turned(40, 30, 20, 10, 0.3)
    assert kinds([signed], [turned(40, 30, 20, 10, 0.3)]) == [R]
    assert kinds([signed], [turned(40, 30, 20, 10, 0.3 + math.pi)]) == [R]
    assert kinds([signed], [turned(40, 30, 10, 20, 0.3)]) == [M, S]


def test_points_match_when_they_are_near_and_tags_when_their_class_is_right() -> None:
    assert kinds([point(20, 20)], [point(21, 20)]) == [R]
    assert kinds([point(20, 20)], [point(40, 20)]) == [M, S]
    assert kinds([point(20, 20)], [point(20, 20, "b")]) == [C]
    assert kinds([tag("a"), tag("b")], [tag("b"), tag("c")]) == [M, R, S]


def test_marks_of_several_shapes_are_judged_in_the_order_of_the_signed_answer() -> None:
    signed = [tag("a"), polygon(10, 10, 20, 20), point(60, 40)]
    assert kinds(signed, [point(60, 40), mask(10, 10, 20, 20), tag("a"), polygon(50, 30, 20, 20)]) == [R, R, R, S]


def test_a_signed_geometry_comes_back_from_json() -> None:
    mark = mask(3, 4, 5, 6)
    gold = GoldMark("a", "mask", mark.bbox, ("1.1",), mark.geometry)
    assert gold_mark_from_json(gold_mark_to_json(gold)) == gold
    assert geometry_problem("mask", mark.geometry, mark.bbox, *SIZE) is None
    assert "geometry" not in gold_mark_to_json(GoldMark("a", "bbox", (0, 0, 1, 1)))
