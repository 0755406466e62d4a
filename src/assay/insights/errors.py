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


class ClassNotFoundError(NotFoundError):
    """The current schema has no such class."""

    code = "insights.class_not_found"

    def __init__(self, label_class: str) -> None:
        super().__init__(f"The label schema has no class {label_class!r}.", hint="See the classes under Schema.")


class DoubtNotFoundError(NotFoundError):
    """No such doubtful label, or it was drawn anew since."""

    code = "insights.doubt_not_found"

    def __init__(self, doubt_id: str) -> None:
        super().__init__(f"There is no doubtful label {doubt_id!r}.", hint="Load the list again.")


class PlaceNotFoundError(NotFoundError):
    """The strip of items has no such place."""

    code = "insights.place_not_found"

    def __init__(self, place: int) -> None:
        super().__init__(f"The strip has no square {place}.", hint="Load the overview again.")
