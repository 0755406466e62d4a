"""The item browser, classes, pairs of people and doubtful labels, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.access import Membership
from assay.api.views.insights import crop_out, measured_out
from assay.api.views.people import Names
from assay.insights import ClassPage, Doubt, PairF1, Shown, Spread
from assay.quality.measured import at_least_n
from assay.wire import browse as wire
from assay.wire.common import EstimateOut, Evidence
from assay.wire.items import ItemOut

MIN_SHARED = 10
"""Shared images below which a pair's figure is not enough evidence."""


def browse_row_out(item: ItemOut, shown: Shown) -> wire.BrowseRow:
    """A tile of the grid."""
    return wire.BrowseRow.model_construct(
        item=item,
        marks=[wire.BrowseMark.model_construct(label_class=name, bbox=list(box)) for name, box in shown.marks],
        source=shown.source,
        mean_iou=shown.mean_iou,
        least_confidence=shown.least_confidence,
    )


def _spread_out(spread: Spread) -> wire.Spread:
    return wire.Spread(median=spread.median, from_5=spread.from_5, to_95=spread.to_95)


def class_page_out(page: ClassPage, project: Membership, names: Names, classes: Mapping[str, str]) -> wire.ClassPage:
    """The page of a class."""
    sizes = None
    if page.width_px is not None and page.height_px is not None:
        sizes = wire.ClassSizes(width_px=_spread_out(page.width_px), height_px=_spread_out(page.height_px))
    return wire.ClassPage.model_construct(
        label_class=page.label_class,
        name=page.name,
        title=_class_title(page),
        n_items=page.n_items,
        n_marks=page.n_marks,
        agreement=None if page.agreement is None else measured_out(page.agreement),
        error=measured_out(page.error),
        sizes=sizes,
        confusion=[
            wire.ClassConfusion(label_class=c, name="nothing" if c is None else classes.get(c, c), n=n)
            for c, n in page.confusion
        ],
        people=[wire.ClassPerson(user=names(user), error=measured_out(m)) for user, m in page.people],
        worst=[
            wire.WorstMark.model_construct(
                crop=crop_out(w.crop, project, names),
                confidence=w.confidence,
                n_votes=w.n_votes,
                n_answers=w.n_answers,
                state=w.state,
            )
            for w in page.worst
        ],
    )


def _class_title(page: ClassPage) -> str:
    """The page's answer as a sentence."""
    unsure = sum(w.n_votes < w.n_answers for w in page.worst)
    if page.n_marks == 0:
        return f"No {page.name} is labelled yet"
    if unsure == 0:
        return f"{page.n_marks} {page.name}, everybody who looked drew each of them"
    return f"{page.n_marks} {page.name}, the least sure first"


def pairs_out(found: Sequence[PairF1], names: Names) -> wire.Pairs:
    """Every pair; people in the order of their ids, which says nothing about them."""
    people = sorted({person for pair in found for person in (pair.first, pair.second)})
    rows = []
    for pair in found:
        held = at_least_n(pair.f1.n_items, MIN_SHARED, "shared images")
        rows.append(
            wire.PairRow.model_construct(
                first=names(pair.first),
                second=names(pair.second),
                f1=EstimateOut.of(pair.f1),
                evidence=Evidence.model_construct(enough=held.enough, needs=held.needs, unit=held.unit, why=held.why),
                n_first=pair.n_first,
                n_second=pair.n_second,
                n_both=pair.n_both,
            )
        )
    return wire.Pairs.model_construct(people=[names(person) for person in people], rows=rows)


def doubt_out(
    doubt: Doubt, project: Membership, names: Names, classes: Mapping[str, str], said: tuple[str, str] | None
) -> wire.Doubt:
    """A doubtful label with what was decided."""

    def named(label_class: str | None) -> str | None:
        return None if label_class is None else classes.get(label_class, label_class)

    return wire.Doubt.model_construct(
        id=doubt.id,
        kind=doubt.kind,
        score=doubt.score,
        why=doubt.why,
        label_class=named(doubt.label_class),
        suggested_class=named(doubt.suggested_class),
        crop=crop_out(doubt.crop, project, names),
        state="open" if said is None else said[0],
        decided_by=None if said is None or said[0] == "open" else names(said[1]),
    )
