"""Production as the demonstration plays it: boards arrive, the model in use answers them, answers come in by HTTP."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assay.demo.boards.model import Shot
from assay.demo.labelling import wait_until_followed
from assay.demo.plan import DRAWN
from assay.demo.scene_setting import recognise_items, upload_boards
from assay.demo.second.ground import Ground, wait_for
from assay.demo.truth import TruthItem
from assay.jobs.suggesting.answer import Answer, Picture
from assay.jobs.suggesting.boards import BoardBoxes

_MOST = 100  # predictions in one request
_ACTED_ON = 0.5  # less sure marks are not acted on by the line, and not sent


def deliver(ground: Ground, boards: Sequence[TruthItem]) -> None:
    """Let boards arrive with their templates, and wait until all of them are described."""
    shots = (ground.boards.shot(board.name) for board in boards)
    origin = "synthetic" if ground.boards.source == DRAWN else "real"
    upload_boards(ground.lead, shots, len(boards), origin, ground.console)
    recognise_items(ground.stage, ground.lead, boards)
    wait_for(lambda: _descriptions(ground), lambda found: not found["left"], "the description of pictures")


def _descriptions(ground: Ground) -> dict[str, Any]:
    rows = ground.lead.get("/descriptions")["rows"]
    return {"left": sum(row["n_items"] - row["n_described"] - row["n_refused"] for row in rows)}


def predict(ground: Ground, model: BoardBoxes, boards: Sequence[TruthItem], shipment: str) -> dict[str, int]:
    """Let the model in use answer boards and send what it said; returns how many people are asked about, and why."""
    total = {"n": 0, "n_random": 0, "n_asked": 0}
    with ground.console.step(f"Predictions of {model.title} arrive: {shipment}") as step:
        for start in range(0, len(boards), _MOST):
            some = boards[start : start + _MOST]
            answers = model.answer([picture_of(ground.boards.shot(b.name), ground.stage.item_of[b.name]) for b in some])
            body = {"model": "production", "predictions": [_prediction(a, shipment) for a in answers]}
            taken = ground.lead.post("/production/predictions", body)
            total = {key: n + taken[key] for key, n in total.items()}
        step.note(f"{total['n']}; {total['n_random']} drawn at random and {total['n_asked']} unsure ones go to people")
    wait_until_followed(ground.lead)
    return total


def picture_of(shot: Shot, item: str) -> Picture:
    """The picture as a camera on the line hands it to the model."""
    return Picture(item, _pixels(shot.board), _pixels(shot.template))


def _pixels(picture: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("RGB"))


def _prediction(answer: Answer, shipment: str) -> dict[str, Any]:
    sure = [m for m in answer.marks if m.confidence >= _ACTED_ON]
    marks = [{"label_class": m.mark.label_class, "bbox": list(m.mark.bbox), "confidence": m.confidence} for m in sure]
    return {
        "item": answer.item_id,
        "key": f"{shipment}/{answer.item_id}",
        "marks": marks,
        "confidence": min((m.confidence for m in sure), default=1.0),
        "context": {"shipment": shipment},
    }
