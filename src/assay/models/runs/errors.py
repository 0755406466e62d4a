"""What can go wrong with runs."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, NotFoundError


class RunNotFoundError(NotFoundError):
    """No such run."""

    code = "models.run_not_found"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id!r}.", hint="`assay model runs` names them.")


class RunEndedError(ConflictError):
    """A step came for a run that is not at that step any more."""

    code = "models.run_ended"

    def __init__(self, run_id: str, state: str, steps_done: int) -> None:
        super().__init__(
            f"The run {run_id} is {state} after {steps_done} steps; another process has gone on with it.",
            hint="Nothing is lost; look at the run again.",
        )
