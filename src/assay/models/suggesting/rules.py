"""Pure decisions about suggestions: what is shown, to whom, what became of it, whether an answer is right."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from assay.annotations import Mark
from assay.kernel.marks import TAG
from assay.models.model import PredictedMark
from assay.models.suggesting.errors import SuggestionPolicyError
from assay.models.suggesting.model import ANY_CLASS, Arm, ClassPolicy, Mode, SuggestionPolicy
from assay.quality.boxes import Boxes
from assay.quality.matching import match_boxes

SAME_PX: Final = 0.5
"""A side that moved by less was not moved."""
MATCH_IOU: Final = 0.5
POLICY_KEYS: Final = frozenset({"model", "withheld_share", "audit_share", "classes"})
CLASS_KEYS: Final = frozenset({"mode", "show_above", "target", "sureness"})


def policy_from_json(value: Mapping[str, Any], classes: Sequence[str], version: int) -> SuggestionPolicy:
    """Read a policy strictly.

    Args:
        classes: class ids of the schema; only these and `*` may be named.

    Raises:
        SuggestionPolicyError: an unknown key, a class that does not exist, a number out of its range.
    """
    _known(value, POLICY_KEYS, "")
    named = value.get("classes", {})
    if not isinstance(named, Mapping):
        raise SuggestionPolicyError("classes", named, allowed="as an object, by class id")
    for name in named:
        if name != ANY_CLASS and name not in classes:
            raise SuggestionPolicyError("class", name, allowed=f"as one of {', '.join(classes)} or *")
    model = value.get("model", "production")
    if not isinstance(model, str) or not model:
        raise SuggestionPolicyError("model", model, allowed="as an alias or a model's name")
    return SuggestionPolicy(
        version=version,
        model=model,
        withheld_share=_share(value, "withheld_share", 0.2, 0.01, 1.0),
        audit_share=_share(value, "audit_share", 0.05, 0.01, 1.0),
        classes={name: _class_policy(name, body) for name, body in named.items()},
    )


def _class_policy(name: str, body: Any) -> ClassPolicy:  # noqa: ANN401 - whatever was sent
    if not isinstance(body, Mapping):
        raise SuggestionPolicyError(f"classes.{name}", body, allowed="as an object")
    _known(body, CLASS_KEYS, f"classes.{name}.")
    mode = body.get("mode", "manual")
    if mode not in tuple(Mode):
        raise SuggestionPolicyError(f"classes.{name}.mode", mode, allowed=f"as one of {', '.join(Mode)}")
    return ClassPolicy(
        Mode(mode),
        _share(body, "show_above", 0.5, 0.0, 1.0),
        _share(body, "target", 0.05, 0.001, 0.4),
        _share(body, "sureness", 0.9, 0.5, 0.999),
    )


def _known(value: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    for key in value:
        if key not in keys:
            raise SuggestionPolicyError(f"{where}{key}", value[key], allowed=f"only: {', '.join(sorted(keys))}")


def _share(value: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    found = value.get(name, default)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not low <= found <= high:
        raise SuggestionPolicyError(name, found, allowed=f"as a number from {low:g} to {high:g}")
    return float(found)


def draw_arm(assignment_id: str, withheld_share: float) -> Arm:
    """Whether an assignment sees its suggestion: by its random id, so that the answer stays the same."""
    draw = int.from_bytes(hashlib.sha256(f"suggest/{assignment_id}".encode()).digest()[:8], "big") / 2**64
    return Arm.WITHHELD if draw < withheld_share else Arm.SHOWN


def shown_marks(marks: Sequence[PredictedMark], policy: SuggestionPolicy) -> list[PredictedMark]:
    """The marks that may be suggested: of classes that are not manual, sure enough."""
    found = []
    for predicted in marks:
        rule = policy.of_class(predicted.mark.label_class)
        if rule.mode is not Mode.MANUAL and predicted.confidence >= rule.show_above:
            found.append(predicted)
    return found


def whole_confidence(marks: Sequence[PredictedMark], show_above: float) -> float:
    """How sure an answer is as a whole: of its least sure mark, and of those it leaves out not being there."""
    shown = [m.confidence for m in marks if m.confidence >= show_above]
    hidden = [1 - m.confidence for m in marks if m.confidence < show_above]
    return min([*shown, *hidden], default=1.0)


def judge_fates(suggested: Sequence[Mark], final: Sequence[Mark]) -> tuple[list[dict[str, Any]], int]:
    """What became of each suggested mark, and how many marks are new.

    A mark is `kept` with its class and no side moved by half a pixel, `changed` when one of the final marks overlaps it
    by half (for tags: when there is a tag at all), else `removed`. Matching is the optimal one.
    """
    fates: list[dict[str, Any]] = [{"no": n, "fate": "removed"} for n in range(len(suggested))]
    taken: set[int] = set()
    for mine, theirs in (_of_shape(suggested, final, tags=False), _of_shape(suggested, final, tags=True)):
        for left, right in _pairs(suggested, final, mine, theirs):
            a, b = suggested[left], final[right]
            moved = max(abs(p - q) for p, q in zip(a.bbox, b.bbox, strict=True)) > SAME_PX
            kept = a.label_class == b.label_class and not moved
            fates[left] = {"no": left, "fate": "kept" if kept else "changed", "final": right}
            taken.add(right)
    return fates, len(final) - len(taken)


def _of_shape(suggested: Sequence[Mark], final: Sequence[Mark], *, tags: bool) -> tuple[list[int], list[int]]:
    mine = [n for n, m in enumerate(suggested) if (m.shape == TAG) is tags]
    return mine, [n for n, m in enumerate(final) if (m.shape == TAG) is tags]


def _pairs(
    suggested: Sequence[Mark], final: Sequence[Mark], mine: list[int], theirs: list[int]
) -> list[tuple[int, int]]:
    if not mine or not theirs:
        return []
    if suggested[mine[0]].shape == TAG:
        return list(zip(mine, theirs, strict=False))
    left, right = ([_area(m[n]) for n in places] for m, places in ((suggested, mine), (final, theirs)))
    matches = match_boxes(Boxes.of([left]), Boxes.of([right]), threshold=MATCH_IOU, mode="class_agnostic")
    return [(mine[int(a)], theirs[int(b)]) for a, b in zip(matches.left_rows, matches.right_rows, strict=True)]


def _area(mark: Mark) -> list[float]:
    """The envelope, with a pixel at least where a line or point has none."""
    x0, y0, x1, y1 = mark.bbox
    return [x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)]


def is_right(said: Sequence[Mark], truth: Sequence[Mark]) -> bool:
    """Whether an answer is the people's: the same tags; the same boxes, one to one within their class by half."""
    tags = [sorted(m.label_class for m in marks if m.shape == TAG) for marks in (said, truth)]
    boxes = [[m for m in marks if m.shape != TAG] for marks in (said, truth)]
    if tags[0] != tags[1] or len(boxes[0]) != len(boxes[1]):
        return False
    if not boxes[0]:
        return True
    code = {name: n for n, name in enumerate(sorted({m.label_class for marks in boxes for m in marks}))}
    sides = [Boxes.of([[_area(m) for m in marks]], [[code[m.label_class] for m in marks]]) for marks in boxes]
    matches = match_boxes(*sides, threshold=MATCH_IOU, mode="class_aware")
    return bool(np.all(matches.right_of_left >= 0))
