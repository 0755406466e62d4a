"""What can go wrong with guidelines."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, NotFoundError


class GuidelineInvalidError(InvalidInputError):
    """A guideline text does not make numbered clauses."""

    code = "guidelines.invalid"


class GuidelineNotFoundError(NotFoundError):
    """The project has no such guideline version."""

    code = "guidelines.not_found"

    def __init__(self, version: int | str) -> None:
        super().__init__(
            f"There is no guideline {version}.", hint="A lead or expert writes the first one under Guideline."
        )


class ExampleNotFoundError(NotFoundError):
    """No example image has this id."""

    code = "guidelines.example_not_found"

    def __init__(self, example_id: str) -> None:
        super().__init__(f"There is no example image {example_id!r}.")
