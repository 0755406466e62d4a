"""Asking for a training, beginning it, saying no; each inside the caller's transaction, with its event."""

from __future__ import annotations

from assay.models.retraining import store
from assay.models.retraining.errors import RetrainingDecidedError, RetrainingNotFoundError
from assay.models.retraining.model import UNDECIDED, Retraining, RetrainingState, Trigger
from assay.models.retraining.queries import retraining_in
from assay.storage import Tx


def ask(tx: Tx, diagnosis_id: str, trigger: Trigger, reason: str, *, rulebook_version: int) -> Retraining | None:
    """Ask for a training on the ground of a diagnosis; None when its diagnosis has a request.

    While a request for the same cause is undecided no second one is made: one training answers both.
    """
    same = next((r for r in store.undecided(tx) if r.trigger.cause == trigger.cause), None)
    if same is not None:
        note_untriggered(tx, diagnosis_id, f"{reason} The request {same.id} for the same cause is undecided.")
        return None
    state = RetrainingState.WAITING if trigger.act == "start" else RetrainingState.OPEN
    made = Retraining(
        tx.new_id(), diagnosis_id, trigger, rulebook_version, reason, state, "", None, created_at_us=tx.now_us
    )
    if not store.add_retraining(tx, made):
        note_untriggered(tx, diagnosis_id, "It has its request already.")
        return None
    tx.record(
        "retraining.asked",
        subject=made.subject,
        diagnosis=diagnosis_id,
        cause=trigger.cause,
        act=trigger.act,
        reason=reason,
        policy=rulebook_version,
    )
    return made


def note_untriggered(tx: Tx, diagnosis_id: str, reason: str) -> None:
    """Record that a diagnosis starts no training, and why."""
    tx.record("retraining.not_asked", subject=f"diagnosis/{diagnosis_id}", reason=reason)


def locked(tx: Tx, retraining_id: str) -> Retraining:
    """An undecided request, that nobody else decides until this transaction has ended.

    Raises:
        RetrainingNotFoundError: there is none of this id in the project.
        RetrainingDecidedError: it was started or dismissed before.
    """
    found = store.lock_retraining(tx, retraining_id)
    if found is None:
        raise RetrainingNotFoundError(retraining_id)
    if found.state not in UNDECIDED:
        raise RetrainingDecidedError(retraining_id, found.state.value)
    return found


def start(tx: Tx, held: Retraining, run_id: str) -> Retraining:
    """Note that a locked request became a training."""
    store.move(tx, held, RetrainingState.STARTED, held.note, run_id, tx.actor.id)
    tx.record("retraining.started", subject=held.subject, run=run_id, cause=held.trigger.cause, reason=held.reason)
    return retraining_in(tx, held.id)


def hand_to_people(tx: Tx, held: Retraining, why: str) -> Retraining:
    """Let people decide a locked request that cannot begin by itself."""
    store.move(tx, held, RetrainingState.OPEN, why, None, None)
    tx.record("retraining.handed_over", subject=held.subject, reason=why)
    return retraining_in(tx, held.id)


def dismiss(tx: Tx, held: Retraining, reason: str) -> Retraining:
    """Say no to a locked request."""
    store.move(tx, held, RetrainingState.DISMISSED, reason, None, tx.actor.id)
    tx.record("retraining.dismissed", subject=held.subject, reason=reason)
    return retraining_in(tx, held.id)
