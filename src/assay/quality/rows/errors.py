"""What can be wrong with rows of items that hold everybody's marks."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, LimitError

_LAYOUT = (
    "A row is an item: item, submissions: list<{author, marks: list<{label_class, x_min_px, y_min_px, x_max_px, "
    "y_max_px}>}>, and perhaps accepted: list<of the same marks>."
)


class RowsInvalidError(InvalidInputError):
    """Rows whose columns are not those of items with nested marks."""

    code = "quality.rows_invalid"

    def __init__(self, why: str) -> None:
        super().__init__(f"These rows cannot be measured: {why}.", hint=_LAYOUT)


class RowInvalidError(InvalidInputError):
    """One item whose marks or people cannot be right."""

    code = "quality.row_invalid"

    def __init__(self, item: str, why: str) -> None:
        super().__init__(f"Item {item}: {why}.", hint="Mend or leave out this row; nothing was measured.")
        self.item = item


class RowTooMuchError(LimitError):
    """One item with so many marks or overlaps that comparing them would not end."""

    code = "quality.row_too_much"

    def __init__(self, item: str) -> None:
        hint = "Look for copies of the same box on this item, or leave it out."
        super().__init__(f"Item {item} has too many marks that overlap.", hint=hint)
        self.item = item
