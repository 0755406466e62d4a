"""What can go wrong with edge cases and rulings."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError


class EscalationNotFoundError(NotFoundError):
    """No such escalation that this caller may see."""

    code = "escalations.not_found"

    def __init__(self, escalation_id: str) -> None:
        super().__init__(f"There is no escalation {escalation_id!r} in this project.")


class EscalationInvalidError(InvalidInputError):
    """A question or a ruling that cannot be right."""

    code = "escalations.invalid"


class EscalationClosedError(ConflictError):
    """A question that is answered or withdrawn."""

    code = "escalations.closed"

    def __init__(self, escalation_id: str, state: str) -> None:
        super().__init__(f"Escalation {escalation_id} is {state}.", hint="Ask anew if something is still unclear.")


class OwnQuestionError(NotAllowedError):
    """A ruling on one's own question."""

    code = "escalations.own_question"

    def __init__(self) -> None:
        super().__init__("Nobody rules on their own question.", hint="Ask another expert.")
