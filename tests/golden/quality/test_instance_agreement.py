"""Instance-level agreement on real people, against published figures.

Data: Tschirschwitz et al. (2022), the tests of their package; Braylan and Lease (2020), boxes of 196 people.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.crowd import crowd_boxes, krippendorff_cv

from assay.quality.instance_agreement import instance_agreement, unit_alpha


@pytest.mark.parametrize(
    ("name", "alpha"), [("fruits", 0.0222), ("smile_fruits", 0.4940), ("landscape_annotations", 0.4889)]
)
def test_the_unit_based_alpha_gives_the_published_values(name: str, alpha: float) -> None:
    people = krippendorff_cv(name)
    assert round(unit_alpha(people).alpha.value, 4) == alpha
    assert (
        instance_agreement(people, rng=np.random.default_rng(0)).existence.value is None
    )  # one image: no chance level


@pytest.mark.parametrize(
    ("threshold", "existence", "geometry", "total"),
    [(0.3, 0.668, 0.476, 0.472), (0.5, 0.597, 0.383, 0.449), (0.7, 0.394, 0.288, 0.327)],
)
def test_the_crowd_agrees_as_measured_by_an_earlier_implementation(
    threshold: float, existence: float, geometry: float, total: float
) -> None:
    people, asked, _ = crowd_boxes()
    found = instance_agreement(people, rng=np.random.default_rng(2), threshold=threshold, assigned=asked)
    assert found.existence.value == pytest.approx(existence, abs=0.003)
    assert found.geometry.value == pytest.approx(geometry, abs=0.003)
    assert found.total.value == pytest.approx(total, abs=0.003)
    assert found.existence.n_items == 200
    assert 0.02 < found.existence.half_width < 0.04
