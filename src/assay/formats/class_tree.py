"""A tree of classes from JSON, for starting a label schema from an ontology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.formats.errors import FileRefusedError, TooLargeError, shown
from assay.formats.files import Files
from assay.formats.json_strict import whole_document
from assay.formats.limits import MAX_CLASSES
from assay.formats.values import RowError, kind, name


@dataclass(frozen=True, slots=True)
class TreeClass:
    """One class of the tree.

    Attributes:
        id: unique in the file.
        name: what people see; the id when the file gives no name.
        parent: id of the class above, or None.
    """

    id: str
    name: str
    parent: str | None


def read_classes(files: Files, file: str) -> tuple[TreeClass, ...]:
    """Read `{"classes": [{"id", "name", "parent"}]}`; parents may stand after their children.

    Raises:
        FileRefusedError: a class twice, a parent that is not there, a cycle, or no such document.
    """
    document = whole_document(files, file)
    rows = document.get("classes") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise FileRefusedError(file, "it has no list of classes")
    if len(rows) > MAX_CLASSES:
        raise TooLargeError(f"The number of classes in {file}", limit=f"{MAX_CLASSES}")
    found: dict[str, TreeClass] = {}
    for i, row in enumerate(rows):
        place = f"classes[{i}]"
        try:
            entry = _entry(row)
        except RowError as error:
            raise FileRefusedError(file, error.reason, place=place) from None
        if entry.id in found:
            raise FileRefusedError(file, f"the class {shown(entry.id)} appears twice", place=place)
        found[entry.id] = entry
    _check_tree(file, found)
    return tuple(found.values())


def _entry(row: Any) -> TreeClass:  # noqa: ANN401 - any JSON value
    if not isinstance(row, dict):
        raise RowError(f"the class is {kind(row)}, not an object")
    id_ = name(row.get("id"), "the id")
    parent = row.get("parent")
    return TreeClass(
        id_, name(row.get("name", id_), "the name"), None if parent is None else name(parent, "the parent")
    )


def _check_tree(file: str, found: dict[str, TreeClass]) -> None:
    """Walk up from each class once; a class met again on the same walk closes a cycle."""
    rooted: set[str] = set()
    for start in found:
        walk: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in rooted:
            if here not in found:
                raise FileRefusedError(file, f"the parent {shown(here)} is not among the classes")
            if here in walk:
                raise FileRefusedError(file, f"the class {shown(here)} is above itself")
            walk[here] = None
            here = found[here].parent
        rooted |= walk.keys()
