"""What can go wrong when a model is trained."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError


class TrainerUnknownError(InvalidInputError):
    """There is no such trainer."""

    code = "training.trainer_unknown"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"There is no trainer {name!r}.",
            hint=f"There are {', '.join(known)}; an administrator adds more with `assay serve --trainer NAME=COMMAND`.",
        )


class TrainingDataError(InvalidInputError):
    """A release has not what a trainer needs."""

    code = "training.data"

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"The release cannot be trained on: {what}.", hint=hint)


class TrainerFailedError(InvalidInputError):
    """A trainer's own program ended badly."""

    code = "training.trainer_failed"

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"The trainer {name!r} failed: {what}.", hint="The run's log holds the last lines it wrote.")


class TrainerSettingError(InvalidInputError):
    """A trainer in the server's settings that cannot be run."""

    code = "training.trainer_setting"

    def __init__(self, name: str, command: str, why: str) -> None:
        super().__init__(
            f"The trainer {name!r} is set to {command!r}, which cannot be run: {why}.",
            hint="Mend --trainer (or ASSAY_TRAINERS) and start the server again.",
        )
