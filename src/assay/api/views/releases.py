"""What is different between two releases, on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.access import Membership
from assay.insights import surroundings
from assay.items import Item
from assay.jobs.release_changes import SIDES, Place
from assay.wire.insights import Crop, CropMark
from assay.wire.releases import Blame, DiffPlace

Row = Mapping[str, Any]


def classes_of(place: Place) -> set[str]:
    """Names of the class before and after."""
    return {str(row["label_class"]) for row in (place.before, place.after) if row is not None}


def diff_place_out(place: Place, item: Item, project: Membership) -> DiffPlace:
    """One mark that is not the same, with its picture."""
    newest = place.after or place.before
    assert newest is not None, "a place has a mark on at least one side"
    medium = item.medium
    marks = [
        CropMark.model_construct(
            bbox=_box(row),
            label_class=row["label_class"],
            style="expected" if row is place.before else "drawn",
            author=None,
        )
        for row in (place.before, place.after)
        if row is not None
    ]
    x_min, y_min, x_max, y_max = _box(newest)
    return DiffPlace.model_construct(
        kind=place.kind,
        class_before=None if place.before is None else place.before["label_class"],
        class_after=None if place.after is None else place.after["label_class"],
        crop=Crop.model_construct(
            item_id=item.id,
            image_url=f"/v1/projects/{project.slug}/items/{item.id}/image",
            width_px=medium.width_px,
            height_px=medium.height_px,
            bbox=list(surroundings((x_min, y_min, x_max, y_max), medium.width_px, medium.height_px)),
            mark=_box(newest),
            marks=marks,
            caption=item.name,
            at=None,
        ),
        blame=_blame(newest),
    )


def _box(row: Row) -> list[float]:
    return [float(row[side]) for side in SIDES]


def _blame(row: Row) -> Blame:
    evidence = json.loads(row["evidence"]) if row["evidence"] else {}
    return Blame.model_construct(
        author=row["author"],
        origin=row["origin"],
        guideline_version=row["guideline_version"],
        schema_version=row["schema_version"],
        drawn_by=list(evidence.get("drawn_by", [])),
        n_answers=evidence.get("n_answers"),
        confidence=evidence.get("confidence"),
    )
