"""A small release with a bit of everything, built from rows."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa

from assay.formats import (
    ANNOTATIONS_SCHEMA,
    GOLD_SCHEMA,
    ITEMS_SCHEMA,
    SPLITS_SCHEMA,
    SUBMISSIONS_SCHEMA,
    ReleaseDocuments,
    ReleaseTables,
    image_path,
)
from assay.formats.shapes import bbox, polygon
from tests.support.label_sets import a_mark, an_item
from tests.support.pictures import a_png

PICTURES = {hashlib.sha256(data).hexdigest(): data for data in (a_png(37 + i, 23) for i in range(3))}
FACTS = {"name": "bolts-1", "project": "bolts", "frozen_at_us": 1_700_000_000_000_000, "parent": None}


def release_tables(*, with_gold: bool = True, backwards: bool = False) -> ReleaseTables:
    """Three items, one of them empty, with four marks by two people; `backwards` gives the same rows in reverse."""
    items = [
        an_item(f"p{i}.png", item=f"item-{i}", width_px=37 + i, split=split)
        | {"sha256": sha, "image_path": image_path(sha, ".png"), "origin": "real", "group_id": f"bolt-{i}"}
        for i, (sha, split) in enumerate(zip(PICTURES, ("train", "val", None), strict=True))
    ]
    shapes = [bbox(1, 2, 3, 4), bbox(0.1, 0.2, 30, 20), polygon([[[1, 1, 9, 1, 5, 8.5]]]), bbox(5, 5, 6, 6)]
    annotations = [
        a_mark(shape, item=f"item-{i // 2}", mark=f"mark-{i}", author=f"annotator-{i % 2}")
        | {"submission": f"sub-{i // 2}", "origin": "person", "guideline_version": 2, "schema_version": 1}
        | {"evidence": '{"n_annotators":2}'}
        for i, shape in enumerate(shapes)
    ]
    submissions = [
        {"submission": f"sub-{i}", "item": f"item-{i}", "author": "annotator-0", "guideline_version": 2}
        | {
            "schema_version": 1,
            "submitted_at_us": 1_700_000_000_000_000 + i,
            "spent_s": 12.5,
            "n_marks": 2 - i // 2 * 2,
        }
        for i in range(3)
    ]
    splits = [{key: row[key] for key in ("item", "split", "group_id")} for row in items if row["split"]]
    gold = [{"item": "item-0", "state": "live", "signed_by": "expert-0", "signed_at_us": 5, "clauses": ["3.1"]}]

    def table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
        return pa.Table.from_pylist(rows[::-1] if backwards else rows, schema=schema)

    return ReleaseTables(
        items=table(items, ITEMS_SCHEMA),
        annotations=table(annotations, ANNOTATIONS_SCHEMA),
        submissions=table(submissions, SUBMISSIONS_SCHEMA),
        splits=table(splits, SPLITS_SCHEMA),
        gold=table(gold, GOLD_SCHEMA) if with_gold else None,
    )


def release_documents() -> ReleaseDocuments:
    """Schema, guideline and quality of the small release."""
    estimate = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 100, "n_items": 40, "method": "wilson-pooled-rho"}
    return ReleaseDocuments(
        schema={"version": 1, "classes": [{"name": "car"}, {"name": "Schürfung <b>"}]},
        guideline={"version": 2, "clauses": [{"number": "3.1", "text": "Box what is half hidden."}]},
        guideline_md="# Guideline\n\n3.1 Box what is half hidden — always.\n",
        quality={"agreement": estimate},
    )
