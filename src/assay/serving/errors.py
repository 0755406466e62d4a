"""What can go wrong when predictions arrive."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError


class TooManyPredictionsError(InvalidInputError):
    """More predictions at once than are taken."""

    code = "serving.too_many"

    def __init__(self, n: int, most: int) -> None:
        super().__init__(f"{n:,} predictions came at once.", hint=f"Send at most {most:,} a call.")


class ItemUnknownError(InvalidInputError):
    """A prediction for a picture that is not here."""

    code = "serving.item_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no single picture called {name[:128]!r} in this project.",
            hint="Import the pictures first, and name them by their item id when names repeat.",
        )


class PredictionFileError(InvalidInputError):
    """A file of predictions that cannot be read; names the line or row."""

    code = "serving.file_invalid"

    def __init__(self, file: str, where: str, what: str) -> None:
        super().__init__(
            f"{file}, {where}: {what}.",
            hint="A row has item, key, marks and, where known, confidence, context, predicted_at; see docs/serving.md.",
        )
