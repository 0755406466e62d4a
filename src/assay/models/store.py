"""Model versions, aliases, predictions and evaluations: tables and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.annotations import Mark
from assay.kernel.canonical import canonical_json
from assay.models.model import (
    AliasMove,
    Evaluation,
    ItemOutcome,
    ModelVersion,
    NewPrediction,
    NewVersion,
    PredictedMark,
    Prediction,
    PredictionOrigin,
    Runner,
    Task,
)
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

model_versions = sa.Table(
    "model_versions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("task", sa.String(16), nullable=False),  # boxes, tags
    sa.Column("runner", sa.String(16), nullable=False),  # linear, boards, onnx, http, none
    sa.Column("framework", sa.String(64), nullable=False),
    sa.Column("artifact_sha256", sa.String(64)),  # null for a model that another server runs
    sa.Column("artifact_bytes", sa.BigInteger, nullable=False),
    identifier("release_id", nullable=True),  # trained on
    sa.Column("release_digest", sa.String(64)),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("intended_use", sa.Text, nullable=False),
    document("config"),
    identifier("run_id", nullable=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.UniqueConstraint("project_id", "name", "number"),
    sa.Index("ix_model_versions_project", "project_id", "id"),
)

model_alias_moves = sa.Table(
    "model_alias_moves",
    metadata,
    project_id(),
    sa.Column("alias", sa.String(64), nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),  # the unique key makes two moves at once impossible
    identifier("version_id", nullable=True),
    identifier("previous_id", nullable=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("moved_by", sa.String(64), nullable=False),
    instant("moved_at_us"),
    sa.PrimaryKeyConstraint("project_id", "alias", "serial"),
)

predictions = sa.Table(
    "predictions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    identifier("item_id"),
    sa.Column("origin", sa.String(16), nullable=False),  # suggestion, evaluation, served
    sa.Column("request_key", sa.String(96), nullable=False),
    sa.Column("confidence", sa.Float),
    sa.Column("n_marks", sa.Integer, nullable=False),
    document("scores", nullable=True),  # tags: probability of each class
    document("context", nullable=True),  # line, camera, supplier: slices of the serving side
    sa.Column("digest", sa.String(64), nullable=False),
    instant("predicted_at_us"),
    instant("received_at_us"),
    sa.UniqueConstraint("project_id", "version_id", "item_id", "origin", "request_key"),
    sa.Index("ix_predictions_item", "project_id", "item_id", "id"),
    sa.Index("ix_predictions_time", "project_id", "origin", "predicted_at_us", "id"),
)

prediction_marks = sa.Table(
    "prediction_marks",
    metadata,
    project_id(),
    identifier("prediction_id"),
    sa.Column("mark_no", sa.Integer, nullable=False),
    sa.Column("medium", sa.Integer, nullable=False, default=0),
    sa.Column("label_class", sa.String(64), nullable=False),
    sa.Column("shape", sa.String(16), nullable=False),
    sa.Column("x_min_px", sa.Float),
    sa.Column("y_min_px", sa.Float),
    sa.Column("x_max_px", sa.Float),
    sa.Column("y_max_px", sa.Float),
    document("geometry", nullable=True),
    document("attributes", nullable=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.PrimaryKeyConstraint("prediction_id", "mark_no"),
)

evaluations = sa.Table(
    "evaluations",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    identifier("release_id", nullable=True),
    sa.Column("gold_digest", sa.String(64), nullable=False),
    identifier("against_id", nullable=True),
    sa.Column("n_items", sa.Integer, nullable=False),
    document("report"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.Index("ix_evaluations_version", "project_id", "version_id", "id"),
)

evaluation_items = sa.Table(
    "evaluation_items",
    metadata,
    project_id(),
    identifier("evaluation_id"),
    identifier("item_id"),
    sa.Column("n_units", sa.Integer, nullable=False),
    sa.Column("n_errors", sa.Integer, nullable=False),
    sa.Column("correct", sa.Boolean, nullable=False),
    document("slices", nullable=True),
    document("detail", nullable=True),
    sa.PrimaryKeyConstraint("evaluation_id", "item_id"),
)

suggestion_policies = sa.Table(
    "suggestion_policies",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    document("content"),  # mode, target, sureness per class; shares withheld and audited
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

certificates = sa.Table(
    "certificates",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    sa.Column("label_class", sa.String(64), nullable=False),  # * for all classes together
    sa.Column("target", sa.Float, nullable=False),
    sa.Column("sureness", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float),  # null when nothing could be certified
    sa.Column("n_accepted", sa.Integer, nullable=False),
    sa.Column("n_wrong", sa.Integer, nullable=False),
    sa.Column("n_items", sa.Integer, nullable=False),
    sa.Column("upper", sa.Float),
    sa.Column("needs", sa.Integer),  # accepted items still missing, when not certified
    document("facts"),
    sa.Column("items_digest", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # certified, not_yet, stopped, replaced
    instant("created_at_us"),
    instant("ended_at_us", nullable=True),
    sa.Column("ended_why", sa.Text),
    sa.Index("ix_certificates_version", "project_id", "version_id", "label_class", "id"),
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("assignment_id"),
    identifier("item_id"),
    identifier("prediction_id", nullable=True),  # null when the model had nothing to offer for this item
    sa.Column("arm", sa.String(16), nullable=False),  # shown, withheld
    sa.Column("n_suggested", sa.Integer, nullable=False),
    instant("made_at_us"),
    # What became of it, once the work is handed in.
    identifier("submission_id", nullable=True),
    sa.Column("n_kept", sa.Integer),
    sa.Column("n_changed", sa.Integer),
    sa.Column("n_removed", sa.Integer),
    sa.Column("n_added", sa.Integer),
    sa.Column("seconds", sa.Float),
    document("fates", nullable=True),
    instant("judged_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "assignment_id"),
    sa.Index("ix_suggestions_item", "project_id", "item_id"),
)

automatic_labels = sa.Table(
    "automatic_labels",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("item_id"),
    identifier("prediction_id"),
    identifier("certificate_id"),
    sa.Column("label_class", sa.String(64), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # standing, withdrawn
    # none, drawn (to be audited blind, by people who see no suggestion), right, wrong
    sa.Column("audit", sa.String(16), nullable=False),
    instant("accepted_at_us"),
    instant("audited_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "item_id"),
    sa.Index("ix_automatic_labels_certificate", "project_id", "certificate_id", "audited_at_us"),
)

training_runs = sa.Table(
    "training_runs",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("trainer", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),  # of the model it makes
    identifier("release_id"),
    document("config"),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, running, finished, failed
    sa.Column("steps_done", sa.Integer, nullable=False),
    document("checkpoint", nullable=True),  # blobs of the steps done, so that a new start goes on
    sa.Column("cpu_s", sa.Float, nullable=False),
    identifier("version_id", nullable=True),
    sa.Column("error", sa.Text),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    instant("started_at_us", nullable=True),
    instant("finished_at_us", nullable=True),
    sa.Index("ix_training_runs_project", "project_id", "id"),
)

training_log = sa.Table(
    "training_log",
    metadata,
    project_id(),
    identifier("run_id"),
    sa.Column("line_no", sa.Integer, nullable=False),
    instant("at_us"),
    sa.Column("text", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("run_id", "line_no"),
)


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return canonical_json(value).decode()


# --- versions -------------------------------------------------------------------------------------------------------

_versions = (
    sa.select(model_versions)
    .where(model_versions.c.project_id == PROJECT)
    .order_by(model_versions.c.name, model_versions.c.number.desc())
)
_versions_before = (
    sa.select(model_versions)
    .where(model_versions.c.project_id == PROJECT, model_versions.c.id < sa.bindparam("before"))
    .order_by(model_versions.c.id.desc())
    .limit(sa.bindparam("n"))
)
_by_id = sa.select(model_versions).where(
    model_versions.c.project_id == PROJECT, model_versions.c.id == sa.bindparam("version")
)
_numbered = sa.select(model_versions).where(
    model_versions.c.project_id == PROJECT,
    model_versions.c.name == sa.bindparam("name_"),
    model_versions.c.number == sa.bindparam("number_"),
)
_newest = sa.select(sa.func.max(model_versions.c.number)).where(
    model_versions.c.project_id == PROJECT, model_versions.c.name == sa.bindparam("name_")
)
_of_run = sa.select(model_versions).where(
    model_versions.c.project_id == PROJECT, model_versions.c.run_id == sa.bindparam("run")
)


def all_versions(rx: Rx) -> list[ModelVersion]:
    """Every version, by name, newest first."""
    return [_version(row) for row in rx.rows(_versions)]


def versions_before(rx: Rx, before: str, n: int) -> list[ModelVersion]:
    """Versions registered before the id `before` (empty for the newest), newest first, at most `n`."""
    return [_version(row) for row in rx.rows(_versions_before, before=before or "g", n=n)]


def find_by_id(rx: Rx, version_id: str) -> ModelVersion | None:
    """One version."""
    row = rx.first(_by_id, version=version_id)
    return None if row is None else _version(row)


def find_numbered(rx: Rx, name: str, number: int) -> ModelVersion | None:
    """One version by what people call it."""
    row = rx.first(_numbered, name_=name, number_=number)
    return None if row is None else _version(row)


def find_of_run(rx: Rx, run_id: str) -> ModelVersion | None:
    """The version a training run made."""
    row = rx.first(_of_run, run=run_id)
    return None if row is None else _version(row)


def newest_number(rx: Rx, name: str) -> int:
    """The highest number under a name; 0 when there is none."""
    return rx.value(_newest, name_=name) or 0


def add_version(tx: Tx, version: ModelVersion) -> bool:
    """Keep a version; False when its number was taken meanwhile."""
    new = version.new
    return tx.insert_new(
        model_versions,
        {
            "id": version.id,
            "name": new.name,
            "number": version.number,
            "task": new.task.value,
            "runner": new.runner.value,
            "framework": new.framework,
            "artifact_sha256": new.artifact_sha256,
            "artifact_bytes": new.artifact_bytes,
            "release_id": new.release_id,
            "release_digest": new.release_digest,
            "schema_version": new.schema_version,
            "intended_use": new.intended_use,
            "config": _json(new.config),
            "run_id": new.run_id,
            "digest": version.digest,
            "created_by": version.created_by,
            "created_at_us": version.created_at_us,
        },
    )


def _version(row: Any) -> ModelVersion:  # noqa: ANN401 - a database row
    new = NewVersion(
        name=row.name,
        task=Task(row.task),
        runner=Runner(row.runner),
        framework=row.framework,
        artifact_sha256=row.artifact_sha256,
        artifact_bytes=row.artifact_bytes,
        schema_version=row.schema_version,
        intended_use=row.intended_use,
        release_id=row.release_id,
        release_digest=row.release_digest,
        config=json.loads(row.config),
        run_id=row.run_id,
    )
    return ModelVersion(row.id, row.number, new, row.digest, row.created_by, row.created_at_us)


# --- aliases --------------------------------------------------------------------------------------------------------

_newest_moves = (
    sa.select(model_alias_moves.c.alias, sa.func.max(model_alias_moves.c.serial).label("serial"))
    .where(model_alias_moves.c.project_id == PROJECT)
    .group_by(model_alias_moves.c.alias)
    .subquery()
)
_pointed = (
    sa.select(model_alias_moves.c.alias, model_alias_moves.c.version_id)
    .join(
        _newest_moves,
        sa.and_(
            model_alias_moves.c.alias == _newest_moves.c.alias,
            model_alias_moves.c.serial == _newest_moves.c.serial,
        ),
    )
    .where(model_alias_moves.c.project_id == PROJECT)
)
_moves_of = (
    sa.select(model_alias_moves)
    .where(model_alias_moves.c.project_id == PROJECT, model_alias_moves.c.alias == sa.bindparam("alias_"))
    .order_by(model_alias_moves.c.serial.desc())
)


def alias_moves(rx: Rx, alias: str) -> list[AliasMove]:
    """Every move of an alias, newest first."""
    return [_move(row) for row in rx.rows(_moves_of, alias_=alias)]


def find_move(rx: Rx, alias: str) -> AliasMove | None:
    """The newest move of an alias."""
    row = rx.first(_moves_of.limit(1), alias_=alias)
    return None if row is None else _move(row)


def aliases(rx: Rx) -> dict[str, str]:
    """Where each alias points now; those taken away are left out."""
    return {row.alias: row.version_id for row in rx.rows(_pointed) if row.version_id is not None}


def add_move(tx: Tx, move: AliasMove) -> bool:
    """Keep a move; False when another came first."""
    return tx.insert_new(
        model_alias_moves,
        {
            "alias": move.alias,
            "serial": move.serial,
            "version_id": move.version_id,
            "previous_id": move.previous_id,
            "why": move.why,
            "moved_by": move.moved_by,
            "moved_at_us": move.moved_at_us,
        },
    )


def _move(row: Any) -> AliasMove:  # noqa: ANN401 - a database row
    return AliasMove(row.alias, row.serial, row.version_id, row.previous_id, row.why, row.moved_by, row.moved_at_us)


# --- predictions ----------------------------------------------------------------------------------------------------

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
            "scores": None if new.scores is None else _json(new.scores),
            "context": _json(new.context) if new.context else None,
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
        "geometry": None if mark.geometry is None else _json(mark.geometry),
        "attributes": _json(mark.attributes) if mark.attributes else None,
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


# --- evaluations ----------------------------------------------------------------------------------------------------

_evaluation = sa.select(evaluations).where(
    evaluations.c.project_id == PROJECT, evaluations.c.id == sa.bindparam("evaluation")
)
_evaluations_of = (
    sa.select(evaluations)
    .where(evaluations.c.project_id == PROJECT, evaluations.c.version_id == sa.bindparam("version"))
    .order_by(evaluations.c.id.desc())
)
_outcomes = (
    sa.select(evaluation_items)
    .where(evaluation_items.c.project_id == PROJECT, evaluation_items.c.evaluation_id == sa.bindparam("evaluation"))
    .order_by(evaluation_items.c.item_id)
)


def find_evaluation(rx: Rx, evaluation_id: str) -> Evaluation | None:
    """One evaluation."""
    row = rx.first(_evaluation, evaluation=evaluation_id)
    return None if row is None else _evaluation_of(row)


def evaluations_of(rx: Rx, version_id: str) -> list[Evaluation]:
    """A version's evaluations, newest first."""
    return [_evaluation_of(row) for row in rx.rows(_evaluations_of, version=version_id)]


def outcomes_of(rx: Rx, evaluation_id: str) -> list[ItemOutcome]:
    """Every item's outcome, by item."""
    return [
        ItemOutcome(
            item_id=row.item_id,
            n_units=row.n_units,
            n_errors=row.n_errors,
            correct=row.correct,
            slices=json.loads(row.slices) if row.slices else {},
            detail=tuple(json.loads(row.detail)) if row.detail else (),
        )
        for row in rx.rows(_outcomes, evaluation=evaluation_id)
    ]


def add_evaluation(tx: Tx, evaluation: Evaluation, outcomes: Sequence[ItemOutcome]) -> None:
    """Keep an evaluation with every item's outcome."""
    tx.insert(
        evaluations,
        {
            "id": evaluation.id,
            "version_id": evaluation.version_id,
            "release_id": evaluation.release_id,
            "gold_digest": evaluation.gold_digest,
            "against_id": evaluation.against_id,
            "n_items": evaluation.n_items,
            "report": _json(evaluation.report),
            "digest": evaluation.digest,
            "created_by": evaluation.created_by,
            "created_at_us": evaluation.created_at_us,
        },
    )
    rows = [
        {
            "evaluation_id": evaluation.id,
            "item_id": o.item_id,
            "n_units": o.n_units,
            "n_errors": o.n_errors,
            "correct": o.correct,
            "slices": _json(o.slices) if o.slices else None,
            "detail": _json(list(o.detail)) if o.detail else None,
        }
        for o in outcomes
    ]
    tx.insert(evaluation_items, rows)


def _evaluation_of(row: Any) -> Evaluation:  # noqa: ANN401 - a database row
    return Evaluation(
        id=row.id,
        version_id=row.version_id,
        release_id=row.release_id,
        gold_digest=row.gold_digest,
        against_id=row.against_id,
        n_items=row.n_items,
        report=json.loads(row.report),
        digest=row.digest,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
    )
