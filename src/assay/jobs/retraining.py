"""Trainings that the policy asks for: what follows from a diagnosis, and the clock that begins what waited."""

from __future__ import annotations

import logging

from assay.datasets import Release, ReleaseState, all_releases, release_in
from assay.drift import diagnosis_in
from assay.governance import rulebook_in
from assay.kernel.actor import Actor, system
from assay.kernel.errors import AssayError
from assay.models import PRODUCTION, ModelVersion, version_of_alias
from assay.models.retraining import (
    NoReleaseToRetrainError,
    NotTrainedHereError,
    Retraining,
    ask,
    dismiss,
    hand_to_people,
    locked,
    note_untriggered,
    start,
    triggered,
    waiting_retrainings,
)
from assay.models.runs import Run, queue_run, run_in
from assay.promotions import clean_reason
from assay.storage import Consumer, Event, House, Rx

logger = logging.getLogger(__name__)
RETRAINER = system("retraining")


def consider(house: House, event: Event) -> None:
    """Hold a concluded diagnosis against the policy's rules; the same event again changes nothing."""
    diagnosis_id = event.subject.removeprefix("diagnosis/")
    with house.read(RETRAINER, event.project_id) as rx:
        rulebook, found = rulebook_in(rx), diagnosis_in(rx, diagnosis_id).result
    if found is None or not rulebook.retrain:
        return
    trigger, reason = triggered(rulebook.retrain, found)
    with house.write(RETRAINER, event.project_id, "what follows from a diagnosis", key=f"retraining/{event.id}") as tx:
        if tx.replayed:
            return
        if trigger is None:
            note_untriggered(tx, diagnosis_id, reason)
        else:
            ask(tx, diagnosis_id, trigger, reason, rulebook_version=rulebook.version)


def look(house: House) -> int:
    """Begin what waited for a release that is there now, as a clock does; returns how many trainings began."""
    with house.read(RETRAINER, None) as rx:
        waiting = waiting_retrainings(rx)
    return sum(_begin(house, project, retraining_id) for project, retraining_id in waiting)


def _begin(house: House, project: str, retraining_id: str) -> bool:
    try:
        begin(RETRAINER, project, retraining_id, house=house)
    except NoReleaseToRetrainError:
        return False
    except NotTrainedHereError as error:
        with house.write(RETRAINER, project, "a training cannot begin by itself") as tx:
            hand_to_people(tx, locked(tx, retraining_id), error.message)
        return False
    except AssayError as error:
        logger.warning("request %s for a training could not begin: %s", retraining_id, error.message)
        return False
    return True


def begin(
    actor: Actor, project: str, retraining_id: str, *, house: House, release_id: str | None = None
) -> tuple[Retraining, Run]:
    """Train again as the model in use was trained, on a newer signed release; done again it is the same training.

    The training only makes a version: the gate and people decide what comes into use.

    Args:
        actor: who begins it; a person does not approve the promotion of what they trained.
        project: whose.
        retraining_id: the request.
        house: where.
        release_id: the release to learn from; the newest signed one that the model has not learned from, if left out.

    Raises:
        RetrainingNotFoundError: there is none of this id.
        RetrainingDecidedError: somebody started or dismissed it.
        NotTrainedHereError: no model in use was trained here.
        NoReleaseToRetrainError: there is no such release.
    """
    with house.write(actor, project, "train again") as tx:
        held = locked(tx, retraining_id)
        model, recipe = _recipe(tx)
        release = _release(tx, model) if release_id is None else release_in(tx, release_id)
        run = queue_run(tx, recipe.kind, recipe.name, config=recipe.settings, release_id=release.id)
        return start(tx, held, run.id), run


def decline(actor: Actor, project: str, retraining_id: str, reason: str, *, house: House) -> Retraining:
    """Say no to a request, with the reason.

    Raises:
        RetrainingNotFoundError: there is none of this id.
        RetrainingDecidedError: somebody started or dismissed it.
        ReasonMissingError: no reason.
    """
    text = clean_reason(reason, "Dismissing a training")
    with house.write(actor, project, text) as tx:
        return dismiss(tx, locked(tx, retraining_id), text)


def _recipe(rx: Rx) -> tuple[ModelVersion, Run]:
    """The model in use, and the training that made it."""
    model = version_of_alias(rx, PRODUCTION)
    if model is None or model.new.run_id is None:
        raise NotTrainedHereError(None if model is None else model.title)
    return model, run_in(rx, model.new.run_id)


def _release(rx: Rx, model: ModelVersion) -> Release:
    """The newest signed release that is newer than what the model has learned from."""
    every = all_releases(rx)
    learned = next((r.created_at_us for r in every if r.id == model.new.release_id), -1)
    found = next((r for r in every if r.state is ReleaseState.SIGNED and r.created_at_us > learned), None)
    if found is None:
        raise NoReleaseToRetrainError(model.title)
    return found


def followers_of_diagnoses() -> list[Consumer]:
    """The consumers."""
    return [Consumer("retraining", frozenset({"diagnosis.concluded"}), consider)]
