"""Marks of several shapes in layers: whole-pixel boxes drawn as polygons or masks must measure what boxes measure."""

from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as coco

from assay.annotations import Mark, layers_of
from assay.quality import Boxes, pairwise_agreement

WIDTH, HEIGHT = 60, 40
CODE = {"a": 0, "b": 1}


def as_polygon(mark: Mark) -> Mark:
    x0, y0, x1, y1 = mark.bbox
    return Mark(mark.label_class, "polygon", mark.bbox, geometry={"polygon": [[[x0, y0, x1, y0, x1, y1, x0, y1]]]})


def as_mask(mark: Mark) -> Mark:
    x0, y0, x1, y1 = map(int, mark.bbox)
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture[y0:y1, x0:x1] = 1
    rle = coco.encode(np.asfortranarray(picture))["counts"].decode()
    return Mark(mark.label_class, "mask", mark.bbox, geometry={"rle": rle})


def as_drawn(mark: Mark) -> Mark:
    return mark


def random_marks(rng: np.random.Generator) -> list[Mark]:
    marks = []
    for _ in range(int(rng.integers(0, 5))):
        x, y = int(rng.integers(0, 40)), int(rng.integers(0, 25))
        width, height = (int(side) for side in rng.integers(5, 15, 2))
        marks.append(
            Mark("ab"[int(rng.integers(0, 2))], "bbox", (float(x), float(y), float(x + width), float(y + height)))
        )
    return marks


def near(marks: list[Mark], rng: np.random.Generator) -> list[Mark]:
    kept = [mark for mark in marks if rng.random() < 0.8]
    moved = [
        tuple(side + shift for side, shift in zip(m.bbox, np.tile(rng.integers(-2, 3, 2), 2), strict=True))
        for m in kept
    ]
    inside = [np.clip(box, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT]) for box in moved]
    drawn = [(float(a), float(b), float(c), float(d)) for a, b, c, d in inside]
    return [
        Mark(m.label_class, "bbox", box)
        for m, box in zip(kept, drawn, strict=True)
        if box[0] < box[2] and box[1] < box[3]
    ]


@pytest.mark.parametrize("drawn_as", [as_polygon, as_mask, as_drawn])
def test_the_form_in_which_a_rectangle_is_drawn_does_not_change_how_alike_people_are(drawn_as: object) -> None:
    rng = np.random.default_rng(5)
    first = {item: random_marks(rng) for item in range(25)}
    second = {item: near(marks, rng) for item, marks in first.items()}
    people = {"ann": first, "bob": second}
    plain = {
        name: Boxes.of(
            [[m.bbox for m in mine[item]] for item in range(25)],
            [[CODE[m.label_class] for m in mine[item]] for item in range(25)],
        )
        for name, mine in people.items()
    }
    shaped = {
        name: {item: [drawn_as(m) for m in marks] for item, marks in mine.items()} for name, mine in people.items()
    }  # type: ignore[operator]
    layers = layers_of(shaped, CODE, [(WIDTH, HEIGHT)] * 25)
    expected = pairwise_agreement(plain, rng=np.random.default_rng(0))
    found = pairwise_agreement(layers.placed, rng=np.random.default_rng(0), tags=layers.tags)
    for name in ("f1", "mean_iou", "existence", "label_class", "geometry"):
        there, here = getattr(expected, name), getattr(found, name)
        assert (here.value, here.low, here.high, here.n) == (
            pytest.approx(there.value),
            pytest.approx(there.low),
            pytest.approx(there.high),
            there.n,
        )
    assert {code: each.f1.value for code, each in found.by_class.items()} == {
        code: pytest.approx(each.f1.value) for code, each in expected.by_class.items()
    }
    assert expected.f1.value is not None
    assert 0.3 < expected.f1.value < 0.95


def test_everybody_has_the_same_layers_also_who_drew_nothing() -> None:
    polygon = as_polygon(Mark("a", "bbox", (1.0, 1.0, 9.0, 9.0)))
    layers = layers_of(
        {"ann": {0: [polygon]}, "bob": {1: [Mark("a", "bbox", (1.0, 1.0, 9.0, 9.0))]}, "cy": {}},
        CODE,
        [(WIDTH, HEIGHT)] * 2,
    )
    assert [[type(each).__name__ for each in mine] for mine in layers.placed.values()] == [["Boxes", "Masks"]] * 3
    assert [each.n_items for mine in layers.placed.values() for each in mine] == [2] * 6
