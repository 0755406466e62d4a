"""What can go wrong with releases."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class ReleaseNotFoundError(NotFoundError):
    """No such release."""

    code = "datasets.release_not_found"

    def __init__(self, release_id: str) -> None:
        super().__init__(f"There is no release {release_id!r}.")


class SyntheticOutsideTrainingError(InvalidInputError):
    """A picture that was made among those that measure."""

    code = "datasets.synthetic_outside_training"

    def __init__(self, item: str, split: str) -> None:
        super().__init__(
            f"The synthetic item {item} is in {split}: validation, test and gold hold real pictures only.",
            hint="Put it into train, or take it out.",
        )


class RecipeInvalidError(InvalidInputError):
    """A mix of real and synthetic pictures that cannot be made."""

    code = "datasets.recipe_invalid"


class ReleaseStateError(ConflictError):
    """A release is not in the state for this."""

    code = "datasets.release_state"

    def __init__(self, name: str, state: str, wanted: str) -> None:
        super().__init__(
            f"The release {name} is {state}, not {wanted}.", hint="Reload the page to see where it stands."
        )


class ReleaseNameTakenError(ConflictError):
    """Another release has this name."""

    code = "datasets.release_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a release {name} already.", hint="Choose another name, or leave it out.")
