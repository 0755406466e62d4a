"""Suggestion policies, suggestions, certificates and labels taken unseen: queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.kernel.ids import AFTER_EVERY_ID
from assay.models.store import automatic_labels, certificates, suggestion_policies, suggestions
from assay.models.suggesting.model import Arm, AuditResult, AutomaticLabel, StoredCertificate, Suggestion
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_newest_policy = (
    sa.select(suggestion_policies)
    .where(suggestion_policies.c.project_id == PROJECT)
    .order_by(suggestion_policies.c.version.desc())
    .limit(1)
)


def newest_policy(rx: Rx) -> tuple[int, dict[str, Any]] | None:
    """The version in force and what it says."""
    row = rx.first(_newest_policy)
    return None if row is None else (row.version, json.loads(row.content))


def add_policy(tx: Tx, version: int, content: dict[str, Any], why: str) -> bool:
    """Keep a version; False when its number was taken meanwhile."""
    return tx.insert_new(
        suggestion_policies,
        {
            "version": version,
            "content": canonical_json(content).decode(),
            "why": why,
            "created_by": tx.actor.id,
            "created_at_us": tx.now_us,
        },
    )


# --- suggestions ----------------------------------------------------------------------------------------------------

_suggestion = sa.select(suggestions).where(
    suggestions.c.project_id == PROJECT, suggestions.c.assignment_id == sa.bindparam("assignment")
)
_judged = (
    sa.select(suggestions)
    .where(suggestions.c.project_id == PROJECT, suggestions.c.submission_id.is_not(None))
    .order_by(suggestions.c.id.desc())
    .limit(sa.bindparam("n"))
)
_shown_items = (
    sa.select(suggestions.c.item_id)
    .where(
        suggestions.c.project_id == PROJECT,
        suggestions.c.arm == "shown",
        suggestions.c.item_id.in_(sa.bindparam("items", expanding=True)),
    )
    .distinct()
)
_judge = (
    sa.update(suggestions)
    .where(
        suggestions.c.project_id == PROJECT,
        suggestions.c.id == sa.bindparam("suggestion"),
        suggestions.c.submission_id.is_(None),
    )
    .values(
        submission_id=sa.bindparam("submission"),
        n_kept=sa.bindparam("kept"),
        n_changed=sa.bindparam("changed"),
        n_removed=sa.bindparam("removed"),
        n_added=sa.bindparam("added"),
        seconds=sa.bindparam("spent"),
        fates=sa.bindparam("what"),
        judged_at_us=sa.bindparam("at"),
    )
)


def find_suggestion(rx: Rx, assignment_id: str) -> Suggestion | None:
    """What an assignment was offered."""
    row = rx.first(_suggestion, assignment=assignment_id)
    return None if row is None else _suggestion_of(row)


def judged_suggestions(rx: Rx, n: int) -> list[Suggestion]:
    """The newest suggestions whose work was handed in, at most `n`, oldest first."""
    return [_suggestion_of(row) for row in rx.rows(_judged, n=n)][::-1]


def items_shown(rx: Rx, item_ids: Sequence[str]) -> set[str]:
    """Which of these items somebody saw a suggestion on."""
    return {row.item_id for row in rx.rows(_shown_items, items=list(item_ids))}


def add_suggestion(tx: Tx, value: Suggestion) -> bool:
    """Keep what is offered; False when the assignment has been offered something before."""
    return tx.insert_new(
        suggestions,
        {
            "id": value.id,
            "assignment_id": value.assignment_id,
            "item_id": value.item_id,
            "prediction_id": value.prediction_id,
            "arm": value.arm.value,
            "n_suggested": value.n_suggested,
            "made_at_us": value.made_at_us,
        },
    )


def judge_suggestion(tx: Tx, value: Suggestion) -> bool:
    """Keep what became of it; False when that is kept already."""
    changed = tx.change(
        _judge,
        suggestion=value.id,
        submission=value.submission_id,
        kept=value.n_kept,
        changed=value.n_changed,
        removed=value.n_removed,
        added=value.n_added,
        spent=value.seconds,
        what=canonical_json(list(value.fates)).decode(),
        at=tx.now_us,
    )
    return changed == 1


def _suggestion_of(row: Any) -> Suggestion:  # noqa: ANN401 - a database row
    return Suggestion(
        id=row.id,
        assignment_id=row.assignment_id,
        item_id=row.item_id,
        prediction_id=row.prediction_id,
        arm=Arm(row.arm),
        n_suggested=row.n_suggested,
        made_at_us=row.made_at_us,
        submission_id=row.submission_id,
        n_kept=row.n_kept or 0,
        n_changed=row.n_changed or 0,
        n_removed=row.n_removed or 0,
        n_added=row.n_added or 0,
        seconds=row.seconds or 0.0,
        fates=tuple(json.loads(row.fates)) if row.fates else (),
    )


# --- certificates ---------------------------------------------------------------------------------------------------

_certificate = sa.select(certificates).where(
    certificates.c.project_id == PROJECT, certificates.c.id == sa.bindparam("certificate")
)
_all_certificates = (
    sa.select(certificates).where(certificates.c.project_id == PROJECT).order_by(certificates.c.id.desc())
)
_certificates_before = (
    sa.select(certificates)
    .where(certificates.c.project_id == PROJECT, certificates.c.id < sa.bindparam("before"))
    .order_by(certificates.c.id.desc())
    .limit(sa.bindparam("n"))
)
_certificates_of = _certificates_before.where(certificates.c.version_id == sa.bindparam("version"))
_end = (
    sa.update(certificates)
    .where(
        certificates.c.project_id == PROJECT,
        certificates.c.id == sa.bindparam("certificate"),
        certificates.c.state.in_(("certified", "not_yet")),
    )
    .values(state=sa.bindparam("new_state"), ended_at_us=sa.bindparam("at"), ended_why=sa.bindparam("why"))
)


def find_certificate(rx: Rx, certificate_id: str) -> StoredCertificate | None:
    """One certificate."""
    row = rx.first(_certificate, certificate=certificate_id)
    return None if row is None else _certificate_of(row)


def all_certificates(rx: Rx) -> list[StoredCertificate]:
    """Every certificate and refusal, newest first."""
    return [_certificate_of(row) for row in rx.rows(_all_certificates)]


def certificates_before(rx: Rx, before: str, n: int, *, version_id: str | None = None) -> list[StoredCertificate]:
    """Certificates and refusals older than the id `before` (empty for the newest), of one version where named."""
    if version_id is None:
        rows = rx.rows(_certificates_before, before=before or AFTER_EVERY_ID, n=n)
    else:
        rows = rx.rows(_certificates_of, before=before or AFTER_EVERY_ID, n=n, version=version_id)
    return [_certificate_of(row) for row in rows]


def add_certificate(tx: Tx, value: StoredCertificate) -> None:
    """Keep a certificate."""
    tx.insert(
        certificates,
        {
            "id": value.id,
            "version_id": value.version_id,
            "label_class": value.label_class,
            "target": value.target,
            "sureness": value.sureness,
            "threshold": value.threshold,
            "n_accepted": value.n_accepted,
            "n_wrong": value.n_wrong,
            "n_items": value.n_items,
            "upper": value.upper,
            "needs": value.needs,
            "facts": canonical_json({"words": value.words}).decode(),
            "items_digest": value.items_digest,
            "state": value.state,
            "created_at_us": value.created_at_us,
        },
    )


def end_certificate(tx: Tx, certificate_id: str, state: str, why: str) -> bool:
    """Let it hold no more; False when it had ended before."""
    return tx.change(_end, certificate=certificate_id, new_state=state, at=tx.now_us, why=why) == 1


def _certificate_of(row: Any) -> StoredCertificate:  # noqa: ANN401 - a database row
    return StoredCertificate(
        id=row.id,
        version_id=row.version_id,
        label_class=row.label_class,
        target=row.target,
        sureness=row.sureness,
        threshold=row.threshold,
        n_accepted=row.n_accepted,
        n_wrong=row.n_wrong,
        n_items=row.n_items,
        upper=row.upper,
        needs=row.needs,
        words=json.loads(row.facts)["words"],
        items_digest=row.items_digest,
        state=row.state,
        created_at_us=row.created_at_us,
        ended_at_us=row.ended_at_us,
        ended_why=row.ended_why,
    )


# --- labels taken unseen --------------------------------------------------------------------------------------------

_label = sa.select(automatic_labels).where(
    automatic_labels.c.project_id == PROJECT, automatic_labels.c.item_id == sa.bindparam("item")
)
_labels_of = (
    sa.select(automatic_labels)
    .where(automatic_labels.c.project_id == PROJECT, automatic_labels.c.certificate_id == sa.bindparam("certificate"))
    .order_by(automatic_labels.c.id)
)
_audited = _labels_of.where(automatic_labels.c.audit.in_(("right", "wrong")))
_n_standing = sa.select(sa.func.count()).where(
    automatic_labels.c.project_id == PROJECT,
    automatic_labels.c.certificate_id == sa.bindparam("certificate"),
    automatic_labels.c.state == "standing",
)
_all_label_items = sa.select(automatic_labels.c.item_id).where(automatic_labels.c.project_id == PROJECT)
_audit = (
    sa.update(automatic_labels)
    .where(
        automatic_labels.c.project_id == PROJECT,
        automatic_labels.c.id == sa.bindparam("label"),
        automatic_labels.c.audit == "drawn",
    )
    .values(audit=sa.bindparam("result"), audited_at_us=sa.bindparam("at"))
)
_withdraw = (
    sa.update(automatic_labels)
    .where(
        automatic_labels.c.project_id == PROJECT,
        automatic_labels.c.id == sa.bindparam("label"),
        automatic_labels.c.state == "standing",
    )
    .values(state="withdrawn")
)


def find_label(rx: Rx, item_id: str) -> AutomaticLabel | None:
    """The label that was taken unseen on an item."""
    row = rx.first(_label, item=item_id)
    return None if row is None else _label_of(row)


def labels_of(rx: Rx, certificate_id: str) -> list[AutomaticLabel]:
    """Everything taken under a certificate, in order."""
    return [_label_of(row) for row in rx.rows(_labels_of, certificate=certificate_id)]


def audited_labels(rx: Rx, certificate_id: str) -> list[AutomaticLabel]:
    """What blind audits have said something about under a certificate, in the order it was taken."""
    return [_label_of(row) for row in rx.rows(_audited, certificate=certificate_id)]


def count_standing(rx: Rx, certificate_id: str) -> int:
    """How many labels taken under a certificate stand."""
    return rx.value(_n_standing, certificate=certificate_id) or 0


def labelled_items(rx: Rx) -> set[str]:
    """Items on which a label was ever taken unseen."""
    return {row.item_id for row in rx.rows(_all_label_items)}


def add_label(tx: Tx, value: AutomaticLabel) -> bool:
    """Keep one; False when the item has one."""
    return tx.insert_new(
        automatic_labels,
        {
            "id": value.id,
            "item_id": value.item_id,
            "prediction_id": value.prediction_id,
            "certificate_id": value.certificate_id,
            "label_class": value.label_class,
            "confidence": value.confidence,
            "state": value.state,
            "audit": value.audit.value,
            "accepted_at_us": value.accepted_at_us,
        },
    )


def set_audit(tx: Tx, label_id: str, result: AuditResult) -> bool:
    """Keep what an audit said; False when it is kept already."""
    return tx.change(_audit, label=label_id, result=result.value, at=tx.now_us) == 1


def withdraw_label(tx: Tx, label_id: str) -> bool:
    """Let it count no more; False when it did not."""
    return tx.change(_withdraw, label=label_id) == 1


def _label_of(row: Any) -> AutomaticLabel:  # noqa: ANN401 - a database row
    return AutomaticLabel(
        id=row.id,
        item_id=row.item_id,
        prediction_id=row.prediction_id,
        certificate_id=row.certificate_id,
        label_class=row.label_class,
        confidence=row.confidence,
        state=row.state,
        audit=AuditResult(row.audit),
        accepted_at_us=row.accepted_at_us,
        audited_at_us=row.audited_at_us,
    )
