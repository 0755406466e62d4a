"""Reading versions, aliases, predictions and evaluations."""

from __future__ import annotations

from assay.models import store
from assay.models.errors import EvaluationNotFoundError, ModelNotFoundError, PredictionNotFoundError
from assay.models.model import Evaluation, ModelVersion, Prediction
from assay.models.rules import split_title
from assay.storage import Rx


def find_version(rx: Rx, wanted: str) -> ModelVersion | None:
    """A version by its id, by `name@number`, by an alias, or by a bare name (its newest)."""
    titled = split_title(wanted)
    if titled is not None:
        return store.find_numbered(rx, *titled)
    by_id = store.find_by_id(rx, wanted)
    if by_id is not None:
        return by_id
    move = store.find_move(rx, wanted)
    if move is not None and move.version_id is not None:
        return store.find_by_id(rx, move.version_id)
    newest = store.newest_number(rx, wanted)
    return store.find_numbered(rx, wanted, newest) if newest else None


def version_in(rx: Rx, wanted: str) -> ModelVersion:
    """A version as `find_version` finds it.

    Raises:
        ModelNotFoundError: there is none.
    """
    found = find_version(rx, wanted)
    if found is None:
        raise ModelNotFoundError(wanted)
    return found


def versions_of(rx: Rx, name: str | None = None) -> list[ModelVersion]:
    """Every version (of one name), by name, newest first."""
    return [v for v in store.all_versions(rx) if name is None or v.new.name == name]


def version_of_alias(rx: Rx, alias: str) -> ModelVersion | None:
    """The version an alias points to now."""
    move = store.find_move(rx, alias)
    return None if move is None or move.version_id is None else store.find_by_id(rx, move.version_id)


def evaluation_in(rx: Rx, evaluation_id: str) -> Evaluation:
    """One evaluation.

    Raises:
        EvaluationNotFoundError: there is none of this id.
    """
    found = store.find_evaluation(rx, evaluation_id)
    if found is None:
        raise EvaluationNotFoundError(evaluation_id)
    return found


def prediction_in(rx: Rx, prediction_id: str) -> Prediction:
    """One prediction.

    Raises:
        PredictionNotFoundError: there is none of this id.
    """
    found = store.find_prediction(rx, prediction_id)
    if found is None:
        raise PredictionNotFoundError(prediction_id)
    return found


aliases = store.aliases
versions_before = store.versions_before
alias_moves = store.alias_moves
predictions_of_item = store.predictions_of_item
predictions_of_items = store.predictions_of_items
predictions_between = store.predictions_between
evaluations_of = store.evaluations_of
outcomes_of = store.outcomes_of
