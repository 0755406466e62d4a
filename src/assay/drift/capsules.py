"""Use cases of time capsules: ask experts, keep the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.drift import store
from assay.drift.errors import AlreadyConcludedError
from assay.drift.model import Capsule
from assay.drift.queries import diagnosis_in
from assay.kernel.actor import Actor
from assay.quality.diagnosis import Diagnosis
from assay.storage import House


def keep_question(
    actor: Actor,
    project: str,
    name: str,
    *,
    batch_id: str,
    monitor_id: str | None,
    spec: Mapping[str, Any],
    house: House,
) -> Capsule:
    """Note what experts were asked; which items are current and which archived stays here."""
    with house.write(actor, project, f"ask why: {name}") as tx:
        made = Capsule(tx.new_id(), name, "asked", monitor_id, batch_id, spec, None, tx.now_us, None)
        store.add_diagnosis(tx, made)
        tx.record("diagnosis.asked", subject=f"diagnosis/{made.id}", batch=batch_id)
    return made


def keep_answer(actor: Actor, project: str, diagnosis_id: str, found: Diagnosis, *, house: House) -> Capsule:
    """Keep the named cause with its evidence; whether retraining follows is part of the event.

    Raises:
        AlreadyConcludedError: it has an answer.
    """
    with house.write(actor, project, "conclude a diagnosis") as tx:
        if not store.conclude(tx, diagnosis_id, found.to_json()):
            raise AlreadyConcludedError(diagnosis_id)
        tx.record(
            "diagnosis.concluded",
            subject=f"diagnosis/{diagnosis_id}",
            cause=found.cause.value,
            also=[c.value for c in found.also],
            starts_retraining=found.starts_retraining,
        )
        return diagnosis_in(tx, diagnosis_id)
