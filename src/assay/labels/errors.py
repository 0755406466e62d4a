"""What can go wrong with label schemas."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, NotFoundError


class SchemaInvalidError(InvalidInputError):
    """A label schema contradicts itself or is not understood."""

    code = "labels.schema_invalid"


class SchemaNotFoundError(NotFoundError):
    """The project has no such schema version."""

    code = "labels.schema_not_found"

    def __init__(self, version: int | str) -> None:
        super().__init__(
            f"There is no label schema {version}.", hint="A lead or expert defines the classes under Schema first."
        )
