"""What can go wrong with suggestions and certificates."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class SuggestionPolicyError(InvalidInputError):
    """A suggestion policy says something that cannot be."""

    code = "models.suggestion_policy"

    def __init__(self, where: str, value: object, *, allowed: str) -> None:
        super().__init__(f"The suggestion policy's {where} is {value!r}.", hint=f"Give {where} {allowed}.")


class CertificateNotFoundError(NotFoundError):
    """No such certificate."""

    code = "models.certificate_not_found"

    def __init__(self, certificate_id: str) -> None:
        super().__init__(f"There is no certificate {certificate_id!r}.")


class SuggestionPolicyStaleError(ConflictError):
    """Somebody else changed the policy meanwhile."""

    code = "models.suggestion_policy_stale"

    def __init__(self, based_on: int, now: int) -> None:
        super().__init__(
            f"The suggestion policy is at version {now}, not {based_on}.", hint="Read it again, then change it."
        )
