"""What can go wrong when a loss of quality is traced to its cause."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, UndefinedError


class PacketInvalidError(InvalidInputError):
    """Answers on a packet that do not fit together."""

    code = "quality.packet_invalid"

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="Give one disagreement in [0, 1] for every item of each part.")


class PacketTooSmallError(UndefinedError):
    """A packet with too few answers for any test."""

    code = "quality.packet_too_small"

    def __init__(self, what: str, n: int, *, least: int) -> None:
        super().__init__(
            f"{what} has {n} answers; {least} are needed before anything can be said.",
            hint=f"Have experts label {least - n} more.",
        )
