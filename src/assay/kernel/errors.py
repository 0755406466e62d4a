"""The kinds of error there are; every room's errors inherit from exactly one of these."""

from __future__ import annotations

from typing import ClassVar


class AssayError(Exception):
    """Root of all errors Assay raises on purpose.

    Attributes:
        code: stable, documented identifier, `room.what_happened`.
        message: names the thing and its value.
        hint: what to do next; empty when there is nothing useful to say.
    """

    code: ClassVar[str] = "assay.error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInputError(AssayError):
    """The request cannot be right."""

    code: ClassVar[str] = "assay.invalid_input"


class NotSignedInError(AssayError):
    """No credentials, or bad ones."""

    code: ClassVar[str] = "assay.not_signed_in"


class NotAllowedError(AssayError):
    """A known caller without permission."""

    code: ClassVar[str] = "assay.not_allowed"


class NotFoundError(AssayError):
    """No such thing that this caller may see."""

    code: ClassVar[str] = "assay.not_found"


class ConflictError(AssayError):
    """True a moment ago; reload and try again."""

    code: ClassVar[str] = "assay.conflict"


class UndefinedError(AssayError):
    """The statistic does not exist for this data."""

    code: ClassVar[str] = "assay.undefined"


class LimitError(AssayError):
    """A budget, quota or rate is used up."""

    code: ClassVar[str] = "assay.limit"


class UnavailableError(AssayError):
    """A store or model is away; try later."""

    code: ClassVar[str] = "assay.unavailable"


class CorruptError(AssayError):
    """Our own data broke an invariant; wake someone."""

    code: ClassVar[str] = "assay.corrupt"
