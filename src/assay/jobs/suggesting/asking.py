"""Asks a registered version about items and keeps what it says as predictions."""

from __future__ import annotations

from collections.abc import Sequence

from assay.jobs.running import Tools
from assay.jobs.suggesting.answer import Answer, Suggester
from assay.jobs.suggesting.make import make_suggester
from assay.models import (
    ModelVersion,
    NewPrediction,
    PredictionOrigin,
    predictions_of_items,
    take_in_predictions,
)
from assay.storage import Rx


def load_suggester(version: ModelVersion, tools: Tools) -> Suggester:
    """What answers for a registered version."""
    sha = version.new.artifact_sha256
    data = None if sha is None else tools.blobs.get(sha)
    return make_suggester(version.new, data, tools.servers, title=version.title)


def unanswered(
    rx: Rx, model: ModelVersion, ids: Sequence[str], origin: PredictionOrigin, request_key: str
) -> list[str]:
    """Which of these items it has not answered under this key."""
    known = predictions_of_items(rx, model.id, origin, request_key, ids)
    return [i for i in ids if i not in known]


def keep_answers(
    model: ModelVersion,
    answers: Sequence[Answer],
    project: str,
    tools: Tools,
    origin: PredictionOrigin,
    request_key: str,
) -> int:
    """Keep answers as predictions; the same again is the same. Returns how many."""
    if not answers:
        return 0
    with tools.house.write(tools.actor, project, f"{model.title} answers") as tx:
        new = [
            NewPrediction(model.id, a.item_id, origin, request_key, a.marks, a.confidence, tx.now_us, a.scores)
            for a in answers
        ]
        take_in_predictions(tx, new)
        tx.record("model.answered", subject=model.subject, n=len(new), origin=origin.value)
    return len(new)


def answer_items(
    model: ModelVersion, ids: Sequence[str], project: str, tools: Tools, origin: PredictionOrigin, request_key: str
) -> int:
    """Ask about the items not answered yet, some at a time; returns how many were asked now."""
    with tools.house.read(tools.actor, project) as rx:
        missing = unanswered(rx, model, ids, origin, request_key)
    if not missing:
        return 0
    suggester = load_suggester(model, tools)
    for chunk in tools.reader(project).chunks(missing, model.new.config):
        keep_answers(model, suggester.answer(chunk), project, tools, origin, request_key)
    return len(missing)
