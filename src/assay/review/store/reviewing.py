"""Reviews: the next one, held, closed, with notes on marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from assay.review.model import Review
from assay.review.store.tables import review_notes, reviews
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

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
