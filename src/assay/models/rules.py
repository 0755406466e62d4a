"""Pure decisions about versions and predictions: names, what a prediction may hold, digests."""

from __future__ import annotations

import math
import re

from assay.annotations import mark_to_json
from assay.kernel.canonical import digest
from assay.kernel.marks import BBOX, TAG
from assay.models.errors import ModelNameError, PredictionInvalidError
from assay.models.model import ItemOutcome, NewPrediction, PredictedMark

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TITLE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})@([1-9][0-9]{0,8})")
MAX_PREDICTED_MARKS = 2000
"""Marks of one prediction; more says that the model, or its threshold, is broken."""


def check_name(name: str) -> None:
    """Refuse a name that could not be written as `name@number`.

    Raises:
        ModelNameError: it does not fit.
    """
    if not NAME.fullmatch(name):
        raise ModelNameError(name)


def split_title(title: str) -> tuple[str, int] | None:
    """Name and number of `name@number`; None when it is not written so."""
    found = TITLE.fullmatch(title)
    return None if found is None else (found[1], int(found[2]))


def check_prediction(new: NewPrediction, size_px: tuple[int, int] | None = None) -> None:
    """Refuse a prediction whose numbers cannot be.

    Args:
        size_px: width and height of the picture, when known; boxes may not leave it by more than a pixel.

    Raises:
        PredictionInvalidError: names what is wrong.
    """
    if len(new.marks) > MAX_PREDICTED_MARKS:
        raise PredictionInvalidError(
            new.item_id, f"{len(new.marks):,} marks, at most {MAX_PREDICTED_MARKS:,} are taken"
        )
    if not 1 <= len(new.request_key) <= 96:  # noqa: PLR2004 - the column
        raise PredictionInvalidError(new.item_id, "its key has not 1 to 96 characters")
    _check_share(new.item_id, "the confidence", new.confidence)
    for name, value in (new.scores or {}).items():
        _check_share(new.item_id, f"the score of {name}", value)
    for no, predicted in enumerate(new.marks):
        _check_mark(new.item_id, no, predicted, size_px)


def _check_share(item_id: str, what: str, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and 0.0 <= value <= 1.0):
        raise PredictionInvalidError(item_id, f"{what} is {value}, not between 0 and 1")


def _check_mark(item_id: str, no: int, predicted: PredictedMark, size_px: tuple[int, int] | None) -> None:
    mark = predicted.mark
    _check_share(item_id, f"the confidence of mark {no}", predicted.confidence)
    x_min, y_min, x_max, y_max = mark.bbox
    if not all(math.isfinite(v) for v in mark.bbox):
        raise PredictionInvalidError(item_id, f"mark {no} ({mark.label_class}) has the box {mark.bbox}")
    if mark.shape == BBOX and (x_max <= x_min or y_max <= y_min):
        raise PredictionInvalidError(item_id, f"mark {no} ({mark.label_class}) has no area: {mark.bbox}")
    if size_px is not None and mark.shape != TAG:
        width, height = size_px
        if x_min < -1 or y_min < -1 or x_max > width + 1 or y_max > height + 1:
            raise PredictionInvalidError(
                item_id, f"mark {no} ({mark.label_class}) {mark.bbox} leaves the picture of {width} x {height} px"
            )


def prediction_digest(new: NewPrediction) -> str:
    """The hash over what a model said, whenever and however it came."""
    return digest(
        {
            "marks": [[mark_to_json(p.mark), p.confidence] for p in new.marks],
            "confidence": new.confidence,
            "scores": new.scores,
        }
    )


def evidence_digest(
    version_digest: str, gold_digest: str, against_digest: str | None, outcomes: list[ItemOutcome], report: object
) -> str:
    """The hash an approval is bound to: another model, another gold, one other answer, and it is another."""
    rows = [[o.item_id, o.n_units, o.n_errors, o.correct, o.slices] for o in sorted(outcomes, key=lambda o: o.item_id)]
    return digest(
        {
            "version": version_digest,
            "gold": gold_digest,
            "against": against_digest,
            "outcomes": rows,
            "report": report,
        }
    )
