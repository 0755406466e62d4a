"""Setting the policy, offering suggestions, judging what became of them, keeping certificates and audits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.annotations import Mark, marks_of, submission_in
from assay.governance import Guarded, allow
from assay.kernel.actor import Actor, system
from assay.labels import schema_in
from assay.models.model import ModelVersion, PredictedMark, Prediction, PredictionOrigin
from assay.models.queries import find_version, prediction_in, predictions_of_items
from assay.models.suggesting import store
from assay.models.suggesting.automatic import stop_certificate, would_take
from assay.models.suggesting.errors import SuggestionPolicyStaleError
from assay.models.suggesting.model import Arm, AuditResult, Mode, StoredCertificate, Suggestion, SuggestionPolicy
from assay.models.suggesting.queries import (
    QUEUE_KEY,
    CalibrationPairs,
    answer_of,
    audit_state_of,
    certificate_in,
    suggestion_policy_in,
)
from assay.models.suggesting.rules import draw_arm, is_right, judge_fates, policy_from_json, shown_marks
from assay.quality.certificates import Certificate
from assay.queue import Assignment, Kind, batch_in
from assay.review import consensus_of_item
from assay.storage import House, Rx, Tx

JUDGE = system("suggestions")


def set_suggestion_policy(
    actor: Actor,
    project: str,
    body: dict[str, Any],
    *,
    why: str,
    based_on: int,
    house: House,
    proposal: str | None = None,
) -> SuggestionPolicy:
    """Make this the next version of the policy.

    Args:
        proposal: an approved one of exactly this, where the project guards thresholds and a class takes labels unseen.

    Raises:
        ApprovalNeededError: it is guarded and no proposal is named.
        SuggestionPolicyError: it says something that cannot be.
        SuggestionPolicyStaleError: another version came in between.
    """
    with house.write(actor, project, why) as tx:
        found = store.newest_policy(tx)
        now = 0 if found is None else found[0]
        policy = policy_from_json(body, [c.id for c in schema_in(tx, None).classes], now + 1)
        if proposal is not None or any(c.mode is Mode.AUTOMATIC for c in policy.classes.values()):
            allow(tx, Guarded.THRESHOLD, threshold_action(body, why, based_on), proposal=proposal)
        if based_on != now or not store.add_policy(tx, policy.version, body, why):
            raise SuggestionPolicyStaleError(based_on, now)
        tx.record("suggestion_policy.set", subject=f"suggestion_policy/{policy.version}", content=body)
    return policy


def threshold_action(body: dict[str, Any], why: str, based_on: int) -> dict[str, Any]:
    """What a proposal of another suggestion policy proposes."""
    return {"body": body, "why": why, "based_on": based_on}


def suggest_for(actor: Actor, project: str, assignment: Assignment, *, house: House) -> list[PredictedMark]:
    """What this assignment may see; nothing when it is withheld at random, and the page cannot tell why.

    The first call decides and is kept; practice is never offered anything, gold is treated like work.
    """
    with house.read(actor, project) as rx:
        policy = suggestion_policy_in(rx)
        if not policy.suggests or assignment.kind is Kind.PRACTICE:
            return []
        known = store.find_suggestion(rx, assignment.id)
        marks, prediction = _offer(rx, policy, assignment.item_id)
        batch = batch_in(rx, assignment.batch_id)
        blind = store.find_label(rx, assignment.item_id) is not None or (batch is not None and batch.policy.blind)
        blind = blind or (prediction is not None and would_take(rx, prediction, policy))
    if known is None:
        arm = Arm.WITHHELD if blind else draw_arm(assignment.id, policy.withheld_share)
        with house.write(actor, project, "offer suggestions") as tx:
            made = Suggestion(
                id=tx.new_id(),
                assignment_id=assignment.id,
                item_id=assignment.item_id,
                prediction_id=None if prediction is None else prediction.id,
                arm=arm,
                n_suggested=len(marks),
                made_at_us=tx.now_us,
            )
            store.add_suggestion(tx, made)
            tx.record("suggestion.made", subject=f"assignment/{assignment.id}", n=len(marks))
            known = store.find_suggestion(tx, assignment.id) or made
    return marks if known.arm is Arm.SHOWN else []


def _offer(rx: Rx, policy: SuggestionPolicy, item_id: str) -> tuple[list[PredictedMark], Prediction | None]:
    version = find_version(rx, policy.model)
    if version is None:
        return [], None
    said = predictions_of_items(rx, version.id, PredictionOrigin.SUGGESTION, QUEUE_KEY, [item_id]).get(item_id)
    return ([], None) if said is None else (shown_marks(said.new.marks, policy), said)


def judge_submission(project: str, submission_id: str, *, key: str, house: House) -> Suggestion | None:
    """Note what became of the suggestion an answer began with; None when there was none. Twice is once."""
    with house.read(JUDGE, project) as rx:
        submission = submission_in(rx, submission_id)
        made = None if submission.assignment_id is None else store.find_suggestion(rx, submission.assignment_id)
        if made is None or made.submission_id is not None:
            return made
        final = [m.mark for m in marks_of(rx, [submission_id])[submission_id]]
        shown: Sequence[Mark] = ()
        if made.arm is Arm.SHOWN and made.prediction_id is not None:
            said = prediction_in(rx, made.prediction_id)
            shown = [m.mark for m in shown_marks(said.new.marks, suggestion_policy_in(rx))][: made.n_suggested]
    fates, n_added = judge_fates(shown, final)
    counts = {fate: sum(f["fate"] == fate for f in fates) for fate in ("kept", "changed", "removed")}
    judged = Suggestion(
        id=made.id,
        assignment_id=made.assignment_id,
        item_id=made.item_id,
        prediction_id=made.prediction_id,
        arm=made.arm,
        n_suggested=made.n_suggested,
        made_at_us=made.made_at_us,
        submission_id=submission_id,
        n_kept=counts["kept"],
        n_changed=counts["changed"],
        n_removed=counts["removed"],
        n_added=n_added,
        seconds=submission.seconds,
        fates=tuple(fates),
    )
    with house.write(JUDGE, project, "work was handed in", key=key) as tx:
        if not tx.replayed:
            store.judge_suggestion(tx, judged)
            tx.record("suggestion.judged", subject=f"submission/{submission_id}", arm=made.arm.value, **counts)
    return judged


def keep_certificate(
    tx: Tx, version: ModelVersion, label_class: str, found: Certificate, pairs: CalibrationPairs
) -> StoredCertificate:
    """Keep a certificate or its refusal; it takes the place of an earlier one for the same class."""
    for old in store.all_certificates(tx):
        if old.version_id == version.id and old.label_class == label_class and old.state in {"certified", "not_yet"}:
            store.end_certificate(tx, old.id, "replaced", "calibrated again")
    made = StoredCertificate(
        id=tx.new_id(),
        version_id=version.id,
        label_class=label_class,
        target=found.target,
        sureness=found.sureness,
        threshold=found.threshold,
        n_accepted=found.n_accepted,
        n_wrong=found.n_wrong,
        n_items=found.n_items,
        upper=found.upper,
        needs=found.needs,
        words=found.words,
        items_digest=pairs.digest,
        state="not_yet" if found.threshold is None else "certified",
        created_at_us=tx.now_us,
    )
    store.add_certificate(tx, made)
    tx.record(
        "certificate.made", subject=made.subject, version=version.id, label_class=label_class, state=made.state,
        words=made.words,
    )  # fmt: skip
    return made


def note_audit(project: str, item_id: str, *, key: str, house: House) -> AuditResult | None:
    """Hold a label that was drawn for a blind audit against the people's answer; stops its certificate on an alarm.

    None when the item is in no audit, or people have not agreed yet.
    """
    with house.read(JUDGE, project) as rx:
        label = store.find_label(rx, item_id)
        settled = [c for c in consensus_of_item(rx, item_id) if c.state.value in {"agreed", "settled"}]
        if label is None or label.audit is not AuditResult.DRAWN or not settled:
            return None
        said = prediction_in(rx, label.prediction_id)
        _, _, marks = answer_of(said, suggestion_policy_in(rx))
        people = [Mark(m.label_class, m.shape, m.bbox) for m in settled[-1].marks]
        right = is_right([m.mark for m in marks], people)
    result = AuditResult.RIGHT if right else AuditResult.WRONG
    with house.write(JUDGE, project, "a blind audit came back", key=key) as tx:
        if tx.replayed or not store.set_audit(tx, label.id, result):
            if not tx.replayed:
                tx.record("certificate.audit_known", subject=f"item/{item_id}")
            return result
        tx.record(
            "certificate.audited", subject=f"item/{item_id}", result=result.value, certificate=label.certificate_id
        )
        certificate = certificate_in(tx, label.certificate_id)
        state, _ = audit_state_of(tx, certificate)
        if state.alarm_at is not None and certificate.state == "certified":
            why = f"audits: {state.n_wrong} of {state.n} wrong; the chart rang at audit {state.alarm_at + 1}"
            stop_certificate(tx, certificate, why)
    return result
