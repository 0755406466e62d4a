"""Gold answers, scores on them, and contests: their tables and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.gold.model import (
    ERROR_KINDS,
    Contest,
    Gold,
    GoldState,
    Score,
    StoredScore,
    gold_mark_from_json,
    gold_mark_to_json,
    verdict_from_json,
    verdict_to_json,
)
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

golds = sa.Table(
    "golds",
    metadata,
    project_id(),
    identifier("item_id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("is_current", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # live, suspect, retired
    document("marks"),  # JSON list of {label_class, shape, bbox, clauses}
    sa.Column("n_marks", sa.Integer, nullable=False),
    document("clauses"),  # JSON list of the guideline clauses it tests
    sa.Column("exposure_cap", sa.Integer),  # null: everybody may meet it once
    identifier("signed_by"),
    sa.Column("why", sa.Text, nullable=False),
    instant("signed_at_us"),
    instant("retired_at_us", nullable=True),
    sa.PrimaryKeyConstraint("project_id", "item_id", "version"),
    sa.Index("ix_golds_current", "project_id", "is_current", "state"),
)

gold_scores = sa.Table(
    "gold_scores",
    metadata,
    identifier(primary_key=True),  # random: it is the verdict's public id
    project_id(),
    identifier("submission_id"),
    identifier("item_id"),
    sa.Column("gold_version", sa.Integer, nullable=False),
    identifier("user_id"),
    identifier("assignment_id"),
    sa.Column("is_practice", sa.Boolean, nullable=False, default=False),
    sa.Column("counts", sa.Boolean, nullable=False, default=True),  # false once the gold was withdrawn
    instant("answered_at_us"),
    sa.Column("seconds", sa.Float, nullable=False),
    # n_units = gold marks + spurious; n_errors = missed + misclassified + mislocalised + spurious
    sa.Column("n_units", sa.Integer, nullable=False),
    sa.Column("n_errors", sa.Integer, nullable=False),
    sa.Column("n_missed", sa.Integer, nullable=False),
    sa.Column("n_spurious", sa.Integer, nullable=False),
    sa.Column("n_misclassified", sa.Integer, nullable=False),
    sa.Column("n_mislocalised", sa.Integer, nullable=False),
    document("marks"),  # JSON list of {kind, gold, answer, iou}: every mark's verdict
    sa.UniqueConstraint("project_id", "submission_id"),
    sa.Index("ix_gold_scores_user", "project_id", "user_id", "answered_at_us"),
    sa.Index("ix_gold_scores_item", "project_id", "item_id"),
)

contests = sa.Table(
    "contests",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("score_id"),
    identifier("user_id"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # open, upheld, declined
    sa.Column("ruling", sa.Text),
    identifier("ruled_by", nullable=True),
    instant("created_at_us"),
    instant("ruled_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "score_id"),
    sa.Index("ix_contests_state", "project_id", "state", "id"),
)


_current = sa.select(golds).where(
    golds.c.project_id == PROJECT, golds.c.item_id == sa.bindparam("item"), golds.c.is_current.is_(True)
)
_version = sa.select(golds).where(
    golds.c.project_id == PROJECT, golds.c.item_id == sa.bindparam("item"), golds.c.version == sa.bindparam("version_")
)
_all_current = (
    sa.select(golds).where(golds.c.project_id == PROJECT, golds.c.is_current.is_(True)).order_by(golds.c.item_id)
)
_supersede = (
    sa.update(golds)
    .where(golds.c.project_id == PROJECT, golds.c.item_id == sa.bindparam("item"), golds.c.is_current.is_(True))
    .values(is_current=False)
)
_set_state = (
    sa.update(golds)
    .where(golds.c.project_id == PROJECT, golds.c.item_id == sa.bindparam("item"), golds.c.is_current.is_(True))
    .values(state=sa.bindparam("new_state"), retired_at_us=sa.bindparam("at"))
)


def find_gold(rx: Rx, item_id: str, version: int | None = None) -> Gold | None:
    """The current signed answer to an item, or one version of it."""
    row = rx.first(_current, item=item_id) if version is None else rx.first(_version, item=item_id, version_=version)
    return None if row is None else _gold(row)


def all_gold(rx: Rx) -> list[Gold]:
    """Every item's current gold, retired ones included."""
    return [_gold(row) for row in rx.rows(_all_current)]


_live_of = sa.select(golds.c.item_id).where(
    golds.c.project_id == PROJECT,
    golds.c.is_current.is_(True),
    golds.c.state == "live",
    golds.c.item_id.in_(sa.bindparam("items", expanding=True)),
)
_answers_by_item = (
    sa.select(
        gold_scores.c.item_id,
        sa.func.count().label("n"),
        sa.func.sum(sa.case((gold_scores.c.n_errors > 0, 1), else_=0)).label("n_wrong"),
    )
    .where(gold_scores.c.project_id == PROJECT, gold_scores.c.is_practice.is_(False))
    .group_by(gold_scores.c.item_id)
)


def live_among(rx: Rx, item_ids: Sequence[str]) -> set[str]:
    """Which of these items are live gold."""
    return {row.item_id for row in rx.rows(_live_of, items=list(item_ids))}


def answers_by_item(rx: Rx) -> dict[str, tuple[int, int]]:
    """How many people answered each gold item outside practice, and how many of them not without an error."""
    return {row.item_id: (row.n, int(row.n_wrong)) for row in rx.rows(_answers_by_item)}


def add_gold(tx: Tx, gold: Gold, why: str) -> None:
    """Keep a new version and let it be the current one."""
    tx.change(_supersede, item=gold.item_id)
    tx.insert(
        golds,
        {
            "item_id": gold.item_id,
            "version": gold.version,
            "is_current": True,
            "state": gold.state.value,
            "marks": canonical_json([gold_mark_to_json(m) for m in gold.marks]).decode(),
            "n_marks": len(gold.marks),
            "clauses": canonical_json(list(gold.clauses)).decode(),
            "exposure_cap": gold.exposure_cap,
            "signed_by": gold.signed_by,
            "why": why,
            "signed_at_us": gold.signed_at_us,
        },
    )


def set_gold_state(tx: Tx, item_id: str, state: GoldState) -> None:
    """Retire, suspect or revive an item's gold."""
    tx.change(_set_state, item=item_id, new_state=state.value, at=tx.now_us if state is GoldState.RETIRED else None)


def _gold(row: Any) -> Gold:  # noqa: ANN401 - a database row
    return Gold(
        item_id=row.item_id,
        version=row.version,
        state=GoldState(row.state),
        marks=tuple(gold_mark_from_json(m) for m in json.loads(row.marks)),
        signed_by=row.signed_by,
        signed_at_us=row.signed_at_us,
        exposure_cap=row.exposure_cap,
    )


# --- scores ---------------------------------------------------------------------------------------------------------

_user_scores = (
    sa.select(gold_scores)
    .where(gold_scores.c.project_id == PROJECT, gold_scores.c.user_id == sa.bindparam("user"))
    .order_by(gold_scores.c.answered_at_us, gold_scores.c.submission_id)
)
_all_scores = (
    sa.select(gold_scores)
    .where(gold_scores.c.project_id == PROJECT)
    .order_by(gold_scores.c.user_id, gold_scores.c.answered_at_us, gold_scores.c.submission_id)
)
_item_scores = (
    sa.select(gold_scores)
    .where(gold_scores.c.project_id == PROJECT, gold_scores.c.item_id == sa.bindparam("item"))
    .order_by(gold_scores.c.answered_at_us)
)
_score_by_id = sa.select(gold_scores).where(
    gold_scores.c.project_id == PROJECT, gold_scores.c.id == sa.bindparam("score")
)
_score_by_submission = sa.select(gold_scores).where(
    gold_scores.c.project_id == PROJECT, gold_scores.c.submission_id == sa.bindparam("submission")
)
_discount = (
    sa.update(gold_scores)
    .where(gold_scores.c.project_id == PROJECT, gold_scores.c.item_id == sa.bindparam("item"))
    .values(counts=False)
)
_rescore = (
    sa.update(gold_scores)
    .where(gold_scores.c.project_id == PROJECT, gold_scores.c.id == sa.bindparam("score"))
    .values(
        gold_version=sa.bindparam("new_version"),
        n_units=sa.bindparam("units"),
        n_errors=sa.bindparam("errors"),
        n_missed=sa.bindparam("missed"),
        n_spurious=sa.bindparam("spurious"),
        n_misclassified=sa.bindparam("misclassified"),
        n_mislocalised=sa.bindparam("mislocalised"),
        marks=sa.bindparam("new_marks"),
        counts=True,
    )
)


def add_score(tx: Tx, stored: StoredScore) -> bool:
    """Keep a score; False when the submission was scored before."""
    return tx.insert_new(
        gold_scores,
        {
            "id": stored.id,
            "submission_id": stored.submission_id,
            "item_id": stored.item_id,
            "gold_version": stored.gold_version,
            "user_id": stored.user_id,
            "assignment_id": stored.assignment_id,
            "is_practice": stored.is_practice,
            "counts": stored.counts_for,
            "answered_at_us": stored.answered_at_us,
            "seconds": stored.seconds,
            "n_units": stored.score.n_units,
            "n_errors": stored.score.n_errors,
            **{f"n_{kind.value}": stored.score.counts[kind] for kind in ERROR_KINDS},
            "marks": _marks_json(stored.score),
        },
    )


def replace_score(tx: Tx, score_id: str, version: int, score: Score) -> None:
    """Judge an answer again after its gold was signed anew."""
    tx.change(
        _rescore,
        score=score_id,
        new_version=version,
        units=score.n_units,
        errors=score.n_errors,
        **{kind.value: score.counts[kind] for kind in ERROR_KINDS},
        new_marks=_marks_json(score),
    )


def discount_scores(tx: Tx, item_id: str) -> None:
    """Let answers to a withdrawn gold item count no more."""
    tx.change(_discount, item=item_id)


def scores_of_user(rx: Rx, user_id: str) -> list[StoredScore]:
    """This person's scores in answer order."""
    return [_score(row) for row in rx.rows(_user_scores, user=user_id)]


def scores_of_item(rx: Rx, item_id: str) -> list[StoredScore]:
    """Everybody's scores on an item in answer order."""
    return [_score(row) for row in rx.rows(_item_scores, item=item_id)]


_counts = sa.select(*[c for c in gold_scores.c if c.name != "marks"])
_all_counts = _counts.where(
    gold_scores.c.project_id == PROJECT, gold_scores.c.answered_at_us < sa.bindparam("before")
).order_by(gold_scores.c.user_id, gold_scores.c.answered_at_us, gold_scores.c.submission_id)
_user_counts = _counts.where(
    gold_scores.c.project_id == PROJECT, gold_scores.c.user_id == sa.bindparam("user")
).order_by(gold_scores.c.answered_at_us, gold_scores.c.submission_id)


def counts_of_user(rx: Rx, user_id: str) -> list[StoredScore]:
    """This person's scores in answer order, without the verdict on each mark: for charts, which need counts only."""
    return [_score(row, with_marks=False) for row in rx.rows(_user_counts, user=user_id)]


def all_counts(rx: Rx, *, before_us: int = 2**62) -> list[StoredScore]:
    """Every score on answers given before an instant, by person and answer order, without the verdict on each mark."""
    return [_score(row, with_marks=False) for row in rx.rows(_all_counts, before=before_us)]


def all_scores(rx: Rx) -> list[StoredScore]:
    """Every score, by person and answer order. For background work, not for pages."""
    return [_score(row) for row in rx.rows(_all_scores)]


def find_score(rx: Rx, score_id: str) -> StoredScore | None:
    """One verdict."""
    row = rx.first(_score_by_id, score=score_id)
    return None if row is None else _score(row)


def find_score_of(rx: Rx, submission_id: str) -> StoredScore | None:
    """The verdict on a submission."""
    row = rx.first(_score_by_submission, submission=submission_id)
    return None if row is None else _score(row)


def _marks_json(score: Score) -> str:
    return canonical_json([verdict_to_json(m) for m in score.marks]).decode()


def _score(row: Any, *, with_marks: bool = True) -> StoredScore:  # noqa: ANN401 - a database row
    counts = {kind: getattr(row, f"n_{kind.value}") for kind in ERROR_KINDS}
    marks = tuple(verdict_from_json(m) for m in json.loads(row.marks)) if with_marks else ()
    return StoredScore(
        id=row.id,
        submission_id=row.submission_id,
        item_id=row.item_id,
        gold_version=row.gold_version,
        user_id=row.user_id,
        assignment_id=row.assignment_id,
        is_practice=row.is_practice,
        counts_for=row.counts,
        answered_at_us=row.answered_at_us,
        seconds=row.seconds,
        score=Score(row.n_units, counts, marks),
    )


# --- contests -------------------------------------------------------------------------------------------------------

_contests = (
    sa.select(contests)
    .where(contests.c.project_id == PROJECT, contests.c.state.in_(sa.bindparam("states", expanding=True)))
    .order_by(contests.c.id)
)
_contest = sa.select(contests).where(contests.c.project_id == PROJECT, contests.c.id == sa.bindparam("contest"))
_contest_of = sa.select(contests).where(
    contests.c.project_id == PROJECT, contests.c.score_id.in_(sa.bindparam("scores", expanding=True))
)
_rule = (
    sa.update(contests)
    .where(contests.c.project_id == PROJECT, contests.c.id == sa.bindparam("contest"), contests.c.state == "open")
    .values(
        state=sa.bindparam("new_state"),
        ruling=sa.bindparam("text_"),
        ruled_by=sa.bindparam("by"),
        ruled_at_us=sa.bindparam("at"),
    )
)


def add_contest(tx: Tx, score_id: str, text: str) -> str | None:
    """Keep an objection; None when there was one before."""
    contest_id = tx.new_id()
    row = {
        "id": contest_id,
        "score_id": score_id,
        "user_id": tx.actor.id,
        "text": text,
        "state": "open",
        "created_at_us": tx.now_us,
    }
    return contest_id if tx.insert_new(contests, row) else None


def list_contests(rx: Rx, states: list[str]) -> list[Contest]:
    """Objections in these states, oldest first."""
    return [_contest_of_row(row) for row in rx.rows(_contests, states=states)]


def find_contest(rx: Rx, contest_id: str) -> Contest | None:
    """One objection."""
    row = rx.first(_contest, contest=contest_id)
    return None if row is None else _contest_of_row(row)


def contests_of(rx: Rx, score_ids: list[str]) -> dict[str, Contest]:
    """Objections to these verdicts, by verdict."""
    return {row.score_id: _contest_of_row(row) for row in rx.rows(_contest_of, scores=score_ids)}


def rule_contest(tx: Tx, contest_id: str, state: str, ruling: str) -> bool:
    """Close an objection; False when it was closed before."""
    return tx.change(_rule, contest=contest_id, new_state=state, text_=ruling, by=tx.actor.id, at=tx.now_us) == 1


def _contest_of_row(row: Any) -> Contest:  # noqa: ANN401 - a database row
    return Contest(row.id, row.score_id, row.user_id, row.text, row.state, row.ruling, row.created_at_us)
