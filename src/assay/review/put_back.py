"""Sends a stretch of somebody's work back: after a change for review, what may have been before it by sample."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from assay.annotations import Origin, Submission, submission_in, submissions_of_author
from assay.kernel.actor import Actor
from assay.quality.acceptance import judge_batch, plan_acceptance
from assay.reliability import close_alarm
from assay.review import store
from assay.review.consensus import ask_for_review
from assay.review.model import PutBack, Review, Standing
from assay.storage import House, Rx, Tx


def put_back(
    actor: Actor,
    project: str,
    user_id: str,
    *,
    since_us: int,
    sample_since_us: int,
    why: str,
    house: House,
    alarm_id: str | None = None,
    key: str | None = None,
) -> PutBack | None:
    """Send this person's work since an instant back for review, and draw a sample from the stretch before it.

    Work that was rejected, corrected or settled by an expert stays as it is; so does, after an alarm, what a reviewer
    has accepted: it was looked at already. One reversible revision that names its reason; None when it was done before
    (same `key`).

    Args:
        actor: the lead, or the watcher.
        project: whose.
        user_id: whose work.
        since_us: everything handed in after this goes back.
        sample_since_us: between this and `since_us` a sample is read, by an acceptance plan.
        why: for the audit log and the person.
        house: where.
        alarm_id: the alarm that caused it.
        key: makes it happen once.
    """
    with house.write(actor, project, why, key=key) as tx:
        if tx.replayed:
            return None
        work = _open_work(tx, user_id, min(since_us, sample_since_us), looked_at=alarm_id is None)
        back = [s for s in work if s.received_at_us > since_us]
        between = [s for s in work if s.received_at_us <= since_us]
        probes = _draw(between, _first_look(len(between)))
        row = PutBack(
            id=tx.new_id(),
            user_id=user_id,
            alarm_id=alarm_id,
            since_at_us=since_us,
            sample_since_at_us=sample_since_us,
            n_review=len(back),
            n_sampled=len(probes),
            why=why,
            created_by=actor.id,
            created_at_us=tx.now_us,
            reversed_at_us=None,
        )
        store.add_put_back(tx, row)
        for submission in back:
            ask_for_review(tx, submission, "put_back", put_back_id=row.id)
        for submission in probes:
            ask_for_review(tx, submission, "probe", put_back_id=row.id)
        touched = sorted({(s.item_id, s.batch_id or "") for s in [*back, *probes]})
        tx.record(
            "work.put_back",
            subject=f"user/{user_id}",
            put_back=row.id,
            alarm=alarm_id,
            n_review=len(back),
            n_sampled=len(probes),
            items=[list(pair) for pair in touched],
        )
        if alarm_id is not None and not touched:
            close_alarm(tx, alarm_id)
    return row


def _open_work(rx: Rx, user_id: str, since_us: int, *, looked_at: bool) -> list[Submission]:
    """This person's answers that no reviewer has changed and no expert has settled; accepted ones if `looked_at`.

    Answers to hidden gold are among them: left out, they would be the only ones never looked at, and give gold away.
    """
    mine = [s for s in submissions_of_author(rx, user_id, since_us) if s.origin is Origin.PERSON]
    standing = store.standings_of(rx, [s.id for s in mine])
    wanted = {None, Standing.ACCEPTED} if looked_at else {None}
    free = [s for s in mine if standing.get(s.id) in wanted]
    return [s for s in free if not _is_settled(rx, s)]


def _is_settled(rx: Rx, submission: Submission) -> bool:
    found = store.find_consensus(rx, submission.item_id, submission.batch_id or "")
    return found is not None and found.settled_by is not None


def _first_look(n: int) -> int:
    """How many of a stretch to read first: the plan's first look, or all of a short one."""
    return min(n, plan_acceptance(n).looks[0]) if n else 0


def _draw(work: Sequence[Submission], n: int, taken: frozenset[str] = frozenset()) -> list[Submission]:
    """A random sample that is the same whenever it is drawn again."""
    free = [s for s in work if s.id not in taken]
    return sorted(free, key=lambda s: hashlib.sha256(f"probe/{s.id}".encode()).digest())[:n]


def follow_put_back(tx: Tx, put_back_id: str) -> None:
    """After a verdict: read more of the sampled stretch, send all of it back, or close the alarm when all is done."""
    row = store.hold_put_back(tx, put_back_id)
    if row is None:
        return
    still = store.open_of_put_back(tx, put_back_id)
    if row.n_sampled and not still.get("probe"):
        _judge_probes(tx, row, store.reviews_of_put_back(tx, put_back_id))
        still = store.open_of_put_back(tx, put_back_id)
    if row.alarm_id is not None and not any(still.values()):
        close_alarm(tx, row.alarm_id)


def _judge_probes(tx: Tx, row: PutBack, asked: list[Review]) -> None:
    """Hold the sample read so far against its plan, and open what follows from that."""
    probes = [r for r in asked if r.reason == "probe"]
    stretch = [s for s in _stretch(tx, row) if s.id not in {r.submission_id for r in asked if r.reason == "put_back"}]
    n_batch = max(len(stretch), len(probes))
    defects = sum(r.verdict != "accept" for r in probes)
    verdict = judge_batch(plan_acceptance(n_batch), len(probes), defects)
    rest = [s for s in stretch if s.id not in {r.submission_id for r in probes}]
    if verdict.decision == "accept" or not rest:
        return
    if verdict.decision == "review more":
        more = _draw(rest, max(1, verdict.more_at_best or 1))
        reason = "probe"
    else:
        more, reason = rest, "put_back"
    for submission in more:
        ask_for_review(tx, submission, reason, put_back_id=row.id)
    n_probe = len(more) if reason == "probe" else 0
    store.count_put_back(tx, row.id, n_review=row.n_review + len(more) - n_probe, n_sampled=row.n_sampled + n_probe)


def _stretch(rx: Rx, row: PutBack) -> list[Submission]:
    """The sampled stretch as it is now: read ones and those nobody has judged."""
    work = _open_work(rx, row.user_id, row.sample_since_at_us, looked_at=row.alarm_id is None)
    unread = [s for s in work if s.received_at_us <= row.since_at_us]
    read = [submission_in(rx, r.submission_id) for r in store.reviews_of_put_back(rx, row.id) if r.reason == "probe"]
    return list({s.id: s for s in [*unread, *read]}.values())
