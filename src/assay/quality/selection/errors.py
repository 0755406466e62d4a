"""What can go wrong when the next items are chosen."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError


class SelectionSettingError(InvalidInputError):
    """A setting of a selection outside its range."""

    code = "quality.selection_setting"

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"{name} is {value!r}.", hint=f"Give {name} {allowed}.")
