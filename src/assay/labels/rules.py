"""Which label schemas make sense, and how they are written down."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assay.kernel.marks import SHAPES
from assay.labels.errors import SchemaInvalidError
from assay.labels.model import Attribute, AttributeKind, ClassRules, LabelClass

MAX_CLASSES = 2000
MAX_NAME = 128
MAX_ID = 64
DIGITS = tuple("123456789")
LARGEST_RULE = 1e6
"""Larger than any picture."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def checked_classes(classes: Sequence[LabelClass]) -> tuple[LabelClass, ...]:
    """The classes, with free digit keys given out in order.

    Raises:
        SchemaInvalidError: no class, too many, ids or keys used twice, an unknown shape, an attribute without
            choices, a rule that nothing can satisfy.
    """
    if not 0 < len(classes) <= MAX_CLASSES:
        raise SchemaInvalidError(f"A schema has 1 to {MAX_CLASSES} classes, not {len(classes)}.")
    for label_class in classes:
        _check_class(label_class)
    keys = [c.key for c in classes if c.key is not None]
    # Files name classes by their display name: two of one name would fall together in every export.
    _once("class id", [c.id for c in classes], "Give each class its own id.")
    _once("class name", [c.name.strip().casefold() for c in classes], "Give each class its own name.")
    _once("key", keys, "Give each class its own digit.")
    free = iter([digit for digit in DIGITS if digit not in keys])
    return tuple(c if c.key else replace(c, key=next(free, None)) for c in classes)


def _once(what: str, values: Sequence[str], hint: str) -> None:
    twice = next((value for value, n in Counter(values).items() if n > 1), None)
    if twice is not None:
        raise SchemaInvalidError(f"The {what} {twice!r} is used twice.", hint=hint)


def class_id(name: str) -> str:
    """A stable id for a display name: lower case, accents dropped, everything but letters and digits becomes a dash.

    Names with letters that have no such form, or too long ones, end in a hash, so that two never fall together.
    """
    spelled = unicodedata.normalize("NFKD", name.strip()).lower()
    plain = re.sub(r"[^a-z0-9]+", "-", spelled.encode("ascii", "ignore").decode()).strip("-")
    is_whole = all(c.isascii() or not c.isalnum() for c in spelled)
    if plain and is_whole and len(plain) <= MAX_ID:
        return plain
    return f"{plain[: MAX_ID - 9] or 'class'}-{hashlib.sha256(spelled.encode()).hexdigest()[:8]}"


def _check_class(label_class: LabelClass) -> None:
    where = f"The class {label_class.id!r}"
    if not _ID.fullmatch(label_class.id):
        raise SchemaInvalidError(f"{where} has an id other than a-z, 0-9, - and _.", hint="Keep the name for display.")
    if not 0 < len(label_class.name.strip()) <= MAX_NAME:
        raise SchemaInvalidError(f"{where} needs a name of 1 to {MAX_NAME} characters.")
    if not label_class.shapes or not set(label_class.shapes) <= set(SHAPES):
        raise SchemaInvalidError(f"{where} allows {label_class.shapes}; known shapes are {', '.join(SHAPES)}.")
    if label_class.key is not None and label_class.key not in DIGITS:
        hint = "Letters and 0 are the tools' keys on the canvas; leave the key empty to get the next free digit."
        raise SchemaInvalidError(f"{where} has the key {label_class.key!r}; keys are the digits 1 to 9.", hint=hint)
    for attribute in label_class.attributes:
        _check_attribute(where, attribute)
    _once(f"attribute of {where[4:]} called", [a.name for a in label_class.attributes], "Name each attribute once.")
    rules = label_class.rules
    numbers = {name: getattr(rules, name) for name in ("min_width_px", "min_height_px", "max_count")}
    for name, value in numbers.items():
        if value is not None and not 0 < value < LARGEST_RULE:
            raise SchemaInvalidError(f"{where}: the rule {name} = {value} can never hold.", hint="Leave it out.")


def _check_attribute(where: str, attribute: Attribute) -> None:
    needs_values = attribute.kind in {AttributeKind.ENUM, AttributeKind.MULTI}
    named = f"{where}: the attribute {attribute.name!r} of kind {attribute.kind.value}"
    if not attribute.name.strip():
        raise SchemaInvalidError(f"{where} has an attribute without a name.")
    if needs_values != bool(attribute.values):
        more = "needs choices" if needs_values else "takes no choices"
        raise SchemaInvalidError(f"{named} {more}.", hint="Only enum and multi have choices.")
    if len(set(attribute.values)) != len(attribute.values) or not all(v.strip() for v in attribute.values):
        raise SchemaInvalidError(f"{named} has a choice that is empty or stands there twice.")


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
