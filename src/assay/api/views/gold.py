"""Gold, verdicts and rules of judging on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from assay.access import Membership
from assay.gold import Contest, GoldMark, StoredScore, VerdictMark
from assay.items import Item
from assay.wire.common import instant
from assay.wire.gold import AnswerMark, ContestState, GoldVerdict
from assay.wire.gold import GoldMark as GoldMarkOut
from assay.wire.gold import VerdictMark as VerdictMarkOut


def gold_mark_out(mark: GoldMark) -> GoldMarkOut:
    """A gold mark for a page."""
    return GoldMarkOut.model_construct(
        label_class=mark.label_class,
        shape=mark.shape,
        bbox=list(mark.bbox),
        clauses=list(mark.clauses),
        geometry=mark.geometry,
    )


def verdict_mark_out(mark: VerdictMark) -> VerdictMarkOut:
    """One mark's verdict for a page."""
    answer = None if mark.answer is None else AnswerMark(label_class=mark.answer[0], bbox=list(mark.answer[1]))
    return VerdictMarkOut.model_construct(
        kind=mark.kind.value,
        gold=None if mark.gold is None else gold_mark_out(mark.gold),
        answer=answer,
        iou=mark.iou,
    )


def verdict_out(
    stored: StoredScore, items: Mapping[str, Item], contest: Contest | None, project: Membership
) -> GoldVerdict:
    """A verdict for its annotator's page; the picture comes by the assignment, never by the item."""
    item = items.get(stored.item_id)
    return GoldVerdict.model_construct(
        id=stored.id,
        image_url=f"/v1/projects/{project.slug}/assignments/{stored.assignment_id}/image",
        width_px=item.medium.width_px if item else 1,
        height_px=item.medium.height_px if item else 1,
        answered_at=instant(stored.answered_at_us),
        n_units=stored.score.n_units,
        n_errors=stored.score.n_errors,
        marks=[verdict_mark_out(m) for m in stored.score.marks],
        contest=None
        if contest is None
        else ContestState.model_construct(state=contest.state, text=contest.text, ruling=contest.ruling),
    )
