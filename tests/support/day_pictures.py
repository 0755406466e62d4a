"""What a person's day is made of: real pictures with what is true of them, and the project they are labelled in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from assay.annotations import Mark
from assay.kernel.actor import system
from assay.models import NewPrediction, PredictedMark, PredictionOrigin, take_in_predictions
from tests.support.live_server import Live
from tests.support.shared import shared_path

Box = tuple[float, float, float, float]
CELLS = {"RBC": "rbc", "WBC": "wbc", "Platelets": "platelet"}
CLASSES = [
    *({"id": name, "name": title, "shapes": ["bbox"]} for title, name in CELLS.items()),
    {"id": "pitting", "name": "Pitting", "shapes": ["polygon"]},
    {"id": "smear", "name": "Smear", "shapes": ["mask"]},
]
DIGITS = {str(each["id"]): str(at) for at, each in enumerate(CLASSES, 1)}
GUIDELINE = """## 1.1 Every cell {rbc} {wbc} {platelet}

Box each cell, those cut by the edge as well.

## 1.2 Cells that touch {rbc}

One box each, to the edge that can be seen.

## 2.1 Pitting {pitting}

Follow the edge of the damage.

## 3.1 Smears {smear}

Brush over the whole smear.
"""
MAX_CORNERS = 12
PUSH_PX = 12
"""How far left a model sees a cell: ten pixels by one key and two by another."""


@dataclass(frozen=True)
class Picture:
    """A real picture.

    Attributes:
        cells: class and box of each, for blood.
        rings: corners x, y of each damage, for ball screws; no more than a hand clicks.
    """

    name: str
    data: bytes
    cells: tuple[tuple[str, Box], ...] = ()
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()


def blood(n: int) -> list[Picture]:
    """The first pictures of blood cells, in the order of their names."""
    found = []
    for path in sorted(shared_path("data/bccd/BCCD/Annotations").glob("*.xml"))[:n]:
        root = ET.parse(path).getroot()  # noqa: S314 - the team's own data
        cells = []
        for each in root.iter("object"):
            sides = [float(each.findtext(f"bndbox/{side}") or 0) for side in ("xmin", "ymin", "xmax", "ymax")]
            if min(sides[2] - sides[0], sides[3] - sides[1]) >= 2:
                cells.append((CELLS[each.findtext("name") or ""], (sides[0], sides[1], sides[2], sides[3])))
        image = path.parents[1] / "JPEGImages" / f"{path.stem}.jpg"
        found.append(Picture(image.name, image.read_bytes(), cells=tuple(sorted(cells, key=_pushable))))
    return found


def _pushable(cell: tuple[str, Box]) -> tuple[bool, str, Box]:
    """Those first that a model can see too far left."""
    return cell[1][0] < PUSH_PX, *cell


def screws(n: int) -> list[Picture]:
    """The first pictures of ball screws with damage."""
    folder = shared_path("data/bsdata_half")
    found = []
    for path in sorted((folder / "labelme").glob("*.json"))[:n]:
        shapes = [s["points"] for s in json.loads(path.read_text())["shapes"] if s["shape_type"] == "polygon"]
        rings = tuple(_coarse(points) for points in shapes)
        image = folder / "images" / f"{path.stem}.jpg"
        found.append(Picture(image.name, image.read_bytes(), rings=rings))
    return found


def _coarse(points: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    step = -(-len(points) // MAX_CORNERS)
    return tuple((float(x), float(y)) for x, y in points[::step])


def found_project(server: Live, pictures: Sequence[Picture]) -> None:
    """Pictures, classes, guideline and policy; the lead does this before the day begins."""
    done = server.imported(files={p.name: p.data for p in pictures}, labels="ignore")
    assert done["n_accepted"] == len(pictures), done
    server.lead.post("/schemas", {"classes": CLASSES})
    server.lead.post("/guidelines", {"markdown": GUIDELINE, "note": "first"})
    change = {"preset": "no-gold", "gold_rate": 0.0, "min_gold_lower": None, "min_agreement_lower": None}
    server.lead.put("/policy", {**server.lead.get("/policy"), **change, "overlap": 1, "review_share": 0.0})


def sign_gold(server: Live, item: dict[str, Any], picture: Picture) -> None:
    """An expert signs what is true of a picture of the entry quiz."""
    marks = [{"label_class": name, "bbox": box, "clauses": ["1.1"]} for name, box in picture.cells]
    server.expert.post("/gold", {"item_id": item["id"], "marks": marks, "why": "two experts agree"})


def import_predictions(server: Live, pictures: dict[str, Picture]) -> dict[str, list[Mark]]:
    """What a model said of these items: nearly all cells right, the first too far left, one too many; by item."""
    house, actor = server.services.house, system("test")
    said = {item: _said(picture) for item, picture in pictures.items()}
    body = {"name": "cells", "task": "boxes", "runner": "none", "schema_version": 1}
    model = server.lead.post("/models", body)
    with house.write(actor, server.project, "predictions came in") as tx:
        for item, marks in said.items():
            sure = tuple(PredictedMark(mark, 0.9 - 0.01 * at) for at, mark in enumerate(marks))
            origin = PredictionOrigin.SUGGESTION
            take_in_predictions(tx, [NewPrediction(model["id"], item, origin, "queue", sure, 0.8, tx.now_us)])
        tx.record("predictions.imported", subject=f"model/{model['id']}", n=len(said))
    classes = {name: {"mode": "loop", "show_above": 0.3} for name in CELLS.values()}
    now = server.lead.get("/suggestion-policy")["version"]
    body = {"version": now, "why": "people are quicker with it", "model": model["title"], "withheld_share": 0.01}
    server.lead.put("/suggestion-policy", {**body, "classes": classes})
    return said


def _said(picture: Picture) -> list[Mark]:
    """Three marks for a person to judge in the order of their confidence, and nothing of the other cells."""
    (first, box), (second, right) = picture.cells[:2]
    left = (box[0] - PUSH_PX, box[1], box[2] - PUSH_PX, box[3])
    return [Mark(first, "bbox", left), Mark(second, "bbox", right), Mark("platelet", "bbox", (1.0, 1.0, 21.0, 21.0))]


def picture_of(server: Live, pictures: Sequence[Picture], item: str) -> Picture:
    """The picture of an item."""
    names = {each["id"]: name for name, each in server.items().items()}
    return next(p for p in pictures if p.name == names[item])
