"""Consensus on real boxes of 196 people against gold.

Data: Braylan and Lease (2020), "Modeling and Aggregation of Complex Annotations via Annotation Distances"; the model of
Van Horn et al. (2018), "Lean Crowdsourcing", reaches F1 .726 on it, a person alone .624.
"""

from __future__ import annotations

import ast
import csv
import json
import re

import numpy as np
import pytest
from tests.support.shared import shared_path

from assay.quality import Boxes, fuse_boxes, match_boxes


def read_crowd() -> tuple[dict[str, Boxes], dict[str, np.ndarray], Boxes]:
    folder = shared_path("data/annotators/crowd-boxes")
    gold = json.loads((folder / "boundingbox_gold.json").read_text())
    items = sorted(gold, key=int)
    drawn: dict[str, list[list[list[float]]]] = {}
    asked: dict[str, np.ndarray] = {}
    with (folder / "boundingbox_data.csv").open() as file:
        for row in csv.DictReader(file):
            name, item = row["uid"], items.index(row["item"])
            drawn.setdefault(name, [[] for _ in items])
            asked.setdefault(name, np.zeros(len(items), np.bool_))[item] = True
            for (x0, y0), (x1, y1) in ast.literal_eval(row["annotation"]):
                box = [min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]
                if box[0] < box[2] and box[1] < box[3]:
                    drawn[name][item].append(box)
    numbers = re.compile(r"-?[\d.]+(?:e-?\d+)?")
    signed = Boxes.of([[[float(x) for x in numbers.findall(text)] for text in gold[item]] for item in items])
    return {name: Boxes.of(boxes) for name, boxes in drawn.items()}, asked, signed


def test_consensus_of_the_crowd_beats_the_published_model() -> None:
    authors, asked, gold = read_crowd()
    assert (len(authors), sum(map(len, authors.values())), len(gold)) == (196, 7533, 1308)
    answer = fuse_boxes(authors, assigned=asked).boxes
    matches = match_boxes(gold, answer)
    f1 = 2 * len(matches.left_rows) / (len(gold) + len(answer))
    assert f1 >= 0.80
    assert matches.pair_iou.mean() >= 0.815


def test_people_alone_score_as_published() -> None:
    authors, asked, gold = read_crowd()
    hits = marks = shown = 0
    overlap = 0.0
    for name, boxes in authors.items():
        items = np.flatnonzero(asked[name])
        matches = match_boxes(gold.take(items), boxes.take(items))
        hits, marks = hits + len(matches.left_rows), marks + len(boxes)
        shown, overlap = shown + len(matches.left), overlap + matches.pair_iou.sum()
    assert hits / marks == pytest.approx(0.779, abs=5e-4)
    assert hits / shown == pytest.approx(0.521, abs=5e-4)
    assert overlap / hits == pytest.approx(0.773, abs=5e-4)
