"""What can go wrong when a model is loaded or asked; labelling goes on by hand in each case."""

from __future__ import annotations

from assay.kernel.errors import InvalidInputError, LimitError, NotAllowedError, UnavailableError

BY_HAND = "Labelling goes on by hand meanwhile."


class ArtifactBrokenError(InvalidInputError):
    """A model file is not what it is said to be."""

    code = "suggesting.artifact_broken"

    def __init__(self, what: str, *, hint: str = "Give the file that the training wrote, unchanged.") -> None:
        super().__init__(f"The model file cannot be used: {what}.", hint=hint)


class ModelShapeError(InvalidInputError):
    """A model's tensors are not those its description promises."""

    code = "suggesting.model_shape"

    def __init__(self, tensor: str, found: object, wanted: str) -> None:
        super().__init__(
            f"The model's tensor {tensor!r} has the shape {found}, wanted is {wanted}.",
            hint="Export the model with that shape, or mend `config` to say what it takes and gives.",
        )


class ModelSettingError(InvalidInputError):
    """A model's description lacks something, or says something that cannot be."""

    code = "suggesting.model_setting"

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"The model's setting {name} is {value!r}.", hint=f"Give {name} {allowed}.")


class RuntimeMissingError(UnavailableError):
    """The program that runs such models is not installed here."""

    code = "suggesting.runtime_missing"

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed here.", hint=f"Install `assay[{extra}]` on the server. {BY_HAND}")


class ServerNotAllowedError(NotAllowedError):
    """The administrator has not allowed this model server."""

    code = "suggesting.server_not_allowed"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"The model server {address!r} is not allowed here.",
            hint="An administrator allows it with `assay serve --allow-model-server ADDRESS`.",
        )


class SuggesterAwayError(UnavailableError):
    """A model server does not answer."""

    code = "suggesting.away"

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"The model at {address} does not answer: {why}.", hint=f"Start it again. {BY_HAND}")


class SuggesterSlowError(UnavailableError):
    """A model takes longer than it may."""

    code = "suggesting.slow"

    def __init__(self, who: str, seconds: float) -> None:
        super().__init__(
            f"{who} gave no answer within {seconds:g} s and was stopped.",
            hint=f"Look why it hangs, or allow more time in `config.timeout_s` (at most 120). {BY_HAND}",
        )


class SuggesterOverflowError(LimitError):
    """A model answers more than an answer may hold."""

    code = "suggesting.overflow"

    def __init__(self, who: str, what: str, most: str) -> None:
        super().__init__(
            f"{who} returned {what}; at most {most} are taken.", hint=f"Raise its confidence threshold. {BY_HAND}"
        )


class SuggesterWrongError(UnavailableError):
    """A model's answer makes no sense."""

    code = "suggesting.wrong"

    def __init__(self, who: str, what: str) -> None:
        super().__init__(f"{who} answered something that cannot be used: {what}.", hint=f"Mend the model. {BY_HAND}")
