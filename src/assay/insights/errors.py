"""What can go wrong with insights."""

from __future__ import annotations

from assay.kernel.errors import NotFoundError


class FindingNotFoundError(NotFoundError):
    """No such finding."""

    code = "insights.finding_not_found"

    def __init__(self, finding_id: str) -> None:
        super().__init__(f"There is no finding {finding_id!r}.")


class PersonNotFoundError(NotFoundError):
    """Nobody of this id labels in the project."""

    code = "insights.person_not_found"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"Nobody called {user_id!r} labels in this project.")
