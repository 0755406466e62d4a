"""COCO's statistics on its 100 published images with fake results, to the published digits and to the reference's bits.

Data: cocodataset/cocoapi (results/val2014_fake_eval_res.txt) and the tests of faster_coco_eval.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.support.coco_reference import as_side, reference_statistics
from tests.support.shared import shared_path

from assay.quality import coco_statistics

PUBLISHED = {
    "bbox": [0.505, 0.697, 0.573, 0.586, 0.519, 0.501, 0.387, 0.594, 0.595, 0.640, 0.566, 0.564],
    "segm": [0.320, 0.562, 0.299, 0.387, 0.310, 0.327, 0.268, 0.415, 0.417, 0.469, 0.377, 0.381],
}
FILES = [
    ("instances_val2014_100.json", "instances_val2014_fakebbox100_results.json", "bbox"),
    ("instances_val2014_100.json", "instances_val2014_fakesegm100_results.json", "segm"),
    ("kp_gt.json", "kp_dt.json", "keypoints"),
    ("fce_gt_dataset.json", "fce_dt_dataset.json", "bbox"),
]


@pytest.mark.parametrize(("gold_file", "answer_file", "kind"), FILES)
def test_statistics_are_those_published_and_those_of_the_reference_code(
    gold_file: str, answer_file: str, kind: str
) -> None:
    folder = shared_path("data/annotators/coco-eval-oracle")
    gold = json.loads((folder / gold_file).read_text())
    answers = json.loads((folder / answer_file).read_text())
    answers = answers["annotations"] if isinstance(answers, dict) else answers
    got = coco_statistics(
        as_side(gold, gold["annotations"], kind, is_gold=True),
        as_side(gold, answers, kind, is_gold=False),
        n_images=len(gold["images"]),
        n_classes=len(gold["categories"]),
        kind=kind,  # type: ignore[arg-type]
    )
    numbers = np.array([-1 if number.value is None else number.value for number in got.values.values()])
    assert numbers == pytest.approx(reference_statistics(gold, answers, kind), abs=1e-12)
    if "fake" in answer_file:
        assert numbers.round(3).tolist() == PUBLISHED[kind]
        assert list(got.values)[:4] == ["AP", "AP50", "AP75", "AP_small"]
