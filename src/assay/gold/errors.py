"""What can go wrong with gold."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class GoldNotFoundError(NotFoundError):
    """The item is not gold."""

    code = "gold.not_found"

    def __init__(self, item_id: str) -> None:
        super().__init__(f"The item {item_id!r} is not gold.", hint="An expert signs its answer first.")


class GoldClauseUnknownError(InvalidInputError):
    """A gold mark names a clause the guideline does not have."""

    code = "gold.clause_unknown"

    def __init__(self, clause: str, version: int) -> None:
        super().__init__(f"Guideline {version} has no clause {clause!r}.", hint="Name a clause that stands in it.")


class VerdictNotFoundError(NotFoundError):
    """No such verdict that this person may see."""

    code = "gold.verdict_not_found"

    def __init__(self, verdict_id: str) -> None:
        super().__init__(
            f"You have no verdict {verdict_id!r}.",
            hint="Verdicts are shown, and may be contested, once the item is retired.",
        )


class ContestNotFoundError(NotFoundError):
    """No such contest."""

    code = "gold.contest_not_found"

    def __init__(self, contest_id: str) -> None:
        super().__init__(f"There is no contest {contest_id!r}.")


class ContestRuledError(ConflictError):
    """An expert has ruled on the contest."""

    code = "gold.contest_ruled"

    def __init__(self, contest_id: str, state: str) -> None:
        super().__init__(
            f"The contest {contest_id} was {state} before.", hint="Sign the gold anew if the answer itself is wrong."
        )


class AlreadyContestedError(ConflictError):
    """The verdict was contested before."""

    code = "gold.already_contested"

    def __init__(self, verdict_id: str) -> None:
        super().__init__(f"The verdict {verdict_id} was contested before.", hint="Wait for the expert's ruling.")


class GoldSyntheticError(InvalidInputError):
    """Gold on a picture that was made, in a project of real ones."""

    code = "gold.synthetic"

    def __init__(self, item_id: str, generator: str | None) -> None:
        made = f" by {generator}" if generator else ""
        super().__init__(
            f"The item {item_id} was made{made}, not taken: it cannot be gold beside real ones.",
            hint="Sign a real picture; synthetic ones only train.",
        )
