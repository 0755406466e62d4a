"""Takes answers without a person under a certificate, draws some for blind audits, and stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.gold import all_gold
from assay.governance import ClassRule, Rulebook, rulebook_in
from assay.items import items_by_id
from assay.kernel.actor import system
from assay.kernel.ids import random_id
from assay.models.model import ModelVersion, PredictedMark, Prediction, PredictionOrigin
from assay.models.queries import find_version, predictions_of_items
from assay.models.suggesting import store
from assay.models.suggesting.model import (
    ANY_CLASS,
    AuditResult,
    AutomaticLabel,
    Mode,
    StoredCertificate,
    SuggestionPolicy,
)
from assay.models.suggesting.queries import QUEUE_KEY, answer_of, suggestion_policy_in
from assay.queue import Task, leave_to_model, tasks_of_items, untouched_tasks, wanted_again
from assay.review import FusedMark, settle_unseen, unsettle_unseen
from assay.storage import House, Rx, Tx

TAKER = system("automatic labels")
IN_ONE_GO = 200


def draw() -> float:
    """A number in [0, 1) that nobody can foresee."""
    return int(random_id()[:12], 16) / 16**12


def class_rule(rules: Rulebook, label_class: str) -> ClassRule:
    """What the rulebook lets a model do with a class; without a rule a person sees every label."""
    return rules.classes.get(label_class) or rules.classes.get(ANY_CLASS) or ClassRule()


def accept_unseen_answers(project: str, *, house: House) -> tuple[int, int]:
    """Take answers of the suggesting model that certificate, suggestion policy and rulebook let through.

    Only items nobody has begun. A random share is drawn for blind audits: those stay with people, who see nothing of
    it. Accepted labels never calibrate, never become gold, and only ever train.

    Returns:
        How many were taken, and how many drawn for audits.
    """
    with house.read(TAKER, project) as rx:
        policy = suggestion_policy_in(rx)
        version = find_version(rx, policy.model) if policy.suggests else None
        if version is None:
            return 0, 0
        terms = _Terms(policy, rulebook_in(rx), _certificates(policy, version, store.all_certificates(rx)))
        if not terms.certificates:
            return 0, 0
        taken = store.labelled_items(rx)
        tasks = {t.item_id: t for t in untouched_tasks(rx) if t.item_id not in taken}
        fit = _fit_items(rx, sorted(tasks))
        said = predictions_of_items(rx, version.id, PredictionOrigin.SUGGESTION, QUEUE_KEY, fit)
    n_taken = n_drawn = 0
    chosen = sorted(said)
    for start in range(0, len(chosen), IN_ONE_GO):
        with house.write(TAKER, project, "certified") as tx:
            for item_id in chosen[start : start + IN_ONE_GO]:
                found = _take(tx, said[item_id], tasks[item_id], terms)
                n_taken += found is AuditResult.NONE
                n_drawn += found is AuditResult.DRAWN
            tx.record("automatic.looked", subject=version.subject, taken=n_taken, drawn=n_drawn)
    return n_taken, n_drawn


def _fit_items(rx: Rx, item_ids: Sequence[str]) -> list[str]:
    """Those that may train: real, not held back by their source, no view of an object that gold shows too."""
    gold = items_by_id(rx, [g.item_id for g in all_gold(rx)])
    objects = {g.group_id for g in gold.values() if g.group_id} | set(gold)
    return [
        i
        for i, item in items_by_id(rx, item_ids).items()
        if item.origin == "real"
        and item.split in {None, "train"}
        and not {item.id, item.group_id, item.near_duplicate_of} & objects
    ]


def _certificates(
    policy: SuggestionPolicy, version: ModelVersion, known: list[StoredCertificate]
) -> dict[str, StoredCertificate]:
    """The certificate that holds for each class that is automatic; `*` for those the policy does not name."""
    found: dict[str, StoredCertificate] = {}
    for certificate in known:
        asked = policy.of_class(certificate.label_class)
        holds = certificate.state == "certified" and certificate.version_id == version.id
        strict = certificate.target <= asked.target and certificate.sureness >= asked.sureness
        if holds and strict and asked.mode is Mode.AUTOMATIC:
            found.setdefault(certificate.label_class, certificate)
    return found


def _lets_through(
    classes: set[str], confidence: float, certificate: StoredCertificate, policy: SuggestionPolicy, rules: Rulebook
) -> bool:
    """Whether the suggestion policy and the rulebook let an answer with these classes through under a certificate."""
    for name in classes or {ANY_CLASS}:
        rule = class_rule(rules, name)
        if policy.of_class(name).mode is not Mode.AUTOMATIC or rule.human_review != "sampled":
            return False
        if rule.automatic_above is None or confidence < rule.automatic_above or certificate.target > rule.max_error:
            return False
    return certificate.threshold is not None and confidence >= certificate.threshold


def would_take(rx: Rx, said: Prediction, policy: SuggestionPolicy) -> bool:
    """Whether an answer is sure enough to be taken unseen, on whatever item it is.

    Such answers are suggested to nobody: what a person still meets of them is in an audit or is gold, and with a
    suggestion gold could be told from it.
    """
    version = find_version(rx, policy.model)
    if version is None or not any(c.mode is Mode.AUTOMATIC for c in policy.classes.values()):
        return False
    terms = _Terms(policy, rulebook_in(rx), _certificates(policy, version, store.all_certificates(rx)))
    return _held_for(said, terms) is not None


@dataclass(frozen=True, slots=True)
class _Terms:
    """Under what answers are taken."""

    policy: SuggestionPolicy
    rules: Rulebook
    certificates: Mapping[str, StoredCertificate]


def _held_for(said: Prediction, terms: _Terms) -> StoredCertificate | None:
    """The certificate that lets an answer through, if one does."""
    name, confidence, marks = answer_of(said, terms.policy)
    held = terms.certificates.get(name if name in terms.policy.classes else ANY_CLASS)
    classes = {m.mark.label_class for m in marks}
    good = held is not None and _lets_through(classes, confidence, held, terms.policy, terms.rules)
    return held if good else None


def _take(tx: Tx, said: Prediction, task: Task, terms: _Terms) -> AuditResult | None:
    """Take one answer, draw it for an audit, or leave it to people (None)."""
    name, confidence, marks = answer_of(said, terms.policy)
    held = _held_for(said, terms)
    if held is None:
        return None
    drawn = draw() < terms.policy.audit_share
    if not drawn and not leave_to_model(tx, task.id):
        return None  # somebody began it meanwhile
    label = AutomaticLabel(
        id=tx.new_id(),
        item_id=task.item_id,
        prediction_id=said.id,
        certificate_id=held.id,
        label_class=name,
        confidence=confidence,
        state="audited" if drawn else "standing",
        audit=AuditResult.DRAWN if drawn else AuditResult.NONE,
        accepted_at_us=tx.now_us,
    )
    if not store.add_label(tx, label):
        return None
    if not drawn:
        _settle(tx, said, task, label, marks)
    return label.audit


def _settle(tx: Tx, said: Prediction, task: Task, label: AutomaticLabel, marks: Sequence[PredictedMark]) -> None:
    fused = [
        FusedMark(m.mark.label_class, m.mark.shape, m.mark.bbox, m.confidence, 0, (said.new.version_id,)) for m in marks
    ]
    settle_unseen(tx, task, fused)
    facts = {"certificate": label.certificate_id, "confidence": label.confidence, "prediction": said.id}
    tx.record("label.accepted_unseen", subject=f"item/{task.item_id}", **facts)


def stop_certificate(tx: Tx, certificate: StoredCertificate, why: str) -> int:
    """Let a certificate hold no more and give everything taken under it back to people; returns how many items."""
    if not store.end_certificate(tx, certificate.id, "stopped", why):
        return 0
    back = 0
    standing = [a for a in store.labels_of(tx, certificate.id) if a.state == "standing"]
    tasks = tasks_of_items(tx, [a.item_id for a in standing])
    for label in standing:
        if store.withdraw_label(tx, label.id):
            for task in tasks[label.item_id]:
                if wanted_again(tx, task.id):
                    unsettle_unseen(tx, task)
                    back += 1
    tx.record("certificate.stopped", subject=certificate.subject, why=why, back=back)
    return back
