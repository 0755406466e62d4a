"""What can go wrong with models, their predictions, evaluations and training."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class ModelNotFoundError(NotFoundError):
    """No such model version."""

    code = "models.version_not_found"

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"There is no model {wanted!r} in this project.",
            hint="`assay model list` names them; a version is written as name@number, or by its id.",
        )


class ModelFileNotFoundError(NotFoundError):
    """A version without a file."""

    code = "models.file_not_found"

    def __init__(self, title: str) -> None:
        super().__init__(
            f"{title} has no file here: another server runs it, or it is registered for the record only.",
            hint="Its page says what runs it.",
        )


class ModelNameError(InvalidInputError):
    """A model's name cannot be used."""

    code = "models.name"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} cannot be the name of a model.",
            hint="Use 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit.",
        )


class AliasMovedError(ConflictError):
    """An alias points elsewhere than the caller believed."""

    code = "models.alias_moved"

    def __init__(self, alias: str, expected: str | None, found: str | None) -> None:
        super().__init__(
            f"The alias {alias!r} points to {found or 'no version'}, not to {expected or 'no version'}.",
            hint="Somebody moved it meanwhile; look at it again before you move it.",
        )


class EvaluationNotFoundError(NotFoundError):
    """No such evaluation."""

    code = "models.evaluation_not_found"

    def __init__(self, evaluation_id: str) -> None:
        super().__init__(f"There is no evaluation {evaluation_id!r}.")


class PredictionNotFoundError(NotFoundError):
    """No such prediction."""

    code = "models.prediction_not_found"

    def __init__(self, prediction_id: str) -> None:
        super().__init__(f"There is no prediction {prediction_id!r}.")


class PredictionKeyReusedError(ConflictError):
    """A prediction came again under its key, with other content."""

    code = "models.prediction_key_reused"

    def __init__(self, item_id: str, request_key: str) -> None:
        super().__init__(
            f"The prediction on item {item_id} under the key {request_key!r} was taken in before, with other marks.",
            hint="Use a fresh key for each answer of a model.",
        )


class PredictionInvalidError(InvalidInputError):
    """A prediction's marks cannot be."""

    code = "models.prediction_invalid"

    def __init__(self, item_id: str, what: str) -> None:
        super().__init__(
            f"The prediction on item {item_id} cannot be taken in: {what}.",
            hint="Mend what is named and send it again; the others of the batch were not taken in either.",
        )


class ModelNumberTakenError(ConflictError):
    """Two registrations under one name came at the same moment."""

    code = "models.number_taken"

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} was registered at the same moment.", hint="Register it again.")
