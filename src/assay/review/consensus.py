"""Infers an item's answer from its submissions, and opens or closes the dispute over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.access import Role, names_of
from assay.annotations import Mark, Origin, StoredMark, Submission, marks_of, submission_in, submissions_of_item
from assay.gold import counts_of_user
from assay.items import media_in
from assay.kernel.actor import Actor, system
from assay.kernel.ids import random_id
from assay.queue import BatchPolicy, Kind, Task, batch_in, is_given_back, people_done_with, tasks_of_item
from assay.reliability import counted
from assay.review import store
from assay.review.model import Adjudication, Consensus, ConsensusState, FusedMark, Review, Standing
from assay.review.rules import Merged, is_sampled, merge_answers, skill_from
from assay.storage import House, Rx, Tx

AUTHOR = system("consensus")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to one item that count, in the order of their letters.

    Attributes:
        submissions: a reviewer's fix stands in the place of what it corrects.
        in_review: somebody is still looking at one of them.
    """

    submissions: tuple[Submission, ...]
    marks: tuple[tuple[Mark, ...], ...]
    in_review: bool


def answers_in(rx: Rx, item_id: str, batch_id: str) -> Answers:
    """Which answers to an item count, inside an open transaction: people's, less what was rejected or corrected."""
    everything = [s for s in submissions_of_item(rx, item_id) if s.batch_id == batch_id]
    standing = store.standings_of(rx, [s.id for s in everything])
    valid = [
        s
        for s in everything
        if s.origin in {Origin.PERSON, Origin.FIX} and standing.get(s.id) not in {Standing.REJECTED, Standing.FIXED}
    ]
    found = marks_of(rx, [s.id for s in valid])
    marks = tuple(tuple(m.mark for m in found[s.id]) for s in valid)
    return Answers(tuple(valid), marks, any(standing.get(s.id) is Standing.IN_REVIEW for s in valid))


def marks_of_answers(rx: Rx, answers: Answers) -> dict[str, list[StoredMark]]:
    """The stored marks of each answer, by submission."""
    return marks_of(rx, [s.id for s in answers.submissions])


def merge_in(rx: Rx, answers: Answers, *, match_iou: float) -> Merged:
    """Compare and fuse answers, each weighed by its author's hidden gold; nothing while one is being looked at."""
    if answers.in_review:
        return Merged((), (), None, None)
    skills = [skill_from(counted(counts_of_user(rx, s.author_id))) for s in answers.submissions]
    medium = media_in(rx, answers.submissions[0].item_id) if answers.submissions else None
    size_px = None if medium is None else (medium.width_px, medium.height_px)
    return merge_answers(answers.marks, skills, match_iou=match_iou, size_px=size_px)


def update_consensus(project: str, item_id: str, batch_id: str, *, key: str, house: House) -> Consensus | None:
    """Infer an item's answer anew after one of its answers came in or was judged; twice is once.

    The work of comparing is done before the write begins, so that nobody waits for it; it is done again inside only
    when the answers changed in between.
    """
    with house.read(AUTHOR, project) as rx:
        batch = batch_in(rx, batch_id)
        match_iou = batch.policy.match_iou if batch else 0.5
        seen = answers_in(rx, item_id, batch_id)
        merged = merge_in(rx, seen, match_iou=match_iou)
    with house.write(AUTHOR, project, "answers changed", key=key) as tx:
        task = next((t for t in tasks_of_item(tx, item_id) if t.batch_id == batch_id), None)
        if tx.replayed or batch is None or task is None or task.kind is not Kind.WORK:
            if not tx.replayed:
                tx.record("consensus.skipped", subject=f"item/{item_id}")
            return None
        answers = answers_in(tx, item_id, batch_id)
        if answers != seen:
            merged = merge_in(tx, answers, match_iou=match_iou)
        value = _judged(tx, task, batch.policy, answers, merged)
        store.put_consensus(tx, value)
        _follow(tx, value)
        if value.state is ConsensusState.AGREED:
            _sample(tx, answers.submissions, batch.policy.review_share, salt=batch_id)
        tx.record(
            "consensus.computed",
            subject=f"item/{item_id}",
            batch=batch_id,
            state=value.state.value,
            n_answers=len(answers.submissions),
            n_marks=len(value.marks),
            mean_iou=value.mean_iou,
        )
    return value


def _judged(tx: Tx, task: Task, policy: BatchPolicy, answers: Answers, merged: Merged) -> Consensus:
    settled = store.adjudication_of(tx, task.item_id, task.batch_id)
    marks: tuple[FusedMark, ...] = merged.marks
    settled_by = None
    if settled is not None and settled.settlement_id is not None:
        state, settled_by = ConsensusState.SETTLED, settled.settlement_id
        marks = tuple(
            FusedMark(m.mark.label_class, m.mark.shape, m.mark.bbox, 1.0, 1, (), m.mark.geometry, m.mark.attributes)
            for m in marks_of(tx, [settled_by])[settled_by]
        )
    elif answers.in_review:
        state = ConsensusState.IN_REVIEW
    elif len(answers.submissions) < task.overlap:
        state = ConsensusState.STALE if _somebody_left(tx, task) else ConsensusState.DISPUTED
    elif merged.mean_iou is not None and merged.mean_iou < policy.agreement_threshold:
        state = ConsensusState.DISPUTED
    else:
        state = ConsensusState.AGREED
    return Consensus(
        item_id=task.item_id,
        batch_id=task.batch_id,
        task_id=task.id,
        state=state,
        marks=marks,
        inputs=tuple(s.id for s in answers.submissions),
        mean_iou=merged.mean_iou,
        f1=merged.f1,
        settled_by=settled_by,
        computed_at_us=tx.now_us,
    )


def _somebody_left(rx: Rx, task: Task) -> bool:
    """Whether an annotator who is not done with the item could still answer it; when not, an expert decides."""
    done = people_done_with(rx, task.item_id)
    return any(
        Role.ANNOTATOR in member.roles and member.state == "active" and user not in done
        for user, member in names_of(rx).items()
    )


def unstick(project: str, item_id: str, batch_id: str, *, key: str, house: House) -> bool:
    """Let an expert decide an item that was given back and that nobody is left to answer; twice is once."""
    with house.read(AUTHOR, project) as rx:
        if not is_given_back(rx, item_id):
            return False
        task = next((t for t in tasks_of_item(rx, item_id) if t.batch_id == batch_id), None)
        if task is None or task.n_submitted >= task.overlap or _somebody_left(rx, task):
            return False
    return update_consensus(project, item_id, batch_id, key=key, house=house) is not None


def _follow(tx: Tx, value: Consensus) -> None:
    """Open the dispute, let it wait while an answer is looked at, or cancel it when the answers agree after all."""
    known = store.adjudication_of(tx, value.item_id, value.batch_id)
    wanted = {
        ConsensusState.DISPUTED: "open",
        ConsensusState.IN_REVIEW: "waiting",
        ConsensusState.STALE: "waiting",
        ConsensusState.AGREED: "cancelled",
    }.get(value.state)
    if wanted is None:
        return
    mean_iou, f1 = value.mean_iou or 0.0, value.f1 or 0.0
    if known is not None:
        waits = value.state is ConsensusState.IN_REVIEW
        store.set_adjudication(tx, known.id, wanted, known.mean_iou if waits else mean_iou, known.f1 if waits else f1)
    elif wanted == "open":
        fresh = Adjudication(
            id=random_id(),
            item_id=value.item_id,
            batch_id=value.batch_id,
            state="open",
            mean_iou=mean_iou,
            f1=f1,
            held_by=None,
            held_until_us=None,
            settled_by=None,
            settlement_id=None,
            note=None,
            created_at_us=tx.now_us,
            settled_at_us=None,
        )
        store.add_adjudication(tx, fresh)


def _sample(tx: Tx, submissions: Sequence[Submission], share: float, *, salt: str) -> None:
    """Ask for a review of the random share of accepted answers that the policy names."""
    drawn = [s for s in submissions if s.origin is Origin.PERSON and is_sampled(s.id, share, salt)]
    known = {r.submission_id for r in store.reviews_of(tx, [s.id for s in drawn])} if drawn else set()
    for submission in drawn:
        if submission.id not in known:
            ask_for_review(tx, submission, "sample")


def ask_for_review(tx: Tx, submission: Submission, reason: str, *, put_back_id: str | None = None) -> None:
    """Open a review of a submission; what it says counts no more until somebody has looked."""
    review = Review(
        id=random_id(),
        submission_id=submission.id,
        item_id=submission.item_id,
        author_id=submission.author_id,
        reason=reason,
        put_back_id=put_back_id,
        state="open",
        rank=tx.now_us * 1000 + int.from_bytes(bytes.fromhex(submission.id[-4:])) % 1000,
        held_by=None,
        held_until_us=None,
        verdict=None,
        reason_code=None,
        note=None,
        reviewer_id=None,
        fixed_by=None,
        created_at_us=tx.now_us,
        closed_at_us=None,
    )
    store.add_review(tx, review)
    store.set_standing(tx, submission.id, Standing.IN_REVIEW)


def sample(project: str, submission_id: str, *, key: str, house: House) -> bool:
    """Ask for a review of one answer if the policy's random share draws it; twice is once."""
    with house.read(AUTHOR, project) as rx:
        submission = submission_in(rx, submission_id)
        batch = batch_in(rx, submission.batch_id or "")
    if batch is None or not is_sampled(submission_id, batch.policy.review_share, batch.id):
        return False
    return look_at(AUTHOR, project, submission_id, why="drawn for review", reason="sample", key=key, house=house)


def look_at(
    actor: Actor, project: str, submission_id: str, *, why: str, key: str, house: House, reason: str = "asked"
) -> bool:
    """Ask for a review of one answer, for a reason of its own; twice is once."""
    with house.write(actor, project, why, key=key) as tx:
        if tx.replayed:
            return False
        submission = submission_in(tx, submission_id)
        known = store.standings_of(tx, [submission_id])
        if not known:
            ask_for_review(tx, submission, reason)
        tx.record("review.asked", subject=f"submission/{submission_id}", author=submission.author_id)
    return True
