"""Real boxes by many people, read from the shared data."""

from __future__ import annotations

import ast
import csv
import json
import re
from functools import lru_cache

import numpy as np
from scipy.stats import spearmanr

from assay.quality import Boxes, match_boxes
from assay.quality.convention import ConventionReport
from tests.support.shared import shared_path

_NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")


@lru_cache
def crowd_boxes() -> tuple[dict[str, Boxes], dict[str, np.ndarray], Boxes]:
    """196 people on 200 images of one class: their boxes, who was asked about what, and gold."""
    folder = shared_path("data/annotators/crowd-boxes")
    gold = json.loads((folder / "boundingbox_gold.json").read_text())
    items = {item: place for place, item in enumerate(sorted(gold, key=int))}
    drawn: dict[str, list[list[list[float]]]] = {}
    asked: dict[str, np.ndarray] = {}
    with (folder / "boundingbox_data.csv").open() as file:
        for row in csv.DictReader(file):
            name, item = row["uid"], items[row["item"]]
            drawn.setdefault(name, [[] for _ in items])
            asked.setdefault(name, np.zeros(len(items), np.bool_))[item] = True
            for (x0, y0), (x1, y1) in ast.literal_eval(row["annotation"]):
                box = [min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]
                if box[0] < box[2] and box[1] < box[3]:
                    drawn[name][item].append(box)
    signed = Boxes.of([[[float(x) for x in _NUMBER.findall(text)] for text in gold[item]] for item in items])
    return {name: Boxes.of(boxes) for name, boxes in drawn.items()}, asked, signed


def krippendorff_cv(name: str) -> dict[str, Boxes]:
    """Three people on one image."""
    data = json.loads(shared_path(f"data/annotators/krippendorff-cv/{name}.json").read_text())
    codes = sorted({mark["category_id"] for mark in data["annotations"]})
    whose = {image["id"]: image["annotator"] for image in data["images"]}
    people = {}
    for person in sorted(set(whose.values())):
        marks = [mark for mark in data["annotations"] if whose[mark["image_id"]] == person]
        boxes = [(x, y, x + width, y + height) for x, y, width, height in (mark["bbox"] for mark in marks)]
        people[person] = Boxes.of([boxes], [[codes.index(mark["category_id"]) for mark in marks]])
    return people


def looseness_against_gold(
    report: ConventionReport, people: dict[str, Boxes], asked: dict[str, np.ndarray], gold: Boxes
) -> tuple[int, float]:
    """How many people were found to be spread in looseness, and the rank correlation of theirs with that from gold."""
    spread = next((c for c in report.conventions if c.feature == "all"), None)
    if spread is None:
        return 0, 0.0
    outward = np.array([-1.0, -1.0, 1.0, 1.0])
    known = {}
    for name in spread.people_values:
        items = np.flatnonzero(asked[name])
        pairs = match_boxes(gold.take(items), people[name].take(items), threshold=0.3)
        true, drawn = gold.take(items).xyxy[pairs.left_rows], people[name].take(items).xyxy[pairs.right_rows]
        offsets = np.clip(outward * (drawn - true) / np.tile(true[:, 2:] - true[:, :2], 2), -1, 1)
        known[name] = offsets.mean()
    values = [spread.people_values[name] for name in known]
    return len(known), float(spearmanr(values, list(known.values())).statistic)
