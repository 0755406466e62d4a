"""Reviewing somebody's work, and settling disputes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.annotations import Mark, Origin, Submission, find_same, marks_of, submission_in, take_in
from assay.guidelines import current_guideline_version
from assay.items import media_in
from assay.kernel.actor import Actor
from assay.kernel.clock import SECOND_US
from assay.kernel.ids import random_id
from assay.labels import current_schema_version
from assay.queue import batch_in, reopen_task
from assay.review import store
from assay.review.consensus import Answers, answers_in, merge_in
from assay.review.errors import (
    AdjudicationClosedError,
    AdjudicationNotFoundError,
    NoteMisplacedError,
    OwnWorkError,
    ReasonMissingError,
    ReviewClosedError,
    ReviewNotFoundError,
)
from assay.review.model import REASON_CODES, Adjudication, Review, Standing, Verdict
from assay.review.put_back import follow_put_back
from assay.review.queries import AdjudicationCase, ReviewCase
from assay.storage import House, Tx

HOLD_S = 600


def claim_review(actor: Actor, project: str, *, author_id: str | None = None, house: House) -> ReviewCase | None:
    """Give this reviewer the next answer to look at, never their own; None when there is none."""
    with house.write(actor, project, "claim review", urgent=True) as tx:
        review = store.next_review(tx, actor.id, author_id)
        if review is None:
            tx.record("review.found_none", subject=f"user/{actor.id}")
            return None
        until = tx.now_us + HOLD_S * SECOND_US
        store.hold_review(tx, review.id, until)
        tx.record("review.claimed", subject=f"review/{review.id}")
        submission = submission_in(tx, review.submission_id)
        marks = marks_of(tx, [submission.id])[submission.id]
        medium = media_in(tx, review.item_id)
        return ReviewCase(review, submission, tuple(marks), medium, store.count_open_reviews(tx), until)


def decide_review(
    actor: Actor,
    project: str,
    review_id: str,
    verdict: Verdict,
    *,
    client_key: str,
    house: House,
    reason_code: str | None = None,
    note: str | None = None,
    marks: Sequence[Mark] = (),
    seconds: float = 0.0,
    notes: Mapping[str, str] | None = None,
) -> Review:
    """Accept an answer, correct it, or reject it and ask somebody else.

    Raises:
        OwnWorkError: the reviewer made it.
        ReviewClosedError: it was decided before, by another client key.
        ReasonMissingError: a fix or rejection without a reason code.
        NoteMisplacedError: a note names a mark that the answer does not have.
    """
    if verdict is not Verdict.ACCEPT and reason_code not in REASON_CODES:
        raise ReasonMissingError(reason_code)
    with house.write(actor, project, note or verdict.value, key=f"review/{review_id}/{client_key}") as tx:
        review = _review(tx, review_id)
        if tx.replayed:
            return review
        if review.author_id == actor.id:
            raise OwnWorkError
        if review.state != "open":
            raise ReviewClosedError(review_id)
        submission = submission_in(tx, review.submission_id)
        _keep_notes(tx, review, notes or {})
        fix = _fix(tx, submission, marks, client_key, seconds) if verdict is Verdict.FIX else None
        closed = store.close_review(
            tx,
            review_id,
            verdict=verdict.value,
            reason_code=reason_code,
            note=note,
            fixed_by=fix.id if fix else None,
            seconds=seconds,
        )
        if not closed:  # another verdict came in at the same moment
            raise ReviewClosedError(review_id)
        _apply(tx, submission, verdict)
        if review.put_back_id is not None:
            follow_put_back(tx, review.put_back_id)
        tx.record(
            "review.closed",
            subject=f"submission/{submission.id}",
            review=review_id,
            verdict=verdict.value,
            reason_code=reason_code,
            item=submission.item_id,
            batch=submission.batch_id,
            author=submission.author_id,
        )
        return _review(tx, review_id)


def _review(tx: Tx, review_id: str) -> Review:
    review = store.find_review(tx, review_id)
    if review is None:
        raise ReviewNotFoundError(review_id)
    return review


def _keep_notes(tx: Tx, review: Review, notes: Mapping[str, str]) -> None:
    own = {m.id for m in marks_of(tx, [review.submission_id])[review.submission_id]} if notes else set()
    strange = sorted(set(notes) - own)
    if strange:
        raise NoteMisplacedError(strange[0])
    store.add_notes(tx, review.id, notes)


def _fix(tx: Tx, submission: Submission, marks: Sequence[Mark], client_key: str, seconds: float) -> Submission:
    medium = media_in(tx, submission.item_id)
    same = find_same(tx, tx.actor.id, client_key, marks, subject=submission.id)
    if same is not None:
        return same
    return take_in(
        tx,
        marks,
        item_id=submission.item_id,
        size_px=(medium.width_px, medium.height_px),
        author_id=tx.actor.id,
        origin=Origin.FIX,
        client_key=client_key,
        seconds=seconds,
        schema_version=submission.schema_version,
        guideline_version=submission.guideline_version,
        batch_id=submission.batch_id,
        supersedes=submission.id,
    )


def _apply(tx: Tx, submission: Submission, verdict: Verdict) -> None:
    standing = {Verdict.ACCEPT: Standing.ACCEPTED, Verdict.FIX: Standing.FIXED, Verdict.REJECT: Standing.REJECTED}
    store.set_standing(tx, submission.id, standing[verdict])
    if verdict is Verdict.REJECT and submission.assignment_id is not None:
        reopen_task(tx, submission.assignment_id)  # does nothing for gold, whose slots are not answers wanted


def claim_adjudication(actor: Actor, project: str, *, house: House) -> AdjudicationCase | None:
    """Give this expert the worst open dispute in which they have no part; None when there is none."""
    with house.write(actor, project, "claim adjudication", urgent=True) as tx:
        for dispute in store.open_adjudications(tx, actor.id):
            answers = answers_in(tx, dispute.item_id, dispute.batch_id)
            if actor.id in {s.author_id for s in answers.submissions}:
                continue
            until = tx.now_us + HOLD_S * SECOND_US
            store.hold_adjudication(tx, dispute.id, until)
            tx.record("adjudication.claimed", subject=f"adjudication/{dispute.id}")
            batch = batch_in(tx, dispute.batch_id)
            merged = merge_in(tx, answers, match_iou=batch.policy.match_iou if batch else 0.5)
            medium = media_in(tx, dispute.item_id)
            n_open = store.adjudication_states(tx).get("open", 0)
            return AdjudicationCase(dispute, answers, merged, medium, *_versions(tx, answers), n_open, until)
        tx.record("adjudication.found_none", subject=f"user/{actor.id}")
    return None


def _versions(tx: Tx, answers: Answers) -> tuple[int, int]:
    """Schema and guideline a settlement is made under: those of the newest answer, the current ones without any."""
    if not answers.submissions:
        return current_schema_version(tx), current_guideline_version(tx)
    newest = answers.submissions[-1]
    return newest.schema_version, newest.guideline_version


def settle(
    actor: Actor,
    project: str,
    adjudication_id: str,
    marks: Sequence[Mark],
    *,
    client_key: str,
    house: House,
    note: str | None = None,
    notes: Mapping[str, str] | None = None,
    seconds: float = 0.0,
) -> Adjudication:
    """Decide what an item's answer is; it stands in the place of all the answers it settles.

    `notes` are about single marks of those answers, by mark id; `note` is about the whole.

    Raises:
        NoteMisplacedError: a note names a mark that none of the answers has.
        OwnWorkError: the expert gave one of the answers.
        AdjudicationClosedError: it is settled already, or one of its answers is being looked at again.
    """
    with house.write(actor, project, note or "settle a dispute", key=f"settle/{adjudication_id}/{client_key}") as tx:
        dispute = store.find_adjudication(tx, adjudication_id)
        if dispute is None:
            raise AdjudicationNotFoundError(adjudication_id)
        if tx.replayed:
            return dispute
        if dispute.state != "open":
            raise AdjudicationClosedError(adjudication_id, dispute.state)
        _comment(tx, dispute, notes or {})
        _settle(tx, dispute, marks, client_key=client_key, note=note, seconds=seconds)
        done = store.find_adjudication(tx, adjudication_id)
    assert done is not None
    return done


def _comment(tx: Tx, dispute: Adjudication, notes: Mapping[str, str]) -> None:
    """Keep what the expert says about single marks of the answers."""
    if not notes:
        return
    answers = answers_in(tx, dispute.item_id, dispute.batch_id).submissions
    own = {m.id for found in marks_of(tx, [s.id for s in answers]).values() for m in found}
    strange = sorted(set(notes) - own)
    if strange:
        raise NoteMisplacedError(strange[0])
    store.add_notes(tx, dispute.id, notes)


def _settle(
    tx: Tx, dispute: Adjudication, marks: Sequence[Mark], *, client_key: str, note: str | None, seconds: float
) -> None:
    """Keep an expert's answer to an open dispute; never that of somebody whose answer it settles."""
    answers = answers_in(tx, dispute.item_id, dispute.batch_id)
    if tx.actor.id in {s.author_id for s in answers.submissions}:
        raise OwnWorkError
    medium = media_in(tx, dispute.item_id)
    schema_version, guideline_version = _versions(tx, answers)
    settlement = take_in(
        tx,
        marks,
        item_id=dispute.item_id,
        size_px=(medium.width_px, medium.height_px),
        author_id=tx.actor.id,
        origin=Origin.ADJUDICATION,
        client_key=client_key,
        seconds=seconds,
        schema_version=schema_version,
        guideline_version=guideline_version,
        batch_id=dispute.batch_id,
    )
    if not store.settle_adjudication(tx, dispute.id, settlement.id, note, seconds):
        raise AdjudicationClosedError(dispute.id, "settled")
    tx.record(
        "adjudication.settled",
        subject=f"item/{dispute.item_id}",
        adjudication=dispute.id,
        item=dispute.item_id,
        batch=dispute.batch_id,
        submission=settlement.id,
    )


def decide_item(tx: Tx, item_id: str, batch_id: str, marks: Sequence[Mark], *, client_key: str, note: str) -> str:
    """Decide what an item's answer is although nobody disputes it, as a ruling does; returns the settlement's case.

    Raises:
        OwnWorkError: the expert gave one of the answers.
        AdjudicationClosedError: it is settled already.
    """
    known = store.adjudication_of(tx, item_id, batch_id)
    if known is not None and known.state == "settled":
        raise AdjudicationClosedError(known.id, known.state)
    if known is None:
        known = Adjudication(
            id=random_id(),
            item_id=item_id,
            batch_id=batch_id,
            state="open",
            mean_iou=0.0,
            f1=0.0,
            held_by=None,
            held_until_us=None,
            settled_by=None,
            settlement_id=None,
            note=None,
            created_at_us=tx.now_us,
            settled_at_us=None,
        )
        store.add_adjudication(tx, known)
    elif known.state != "open":
        store.set_adjudication(tx, known.id, "open", known.mean_iou, known.f1)
    _settle(tx, known, marks, client_key=client_key, note=note, seconds=0.0)
    return known.id
