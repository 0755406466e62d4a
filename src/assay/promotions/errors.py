"""What can go wrong on a model's way into use."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class PromotionNotFoundError(NotFoundError):
    """No such promotion."""

    code = "promotions.not_found"

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"There is no promotion {wanted!r} in this project.", hint="`assay promote --list` names them."
        )


class AlreadyUnderWayError(ConflictError):
    """A model that is in use, or whose promotion is under way."""

    code = "promotions.already_under_way"

    def __init__(self, title: str, state: str) -> None:
        super().__init__(
            f"{title} is {state}.", hint="Look at its promotion; withdraw the proposal before you ask for another."
        )


class PromotionStateError(ConflictError):
    """A step that does not follow from where the promotion stands."""

    code = "promotions.state"

    def __init__(self, promotion_id: str, state: str, wanted: str) -> None:
        super().__init__(f"Promotion {promotion_id} is {state}, not {wanted}.", hint="Reload it.")


class NothingToRollBackError(ConflictError):
    """A rollback where no promoted model is in use."""

    code = "promotions.nothing_to_roll_back"

    def __init__(self) -> None:
        super().__init__(
            "No model that was promoted is in use, so there is nothing to roll back.",
            hint="`assay promote --list` shows which model is in use and how it came there.",
        )


class ReasonMissingError(InvalidInputError):
    """A rollback or a promotion without a reason."""

    code = "promotions.reason_missing"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs a reason of 1 to 500 characters.", hint="Say what was seen, and where.")
