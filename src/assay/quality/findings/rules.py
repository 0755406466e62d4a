"""Marks against the rules of a label schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from assay.quality.boxes import Boxes
from assay.quality.findings.model import Look, Suspect, as_box, best_first

OVER_PX: Final = 0.01  # formats round; a hundredth over the edge is the edge


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What every mark of a class must satisfy; None asks nothing. The words are those of the label schema.

    Attributes:
        min_width_px: smallest width.
        min_height_px: smallest height.
        inside_image: the mark may not leave the picture.
        max_count: marks of the class in one picture.
        shapes: shapes allowed; empty for all.
        required: attributes every mark must have.
        values: attribute to the values it may have.
    """

    min_width_px: float | None = None
    min_height_px: float | None = None
    inside_image: bool = True
    max_count: int | None = None
    shapes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def find_broken_rules(
    boxes: Boxes,
    rules: Mapping[int, ClassRule],
    *,
    sizes_px: ArrayLike,
    shapes: Sequence[str] = (),
    attributes: Sequence[Mapping[str, Any]] = (),
) -> list[Suspect]:
    """Find marks that break a rule of their class; one finding for each rule and mark, all with score 1.

    Args:
        boxes: one author's marks (envelopes).
        rules: class number to its rules; a class without rules may do anything.
        sizes_px: (n_items, 2) width and height; NaN where unknown, then nothing is outside.
        shapes: (n,) shape of each mark, when shapes are ruled.
        attributes: (n,) attributes of each mark, when attributes are ruled.
    """
    sizes = np.asarray(sizes_px, np.float64)[boxes.items].reshape(-1, 2)
    found = []
    for row in range(len(boxes)):
        rule = rules.get(int(boxes.classes[row]))
        if rule is None:
            continue
        broken = [
            *_size(rule, boxes.xyxy[row], sizes[row]),
            *_shape(rule, shapes[row] if len(shapes) else None),
            *_values(rule, attributes[row] if len(attributes) else None),
        ]
        found += [_suspect(boxes, row, name, why) for name, why in broken]
    return best_first([*found, *_too_many(boxes, rules)])


def _size(rule: ClassRule, box: np.ndarray, size: np.ndarray) -> list[tuple[str, str]]:
    width, height = (box[2:] - box[:2]).tolist()
    broken = []
    if rule.min_width_px is not None and width < rule.min_width_px:
        broken.append(("min_width_px", f"{width:g} px wide, at least {rule.min_width_px:g}"))
    if rule.min_height_px is not None and height < rule.min_height_px:
        broken.append(("min_height_px", f"{height:g} px high, at least {rule.min_height_px:g}"))
    over = float(np.max(np.concatenate([-box[:2], box[2:] - size])))
    if rule.inside_image and over > OVER_PX:
        broken.append(("inside_image", f"{over:g} px beyond the picture"))
    return broken


def _shape(rule: ClassRule, shape: str | None) -> list[tuple[str, str]]:
    if shape is None or not rule.shapes or shape in rule.shapes:
        return []
    return [("shapes", f"is a {shape}, allowed {', '.join(rule.shapes)}")]


def _values(rule: ClassRule, attributes: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if attributes is None:
        return []
    broken = [("required", f"has no {name}") for name in rule.required if attributes.get(name) in {None, ""}]
    for name, allowed in rule.values.items():
        given = attributes.get(name)
        many = given if isinstance(given, list) else [given]
        broken += [("values", f"{name} is {value!r}") for value in many if value is not None and value not in allowed]
    return broken


def _too_many(boxes: Boxes, rules: Mapping[int, ClassRule]) -> list[Suspect]:
    found = []
    for label_class, rule in rules.items():
        if rule.max_count is None:
            continue
        rows = np.flatnonzero(boxes.classes == label_class)
        counts = np.bincount(boxes.items[rows], minlength=boxes.n_items)
        for item in np.flatnonzero(counts > rule.max_count).tolist():
            last = int(rows[boxes.items[rows] == item][-1])
            found.append(_suspect(boxes, last, "max_count", f"{counts[item]} in one picture, at most {rule.max_count}"))
    return found


def _suspect(boxes: Boxes, row: int, rule: str, why: str) -> Suspect:
    item = int(boxes.items[row])
    return Suspect(
        kind="rule_broken",
        score=1.0,
        item=item,
        row=row,
        label_class=int(boxes.classes[row]),
        suggested_class=None,
        evidence={"rule": rule, "why": why},
        looks=(Look(item, as_box(boxes.xyxy[row]), "mark"),),
    )
