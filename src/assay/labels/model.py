"""Label schemas: versioned classes, the shapes and attributes they allow, and rules a machine can check."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class AttributeKind(StrEnum):
    """What values an attribute takes."""

    BOOL = "bool"
    ENUM = "enum"
    MULTI = "multi"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of a mark.

    Attributes:
        values: the choices, for `enum` and `multi` only.
        required: a mark without it is refused.
        ordinal: the choices are in order, for agreement measures.
    """

    name: str
    kind: AttributeKind
    values: tuple[str, ...] = ()
    required: bool = False
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class ClassRules:
    """What every mark of a class must satisfy; None asks nothing.

    Attributes:
        inside_image: the mark may not leave the picture (touching its edge is inside).
        max_count: marks of this class in one item.
    """

    min_width_px: float | None = None
    min_height_px: float | None = None
    inside_image: bool = True
    max_count: int | None = None


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A category.

    Attributes:
        id: stable name in files and tables; the display name may change.
        key: the digit that picks it, "1" to "9", or None.
    """

    id: str
    name: str
    shapes: tuple[str, ...] = ("bbox",)
    key: str | None = None
    attributes: tuple[Attribute, ...] = ()
    rules: ClassRules = field(default_factory=ClassRules)


@dataclass(frozen=True, slots=True)
class LabelSchema:
    """One version of a project's classes, in their display order."""

    version: int
    classes: tuple[LabelClass, ...]
    created_by: str
    created_at_us: int

    def find(self, class_id: str) -> LabelClass | None:
        """The class of this id."""
        return next((c for c in self.classes if c.id == class_id), None)
