"""Consensus, reviews and adjudications: their tables and queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.review.model import Adjudication, Consensus, ConsensusState, FusedMark, PutBack, Review, Standing
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

consensus = sa.Table(
    "consensus",
    metadata,
    project_id(),
    identifier("item_id"),
    identifier("batch_id"),
    identifier("task_id"),
    # agreed, disputed, settled (an expert decided), in_review, stale (an answer was rejected; more are wanted)
    sa.Column("state", sa.String(16), nullable=False),
    document("marks"),  # fused marks: {label_class, shape, bbox, confidence, n_votes, members}
    document("inputs"),  # submission ids it was made from, in order
    sa.Column("mean_iou", sa.Float),  # unmatched marks count 0; null with a single answer
    sa.Column("f1", sa.Float),
    identifier("settled_by", nullable=True),  # the submission that settles it
    instant("computed_at_us"),
    sa.PrimaryKeyConstraint("project_id", "item_id", "batch_id"),
    sa.Index("ix_consensus_state", "project_id", "state", "item_id"),
)

reviews = sa.Table(
    "reviews",
    metadata,
    identifier(primary_key=True),  # random
    project_id(),
    identifier("submission_id"),
    identifier("item_id"),
    identifier("author_id"),
    sa.Column("reason", sa.String(16), nullable=False),  # sample, put_back, probe, asked
    identifier("put_back_id", nullable=True),
    sa.Column("state", sa.String(16), nullable=False),  # open, closed, cancelled
    sa.Column("rank", sa.BigInteger, nullable=False),
    identifier("held_by", nullable=True),
    instant("held_until_us", nullable=True),
    sa.Column("verdict", sa.String(16)),  # accept, fix, reject
    sa.Column("reason_code", sa.String(32)),
    sa.Column("note", sa.Text),
    identifier("reviewer_id", nullable=True),
    identifier("fixed_by", nullable=True),  # the submission that corrects it
    sa.Column("seconds", sa.Float),
    instant("created_at_us"),
    instant("closed_at_us", nullable=True),
    sa.Index("ix_reviews_open", "project_id", "state", "rank", "id"),
    sa.Index("ix_reviews_submission", "project_id", "submission_id"),
    sa.Index("ix_reviews_author", "project_id", "author_id", "state", "rank", "id"),
    sa.Index("ix_reviews_put_back", "project_id", "put_back_id", "state"),
)

adjudications = sa.Table(
    "adjudications",
    metadata,
    identifier(primary_key=True),  # random
    project_id(),
    identifier("item_id"),
    identifier("batch_id"),
    sa.Column("state", sa.String(16), nullable=False),  # open, waiting (an answer is in review), settled, cancelled
    sa.Column("mean_iou", sa.Float, nullable=False),
    sa.Column("f1", sa.Float, nullable=False),
    identifier("held_by", nullable=True),
    instant("held_until_us", nullable=True),
    identifier("settled_by", nullable=True),
    identifier("settlement_id", nullable=True),
    sa.Column("note", sa.Text),
    sa.Column("seconds", sa.Float),
    instant("created_at_us"),
    instant("settled_at_us", nullable=True),
    sa.Index("ix_adjudications_open", "project_id", "state", "mean_iou", "id"),
    sa.Index("ix_adjudications_item", "project_id", "item_id"),
)

# What the latest verdict says about each submission; the verdicts themselves are in `reviews`.
standings = sa.Table(
    "standings",
    metadata,
    project_id(),
    identifier("submission_id"),
    sa.Column("state", sa.String(16), nullable=False),  # accepted, in_review, fixed, rejected
    instant("changed_at_us"),
    sa.PrimaryKeyConstraint("project_id", "submission_id"),
    sa.Index("ix_standings_state", "project_id", "state"),
)


put_backs = sa.Table(
    "put_backs",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("user_id"),
    identifier("alarm_id", nullable=True),
    instant("since_at_us"),
    instant("sample_since_at_us"),
    sa.Column("n_review", sa.Integer, nullable=False),
    sa.Column("n_sampled", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    identifier("created_by"),
    instant("created_at_us"),
    instant("reversed_at_us", nullable=True),
    sa.Index("ix_put_backs_user", "project_id", "user_id"),
)

# What a reviewer says about single marks of an answer, beside the verdict on the whole.
review_notes = sa.Table(
    "review_notes",
    metadata,
    project_id(),
    identifier("review_id"),
    identifier("mark_id"),
    sa.Column("text", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("project_id", "review_id", "mark_id"),
)


# --- consensus ------------------------------------------------------------------------------------------------------

_consensus = sa.select(consensus).where(
    consensus.c.project_id == PROJECT,
    consensus.c.item_id == sa.bindparam("item"),
    consensus.c.batch_id == sa.bindparam("batch"),
)
_consensus_of_item = (
    sa.select(consensus)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id == sa.bindparam("item"))
    .order_by(consensus.c.batch_id)
)
_states_of = (
    sa.select(consensus.c.item_id, consensus.c.state)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(consensus.c.item_id, consensus.c.batch_id)
)
_consensus_page = (
    sa.select(consensus)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id > sa.bindparam("after"))
    .order_by(consensus.c.item_id, consensus.c.batch_id)
    .limit(sa.bindparam("most"))
)
_consensus_states = (
    sa.select(consensus.c.state, sa.func.count().label("n"))
    .where(consensus.c.project_id == PROJECT)
    .group_by(consensus.c.state)
)
_drop_consensus = sa.delete(consensus).where(
    consensus.c.project_id == PROJECT,
    consensus.c.item_id == sa.bindparam("item"),
    consensus.c.batch_id == sa.bindparam("batch"),
)


def find_consensus(rx: Rx, item_id: str, batch_id: str) -> Consensus | None:
    """What is inferred for an item in a batch."""
    row = rx.first(_consensus, item=item_id, batch=batch_id)
    return None if row is None else _consensus_row(row)


def consensus_of_item(rx: Rx, item_id: str) -> list[Consensus]:
    """What is inferred for an item, in every batch."""
    return [_consensus_row(row) for row in rx.rows(_consensus_of_item, item=item_id)]


def states_of_items(rx: Rx, item_ids: Sequence[str]) -> dict[str, ConsensusState]:
    """How far each of these items is settled, by its newest batch; items nothing is inferred for are left out."""
    return {row.item_id: ConsensusState(row.state) for row in rx.rows(_states_of, items=list(item_ids))}


def consensus_after(rx: Rx, after: str, limit: int) -> list[Consensus]:
    """A page of answers by item id."""
    return [_consensus_row(row) for row in rx.rows(_consensus_page, after=after, most=limit)]


def consensus_states(rx: Rx) -> dict[str, int]:
    """How many items are in each state."""
    return {row.state: row.n for row in rx.rows(_consensus_states)}


_waiting = sa.select(consensus.c.item_id, consensus.c.batch_id).where(
    consensus.c.project_id == PROJECT, consensus.c.state == "stale"
)


def waiting_items(rx: Rx) -> list[tuple[str, str]]:
    """Items that want more answers after one was rejected: item and batch."""
    return [(row.item_id, row.batch_id) for row in rx.rows(_waiting)]


_scores = (
    sa.select(consensus.c.item_id, consensus.c.state, consensus.c.mean_iou)
    .where(consensus.c.project_id == PROJECT)
    .order_by(consensus.c.item_id, consensus.c.batch_id)
)
_consensus_of_items = (
    sa.select(consensus)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(consensus.c.item_id, consensus.c.batch_id)
)


def consensus_scores(rx: Rx) -> dict[str, tuple[ConsensusState, float | None]]:
    """State and mean IoU of each item, by its newest batch; items nothing is inferred for are left out."""
    return {row.item_id: (ConsensusState(row.state), row.mean_iou) for row in rx.rows(_scores)}


def consensus_of_items(rx: Rx, item_ids: Sequence[str]) -> dict[str, Consensus]:
    """What is inferred for each of these items, by its newest batch."""
    return {row.item_id: _consensus_row(row) for row in rx.rows(_consensus_of_items, items=list(item_ids))}


def put_consensus(tx: Tx, value: Consensus) -> None:
    """Keep the newest inference; earlier ones live on in the events."""
    tx.change(_drop_consensus, item=value.item_id, batch=value.batch_id)
    tx.insert(
        consensus,
        {
            "item_id": value.item_id,
            "batch_id": value.batch_id,
            "task_id": value.task_id,
            "state": value.state.value,
            "marks": canonical_json([asdict(m) for m in value.marks]).decode(),
            "inputs": canonical_json(list(value.inputs)).decode(),
            "mean_iou": value.mean_iou,
            "f1": value.f1,
            "settled_by": value.settled_by,
            "computed_at_us": value.computed_at_us,
        },
    )


def _consensus_row(row: Any) -> Consensus:  # noqa: ANN401 - a database row
    marks = tuple(
        FusedMark(
            m["label_class"],
            m["shape"],
            tuple(m["bbox"]),
            m["confidence"],
            m["n_votes"],
            tuple(m["drawn_by"]),
            m.get("geometry"),
            m.get("attributes") or {},
        )
        for m in json.loads(row.marks)
    )
    return Consensus(
        item_id=row.item_id,
        batch_id=row.batch_id,
        task_id=row.task_id,
        state=ConsensusState(row.state),
        marks=marks,
        inputs=tuple(json.loads(row.inputs)),
        mean_iou=row.mean_iou,
        f1=row.f1,
        settled_by=row.settled_by,
        computed_at_us=row.computed_at_us,
    )


# --- standings ------------------------------------------------------------------------------------------------------

_standings = sa.select(standings).where(
    standings.c.project_id == PROJECT, standings.c.submission_id.in_(sa.bindparam("submissions", expanding=True))
)
_set_standing = (
    sa.update(standings)
    .where(standings.c.project_id == PROJECT, standings.c.submission_id == sa.bindparam("submission"))
    .values(state=sa.bindparam("new_state"), changed_at_us=sa.bindparam("at"))
)


def standings_of(rx: Rx, submission_ids: Sequence[str]) -> dict[str, Standing]:
    """The standing of those submissions that have one; the others were never looked at."""
    return {row.submission_id: Standing(row.state) for row in rx.rows(_standings, submissions=list(submission_ids))}


_all_standings = sa.select(standings).where(standings.c.project_id == PROJECT)


def all_standings(rx: Rx) -> dict[str, Standing]:
    """The standing of every submission that has one. For background work, not for pages."""
    return {row.submission_id: Standing(row.state) for row in rx.rows(_all_standings)}


def set_standing(tx: Tx, submission_id: str, state: Standing) -> None:
    """Remember what the latest verdict says."""
    row = {"submission_id": submission_id, "state": state.value, "changed_at_us": tx.now_us}
    if not tx.insert_new(standings, row):
        tx.change(_set_standing, submission=submission_id, new_state=state.value, at=tx.now_us)


# --- reviews --------------------------------------------------------------------------------------------------------

_next_review = (
    sa.select(reviews)
    .where(
        reviews.c.project_id == PROJECT,
        reviews.c.state == "open",
        reviews.c.author_id != sa.bindparam("reviewer"),
        sa.or_(
            reviews.c.held_until_us.is_(None),
            reviews.c.held_until_us < sa.bindparam("now"),
            reviews.c.held_by == sa.bindparam("reviewer"),
        ),
    )
    .order_by(reviews.c.rank, reviews.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_next_review_of = _next_review.where(reviews.c.author_id == sa.bindparam("author"))
_review = sa.select(reviews).where(reviews.c.project_id == PROJECT, reviews.c.id == sa.bindparam("review"))
_hold_review = (
    sa.update(reviews)
    .where(reviews.c.project_id == PROJECT, reviews.c.id == sa.bindparam("review"), reviews.c.state == "open")
    .values(held_by=sa.bindparam("by"), held_until_us=sa.bindparam("until"))
)
_close_review = (
    sa.update(reviews)
    .where(reviews.c.project_id == PROJECT, reviews.c.id == sa.bindparam("review"), reviews.c.state == "open")
    .values(
        state="closed",
        verdict=sa.bindparam("new_verdict"),
        reason_code=sa.bindparam("code"),
        note=sa.bindparam("text_"),
        reviewer_id=sa.bindparam("by"),
        fixed_by=sa.bindparam("fix"),
        seconds=sa.bindparam("spent"),
        closed_at_us=sa.bindparam("at"),
    )
)
_open_reviews = sa.select(sa.func.count()).where(reviews.c.project_id == PROJECT, reviews.c.state == "open")
_reviews_of_submission = (
    sa.select(reviews)
    .where(reviews.c.project_id == PROJECT, reviews.c.submission_id.in_(sa.bindparam("submissions", expanding=True)))
    .order_by(reviews.c.created_at_us)
)
_reviews_of_put_back = sa.select(reviews).where(
    reviews.c.project_id == PROJECT, reviews.c.put_back_id == sa.bindparam("put_back")
)
_review_page = (
    sa.select(reviews)
    .where(
        reviews.c.project_id == PROJECT,
        reviews.c.state == sa.bindparam("state_"),
        sa.tuple_(reviews.c.rank, reviews.c.id) > sa.tuple_(sa.bindparam("after_rank"), sa.bindparam("after_id")),
    )
    .order_by(reviews.c.rank, reviews.c.id)
    .limit(sa.bindparam("most"))
)
_review_page_of = _review_page.where(reviews.c.author_id == sa.bindparam("author"))


def next_review(tx: Tx, reviewer_id: str, author_id: str | None) -> Review | None:
    """The next open review of somebody else's work that nobody holds or is taking at this moment."""
    if author_id is None:
        row = tx.first(_next_review, reviewer=reviewer_id, now=tx.now_us)
    else:
        row = tx.first(_next_review_of, reviewer=reviewer_id, now=tx.now_us, author=author_id)
    return None if row is None else _review_row(row)


def find_review(rx: Rx, review_id: str) -> Review | None:
    """One review."""
    row = rx.first(_review, review=review_id)
    return None if row is None else _review_row(row)


def add_review(tx: Tx, review: Review) -> None:
    """Ask somebody to look at a submission."""
    row = {k: v for k, v in asdict(review).items() if k != "seconds"}
    tx.insert(reviews, row)


def hold_review(tx: Tx, review_id: str, until_us: int) -> None:
    """Hold it for the caller."""
    tx.change(_hold_review, review=review_id, by=tx.actor.id, until=until_us)


def close_review(
    tx: Tx,
    review_id: str,
    *,
    verdict: str,
    reason_code: str | None,
    note: str | None,
    fixed_by: str | None,
    seconds: float,
) -> bool:
    """Keep the verdict; False when it was decided before."""
    changed = tx.change(
        _close_review,
        review=review_id,
        new_verdict=verdict,
        code=reason_code,
        text_=note,
        by=tx.actor.id,
        fix=fixed_by,
        spent=seconds,
        at=tx.now_us,
    )
    return changed == 1


_notes = sa.select(review_notes).where(
    review_notes.c.project_id == PROJECT, review_notes.c.review_id.in_(sa.bindparam("reviews", expanding=True))
)


def add_notes(tx: Tx, review_id: str, notes: Mapping[str, str]) -> None:
    """Keep what is said about single marks."""
    if notes:
        tx.insert(review_notes, [{"review_id": review_id, "mark_id": m, "text": text} for m, text in notes.items()])


def notes_of(rx: Rx, review_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """What was said about single marks, by review and mark."""
    found: dict[str, dict[str, str]] = {review: {} for review in review_ids}
    for row in rx.rows(_notes, reviews=list(review_ids)):
        found[row.review_id][row.mark_id] = row.text
    return found


_reviewers = (
    sa.select(reviews.c.reviewer_id)
    .where(
        reviews.c.project_id == PROJECT,
        reviews.c.state == "closed",
        reviews.c.reviewer_id.is_not(None),
        reviews.c.closed_at_us <= sa.bindparam("until_us"),
    )
    .distinct()
)


def reviewers_until(rx: Rx, at_us: int) -> frozenset[str]:
    """Who has given a verdict on anybody's work by then."""
    return frozenset(row.reviewer_id for row in rx.rows(_reviewers, until_us=at_us))


def count_open_reviews(rx: Rx) -> int:
    """Reviews nobody has decided."""
    return rx.value(_open_reviews) or 0


def reviews_of(rx: Rx, submission_ids: Sequence[str]) -> list[Review]:
    """Reviews of these submissions, oldest first."""
    return [_review_row(row) for row in rx.rows(_reviews_of_submission, submissions=list(submission_ids))]


def reviews_of_put_back(rx: Rx, put_back_id: str) -> list[Review]:
    """Reviews a put-back asked for."""
    return [_review_row(row) for row in rx.rows(_reviews_of_put_back, put_back=put_back_id)]


_open_of_put_back = (
    sa.select(reviews.c.reason, sa.func.count().label("n"))
    .where(
        reviews.c.project_id == PROJECT, reviews.c.put_back_id == sa.bindparam("put_back"), reviews.c.state == "open"
    )
    .group_by(reviews.c.reason)
)


def open_of_put_back(rx: Rx, put_back_id: str) -> dict[str, int]:
    """How many of its reviews are still open, by reason."""
    return {row.reason: row.n for row in rx.rows(_open_of_put_back, put_back=put_back_id)}


def reviews_after(rx: Rx, state: str, author_id: str | None, *, after: tuple[int, str], limit: int) -> list[Review]:
    """A page of reviews in their order, from the one behind that rank and id on."""
    page = {"state_": state, "after_rank": after[0], "after_id": after[1], "most": limit}
    if author_id is None:
        return [_review_row(row) for row in rx.rows(_review_page, **page)]
    return [_review_row(row) for row in rx.rows(_review_page_of, **page, author=author_id)]


def _review_row(row: Any) -> Review:  # noqa: ANN401 - a database row
    return Review(
        id=row.id,
        submission_id=row.submission_id,
        item_id=row.item_id,
        author_id=row.author_id,
        reason=row.reason,
        put_back_id=row.put_back_id,
        state=row.state,
        rank=row.rank,
        held_by=row.held_by,
        held_until_us=row.held_until_us,
        verdict=row.verdict,
        reason_code=row.reason_code,
        note=row.note,
        reviewer_id=row.reviewer_id,
        fixed_by=row.fixed_by,
        created_at_us=row.created_at_us,
        closed_at_us=row.closed_at_us,
        seconds=row.seconds,
    )


# --- adjudications --------------------------------------------------------------------------------------------------

_next_adjudication = (
    sa.select(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.state == "open",
        sa.or_(
            adjudications.c.held_until_us.is_(None),
            adjudications.c.held_until_us < sa.bindparam("now"),
            adjudications.c.held_by == sa.bindparam("expert"),
        ),
        sa.tuple_(adjudications.c.mean_iou, adjudications.c.id)
        > sa.tuple_(sa.bindparam("after_iou"), sa.bindparam("after_id")),
    )
    .order_by(adjudications.c.mean_iou, adjudications.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_adjudication = sa.select(adjudications).where(
    adjudications.c.project_id == PROJECT, adjudications.c.id == sa.bindparam("adjudication")
)
_adjudication_of = sa.select(adjudications).where(
    adjudications.c.project_id == PROJECT,
    adjudications.c.item_id == sa.bindparam("item"),
    adjudications.c.batch_id == sa.bindparam("batch"),
    adjudications.c.state != "cancelled",
)
_hold_adjudication = (
    sa.update(adjudications)
    .where(adjudications.c.project_id == PROJECT, adjudications.c.id == sa.bindparam("adjudication"))
    .values(held_by=sa.bindparam("by"), held_until_us=sa.bindparam("until"))
)
_set_adjudication = (
    sa.update(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.id == sa.bindparam("adjudication"),
        adjudications.c.state.in_(("open", "waiting")),
    )
    .values(state=sa.bindparam("new_state"), mean_iou=sa.bindparam("iou"), f1=sa.bindparam("new_f1"))
)
_settle = (
    sa.update(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.id == sa.bindparam("adjudication"),
        adjudications.c.state == "open",
    )
    .values(
        state="settled",
        settled_by=sa.bindparam("by"),
        settlement_id=sa.bindparam("submission"),
        note=sa.bindparam("text_"),
        seconds=sa.bindparam("spent"),
        settled_at_us=sa.bindparam("at"),
    )
)
_adjudication_states = (
    sa.select(adjudications.c.state, sa.func.count().label("n"))
    .where(adjudications.c.project_id == PROJECT)
    .group_by(adjudications.c.state)
)
_adjudication_page = (
    sa.select(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.state == sa.bindparam("state_"),
        adjudications.c.id > sa.bindparam("after"),
    )
    .order_by(adjudications.c.id)
    .limit(sa.bindparam("most"))
)


def open_adjudications(tx: Tx, expert_id: str) -> Iterator[Adjudication]:
    """Open disputes nobody else holds or is taking at this moment, the worst first, read one by one."""
    after = (-1.0, "")
    while True:
        row = tx.first(_next_adjudication, expert=expert_id, now=tx.now_us, after_iou=after[0], after_id=after[1])
        if row is None:
            return
        after = (row.mean_iou, row.id)
        yield _adjudication_row(row)


def find_adjudication(rx: Rx, adjudication_id: str) -> Adjudication | None:
    """One dispute."""
    row = rx.first(_adjudication, adjudication=adjudication_id)
    return None if row is None else _adjudication_row(row)


def adjudication_of(rx: Rx, item_id: str, batch_id: str) -> Adjudication | None:
    """The dispute over an item, unless it was cancelled."""
    row = rx.first(_adjudication_of, item=item_id, batch=batch_id)
    return None if row is None else _adjudication_row(row)


def add_adjudication(tx: Tx, value: Adjudication) -> None:
    """Ask an expert to settle an item."""
    tx.insert(adjudications, {k: v for k, v in asdict(value).items() if k != "seconds"})


def hold_adjudication(tx: Tx, adjudication_id: str, until_us: int) -> None:
    """Hold it for the caller."""
    tx.change(_hold_adjudication, adjudication=adjudication_id, by=tx.actor.id, until=until_us)


def set_adjudication(tx: Tx, adjudication_id: str, state: str, mean_iou: float, f1: float) -> None:
    """Open it, let it wait, or cancel it; a settled one stays settled."""
    tx.change(_set_adjudication, adjudication=adjudication_id, new_state=state, iou=mean_iou, new_f1=f1)


def settle_adjudication(tx: Tx, adjudication_id: str, submission_id: str, note: str | None, seconds: float) -> bool:
    """Keep the expert's answer; False when it is not open."""
    changed = tx.change(
        _settle,
        adjudication=adjudication_id,
        by=tx.actor.id,
        submission=submission_id,
        text_=note,
        spent=seconds,
        at=tx.now_us,
    )
    return changed == 1


def adjudication_states(rx: Rx) -> dict[str, int]:
    """How many disputes are in each state."""
    return {row.state: row.n for row in rx.rows(_adjudication_states)}


def adjudications_after(rx: Rx, state: str, after: str, limit: int) -> list[Adjudication]:
    """A page of disputes."""
    return [_adjudication_row(row) for row in rx.rows(_adjudication_page, state_=state, after=after, most=limit)]


def _adjudication_row(row: Any) -> Adjudication:  # noqa: ANN401 - a database row
    return Adjudication(
        id=row.id,
        item_id=row.item_id,
        batch_id=row.batch_id,
        state=row.state,
        mean_iou=row.mean_iou,
        f1=row.f1,
        held_by=row.held_by,
        held_until_us=row.held_until_us,
        settled_by=row.settled_by,
        settlement_id=row.settlement_id,
        note=row.note,
        created_at_us=row.created_at_us,
        settled_at_us=row.settled_at_us,
    )


# --- put-backs ------------------------------------------------------------------------------------------------------

_put_backs = sa.select(put_backs).where(put_backs.c.project_id == PROJECT).order_by(put_backs.c.created_at_us)
_put_back = sa.select(put_backs).where(put_backs.c.project_id == PROJECT, put_backs.c.id == sa.bindparam("put_back"))
_put_back_held = _put_back.with_for_update()
_count_put_back = (
    sa.update(put_backs)
    .where(put_backs.c.project_id == PROJECT, put_backs.c.id == sa.bindparam("put_back"))
    .values(n_review=sa.bindparam("n_back"), n_sampled=sa.bindparam("n_probe"))
)


def add_put_back(tx: Tx, value: PutBack) -> None:
    """Keep a put-back."""
    tx.insert(put_backs, asdict(value))


def all_put_backs(rx: Rx) -> list[PutBack]:
    """Every put-back, oldest first."""
    return [_put_back_row(row) for row in rx.rows(_put_backs)]


def hold_put_back(tx: Tx, put_back_id: str) -> PutBack | None:
    """One put-back, for one verdict after the other: two at the same moment could each think the other is open."""
    row = tx.first(_put_back_held, put_back=put_back_id)
    return None if row is None else _put_back_row(row)


def count_put_back(tx: Tx, put_back_id: str, *, n_review: int, n_sampled: int) -> None:
    """Correct its counts after more of it went back."""
    tx.change(_count_put_back, put_back=put_back_id, n_back=n_review, n_probe=n_sampled)


def _put_back_row(row: Any) -> PutBack:  # noqa: ANN401 - a database row
    return PutBack(
        id=row.id,
        user_id=row.user_id,
        alarm_id=row.alarm_id,
        since_at_us=row.since_at_us,
        sample_since_at_us=row.sample_since_at_us,
        n_review=row.n_review,
        n_sampled=row.n_sampled,
        why=row.why,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
        reversed_at_us=row.reversed_at_us,
    )
