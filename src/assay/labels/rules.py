"""Which label schemas make sense, and how they are written down."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assay.kernel.marks import SHAPES
from assay.labels.errors import SchemaInvalidError
from assay.labels.model import Attribute, AttributeKind, ClassRules, LabelClass

MAX_CLASSES = 2000
MAX_NAME = 128
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def checked_classes(classes: Sequence[LabelClass]) -> tuple[LabelClass, ...]:
    """The classes, with free digit keys given out in order.

    Raises:
        SchemaInvalidError: no class, too many, ids or keys used twice, an unknown shape, an attribute without
            choices, a rule that nothing can satisfy.
    """
    if not 0 < len(classes) <= MAX_CLASSES:
        raise SchemaInvalidError(f"A schema has 1 to {MAX_CLASSES} classes, not {len(classes)}.")
    seen_ids: set[str] = set()
    seen_keys: set[str] = set()
    for label_class in classes:
        _check_class(label_class)
        if label_class.id in seen_ids:
            raise SchemaInvalidError(f"The class id {label_class.id!r} is used twice.")
        if label_class.key is not None and label_class.key in seen_keys:
            raise SchemaInvalidError(
                f"The key {label_class.key!r} is used twice.", hint="Give each class its own digit."
            )
        seen_ids.add(label_class.id)
        seen_keys |= {label_class.key} if label_class.key else set()
    free = iter([digit for digit in "123456789" if digit not in seen_keys])
    return tuple(c if c.key else _with_key(c, next(free, None)) for c in classes)


def class_id(name: str) -> str:
    """A stable id for a display name: lower case, everything else than letters and digits becomes a dash."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64]
    return plain or "class"


def _with_key(label_class: LabelClass, key: str | None) -> LabelClass:
    return LabelClass(
        id=label_class.id,
        name=label_class.name,
        shapes=label_class.shapes,
        key=key,
        attributes=label_class.attributes,
        rules=label_class.rules,
    )


def _check_class(label_class: LabelClass) -> None:
    where = f"The class {label_class.id!r}"
    if not _ID.fullmatch(label_class.id):
        raise SchemaInvalidError(f"{where} has an id other than a-z, 0-9, - and _.", hint="Keep the name for display.")
    if not 0 < len(label_class.name.strip()) <= MAX_NAME:
        raise SchemaInvalidError(f"{where} needs a name of 1 to {MAX_NAME} characters.")
    if not label_class.shapes or not set(label_class.shapes) <= set(SHAPES):
        raise SchemaInvalidError(f"{where} allows {label_class.shapes}; known shapes are {', '.join(SHAPES)}.")
    if label_class.key is not None and label_class.key not in "123456789":
        raise SchemaInvalidError(f"{where} has the key {label_class.key!r}; keys are the digits 1 to 9.")
    for attribute in label_class.attributes:
        needs_values = attribute.kind in {AttributeKind.ENUM, AttributeKind.MULTI}
        if needs_values != bool(attribute.values):
            raise SchemaInvalidError(
                f"{where}: the attribute {attribute.name!r} of kind {attribute.kind} has wrong values."
            )
    for name, value in (("min_width_px", label_class.rules.min_width_px), ("max_count", label_class.rules.max_count)):
        if value is not None and not 0 < value < 1e6:  # noqa: PLR2004 - larger than any picture
            raise SchemaInvalidError(f"{where}: the rule {name} = {value} can never hold.")


def class_to_json(label_class: LabelClass) -> dict[str, Any]:
    """The documented JSON of a class."""
    rules = label_class.rules
    return {
        "id": label_class.id,
        "name": label_class.name,
        "shapes": list(label_class.shapes),
        "key": label_class.key,
        "attributes": [
            {
                "name": a.name,
                "kind": a.kind.value,
                "values": list(a.values),
                "required": a.required,
                "ordinal": a.ordinal,
            }
            for a in label_class.attributes
        ],
        "rules": {
            "min_width_px": rules.min_width_px,
            "min_height_px": rules.min_height_px,
            "inside_image": rules.inside_image,
            "max_count": rules.max_count,
        },
    }


def class_from_json(value: dict[str, Any]) -> LabelClass:
    """A class from its JSON."""
    return LabelClass(
        id=value["id"],
        name=value["name"],
        shapes=tuple(value.get("shapes", ("bbox",))),
        key=value.get("key"),
        attributes=tuple(
            Attribute(
                a["name"],
                AttributeKind(a["kind"]),
                tuple(a.get("values") or ()),
                bool(a.get("required", False)),
                bool(a.get("ordinal", False)),
            )
            for a in value.get("attributes", ())
        ),
        rules=ClassRules(**value.get("rules", {})),
    )
