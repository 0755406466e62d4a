"""What can go wrong with policies and signatures."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotAllowedError


class PolicyInvalidError(InvalidInputError):
    """A policy with an unknown, missing or impossible value."""

    code = "governance.policy_invalid"


class PolicyStaleError(ConflictError):
    """A policy based on a version that is no longer the newest."""

    code = "governance.policy_stale"

    def __init__(self, based_on: int, newest: int) -> None:
        super().__init__(
            f"The policy is at version {newest} by now; this change was based on version {based_on}.",
            hint="Reload it and make the change again.",
        )


class SignatureRefusedError(NotAllowedError):
    """A signature by somebody who may not give it."""

    code = "governance.signature_refused"


class AlreadySignedError(ConflictError):
    """A second signature of the same person under the same bytes."""

    code = "governance.already_signed"

    def __init__(self, name: str, subject: str) -> None:
        super().__init__(f"{name} has signed {subject} already.", hint="Somebody else has to give the next signature.")


class MeaningMissingError(InvalidInputError):
    """A signature that does not say what it means."""

    code = "governance.meaning_missing"

    def __init__(self) -> None:
        super().__init__(
            "A signature needs a meaning of 1 to 500 characters.", hint="For example: approved for training."
        )
