"""What goes into a model and what comes out of it, whatever runs it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assay.annotations import Box, Mark
from assay.jobs.suggesting.errors import SuggesterOverflowError, SuggesterWrongError
from assay.kernel.marks import BBOX, TAG
from assay.models import PredictedMark

MAX_MARKS: Final = 2000
"""Marks of one answer; a model that gives more has no threshold, or a broken one."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture to look at.

    Attributes:
        rgb: (H, W, 3) uint8, upright.
        template: (H, W, 3) uint8, the same object without defects, where the model compares; None without one.
    """

    item_id: str
    rgb: NDArray[np.uint8]
    template: NDArray[np.uint8] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.rgb.shape[1], self.rgb.shape[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one picture.

    Attributes:
        confidence: in the answer as a whole: of the likeliest class for tags, of the least sure mark for boxes, 1 for
            no box at all where the model has no number for that.
        scores: for tags, the probability of each class; None for boxes.
    """

    item_id: str
    marks: tuple[PredictedMark, ...]
    confidence: float
    scores: dict[str, float] | None = None


class Suggester(Protocol):
    """Something that answers pictures."""

    def answer(self, pictures: Sequence[Picture]) -> list[Answer]:
        """One answer a picture, in their order."""
        ...


def decode(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a safe copy (see `assay.jobs.intake`): never of bytes that somebody sent."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


def tag_answer(who: str, item: Picture, scores: Sequence[float], classes: Sequence[str]) -> Answer:
    """The answer of a model that gives one probability a class."""
    values = np.asarray(scores, np.float64)
    if not np.isfinite(values).all() or values.min() < -1e-6 or values.max() > 1 + 1e-6:  # noqa: PLR2004 - rounding
        raise SuggesterWrongError(who, f"probabilities for item {item.item_id} that are no numbers between 0 and 1")
    values = np.clip(values, 0.0, 1.0)
    best = int(values.argmax())
    width, height = item.size_px
    tag = Mark(classes[best], TAG, (0.0, 0.0, float(width), float(height)))
    confidence = float(values[best])
    named = {name: float(v) for name, v in zip(classes, values, strict=True)}
    return Answer(item.item_id, (PredictedMark(tag, confidence),), confidence, named)


def box_answer(
    who: str,
    item: Picture,
    boxes: NDArray[np.float64],
    scores: NDArray[np.float64],
    labels: Sequence[str],
    *,
    attributes: Sequence[dict[str, object]] | None = None,
) -> Answer:
    """The answer of a model that draws boxes: cut off at the picture's edges, those without area left out.

    Args:
        boxes: (n, 4) x_min y_min x_max y_max in px.
        scores: (n,) confidences.
        labels: n class ids.
        attributes: n attribute dictionaries; none when left out.

    Raises:
        SuggesterOverflowError: more boxes than an answer may hold.
        SuggesterWrongError: a number that cannot be.
    """
    if len(boxes) > MAX_MARKS:
        raise SuggesterOverflowError(who, f"{len(boxes):,} boxes for item {item.item_id}", f"{MAX_MARKS:,}")
    if not np.isfinite(boxes).all() or not np.isfinite(scores).all():
        raise SuggesterWrongError(who, f"a box or a confidence for item {item.item_id} that is no number")
    if len(scores) and (scores.min() < -1e-6 or scores.max() > 1 + 1e-6):  # noqa: PLR2004 - rounding
        raise SuggesterWrongError(who, f"a confidence for item {item.item_id} outside 0 to 1")
    width, height = item.size_px
    cut = np.clip(boxes, 0.0, [width, height, width, height])
    marks = []
    for no in np.argsort(-scores, kind="stable"):
        box: Box = tuple(float(v) for v in cut[no])  # type: ignore[assignment]
        if box[2] - box[0] > 0 and box[3] - box[1] > 0:
            more = dict(attributes[no]) if attributes else {}
            marks.append(PredictedMark(Mark(labels[no], BBOX, box, more), float(np.clip(scores[no], 0.0, 1.0))))
    confidence = min((m.confidence for m in marks), default=1.0)
    return Answer(item.item_id, tuple(marks), confidence)
