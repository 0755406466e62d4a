"""Registering versions, moving aliases, taking in predictions and evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.items import items_by_id
from assay.kernel.actor import Actor
from assay.models import store
from assay.models.errors import AliasMovedError, ModelNumberTakenError, PredictionInvalidError, PredictionKeyReusedError
from assay.models.model import (
    AliasMove,
    Evaluation,
    ItemOutcome,
    ModelVersion,
    NewPrediction,
    NewVersion,
    Prediction,
    version_digest,
)
from assay.models.queries import version_in
from assay.models.rules import check_name, check_prediction, evidence_digest, prediction_digest
from assay.storage import House, Tx


def register_version(
    actor: Actor, project: str, new: NewVersion, *, house: House, key: str | None = None
) -> ModelVersion:
    """Keep a model version under the next number of its name.

    Args:
        key: makes it happen once; the second time the version registered before is returned (by its training run).

    Raises:
        ModelNameError: the name cannot be used.
    """
    check_name(new.name)
    with house.write(actor, project, f"register {new.name}", key=key) as tx:
        if tx.replayed:
            found = None if new.run_id is None else store.find_of_run(tx, new.run_id)
            assert found is not None, "a replayed registration belongs to a run that made a version"
            return found
        return add_version(tx, new)


def add_version(tx: Tx, new: NewVersion) -> ModelVersion:
    """Keep a model version inside the caller's transaction, with its event."""
    version = ModelVersion(
        id=tx.new_id(),
        number=store.newest_number(tx, new.name) + 1,
        new=new,
        digest=version_digest(new),
        created_by=tx.actor.id,
        created_at_us=tx.now_us,
    )
    if not store.add_version(tx, version):
        raise ModelNumberTakenError(version.title)
    tx.record(
        "model.registered",
        subject=version.subject,
        title=version.title,
        digest=version.digest,
        artifact=new.artifact_sha256,
        release=new.release_id,
    )
    return version


def move_alias(tx: Tx, alias: str, version_id: str | None, *, expected: str | None, why: str) -> AliasMove:
    """Let an alias point to another version, inside the caller's transaction; records the event.

    Whoever calls this decides who may: the production alias is moved by promotions only.

    Args:
        version_id: None takes the alias away.
        expected: where the caller believes that it points now; None for nowhere.

    Raises:
        AliasMovedError: it points elsewhere by now.
        ModelNotFoundError: there is no such version.
    """
    if version_id is not None:
        version_in(tx, version_id)
    last = store.find_move(tx, alias)
    now = None if last is None else last.version_id
    if now != expected:
        raise AliasMovedError(alias, expected, now)
    move = AliasMove(
        alias=alias,
        serial=1 if last is None else last.serial + 1,
        version_id=version_id,
        previous_id=now,
        why=why,
        moved_by=tx.actor.id,
        moved_at_us=tx.now_us,
    )
    if not store.add_move(tx, move):
        raise AliasMovedError(alias, expected, "another version")
    tx.record("model.alias_moved", subject=f"alias/{alias}", version=version_id, previous=now, serial=move.serial)
    return move


def take_in_predictions(
    tx: Tx, new: Sequence[NewPrediction], *, classes: Mapping[str, Any] | None = None
) -> list[Prediction]:
    """Keep predictions inside the caller's transaction; the caller records the event. The same again is the same.

    Args:
        classes: class ids that may be named; None takes every name.

    Raises:
        PredictionInvalidError: a number or an item that cannot be; none of them is kept.
        PredictionKeyReusedError: something else was taken in under the same key.
    """
    known = items_by_id(tx, sorted({p.item_id for p in new}))
    sizes = {i: (item.medium.width_px, item.medium.height_px) for i, item in known.items()}
    for prediction in new:
        if prediction.item_id not in sizes:
            raise PredictionInvalidError(prediction.item_id, "there is no such item in this project")
        check_prediction(prediction, sizes[prediction.item_id])
        for predicted in prediction.marks:
            if classes is not None and predicted.mark.label_class not in classes:
                what = f"the class {predicted.mark.label_class!r} is not one of {', '.join(classes)}"
                raise PredictionInvalidError(prediction.item_id, what)
    return [_keep(tx, p) for p in new]


def _keep(tx: Tx, new: NewPrediction) -> Prediction:
    made = Prediction(tx.new_id(), new, prediction_digest(new), tx.now_us)
    if store.add_prediction(tx, made):
        return made
    before = store.find_prediction_of_key(tx, new)
    if before is None or before.digest != made.digest:
        raise PredictionKeyReusedError(new.item_id, new.request_key)
    return before


def keep_evaluation(
    tx: Tx,
    version: ModelVersion,
    outcomes: Sequence[ItemOutcome],
    report: dict[str, Any],
    *,
    gold_digest: str,
    against: ModelVersion | None,
    release_id: str | None = None,
) -> Evaluation:
    """Keep what was measured, inside the caller's transaction, with its event and its evidence digest."""
    evaluation = Evaluation(
        id=tx.new_id(),
        version_id=version.id,
        release_id=release_id,
        gold_digest=gold_digest,
        against_id=None if against is None else against.id,
        n_items=len(outcomes),
        report=report,
        digest=evidence_digest(
            version.digest, gold_digest, None if against is None else against.digest, list(outcomes), report
        ),
        created_by=tx.actor.id,
        created_at_us=tx.now_us,
    )
    store.add_evaluation(tx, evaluation, outcomes)
    tx.record(
        "model.evaluated",
        subject=version.subject,
        evaluation=evaluation.id,
        digest=evaluation.digest,
        n_items=len(outcomes),
    )
    return evaluation
