"""Submissions and annotations: immutable rows, new revisions point to old ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.annotations.model import Mark, Origin, StoredMark, Submission
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

submissions = sa.Table(
    "submissions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("item_id"),
    identifier("author_id"),  # a user, or the import for imported labels
    # person, imported, fix (a reviewer's), adjudication (an expert's), practice
    sa.Column("origin", sa.String(16), nullable=False),
    identifier("assignment_id", nullable=True),
    identifier("batch_id", nullable=True),
    identifier("supersedes", nullable=True),  # the submission this one corrects
    sa.Column("client_key", sa.String(64), nullable=False),
    sa.Column("n_marks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),  # time spent, as the page measured it
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("guideline_version", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # of the canonical marks
    instant("received_at_us"),
    sa.UniqueConstraint("project_id", "author_id", "client_key"),
    sa.Index("ix_submissions_item", "project_id", "item_id", "id"),
    sa.Index("ix_submissions_author", "project_id", "author_id", "received_at_us"),
    sa.Index("ix_submissions_batch", "project_id", "batch_id", "id"),
)

annotation_rows = sa.Table(
    "annotations",
    metadata,
    identifier(),
    sa.Column("revision", sa.Integer, nullable=False),
    identifier("supersedes", nullable=True),
    project_id(),
    identifier("submission_id"),
    identifier("item_id"),
    sa.Column("medium", sa.Integer, nullable=False, default=0),
    sa.Column("mark_no", sa.Integer, nullable=False),  # place in the submission
    sa.Column("label_class", sa.String(64), nullable=False),
    sa.Column("shape", sa.String(16), nullable=False),
    # the envelope, px; null for tags
    sa.Column("x_min_px", sa.Float),
    sa.Column("y_min_px", sa.Float),
    sa.Column("x_max_px", sa.Float),
    sa.Column("y_max_px", sa.Float),
    document("geometry", nullable=True),  # what the envelope does not say; null for boxes
    document("attributes", nullable=True),
    sa.Column("origin", sa.String(16), nullable=False, default="person"),
    sa.Column("confidence", sa.Float),
    sa.Column("group_no", sa.Integer),  # marks of one submission that belong together
    document("source", nullable=True),  # the suggestion it came from: model, confidence, edits
    sa.PrimaryKeyConstraint("id", "revision"),
    sa.Index("ix_annotations_submission", "project_id", "submission_id", "mark_no"),
    sa.Index("ix_annotations_class", "project_id", "label_class", "item_id"),
)


_by_key = sa.select(submissions).where(
    submissions.c.project_id == PROJECT,
    submissions.c.author_id == sa.bindparam("author"),
    submissions.c.client_key == sa.bindparam("client_key"),
)
_by_id = sa.select(submissions).where(
    submissions.c.project_id == PROJECT, submissions.c.id == sa.bindparam("submission")
)
_of_item = (
    sa.select(submissions)
    .where(submissions.c.project_id == PROJECT, submissions.c.item_id == sa.bindparam("item"))
    .order_by(submissions.c.id)
)
_marks_of = (
    sa.select(annotation_rows)
    .where(
        annotation_rows.c.project_id == PROJECT,
        annotation_rows.c.submission_id.in_(sa.bindparam("submissions", expanding=True)),
    )
    .order_by(annotation_rows.c.submission_id, annotation_rows.c.mark_no)
)


def find_by_key(rx: Rx, author_id: str, client_key: str) -> Submission | None:
    """What this author handed in under this key."""
    row = rx.first(_by_key, author=author_id, client_key=client_key)
    return None if row is None else submission_of(row)


def find_submission(rx: Rx, submission_id: str) -> Submission | None:
    """One submission."""
    row = rx.first(_by_id, submission=submission_id)
    return None if row is None else submission_of(row)


def submissions_of_item(rx: Rx, item_id: str) -> list[Submission]:
    """All submissions on an item, oldest first."""
    return [submission_of(row) for row in rx.rows(_of_item, item=item_id)]


def marks_of(rx: Rx, submission_ids: Sequence[str]) -> dict[str, list[StoredMark]]:
    """The marks of each submission in their order; an empty list where nothing was drawn."""
    found: dict[str, list[StoredMark]] = {submission: [] for submission in submission_ids}
    for row in rx.rows(_marks_of, submissions=list(submission_ids)):
        found[row.submission_id].append(StoredMark(row.id, _mark(row)))
    return found


def add_submission(tx: Tx, submission: Submission, marks: Sequence[Mark]) -> bool:
    """Keep a submission with its marks; False when its author has used the client key before."""
    new = tx.insert_new(
        submissions,
        {
            "id": submission.id,
            "item_id": submission.item_id,
            "author_id": submission.author_id,
            "origin": submission.origin.value,
            "assignment_id": submission.assignment_id,
            "batch_id": submission.batch_id,
            "supersedes": submission.supersedes,
            "client_key": submission.client_key,
            "n_marks": submission.n_marks,
            "seconds": submission.seconds,
            "schema_version": submission.schema_version,
            "guideline_version": submission.guideline_version,
            "digest": submission.digest,
            "received_at_us": submission.received_at_us,
        },
    )
    if new:
        tx.insert_last(annotation_rows, [_annotation(tx, submission, no, mark) for no, mark in enumerate(marks)])
    return new


_drop_marks = sa.delete(annotation_rows).where(
    annotation_rows.c.project_id == PROJECT,
    annotation_rows.c.origin == "imported",
    annotation_rows.c.submission_id.in_(
        sa.select(submissions.c.id).where(
            submissions.c.project_id == PROJECT,
            submissions.c.author_id == sa.bindparam("import_"),
            submissions.c.origin == "imported",
        )
    ),
)
_drop_imported = sa.delete(submissions).where(
    submissions.c.project_id == PROJECT,
    submissions.c.author_id == sa.bindparam("import_"),
    submissions.c.origin == "imported",
)


def drop_imported(tx: Tx, import_id: str) -> int:
    """Remove what an import brought along; returns how many submissions."""
    tx.change(_drop_marks, import_=import_id)
    return tx.change(_drop_imported, import_=import_id)


def _annotation(tx: Tx, submission: Submission, no: int, mark: Mark) -> dict[str, Any]:
    return {
        "id": tx.new_id(),
        "revision": 1,
        "submission_id": submission.id,
        "item_id": submission.item_id,
        "medium": 0,
        "mark_no": no,
        "label_class": mark.label_class,
        "shape": mark.shape,
        "x_min_px": mark.bbox[0],
        "y_min_px": mark.bbox[1],
        "x_max_px": mark.bbox[2],
        "y_max_px": mark.bbox[3],
        "geometry": None if mark.geometry is None else canonical_json(mark.geometry).decode(),
        "attributes": canonical_json(mark.attributes).decode() if mark.attributes else None,
        "origin": submission.origin.value,
        "confidence": None if mark.source is None else mark.source.get("confidence"),
        "group_no": mark.group,
        "source": None if mark.source is None else canonical_json(mark.source).decode(),
    }


def submission_of(row: Any) -> Submission:  # noqa: ANN401 - a database row
    """A submission from its row."""
    return Submission(
        id=row.id,
        item_id=row.item_id,
        author_id=row.author_id,
        origin=Origin(row.origin),
        assignment_id=row.assignment_id,
        batch_id=row.batch_id,
        supersedes=row.supersedes,
        client_key=row.client_key,
        n_marks=row.n_marks,
        seconds=row.seconds,
        schema_version=row.schema_version,
        guideline_version=row.guideline_version,
        digest=row.digest,
        received_at_us=row.received_at_us,
    )


def _mark(row: Any) -> Mark:  # noqa: ANN401 - a database row
    return Mark(
        label_class=row.label_class,
        shape=row.shape,
        bbox=(row.x_min_px, row.y_min_px, row.x_max_px, row.y_max_px),
        attributes=json.loads(row.attributes) if row.attributes else {},
        geometry=json.loads(row.geometry) if row.geometry else None,
        group=row.group_no,
        source=json.loads(row.source) if row.source else None,
    )


_of_author = (
    sa.select(submissions)
    .where(
        submissions.c.project_id == PROJECT,
        submissions.c.author_id == sa.bindparam("author"),
        submissions.c.received_at_us > sa.bindparam("since"),
    )
    .order_by(submissions.c.received_at_us, submissions.c.id)
)


def submissions_of_author(rx: Rx, author_id: str, since_us: int) -> list[Submission]:
    """What this author handed in after an instant, in order."""
    return [submission_of(row) for row in rx.rows(_of_author, author=author_id, since=since_us)]


_work = (
    sa.select(submissions)
    .where(submissions.c.project_id == PROJECT, submissions.c.origin.in_(("person", "fix")))
    .order_by(submissions.c.id)
)
_box_rows = (
    sa.select(
        annotation_rows.c.submission_id,
        annotation_rows.c.label_class,
        annotation_rows.c.x_min_px,
        annotation_rows.c.y_min_px,
        annotation_rows.c.x_max_px,
        annotation_rows.c.y_max_px,
        annotation_rows.c.attributes,
    )
    .where(
        annotation_rows.c.project_id == PROJECT,
        annotation_rows.c.origin.in_(("person", "fix")),
        annotation_rows.c.shape == "bbox",
    )
    .order_by(annotation_rows.c.submission_id, annotation_rows.c.mark_no)
)
_shaped_rows = (
    sa.select(
        annotation_rows.c.submission_id,
        annotation_rows.c.label_class,
        annotation_rows.c.shape,
        annotation_rows.c.x_min_px,
        annotation_rows.c.y_min_px,
        annotation_rows.c.x_max_px,
        annotation_rows.c.y_max_px,
        annotation_rows.c.geometry,
    )
    .where(
        annotation_rows.c.project_id == PROJECT,
        annotation_rows.c.origin.in_(("person", "fix")),
        annotation_rows.c.shape != "bbox",
    )
    .order_by(annotation_rows.c.submission_id, annotation_rows.c.mark_no)
)


def work_submissions(rx: Rx) -> list[Submission]:
    """Every answer of a person and every reviewer's fix, oldest first."""
    return [submission_of(row) for row in rx.rows(_work)]


def box_rows(rx: Rx) -> list[tuple[str, str, float, float, float, float, str | None]]:
    """Their boxes: submission, class, four sides and attributes as JSON, grouped by submission."""
    return [tuple(row) for row in rx.rows(_box_rows)]


def shaped_rows(rx: Rx) -> list[tuple[str, Mark]]:
    """Their marks of all other shapes, each with its submission and without attributes, grouped by submission."""
    return [(row.submission_id, _shaped(row)) for row in rx.rows(_shaped_rows)]


def _shaped(row: Any) -> Mark:  # noqa: ANN401 - a database row
    box = (row.x_min_px, row.y_min_px, row.x_max_px, row.y_max_px)
    return Mark(row.label_class, row.shape, box, geometry=None if row.geometry is None else json.loads(row.geometry))


_marked = (
    sa.select(annotation_rows.c.item_id)
    .where(annotation_rows.c.project_id == PROJECT, annotation_rows.c.label_class == sa.bindparam("name"))
    .distinct()
)
_answered_by = (
    sa.select(submissions.c.item_id)
    .where(submissions.c.project_id == PROJECT, submissions.c.author_id == sa.bindparam("author"))
    .distinct()
)
_imported_on = (
    sa.select(submissions.c.item_id)
    .where(submissions.c.project_id == PROJECT, submissions.c.origin == "imported")
    .distinct()
)
_newest = (
    sa.select(submissions)
    .where(submissions.c.project_id == PROJECT, submissions.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(submissions.c.item_id, submissions.c.id)
)


def items_marked(rx: Rx, label_class: str) -> set[str]:
    """Items on which anybody ever drew this class. Reads every mark of the class from its index."""
    return {row.item_id for row in rx.rows(_marked, name=label_class)}


def _next_marked(after: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """The first item behind `after` that has the class."""
    rows = annotation_rows.alias()
    here = rows.c.project_id == PROJECT, rows.c.label_class == sa.bindparam("name"), rows.c.item_id > after
    return sa.select(sa.func.min(rows.c.item_id)).where(*here).scalar_subquery()


def _one_by_one() -> sa.Select[Any]:
    """Items with the class in order, each found by one look-up in the index, however many marks lie between."""
    begin = sa.select(_next_marked(sa.bindparam("after")).label("item_id"), sa.literal(1).label("n"))
    walk = begin.cte("walk", recursive=True)
    further = sa.select(_next_marked(walk.c.item_id), walk.c.n + 1)
    walk = walk.union_all(further.where(walk.c.item_id.is_not(None), walk.c.n < sa.bindparam("most")))
    return sa.select(walk.c.item_id).where(walk.c.item_id.is_not(None))


_marked_after = _one_by_one()


def items_marked_after(rx: Rx, label_class: str, after: str, limit: int) -> list[str]:
    """The next items on which anybody ever drew this class, in the order of their ids; costs what it returns."""
    return sorted(row.item_id for row in rx.rows(_marked_after, name=label_class, after=after, most=limit))


def items_answered_by(rx: Rx, author_id: str) -> set[str]:
    """Items this author handed something in for."""
    return {row.item_id for row in rx.rows(_answered_by, author=author_id)}


def items_imported_on(rx: Rx) -> set[str]:
    """Items whose labels came along with an import."""
    return {row.item_id for row in rx.rows(_imported_on)}


def submissions_of_items(rx: Rx, item_ids: Sequence[str]) -> dict[str, list[Submission]]:
    """All submissions on each of these items, oldest first."""
    found: dict[str, list[Submission]] = {item: [] for item in item_ids}
    for row in rx.rows(_newest, items=list(item_ids)):
        found[row.item_id].append(submission_of(row))
    return found


_by_author = (
    sa.select(submissions.c.author_id, sa.func.count().label("n"))
    .where(submissions.c.project_id == PROJECT, submissions.c.author_id.in_(sa.bindparam("authors", expanding=True)))
    .group_by(submissions.c.author_id)
)


def count_by_author(rx: Rx, author_ids: Sequence[str]) -> dict[str, int]:
    """How much each author handed in; those who handed in nothing are left out."""
    return {row.author_id: row.n for row in rx.rows(_by_author, authors=list(author_ids))}


_class_counts = (
    sa.select(annotation_rows.c.submission_id, annotation_rows.c.label_class, sa.func.count().label("n"))
    .where(
        annotation_rows.c.project_id == PROJECT,
        annotation_rows.c.origin.in_(("person", "fix", "adjudication")),
    )
    .group_by(annotation_rows.c.submission_id, annotation_rows.c.label_class)
    .order_by(annotation_rows.c.submission_id, annotation_rows.c.label_class)
)


def class_counts(rx: Rx) -> list[tuple[str, str, int]]:
    """How many marks of each class each person's submission has: submission, class, count. Reads all: not for pages."""
    return [(row.submission_id, row.label_class, row.n) for row in rx.rows(_class_counts)]
