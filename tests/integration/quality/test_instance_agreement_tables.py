"""The tables of docs/quality.md on instance-level agreement, on real blood-cell geometry and on drawn street scenes.

Expected values come from an independent implementation of the same definition.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.alike import people_at, random_boxes
from tests.support.scenes import Scenes, cells, street

from assay.quality import Boxes
from assay.quality.instance_agreement import InstanceAgreement, instance_agreement

WITHIN = 0.02
WITHIN_CLASS = 0.04

# Existence, class, geometry and total of two people on cells; None where it is left open.
CASES = [
    ({"jitter": 0.0}, (1.0, 1.0, 1.0, 1.0)),
    ({"jitter": 0.02}, (1.0, 1.0, 0.78, 0.91)),
    ({"jitter": 0.05}, (1.0, 1.0, 0.50, 0.79)),
    ({"jitter": 0.10}, (0.91, 1.0, 0.18, 0.60)),
    ({"jitter": 0.15}, (0.57, 1.0, 0.06, 0.35)),
    ({"jitter": 0.20}, (0.29, 1.0, 0.02, 0.17)),
    ({"misses": 0.05}, (0.94, 1.0, 0.68, 0.82)),
    ({"misses": 0.10}, (0.89, 1.0, 0.68, 0.78)),
    ({"misses": 0.20}, (0.78, 1.0, 0.68, 0.68)),
    ({"misses": 0.40}, (0.58, 1.0, 0.68, 0.51)),
    ({"confusion": 0.05}, (1.0, 0.71, 0.68, 0.78)),
    ({"confusion": 0.10}, (1.0, 0.52, 0.68, 0.70)),
    ({"confusion": 0.20}, (1.0, 0.28, 0.68, 0.56)),
    ({"confusion": 0.40}, (1.0, 0.06, 0.68, 0.37)),
    ({"invented": 0.5}, (0.96, 1.0, 0.68, 0.84)),
    ({"invented": 1.0}, (0.92, 1.0, 0.68, 0.81)),
    ({"invented": 3.0}, (0.80, 1.0, 0.68, 0.70)),
]


def measure(people: dict[str, Boxes], scenes: Scenes, asked: dict[str, np.ndarray] | None = None) -> InstanceAgreement:
    rng = np.random.default_rng(31)
    return instance_agreement(people, rng=rng, assigned=asked, sizes_px=scenes.sizes, n_replicates=20)


@pytest.mark.slow
def test_each_part_answers_to_its_own_fault_by_the_amount_in_the_table() -> None:
    rng = np.random.default_rng(20_261)
    for habits, expected in CASES:
        people, asked = people_at(cells(), rng, 2, **habits)
        found = measure(people, cells(), asked)
        values = [found.existence.value, found.label_class.value, found.geometry.value, found.total.value]
        limits = [WITHIN, WITHIN_CLASS, WITHIN, WITHIN]
        for value, wanted, limit in zip(values, expected, limits, strict=True):
            assert value == pytest.approx(wanted, abs=limit), (habits, values)


@pytest.mark.slow
@pytest.mark.parametrize("scenes", [cells, street])
@pytest.mark.parametrize("n_people", [2, 3, 5])
def test_people_who_agree_on_nothing_score_nothing(scenes: object, n_people: int) -> None:
    here = scenes()
    rng = np.random.default_rng(77 + n_people)
    other = {f"p{i}": here.truth.take(rng.permutation(len(here.sizes))) for i in range(n_people)}
    for people in (other, random_boxes(here, rng, n_people)):
        found = measure(people, here)
        assert abs(found.existence.value) <= WITHIN
        assert abs(found.total.value) <= WITHIN


@pytest.mark.slow
def test_neither_the_number_of_people_nor_of_images_nor_of_empty_images_moves_the_value() -> None:
    rng = np.random.default_rng(9)
    habits = {"misses": 0.1, "jitter": 0.05, "confusion": 0.05}
    by_people = [measure(*_of(cells(), rng, n, habits)).existence.value for n in (2, 3, 5, 9)]
    assert max(by_people) - min(by_people) <= WITHIN
    by_images = []
    for n_images in (25, 100, 364):
        part = cells().draw(n_images, rng)
        by_images.append(measure(*_of(part, rng, 3, habits)).existence.value)
    assert max(by_images) - min(by_images) <= 0.03
    empty = measure(*_of(cells(), rng, 3, habits | {"empty": 0.5})).existence.value
    assert empty == pytest.approx(by_people[1], abs=WITHIN)


def _of(scenes: Scenes, rng: np.random.Generator, n_people: int, habits: dict[str, float]) -> tuple:
    people, asked = people_at(scenes, rng, n_people, **habits)
    return people, scenes, asked
