"""Taking in what an author hands in."""

from __future__ import annotations

from collections.abc import Sequence

from assay.annotations import store
from assay.annotations.errors import ClientKeyReusedError
from assay.annotations.model import Mark, Origin, Submission
from assay.annotations.rules import check_marks, marks_digest
from assay.kernel.actor import Actor
from assay.labels import schema_in
from assay.storage import House, Tx


def take_in(
    tx: Tx,
    marks: Sequence[Mark],
    *,
    item_id: str,
    size_px: tuple[int, int],
    author_id: str,
    origin: Origin,
    client_key: str,
    seconds: float,
    schema_version: int,
    guideline_version: int,
    assignment_id: str | None = None,
    batch_id: str | None = None,
    supersedes: str | None = None,
) -> Submission:
    """Check marks against their schema and keep them as a new submission, inside the caller's transaction.

    The caller records the event. Labels that come from elsewhere need not have the attributes that people must give.

    Raises:
        ClientKeyReusedError: this author handed in something else under the same client key before.
        MarksRefusedError: the marks break a rule of the schema.
    """
    came_along = origin is Origin.IMPORTED
    check_marks(marks, schema_in(tx, schema_version), *size_px, geometry_only=came_along, envelopes=not came_along)
    submission = Submission(
        id=tx.new_id(),
        item_id=item_id,
        author_id=author_id,
        origin=origin,
        assignment_id=assignment_id,
        batch_id=batch_id,
        supersedes=supersedes,
        client_key=client_key,
        n_marks=len(marks),
        seconds=seconds,
        schema_version=schema_version,
        guideline_version=guideline_version,
        digest=marks_digest(marks),
        received_at_us=tx.now_us,
    )
    if not store.add_submission(tx, submission, marks):
        raise ClientKeyReusedError(client_key)
    return submission


def drop_imported(actor: Actor, project: str, import_id: str, *, house: House) -> int:
    """Forget the labels of an import that failed, whose items nobody ever saw; returns how many submissions.

    The only thing that removes submissions: those of people are never removed.
    """
    with house.write(actor, project, "the import failed") as tx:
        n = store.drop_imported(tx, import_id)
        tx.record("import.labels_dropped", subject=f"import/{import_id}", n=n)
    return n


def find_same(
    tx: Tx, author_id: str, client_key: str, marks: Sequence[Mark], *, subject: str | None
) -> Submission | None:
    """The submission this author already handed in under this key, so that a retry gets the first answer.

    Args:
        subject: the assignment (or superseded submission) it must belong to.

    Raises:
        ClientKeyReusedError: the key belongs to other work.
    """
    found = store.find_by_key(tx, author_id, client_key)
    if found is None:
        return None
    if found.digest != marks_digest(marks) or subject not in {found.assignment_id, found.supersedes, found.item_id}:
        raise ClientKeyReusedError(client_key)
    return found
