"""What can go wrong with requests for a training."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class RetrainingNotFoundError(NotFoundError):
    """No such request."""

    code = "models.retraining_not_found"

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"There is no request {wanted!r} for a training in this project.", hint="`assay retraining` names them."
        )


class RetrainingDecidedError(ConflictError):
    """A request that was started or dismissed before."""

    code = "models.retraining_decided"

    def __init__(self, wanted: str, state: str) -> None:
        super().__init__(f"The request {wanted} is {state} already.", hint="Reload it; its run or reason is with it.")


class NotTrainedHereError(InvalidInputError):
    """The model in use has no training that could be done again."""

    code = "models.not_trained_here"

    def __init__(self, title: str | None) -> None:
        what = "No model is in use" if title is None else f"{title} was not trained here"
        super().__init__(
            f"{what}, so nothing says how to train the next one.",
            hint="Start a training by hand: assay model train TRAINER NAME --release RELEASE.",
        )


class NoReleaseToRetrainError(InvalidInputError):
    """No signed release that the model in use has not learned from."""

    code = "models.no_release_to_retrain"

    def __init__(self, title: str) -> None:
        super().__init__(
            f"There is no signed release newer than the one {title} has learned from: it would learn the same again.",
            hint="Label pictures of the new kind, then freeze and sign a release.",
        )
