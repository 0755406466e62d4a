"""What can go wrong while the demonstration runs."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, UnavailableError


class DemoDataError(InvalidInputError):
    """The folder given cannot be played with."""

    code = "demo.data_unusable"


class DemoServerError(UnavailableError):
    """The demo's server did not start, or went away."""

    code = "demo.server_gone"


class DemoCallError(UnavailableError):
    """The demo's server refused something the demonstration needs."""

    code = "demo.call_refused"

    def __init__(self, method: str, path: str, status: int, refusal: str) -> None:
        super().__init__(
            f"{method} {path} answered {status}: {refusal}", hint="The server's log lies beside its data, server.log."
        )
        self.status = status


class DemoStuckError(UnavailableError):
    """Something that should have finished did not."""

    code = "demo.stuck"
