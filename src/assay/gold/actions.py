"""Signing, retiring and scoring gold; contesting a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.annotations import Mark, check_marks, marks_of, submission_in
from assay.gold import store
from assay.gold.errors import (
    AlreadyContestedError,
    ContestNotFoundError,
    ContestRuledError,
    GoldClauseUnknownError,
    GoldNotFoundError,
    GoldSyntheticError,
    VerdictNotFoundError,
)
from assay.gold.model import Contest, Gold, GoldMark, GoldState, Score, StoredScore, gold_mark_to_json
from assay.gold.rules import score_answer
from assay.governance import Guarded, allow
from assay.guidelines import guideline_in
from assay.items import has_real_items, item_in, media_in
from assay.kernel.actor import Actor
from assay.kernel.ids import random_id
from assay.labels import schema_in
from assay.storage import House, Tx


def sign_gold(
    actor: Actor,
    project: str,
    item_id: str,
    marks: Sequence[GoldMark],
    *,
    why: str,
    house: House,
    exposure_cap: int | None = None,
    proposal: str | None = None,
) -> Gold:
    """Sign the answer to an item, or sign it anew; answers given before are then judged again.

    Args:
        actor: the expert.
        project: whose.
        item_id: the item; real images only.
        marks: the answer, each mark with the guideline clauses it tests.
        why: kept with the signature.
        house: where.
        exposure_cap: how many people may meet it; None for everybody once.
        proposal: an approved one of exactly this, where the policy guards gold.

    Raises:
        GoldClauseUnknownError: a clause that the current guideline does not have.
        MarksRefusedError: marks the label schema does not allow.
        ApprovalNeededError: the policy guards gold and no proposal is named.
    """
    with house.write(actor, project, why or "sign gold") as tx:
        return sign_gold_in(tx, item_id, marks, why=why, exposure_cap=exposure_cap, proposal=proposal)


def sign_gold_in(
    tx: Tx,
    item_id: str,
    marks: Sequence[GoldMark],
    *,
    why: str,
    exposure_cap: int | None = None,
    proposal: str | None = None,
) -> Gold:
    """The same inside another transaction, as a ruling does."""
    _check_real(tx, item_id)
    _check(tx, item_id, marks)
    allow(tx, Guarded.GOLD, gold_action(item_id, marks, why, exposure_cap), proposal=proposal)
    before = store.find_gold(tx, item_id)
    version = before.version + 1 if before else 1
    gold = Gold(item_id, version, GoldState.LIVE, tuple(marks), tx.actor.id, tx.now_us, exposure_cap)
    store.add_gold(tx, gold, why)
    tx.record("gold.signed", subject=f"item/{item_id}", version=version, n_marks=len(marks), cap=exposure_cap)
    return gold


def gold_action(item_id: str, marks: Sequence[GoldMark], why: str, exposure_cap: int | None) -> dict[str, Any]:
    """What a proposal of gold proposes."""
    shown = [gold_mark_to_json(mark) for mark in marks]
    return {"item_id": item_id, "marks": shown, "why": why, "exposure_cap": exposure_cap}


def _check_real(tx: Tx, item_id: str) -> None:
    """Refuse gold on a synthetic item where there are real ones: it would measure the generator."""
    item = item_in(tx, item_id)
    if item.origin != "real" and has_real_items(tx):
        raise GoldSyntheticError(item_id, item.generator)


def _check(tx: Tx, item_id: str, marks: Sequence[GoldMark]) -> None:
    medium = media_in(tx, item_id)
    plain = [Mark(m.label_class, m.shape, m.bbox, geometry=m.geometry) for m in marks]
    check_marks(plain, schema_in(tx, None), medium.width_px, medium.height_px, geometry_only=True)
    guideline = guideline_in(tx, None)
    for mark in marks:
        for clause in mark.clauses:
            if guideline.find(clause) is None:
                raise GoldClauseUnknownError(clause, guideline.version)


def retire_gold(actor: Actor, project: str, item_id: str, *, why: str, house: House, withdraw: bool = False) -> Gold:
    """Show this gold no more; its verdicts become visible to those who answered it.

    Args:
        actor: the expert.
        project: whose.
        item_id: the gold item.
        why: kept in the audit log.
        house: where.
        withdraw: the answer itself was wrong, so verdicts given on it count no more.
    """
    with house.write(actor, project, why) as tx:
        if store.find_gold(tx, item_id) is None:
            raise GoldNotFoundError(item_id)
        store.set_gold_state(tx, item_id, GoldState.RETIRED)
        if withdraw:
            store.discount_scores(tx, item_id)
        tx.record("gold.retired", subject=f"item/{item_id}", withdrawn=withdraw)
        gold = store.find_gold(tx, item_id)
    assert gold is not None
    return gold


def score_submission(
    actor: Actor, project: str, submission_id: str, *, match_iou: float, tight_iou: float, house: House
) -> StoredScore | None:
    """Hold a submission against its item's gold; None when the item is not gold. Twice is once."""
    with house.write(actor, project, "score against gold", key=f"score/{submission_id}") as tx:
        if tx.replayed:
            return store.find_score_of(tx, submission_id)
        submission = submission_in(tx, submission_id)
        gold = store.find_gold(tx, submission.item_id)
        if gold is None:
            tx.record("gold.not_scored", subject=f"submission/{submission_id}")
            return None
        marks = [m.mark for m in marks_of(tx, [submission_id])[submission_id]]
        stored = StoredScore(
            id=random_id(),
            submission_id=submission_id,
            item_id=submission.item_id,
            gold_version=gold.version,
            user_id=submission.author_id,
            assignment_id=submission.assignment_id or "",
            is_practice=submission.origin.value == "practice",
            counts_for=True,
            answered_at_us=submission.received_at_us,
            seconds=submission.seconds,
            score=score_answer(gold.marks, marks, match_iou=match_iou, tight_iou=tight_iou, size_px=_size(tx, gold)),
        )
        store.add_score(tx, stored)
        _record_score(tx, stored)
    return stored


def rescore_item(
    actor: Actor, project: str, item_id: str, *, match_iou: float, tight_iou: float, house: House, key: str
) -> int:
    """Judge every answer to an item again under its current gold; returns for how many people that changed anything."""
    with house.write(actor, project, "score again after gold was signed anew", key=key) as tx:
        if tx.replayed:
            return 0
        gold, changed = store.find_gold(tx, item_id), set[str]()
        size_px = None if gold is None else _size(tx, gold)
        for stored in store.scores_of_item(tx, item_id) if gold else []:
            assert gold is not None
            marks = [m.mark for m in marks_of(tx, [stored.submission_id])[stored.submission_id]]
            score: Score = score_answer(gold.marks, marks, match_iou=match_iou, tight_iou=tight_iou, size_px=size_px)
            store.replace_score(tx, stored.id, gold.version, score)
            if score != stored.score or not stored.counts_for:
                changed.add(stored.user_id)
        tx.record("gold.rescored", subject=f"item/{item_id}", users=sorted(changed))
    return len(changed)


def _size(tx: Tx, gold: Gold) -> tuple[int, int]:
    medium = media_in(tx, gold.item_id)
    return medium.width_px, medium.height_px


def _record_score(tx: Tx, stored: StoredScore) -> None:
    tx.record(
        "gold.scored",
        subject=f"user/{stored.user_id}",
        submission=stored.submission_id,
        item=stored.item_id,
        practice=stored.is_practice,
        n_units=stored.score.n_units,
        n_errors=stored.score.n_errors,
    )


def contest_verdict(actor: Actor, project: str, verdict_id: str, text: str, *, house: House) -> Contest:
    """Object to a verdict on one's own answer, once its gold is retired (or was practice).

    Raises:
        VerdictNotFoundError: not one's own, or not shown yet.
        AlreadyContestedError: contested before.
    """
    with house.write(actor, project, "contest a verdict") as tx:
        stored = store.find_score(tx, verdict_id)
        if stored is None or stored.user_id != actor.id or not _shown(tx, stored):
            raise VerdictNotFoundError(verdict_id)
        contest_id = store.add_contest(tx, verdict_id, text)
        if contest_id is None:
            raise AlreadyContestedError(verdict_id)
        tx.record("gold.contested", subject=f"verdict/{verdict_id}", contest=contest_id)
    return Contest(contest_id, verdict_id, actor.id, text, "open", None, tx.now_us)


def _shown(tx: Tx, stored: StoredScore) -> bool:
    gold = store.find_gold(tx, stored.item_id)
    return stored.is_practice or gold is None or gold.state is GoldState.RETIRED


def rule_on_contest(actor: Actor, project: str, contest_id: str, *, upheld: bool, text: str, house: House) -> Contest:
    """Decide an objection; when it is upheld, the verdicts on that gold count no more until it is signed anew.

    Raises:
        ContestRuledError: it was decided before.
    """
    with house.write(actor, project, why=text or "rule on contest") as tx:
        contest = store.find_contest(tx, contest_id)
        if contest is None:
            raise ContestNotFoundError(contest_id)
        if not store.rule_contest(tx, contest_id, "upheld" if upheld else "declined", text):
            raise ContestRuledError(contest_id, contest.state)
        stored = store.find_score(tx, contest.score_id)
        if upheld and stored is not None:
            store.discount_scores(tx, stored.item_id)
        tx.record("gold.contest_ruled", subject=f"contest/{contest_id}", upheld=upheld, user=contest.user_id)
        ruled = store.find_contest(tx, contest_id)
    assert ruled is not None
    return ruled
