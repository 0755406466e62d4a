"""What can go wrong when the next items are chosen."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, NotFoundError, UndefinedError


class SelectionNotFoundError(NotFoundError):
    """No such selection in this project."""

    code = "active.selection_not_found"

    def __init__(self, selection_id: str) -> None:
        super().__init__(f"There is no selection {selection_id}.", hint="List the project's selections.")


class NothingToSelectError(UndefinedError):
    """No item is described and not yet in a batch."""

    code = "active.nothing_to_select"

    def __init__(self, embedding: str) -> None:
        super().__init__(
            f"No described item is left that is in no batch (embeddings: {embedding}).",
            hint="Import more pictures, or wait until the new ones are described.",
        )


class SelectionUsedError(ConflictError):
    """A selection that is a batch already."""

    code = "active.selection_used"

    def __init__(self, selection_id: str) -> None:
        super().__init__(f"The selection {selection_id} is a batch already.", hint="Choose again for the next batch.")
