"""The pages that decide, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.access import Membership
from assay.api.views.people import Names
from assay.datasets import Gate
from assay.insights import AlarmView, Crop, Overview, Paced, PersonPage, PersonRow
from assay.items import Item
from assay.quality.measured import Measured
from assay.review import PutBack
from assay.wire import insights as wire
from assay.wire.common import EstimateOut, Evidence, instant, instant_or_none
from assay.wire.common import Measured as MeasuredOut


def measured_out(value: Measured) -> MeasuredOut:
    """A number beside its limit."""
    evidence = value.evidence
    return MeasuredOut.model_construct(
        estimate=EstimateOut.of(value.estimate),
        evidence=Evidence.model_construct(
            enough=evidence.enough, needs=evidence.needs, unit=evidence.unit, why=evidence.why
        ),
        limit=value.limit,
        limit_side=value.limit_side,
        state=value.state,
    )


def gate_out(gate: Gate, project: Membership) -> wire.Gate:
    """A gate for a page."""
    action = None
    if gate.action is not None:
        action = wire.Action(label=gate.action[0], to=f"/p/{project.slug}/{gate.action[1]}")
    return wire.Gate.model_construct(
        id=gate.id,
        name=gate.name,
        rule=gate.rule,
        state=gate.state,
        measured=None if gate.measured is None else measured_out(gate.measured),
        count=None if gate.count is None else wire.Count(n=gate.count[0], of=gate.count[1]),
        reason=gate.reason,
        action=action,
    )


def _past(at_us: int) -> str | None:
    """An instant; None for "from the beginning"."""
    return instant_or_none(at_us or None)


def alarm_out(view: AlarmView, names: Names) -> wire.Alarm:
    """An alarm for a page."""
    alarm = view.alarm
    return wire.Alarm.model_construct(
        id=alarm.id,
        user=names(alarm.user_id),
        raised_at=instant(alarm.raised_at_us),
        gold_image=alarm.gold_image,
        changed=wire.Changed.model_construct(
            median_at=_past(alarm.median_at_us),
            low_at=_past(alarm.low_at_us),
            high_at=_past(alarm.high_at_us),
            median_image=alarm.median_image,
            low_image=alarm.low_image,
            high_image=alarm.high_image,
        ),
        n_put_back=view.n_put_back,
        n_sampled=view.n_sampled,
        state=alarm.state,
    )


def person_row_out(row: PersonRow, names: Names) -> wire.PersonRow:
    """A line of the quality table."""
    return wire.PersonRow.model_construct(**_row_fields(row, names))


def _row_fields(row: PersonRow, names: Names) -> dict[str, Any]:
    return {
        "user": names(row.user_id),
        "state": "paused" if row.paused else "active",
        "f1": measured_out(row.accuracy),
        "error": measured_out(row.error),
        "kinds": kinds_out(row.kinds),
        "n_gold_images": row.n_gold_images,
        "n_gold_marks": row.n_gold_marks,
        "standing": wire.Standing(state=row.standing.state, text=row.standing.text),
        "alarm": None if row.alarm is None else alarm_out(row.alarm, names),
        "n_submissions": row.n_submissions,
    }


def kinds_out(kinds: Mapping[str, Measured]) -> wire.Kinds:
    """Error rate by kind."""
    fields: dict[str, Any] = {name: measured_out(value) for name, value in kinds.items()}
    return wire.Kinds.model_construct(**fields)


def _split_out(split: Mapping[str, Measured]) -> wire.Split:
    fields: dict[str, Any] = {name: measured_out(value) for name, value in split.items()}
    return wire.Split.model_construct(**fields)


def paced_out(row: Paced, item: Item, project: Membership) -> wire.PacedItem:
    """A slow or fast item."""
    return wire.PacedItem.model_construct(
        item_id=item.id,
        name=item.name,
        thumb_url=f"/v1/projects/{project.slug}/items/{item.id}/thumb",
        seconds=row.seconds,
        others_seconds=row.others_seconds,
        n_others=row.n_others,
        n_marks=row.n_marks,
        ratio=row.ratio,
        at=instant(row.at_us),
    )


def crop_out(crop: Crop, project: Membership, names: Names) -> wire.Crop:
    """A place in a picture."""
    return wire.Crop.model_construct(
        item_id=crop.item_id,
        image_url=f"/v1/projects/{project.slug}/items/{crop.item_id}/image",
        width_px=crop.width_px,
        height_px=crop.height_px,
        bbox=list(crop.bbox),
        marks=[
            wire.CropMark.model_construct(
                bbox=list(m.bbox),
                label_class=m.label_class,
                style=m.style,
                author=names(m.author).name if m.author else None,
            )
            for m in crop.marks
        ],
        mark=list(crop.mark or _middle(crop.bbox)),
        caption=crop.caption,
        at=instant_or_none(crop.at_us),
        counts=[wire.Count(n=n, of=of) for n, of in crop.counts],
    )


def _middle(view: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The inner half of what is shown: what a finding kept by an earlier version is about."""
    x_min, y_min, x_max, y_max = view
    quarter_x, quarter_y = (x_max - x_min) / 4, (y_max - y_min) / 4
    return x_min + quarter_x, y_min + quarter_y, x_max - quarter_x, y_max - quarter_y


def overview_out(
    value: Overview, project: Membership, names: Names, classes: Mapping[str, str], findings: Sequence[wire.Finding]
) -> wire.Overview:
    """The project at a glance.

    Args:
        value: what was computed.
        project: whose.
        names: of people.
        classes: class id to name.
        findings: ready to be sent.
    """
    progress, end = value.progress, value.progress.end_at_us
    people = [person_row_out(r, names) for r in value.people]
    return wire.Overview.model_construct(
        as_of_at=instant(value.as_of_us),
        title=value.title,
        live=wire.Live(n_people=value.n_people_live, simulated=any(p.user.simulated for p in people)),
        progress=wire.Progress.model_construct(
            n_answers=progress.n_answers,
            n_answers_wanted=progress.n_answers_wanted,
            n_items=progress.n_items,
            n_complete=progress.n_complete,
            n_in_review=progress.n_in_review,
            n_disputed=progress.n_disputed,
            expected_end=None
            if end is None
            else wire.ExpectedEnd(value_at=instant(end[0]), low_at=instant(end[1]), high_at=instant(end[2])),
        ),
        agreement=measured_out(value.agreement),
        mean_iou=measured_out(value.mean_iou),
        throughput=measured_out(value.throughput),
        seconds_per_mark=measured_out(value.seconds_per_mark),
        people=people,
        by_class=[
            wire.ClassAgreement(label_class=c, name=classes.get(c, c), f1=measured_out(m)) for c, m in value.by_class
        ],
        split=_split_out(value.split),
        blockers=[gate_out(g, project) for g in value.gates],
        findings=list(findings),
        strip=value.strip,
        throughput_series=[
            wire.SeriesPoint(at=instant(p.at_us), value=p.value, low=p.low, high=p.high) for p in value.series
        ],
        alarms=[alarm_out(a, names) for a in value.alarms],
    )


def person_page_out(
    page: PersonPage, names: Names, put_backs: list[PutBack], classes: Mapping[str, str], clauses: Mapping[str, str]
) -> wire.PersonPage:
    """One person's page."""
    return wire.PersonPage.model_construct(
        **_row_fields(page.row, names),
        title=page.title,
        text=page.text,
        series=[
            wire.Series.model_construct(
                kind=s.kind,
                points=[
                    wire.ChartPoint.model_construct(
                        gold_image=p.gold_image,
                        at=instant(p.at_us),
                        value=p.value,
                        low=p.low,
                        high=p.high,
                        error=p.errors,
                        units=p.units,
                        evidence=p.evidence,
                    )
                    for p in s.points
                ],
                limit=s.limit,
                alarm_line=s.alarm_line,
                run_length=s.run_length,
            )
            for s in page.series
        ],
        alarms=[alarm_out(a, names) for a in page.alarms],
        confusion=wire.Confusion(
            classes=list(page.confusion[0]),
            counts=[list(line) for line in page.confusion[1]],
            since_at=instant_or_none(page.confusion_since_us),
        ),
        by_clause=[
            wire.ClauseRow(
                clause_id=name,
                title=clauses.get(name, name),
                before=None if before is None else EstimateOut.of(before),
                now=measured_out(now),
            )
            for name, before, now in page.by_clause
        ],
        by_class=[
            wire.ClassRow(label_class=name, name=classes.get(name, name), now=measured_out(now))
            for name, now in page.by_class
        ],
        put_backs=[
            wire.PutBack(
                id=p.id,
                since_at=_past(p.since_at_us),
                why=p.why,
                n_review=p.n_review,
                n_sampled=p.n_sampled,
                at=instant(p.created_at_us),
            )
            for p in put_backs
        ],
        note=page.note,
    )
