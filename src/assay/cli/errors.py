"""Errors as the command line tells them: the map from kinds to exit codes."""

from __future__ import annotations

from assay.kernel.errors import (
    AssayError,
    ConflictError,
    CorruptError,
    InvalidInputError,
    LimitError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
    UndefinedError,
)

EXIT: dict[type[AssayError], int] = {
    InvalidInputError: 2,
    NotSignedInError: 3,
    NotAllowedError: 4,
    NotFoundError: 5,
    ConflictError: 6,
    UndefinedError: 7,
    LimitError: 8,
    UnavailableError: 9,
    CorruptError: 10,
}
"""Exit code by kind; 0 is success, 1 an error nobody foresaw, 130 an interruption."""

UNFORESEEN = 1
INTERRUPTED = 130


class UsageError(InvalidInputError):
    """A command line that cannot be right."""

    code = "cli.usage"


def exit_code(error: AssayError) -> int:
    """The exit code of an error."""
    return next((code for kind, code in EXIT.items() if isinstance(error, kind)), UNFORESEEN)
