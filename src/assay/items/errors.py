"""What can go wrong with items."""

from __future__ import annotations

from assay.kernel.errors import NotFoundError


class ItemNotFoundError(NotFoundError):
    """No such item."""

    code = "items.not_found"

    def __init__(self, item_id: str) -> None:
        super().__init__(f"There is no item {item_id!r}.")
