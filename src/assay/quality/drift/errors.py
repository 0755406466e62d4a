"""What can go wrong when pictures are described and windows of them are compared."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, UndefinedError


class PicturesMisshapenError(InvalidInputError):
    """Pixels that are no stack of colour pictures."""

    code = "quality.pictures_misshapen"

    def __init__(self, shape: tuple[int, ...], dtype: str) -> None:
        super().__init__(
            f"Pictures of shape {shape} and type {dtype} cannot be described.",
            hint="Give (pictures, height, width, 3) bytes, at least 3 x 3 pixels each.",
        )


class FeaturesNotFiniteError(InvalidInputError):
    """A description of an item that holds NaN or infinity."""

    code = "quality.features_not_finite"

    def __init__(self, what: str, item: str, *, n_bad: int) -> None:
        also = f" and of {n_bad - 1} more" if n_bad > 1 else ""
        super().__init__(
            f"The {what} of item {item}{also} hold values that are no numbers (NaN or infinite).",
            hint="Compute them again; an encoder that answers NaN usually got pixels in the wrong scale.",
        )


class FeaturesMisshapenError(InvalidInputError):
    """Descriptions that do not fit together."""

    code = "quality.features_misshapen"

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="Give one row an item, and the same columns everywhere.")


class ReferenceTooSmallError(UndefinedError):
    """A reference that is not at least five windows long."""

    code = "quality.reference_too_small"

    def __init__(self, what: str, n: int, *, window: int, windows: int) -> None:
        super().__init__(
            f"{what} holds {n} items; windows of {window} need a reference of at least {windows * window}.",
            hint=f"Give {windows * window - n} more reference items, or watch windows of at most {n // windows}.",
        )


class WindowTooSmallError(UndefinedError):
    """A window without enough items."""

    code = "quality.window_too_small"

    def __init__(self, n: int, *, least: int) -> None:
        super().__init__(f"The window holds {n} items; {least} are needed.", hint="Wait for more items to arrive.")
