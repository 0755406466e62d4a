"""The engine against what released packages answered to the same input (tests/bench/peer_answers.py wrote it).

krippendorff 0.9.0, crowd-kit 1.4.2, ensemble-boxes 1.0.9: too heavy, or under a licence, to be test dependencies.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.quality import Boxes, Votes, dawid_skene, krippendorff_alpha, weighted_boxes_fusion

PEERS: dict[str, Any] = json.loads((Path(__file__).parent / "peer_answers.json").read_text())


@pytest.mark.parametrize("number", range(len(PEERS["alpha"])))
def test_alpha_is_that_of_the_krippendorff_package_on_every_level(number: int) -> None:
    case = PEERS["alpha"][number]
    table = np.array([[np.nan if v is None else v for v in row] for row in case["table"]]).T
    for level, answer in case["alpha"].items():
        assert krippendorff_alpha(table, level=level).value == pytest.approx(answer, abs=1e-12)


def test_dawid_skene_is_that_of_crowd_kit_after_as_many_rounds() -> None:
    case = PEERS["dawid_skene"]
    votes = Votes.of(case["item"], case["author"], case["said"], n_classes=4)
    found = dawid_skene(votes, n_rounds=case["n_rounds"], tolerance=0)
    assert found.posterior == pytest.approx(np.array(case["posterior"]), abs=1e-6)


@pytest.mark.parametrize("number", range(len(PEERS["weighted_boxes_fusion"])))
def test_fused_boxes_are_those_of_ensemble_boxes(number: int) -> None:
    case = PEERS["weighted_boxes_fusion"][number]
    models = [Boxes.of([sides], [labels]) for sides, labels in zip(case["boxes"], case["labels"], strict=True)]
    found = weighted_boxes_fusion(models, case["scores"], weights=case["weights"], threshold=case["threshold"])
    sides, scores, labels = (np.array(part) for part in case["fused"])
    order = np.argsort(-found.scores, kind="stable")
    theirs = np.argsort(-scores, kind="stable")
    assert found.scores[order] == pytest.approx(scores[theirs], abs=1e-6)
    assert found.boxes.xyxy[order] == pytest.approx(sides[theirs], abs=1e-6)
    assert found.boxes.classes[order].tolist() == labels[theirs].astype(int).tolist()
