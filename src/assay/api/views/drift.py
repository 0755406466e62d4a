"""Monitors, checks, their pictures and diagnoses on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.access import Membership
from assay.api.views.people import Names
from assay.drift import Capsule, Check, Monitor
from assay.items import Item, items_by_id
from assay.jobs.capsules import LEAST, answered_of
from assay.storage import Rx
from assay.wire.common import instant, instant_or_none
from assay.wire.drift import (
    CauseOut,
    CheckOut,
    DiagnosisOut,
    DriftPicture,
    HarmOut,
    MonitorOut,
    MovedOut,
    SinceOut,
    ViewOut,
)

_STAMP_HEX = 12
"""Hex digits of a UUIDv7 that hold its milliseconds."""


def came_at(item_id: str) -> str:
    """When an item came, to the millisecond: its id is ordered by time."""
    return instant(int(item_id[:_STAMP_HEX], 16) * 1000)


def monitor_out(value: Monitor) -> MonitorOut:
    """A monitor for a page."""
    return MonitorOut.model_construct(
        id=value.id,
        name=value.name,
        state=value.state,
        level=value.level,
        window=value.window,
        n_reference=len(value.reference),
        harm_line=value.harm_line,
        embedding=value.embedding,
        created_at=instant(value.created_at_us),
    )


def check_out(value: Check) -> CheckOut:
    """A check for a page."""
    found = value.result
    return CheckOut.model_validate(
        {
            "id": value.id,
            "monitor_id": value.monitor_id,
            "at": instant(value.at_us),
            "level": value.level,
            "n": value.n_items,
            "first_item_id": value.first_item_id,
            "last_item_id": value.last_item_id,
            "first_at": came_at(value.first_item_id),
            "last_at": came_at(value.last_item_id),
            "since_item_id": value.since_item_id,
            "since": None if found["since"] is None else _since(found["since"], found.get("since_items")),
            "views": [ViewOut(**view) for view in found["views"]],
            "moved": [MovedOut.model_validate(moved) for moved in found["moved"]],
            "harm": None if found["harm"] is None else HarmOut.model_validate(found["harm"]),
            "harm_line": found["harm_line"],
            "words": found["words"],
        }
    )


def _since(places: Mapping[str, int], items: Sequence[str] | None) -> SinceOut:
    first, best, last = [None] * 3 if items is None else [came_at(item) for item in items]
    return SinceOut(**places, first_at=first, best_at=best, last_at=last)


def pictures_out(rx: Rx, ids: Sequence[str], project: Membership) -> dict[str, DriftPicture]:
    """Pictures for a page, by item; one that is gone is left out."""
    return {item.id: _picture(item, project) for item in items_by_id(rx, list(ids)).values()}


def _picture(item: Item, project: Membership) -> DriftPicture:
    return DriftPicture.model_construct(
        item_id=item.id,
        item_name=item.name,
        thumb_url=f"/v1/projects/{project.slug}/items/{item.id}/thumb",
        at=came_at(item.id),
    )


def diagnosis_out(rx: Rx, value: Capsule, names: Names) -> DiagnosisOut:
    """A diagnosis for a page; which items are current and which archived is never told."""
    now, then = answered_of(rx, value) if value.state == "asked" else (None, None)
    return DiagnosisOut.model_construct(
        id=value.id,
        name=value.name,
        state=value.state,
        monitor_id=value.monitor_id,
        batch_id=value.batch_id,
        n_now=len(value.spec["now"]),
        n_then=len(value.spec["then"]),
        n_answered_now=now,
        n_answered_then=then,
        needs=LEAST,
        expert_wrong=value.spec["expert_wrong"],
        expert_n=value.spec["expert_n"],
        experts=[names(expert) for expert in value.spec["experts"]],
        result=None if value.result is None else CauseOut.model_validate(value.result),
        created_at=instant(value.created_at_us),
        concluded_at=instant_or_none(value.concluded_at_us),
    )
