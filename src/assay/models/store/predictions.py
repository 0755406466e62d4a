"""What models said: queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.annotations import Mark
from assay.models.model import (
    NewPrediction,
    PredictedMark,
    Prediction,
    PredictionOrigin,
)
from assay.models.store.tables import (
    prediction_marks,
    predictions,
)
from assay.models.store.texts import as_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_prediction = sa.select(predictions).where(
    predictions.c.project_id == PROJECT, predictions.c.id == sa.bindparam("prediction")
)
_prediction_of_key = sa.select(predictions).where(
    predictions.c.project_id == PROJECT,
    predictions.c.version_id == sa.bindparam("version"),
    predictions.c.item_id == sa.bindparam("item"),
    predictions.c.origin == sa.bindparam("origin_"),
    predictions.c.request_key == sa.bindparam("request_key_"),
)
_of_item = (
    sa.select(predictions)
    .where(predictions.c.project_id == PROJECT, predictions.c.item_id == sa.bindparam("item"))
    .order_by(predictions.c.id)
)
_of_origin = (
    sa.select(predictions)
    .where(
        predictions.c.project_id == PROJECT,
        predictions.c.origin == sa.bindparam("origin_"),
        predictions.c.predicted_at_us >= sa.bindparam("since"),
        predictions.c.predicted_at_us < sa.bindparam("until"),
        predictions.c.id > sa.bindparam("after"),
    )
    .order_by(predictions.c.id)
    .limit(sa.bindparam("n"))
)
_marks_of = (
    sa.select(prediction_marks)
    .where(
        prediction_marks.c.project_id == PROJECT,
        prediction_marks.c.prediction_id.in_(sa.bindparam("predictions", expanding=True)),
    )
    .order_by(prediction_marks.c.prediction_id, prediction_marks.c.mark_no)
)


def find_prediction(rx: Rx, prediction_id: str) -> Prediction | None:
    """One prediction with its marks."""
    row = rx.first(_prediction, prediction=prediction_id)
    return None if row is None else _with_marks(rx, [row])[0]


def find_prediction_of_key(rx: Rx, new: NewPrediction) -> Prediction | None:
    """What was taken in under the same version, item, origin and key."""
    row = rx.first(
        _prediction_of_key,
        version=new.version_id,
        item=new.item_id,
        origin_=new.origin.value,
        request_key_=new.request_key,
    )
    return None if row is None else _with_marks(rx, [row])[0]


def predictions_of_item(rx: Rx, item_id: str) -> list[Prediction]:
    """Everything models said about an item, oldest first."""
    return _with_marks(rx, rx.rows(_of_item, item=item_id))


def predictions_between(
    rx: Rx, origin: PredictionOrigin, since_us: int, until_us: int, *, after: str = "", limit: int = 1000
) -> list[Prediction]:
    """Predictions of one origin made in [since, until), a page in the order they were taken in."""
    rows = rx.rows(_of_origin, origin_=origin.value, since=since_us, until=until_us, after=after, n=limit)
    return _with_marks(rx, rows)


_of_items = sa.select(predictions).where(
    predictions.c.project_id == PROJECT,
    predictions.c.version_id == sa.bindparam("version"),
    predictions.c.origin == sa.bindparam("origin_"),
    predictions.c.request_key == sa.bindparam("request_key_"),
    predictions.c.item_id.in_(sa.bindparam("items", expanding=True)),
)
_IN_ONE_GO = 400


def predictions_of_items(
    rx: Rx, version_id: str, origin: PredictionOrigin, request_key: str, item_ids: Sequence[str]
) -> dict[str, Prediction]:
    """What one version said about these items under one key; items it did not answer are left out."""
    found: dict[str, Prediction] = {}
    for start in range(0, len(item_ids), _IN_ONE_GO):
        some = list(item_ids[start : start + _IN_ONE_GO])
        rows = rx.rows(_of_items, version=version_id, origin_=origin.value, request_key_=request_key, items=some)
        found |= {p.new.item_id: p for p in _with_marks(rx, rows)}
    return found


def add_prediction(tx: Tx, prediction: Prediction) -> bool:
    """Keep a prediction with its marks; False when its key was used before."""
    new = prediction.new
    fresh = tx.insert_new(
        predictions,
        {
            "id": prediction.id,
            "version_id": new.version_id,
            "item_id": new.item_id,
            "origin": new.origin.value,
            "request_key": new.request_key,
            "confidence": new.confidence,
            "n_marks": len(new.marks),
            "scores": None if new.scores is None else as_json(new.scores),
            "context": as_json(new.context) if new.context else None,
            "digest": prediction.digest,
            "predicted_at_us": new.predicted_at_us,
            "received_at_us": prediction.received_at_us,
        },
    )
    if fresh:
        tx.insert(prediction_marks, [_mark_row(prediction.id, no, mark) for no, mark in enumerate(new.marks)])
    return fresh


def _mark_row(prediction_id: str, no: int, predicted: PredictedMark) -> dict[str, Any]:
    mark = predicted.mark
    return {
        "prediction_id": prediction_id,
        "mark_no": no,
        "medium": 0,
        "label_class": mark.label_class,
        "shape": mark.shape,
        "x_min_px": mark.bbox[0],
        "y_min_px": mark.bbox[1],
        "x_max_px": mark.bbox[2],
        "y_max_px": mark.bbox[3],
        "geometry": None if mark.geometry is None else as_json(mark.geometry),
        "attributes": as_json(mark.attributes) if mark.attributes else None,
        "confidence": predicted.confidence,
    }


def _with_marks(rx: Rx, rows: Sequence[Any]) -> list[Prediction]:
    marks: dict[str, list[PredictedMark]] = {row.id: [] for row in rows}
    for row in rx.rows(_marks_of, predictions=list(marks)):
        mark = Mark(
            label_class=row.label_class,
            shape=row.shape,
            bbox=(row.x_min_px, row.y_min_px, row.x_max_px, row.y_max_px),
            attributes=json.loads(row.attributes) if row.attributes else {},
            geometry=json.loads(row.geometry) if row.geometry else None,
        )
        marks[row.prediction_id].append(PredictedMark(mark, row.confidence))
    return [_prediction_of(row, marks[row.id]) for row in rows]


def _prediction_of(row: Any, marks: Sequence[PredictedMark]) -> Prediction:  # noqa: ANN401 - a database row
    new = NewPrediction(
        version_id=row.version_id,
        item_id=row.item_id,
        origin=PredictionOrigin(row.origin),
        request_key=row.request_key,
        marks=tuple(marks),
        confidence=row.confidence,
        predicted_at_us=row.predicted_at_us,
        scores=json.loads(row.scores) if row.scores else None,
        context=json.loads(row.context) if row.context else {},
    )
    return Prediction(row.id, new, row.digest, row.received_at_us)
