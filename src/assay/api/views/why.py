"""Why the marks of an item are there, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.annotations import StoredMark, Submission
from assay.api.views.marks import mark_out
from assay.api.views.people import Names
from assay.gold import Gold
from assay.review import Consensus, Review, adjudication_of, notes_of
from assay.storage import Rx
from assay.wire.common import Person, instant, instant_or_none
from assay.wire.items import (
    MarkNote,
    WhyConsensus,
    WhyGold,
    WhyGoldMark,
    WhyInferred,
    WhyMark,
    WhyVerdict,
)

IMPORTED = "imported, quality unknown"


def why_mark(stored: StoredMark, submission: Submission, names: Names) -> WhyMark:
    """A mark with its author, the rules it was made under and the time it took."""
    came_along = submission.origin.value == "imported"
    author = (
        Person(id=submission.author_id, name=IMPORTED, simulated=False) if came_along else names(submission.author_id)
    )
    return WhyMark.model_construct(
        **mark_out(stored).__dict__,
        author=author,
        submission_id=submission.id,
        guideline_version=submission.guideline_version,
        schema_version=submission.schema_version,
        seconds=submission.seconds,
        received_at=instant(submission.received_at_us),
        origin=submission.origin.value,
    )


def why_verdicts(reviews: Sequence[Review], notes: Mapping[str, Mapping[str, str]], names: Names) -> list[WhyVerdict]:
    """What reviewers decided, with what they said about single marks."""
    return [
        WhyVerdict.model_construct(
            submission_id=r.submission_id,
            verdict=r.verdict,
            reason=r.reason,
            reason_code=r.reason_code,
            note=r.note,
            notes=[MarkNote(mark_id=mark, text=text) for mark, text in notes.get(r.id, {}).items()],
            reviewer=names.or_none(r.reviewer_id),
            at=instant_or_none(r.closed_at_us),
        )
        for r in reviews
    ]


def why_consensus(rx: Rx, found: Consensus) -> WhyConsensus:
    """What was inferred in one batch, with what an expert said about single marks when settling it."""
    case = adjudication_of(rx, found.item_id, found.batch_id)
    notes = {} if case is None else notes_of(rx, [case.id])[case.id]
    return WhyConsensus.model_construct(
        batch_id=found.batch_id,
        state=found.state.value,
        mean_iou=found.mean_iou,
        f1=found.f1,
        inputs=list(found.inputs),
        settled_by=found.settled_by,
        note=None if case is None else case.note,
        notes=[MarkNote(mark_id=mark, text=text) for mark, text in notes.items()],
        marks=[
            WhyInferred.model_construct(
                label_class=m.label_class,
                shape=m.shape,
                bbox=list(m.bbox),
                confidence=m.confidence,
                n_votes=m.n_votes,
                drawn_by=list(m.drawn_by),
            )
            for m in found.marks
        ],
    )


def why_gold(gold: Gold | None, names: Names) -> WhyGold | None:
    """The signed answer, where there is one."""
    if gold is None:
        return None
    return WhyGold.model_construct(
        version=gold.version,
        state=gold.state.value,
        signed_by=names(gold.signed_by),
        marks=[
            WhyGoldMark.model_construct(
                label_class=m.label_class, shape=m.shape, bbox=list(m.bbox), clauses=list(m.clauses)
            )
            for m in gold.marks
        ],
    )
