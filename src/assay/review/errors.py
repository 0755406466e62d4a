"""What can go wrong with reviews and adjudications."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError


class ReviewNotFoundError(NotFoundError):
    """No such review."""

    code = "review.not_found"

    def __init__(self, review_id: str) -> None:
        super().__init__(f"There is no review {review_id!r}.", hint="Claim the next one.")


class ReviewClosedError(ConflictError):
    """The review was decided before."""

    code = "review.closed"

    def __init__(self, review_id: str) -> None:
        super().__init__(f"The review {review_id} was decided before.", hint="Claim the next one.")


class OwnWorkError(NotAllowedError):
    """Nobody reviews their own work."""

    code = "review.own_work"

    def __init__(self) -> None:
        super().__init__("This is your own work; somebody else has to look at it.")


class ReasonMissingError(InvalidInputError):
    """A fix or rejection needs a reason."""

    code = "review.reason_missing"

    def __init__(self, given: str | None) -> None:
        super().__init__(
            f"The reason code is {given!r}.",
            hint="Give one of missed, spurious, class, placement, attribute, guideline, other.",
        )


class AdjudicationNotFoundError(NotFoundError):
    """No such adjudication."""

    code = "review.adjudication_not_found"

    def __init__(self, adjudication_id: str) -> None:
        super().__init__(f"There is no adjudication {adjudication_id!r}.", hint="Claim the next one.")


class AdjudicationClosedError(ConflictError):
    """The dispute is settled, or its answers are being looked at again."""

    code = "review.adjudication_closed"

    def __init__(self, adjudication_id: str, state: str) -> None:
        super().__init__(f"The adjudication {adjudication_id} is {state}.", hint="Claim the next one.")


class NoteMisplacedError(InvalidInputError):
    """A note on a mark that the answer does not have."""

    code = "review.note_misplaced"

    def __init__(self, mark_id: str) -> None:
        super().__init__(
            f"The answer has no mark {mark_id[:64]!r}.", hint="Put the note on a mark of the answer, or in the verdict."
        )
