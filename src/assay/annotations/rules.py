"""Which marks are acceptable under a label schema, and how a submission's marks hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from assay.annotations.errors import MarksRefusedError, Problem
from assay.annotations.geometry import geometry_problem
from assay.annotations.model import Mark
from assay.kernel.canonical import digest
from assay.kernel.marks import BBOX, KEYPOINTS, POINT, POLYLINE, TAG
from assay.labels import Attribute, AttributeKind, LabelClass, LabelSchema

MAX_MARKS = 20_000
EDGE_TOLERANCE_PX = 1e-6
"""A box may leave the picture by this much: coordinates come from a browser's arithmetic."""
FARTHEST_PX = 1e7
"""No coordinate lies farther out, even where a class lets marks leave the picture."""
LARGEST = 2**53
"""Numbers beyond it do not survive JSON."""
THIN = frozenset({TAG, POINT, POLYLINE, KEYPOINTS})
"""Shapes whose envelope may have no area."""


def check_marks(
    marks: Sequence[Mark],
    schema: LabelSchema,
    width_px: int,
    height_px: int,
    *,
    geometry_only: bool = False,
    envelopes: bool = True,
) -> None:
    """Hold marks against the schema's machine-checkable rules.

    Args:
        marks: what was drawn.
        schema: the version they were drawn under.
        width_px: of the upright picture.
        height_px: of the upright picture.
        geometry_only: leave attributes alone, for marks that have none by their nature, such as gold.
        envelopes: the box must enclose the geometry exactly; labels from elsewhere may have it clipped to the picture.

    Raises:
        MarksRefusedError: with every broken rule, not only the first.
    """
    problems: list[Problem] = []
    if len(marks) > MAX_MARKS:
        raise MarksRefusedError([Problem(None, "max_marks", f"{len(marks)} marks are more than {MAX_MARKS}")])
    known = {label_class.id: label_class for label_class in schema.classes}
    for no, mark in enumerate(marks):
        label_class = known.get(mark.label_class)
        if label_class is None:
            text = f"Mark {no + 1} has the class {mark.label_class!r}, which schema {schema.version} does not know"
            problems.append(Problem(no, "class", text))
            continue
        problems += _check_mark(no, mark, label_class, width_px, height_px)
        if mark.shape != BBOX and mark.shape in label_class.shapes:
            wrong = geometry_problem(mark.shape, mark.geometry, mark.bbox, width_px, height_px, envelopes=envelopes)
            problems += [Problem(no, "geometry", f"{_name(no, label_class)} {wrong}")] if wrong else []
        if not geometry_only and (mark.attributes or label_class.attributes):
            problems += _check_attributes(no, _name(no, label_class), mark.attributes, label_class.attributes)
    counts = Counter(mark.label_class for mark in marks)
    for label_class in schema.classes:
        most = label_class.rules.max_count
        if most is not None and counts[label_class.id] > most:
            text = f"{counts[label_class.id]} marks of {label_class.name} are more than the {most} allowed"
            problems.append(Problem(None, "max_count", text))
    if problems:
        raise MarksRefusedError(problems)


def _check_mark(no: int, mark: Mark, label_class: LabelClass, width_px: int, height_px: int) -> list[Problem]:
    name = _name(no, label_class)
    if mark.shape not in label_class.shapes:
        return [Problem(no, "shape", f"{name} is a {mark.shape}; the class allows {', '.join(label_class.shapes)}")]
    x_min, y_min, x_max, y_max = mark.bbox
    if not all(-FARTHEST_PX <= side <= FARTHEST_PX for side in mark.bbox):
        return [Problem(no, "finite", f"{name} has a coordinate that lies nowhere near a picture")]
    if mark.shape in THIN:
        if x_min > x_max or y_min > y_max:
            return [Problem(no, "size", f"{name} is turned inside out")]
    elif x_min >= x_max or y_min >= y_max:
        return [Problem(no, "size", f"{name} has no area")]
    rules, problems = label_class.rules, []
    low, high_x, high_y = -EDGE_TOLERANCE_PX, width_px + EDGE_TOLERANCE_PX, height_px + EDGE_TOLERANCE_PX
    if rules.inside_image and (x_min < low or y_min < low or x_max > high_x or y_max > high_y):
        problems.append(Problem(no, "inside_image", f"{name} leaves the picture of {width_px} x {height_px} px"))
    if rules.min_width_px is not None and x_max - x_min < rules.min_width_px:
        problems.append(
            Problem(no, "min_width", f"{name} is {x_max - x_min:.1f} px wide; {rules.min_width_px:g} are needed")
        )
    if rules.min_height_px is not None and y_max - y_min < rules.min_height_px:
        text = f"{name} is {y_max - y_min:.1f} px high; {rules.min_height_px:g} are needed"
        problems.append(Problem(no, "min_height", text))
    return problems


def _name(no: int, label_class: LabelClass) -> str:
    return f"Mark {no + 1} ({label_class.name})"


def _check_attributes(no: int, name: str, given: dict[str, Any], known: Sequence[Attribute]) -> list[Problem]:
    by_name = {a.name: a for a in known}
    problems = [
        Problem(no, "attribute", f"{name} has an unknown attribute {key!r}") for key in given if key not in by_name
    ]
    for attribute in known:
        value = given.get(attribute.name)
        if value is None:
            if attribute.required:
                problems.append(Problem(no, "required_attribute", f"{name} needs the attribute {attribute.name!r}"))
        elif not _fits(value, attribute):
            problems.append(
                Problem(no, "attribute", f"{name}: {value!r} does not fit the attribute {attribute.name!r}")
            )
    return problems


def fitting_attributes(given: Mapping[str, Any], known: Sequence[Attribute]) -> dict[str, Any]:
    """Those attributes a class knows and whose values fit, for labels that come from elsewhere."""
    by_name = {a.name: a for a in known}
    return {name: value for name, value in given.items() if name in by_name and _fits(value, by_name[name])}


def _fits(value: Any, attribute: Attribute) -> bool:  # noqa: ANN401 - a JSON value
    match attribute.kind:
        case AttributeKind.BOOL:
            return isinstance(value, bool)
        case AttributeKind.ENUM:
            return value in attribute.values
        case AttributeKind.MULTI:
            texts = isinstance(value, list) and all(isinstance(choice, str) for choice in value)
            return texts and len(set(value)) == len(value) and set(value) <= set(attribute.values)
        case AttributeKind.INT:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
        case AttributeKind.FLOAT:
            return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
        case AttributeKind.TEXT:
            return isinstance(value, str) and len(value) <= 2000  # noqa: PLR2004 - a note, not a book


def mark_to_json(mark: Mark) -> dict[str, Any]:
    """What is hashed, kept in drafts and sent to pages."""
    value: dict[str, Any] = {
        "label_class": mark.label_class,
        "shape": mark.shape,
        "bbox": list(mark.bbox),
        "attributes": mark.attributes,
    }
    if mark.geometry is not None:
        value["geometry"] = mark.geometry
    if mark.client_id:
        value["client_id"] = mark.client_id
    if mark.group is not None:
        value["group"] = mark.group
    if mark.source is not None:
        value["source"] = mark.source
    return value


def mark_from_json(value: dict[str, Any]) -> Mark:
    """What `mark_to_json` gave."""
    x_min, y_min, x_max, y_max = (float(v) for v in value["bbox"])
    return Mark(
        label_class=value["label_class"],
        shape=value["shape"],
        bbox=(x_min, y_min, x_max, y_max),
        attributes=value.get("attributes") or {},
        geometry=value.get("geometry"),
        client_id=value.get("client_id", ""),
        group=value.get("group"),
        source=value.get("source"),
    )


def marks_digest(marks: Sequence[Mark]) -> str:
    """SHA-256 over what was drawn, without the page's own ids."""
    return digest([{k: v for k, v in mark_to_json(m).items() if k != "client_id"} for m in marks])
