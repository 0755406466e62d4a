"""What can go wrong with items."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class ItemNotFoundError(NotFoundError):
    """No such item."""

    code = "items.not_found"

    def __init__(self, item_id: str) -> None:
        super().__init__(f"There is no item {item_id!r}.")


class ImportNotFoundError(NotFoundError):
    """No such import."""

    code = "items.import_not_found"

    def __init__(self, import_id: str) -> None:
        super().__init__(f"There is no import {import_id!r}.")


class ImportNotOpenError(ConflictError):
    """The import runs or has ended."""

    code = "items.import_not_open"

    def __init__(self, import_id: str, state: str) -> None:
        super().__init__(f"The import {import_id} is {state}.", hint="Open another import.")


class ImportLocationError(InvalidInputError):
    """The server may not read from this place."""

    code = "items.import_location"

    def __init__(self, location: str) -> None:
        super().__init__(
            f"The server may not read {location[:200]!r}.",
            hint="Upload the files, or let the administrator allow the place with --import-root or --store-allowed.",
        )


class ImportOriginError(InvalidInputError):
    """Real pictures that are said to be made."""

    code = "items.import_origin"

    def __init__(self, generator: str | None, seed: int | None) -> None:
        what = f"the generator {generator[:64]!r}" if generator is not None else f"the seed {seed}"
        super().__init__(
            f"Real pictures have no generator, and {what} was given.", hint='Say origin "synthetic", or leave it out.'
        )
