"""What changed between two releases, class by class."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow.parquet as pq

from assay.quality.boxes import Boxes
from assay.quality.matching import match_boxes

MOVED_BELOW = 0.999
SAME_FROM = 0.5


def changes_between(
    before: bytes | None, after: bytes, classes: Sequence[tuple[str, str]]
) -> list[dict[str, Any]] | None:
    """Marks added, removed, moved and renamed, by class; None when there is no earlier release.

    Marks of an item are paired by best overlap from IoU .5 on, whatever their class.

    Args:
        before: annotations.parquet of the earlier release.
        after: of this one.
        classes: id and display name, in order.
    """
    if before is None:
        return None
    code = {name: i for i, (_, name) in enumerate(classes)}
    old, new = _by_item(before, code), _by_item(after, code)
    items = sorted(old.keys() | new.keys())
    left, right = _boxes(old, items), _boxes(new, items)
    matches = match_boxes(left, right, threshold=SAME_FROM, mode="class_agnostic")
    rows = []
    for number, (class_id, name) in enumerate(classes):
        was, now = left.classes == number, right.classes == number
        paired = was[matches.left_rows]
        kept = paired & (right.classes[matches.right_rows] == number)
        rows.append(
            {
                "label_class": class_id,
                "name": name,
                "before": int(was.sum()),
                "added": int((now & (matches.left_of_right < 0)).sum()),
                "removed": int((was & (matches.right_of_left < 0)).sum()),
                "moved": int((kept & (matches.pair_iou < MOVED_BELOW)).sum()),
                "class_changed": int((paired & ~kept).sum()),
                "after": int(now.sum()),
            }
        )
    return rows


def _by_item(data: bytes, code: dict[str, int]) -> dict[str, list[tuple[list[float], int]]]:
    columns = ["item", "label_class", "x_min_px", "y_min_px", "x_max_px", "y_max_px"]
    found: dict[str, list[tuple[list[float], int]]] = defaultdict(list)
    for row in pq.read_table(io.BytesIO(data), columns=columns).to_pylist():
        if row["label_class"] in code and row["x_min_px"] is not None:
            box = [row[side] for side in columns[2:]]
            found[row["item"]].append((box, code[row["label_class"]]))
    return found


def _boxes(marks: dict[str, list[tuple[list[float], int]]], items: Sequence[str]) -> Boxes:
    counts = [len(marks.get(item, ())) for item in items]
    flat = [mark for item in items for mark in marks.get(item, ())]
    xyxy = np.array([box for box, _ in flat], np.float64).reshape(-1, 4)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    return Boxes(offsets, xyxy, np.array([number for _, number in flat], np.int32))


Kind = Literal["added", "removed", "moved", "class_changed"]
SIDES = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


@dataclass(frozen=True, slots=True)
class Place:
    """One mark that is not the same in two releases.

    Attributes:
        before: the row of annotations.parquet in the earlier release; None for what was added.
        after: in the later one; None for what was removed.
    """

    kind: Kind
    item: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def places_between(before: bytes, after: bytes) -> list[Place]:
    """Every mark that is not the same in both, in the order of items, then of marks; paired as for the counts."""
    old, new = _rows(before), _rows(after)
    items = sorted(old.keys() | new.keys())
    flat_old = [row for item in items for row in old.get(item, ())]
    flat_new = [row for item in items for row in new.get(item, ())]
    matches = match_boxes(_plain(old, items), _plain(new, items), threshold=SAME_FROM, mode="class_agnostic")
    found = []
    for row, col, iou in zip(matches.left_rows, matches.right_rows, matches.pair_iou, strict=True):
        was, now = flat_old[int(row)], flat_new[int(col)]
        if was["label_class"] != now["label_class"]:
            found.append(Place("class_changed", was["item"], was, now))
        elif iou < MOVED_BELOW:
            found.append(Place("moved", was["item"], was, now))
    found += [
        Place("removed", flat_old[row]["item"], flat_old[row], None)
        for row in np.flatnonzero(matches.right_of_left < 0).tolist()
    ]
    found += [
        Place("added", flat_new[row]["item"], None, flat_new[row])
        for row in np.flatnonzero(matches.left_of_right < 0).tolist()
    ]
    return sorted(found, key=lambda p: (p.item, (p.after or p.before or {})["mark"], p.kind))


def _rows(data: bytes) -> dict[str, list[dict[str, Any]]]:
    columns = [
        "item", "mark", "label_class", *SIDES, "author", "origin", "guideline_version", "schema_version", "evidence"
    ]  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in pq.read_table(io.BytesIO(data), columns=columns).to_pylist():
        if row["x_min_px"] is not None:
            found[row["item"]].append(row)
    return found


def _plain(marks: Mapping[str, list[dict[str, Any]]], items: Sequence[str]) -> Boxes:
    """All of one class: places are compared, names are not."""
    return Boxes.of([[[row[side] for side in SIDES] for row in marks.get(item, ())] for item in items])
