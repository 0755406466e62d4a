"""Predictions of production and what people found in them, as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import Box, EstimateOut, Finite, Instant, InstantIn, Person, WireModel
from assay.wire.labels import Shape

Share = Annotated[float, Field(ge=0, le=1)]


class PredictedMarkIn(WireModel):
    """One mark the model acted on, with its confidence."""

    label_class: Annotated[str, Field(min_length=1, max_length=64)]
    shape: Shape = "bbox"
    bbox: Box
    attributes: dict[str, Any] = Field(default_factory=dict)
    geometry: dict[str, Any] | None = None
    confidence: Share = 1.0


class PredictionIn(WireModel):
    """What a model said about one picture: by its item id, or by its name where no other picture has it.

    `key` is the sender's name for it: the same again is the same prediction. `context` holds facts of the serving side,
    such as line or camera; production quality is told by them.
    """

    item: Annotated[str, Field(min_length=1, max_length=512)]
    key: Annotated[str, Field(min_length=1, max_length=96)]
    marks: Annotated[list[PredictedMarkIn], Field(max_length=10_000)]
    confidence: Share | None = None
    scores: dict[Annotated[str, Field(max_length=64)], Share] | None = None
    context: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=128)]], Field(max_length=16)
    ] = Field(default_factory=dict)
    predicted_at: InstantIn | None = None


class PredictionsIn(WireModel):
    """Predictions of one model version, by `name@number`, id or alias."""

    model: Annotated[str, Field(min_length=1, max_length=128)]
    predictions: Annotated[list[PredictionIn], Field(max_length=500)]


class PredictionsTaken(WireModel):
    """What became of them: `n_random` were drawn for the quality figure, `n_asked` go to people for other reasons."""

    model: str
    n: int
    n_new: int
    n_random: int
    n_asked: int


class QualityPointOut(WireModel):
    """How good production was in one stretch, by the random share alone."""

    start_at: Instant
    end_at: Instant
    wrong: EstimateOut
    right_items: EstimateOut
    n_waiting: int


class QualityPart(WireModel):
    """Share of wrong marks of a class, a slice or a model version."""

    name: str
    wrong: EstimateOut


class QualityOut(WireModel):
    """Production quality over time; every share with its interval, n marks and n images."""

    title: str
    points: list[QualityPointOut]
    overall: QualityPointOut
    classes: list[QualityPart]
    slices: list[QualityPart]
    models: list[QualityPart]
    n_random: int
    n_asked: int
    ask_below: Finite
    random_share: Finite


class CheckRow(WireModel):
    """A prediction somebody looks at, and what they found."""

    prediction_id: str
    item_id: str
    thumb_url: str
    model: str
    reason: Literal["random", "low", "always"]
    confidence: float | None
    threshold: Finite
    policy_version: int
    context: dict[str, str]
    predicted_at: Instant
    batch_id: str | None
    n_units: int | None
    n_errors: int | None
    judged_at: Instant | None


class WhyTaken(WireModel):
    """A label that was taken without a person: the certificate it rests on, and whether both still hold.

    `audited` ones were drawn for a blind look, so that people's answer counts; `withdrawn` ones went back to people
    when their certificate was stopped. `audit` says what a blind look found.
    """

    certificate_id: str
    words: str
    label_class: str
    target: float
    sureness: float
    threshold: float | None
    confidence: float
    certificate_state: Literal["certified", "not_yet", "stopped", "replaced"]
    state: Literal["standing", "audited", "withdrawn"]
    audit: Literal["none", "drawn", "right", "wrong"]
    taken_at: Instant


class WhyPrediction(WireModel):
    """What a model said about an item, under which threshold, and what became of it.

    `certificate` says which guarantee let a label through without a person, in words, and `taken` the same in figures;
    null where a person decided.
    """

    model: str
    origin: Literal["suggestion", "evaluation", "served"]
    confidence: float | None
    n_marks: int
    predicted_at: Instant
    looked_at: Literal["random", "low", "always"] | None
    threshold: float | None
    policy_version: int | None
    n_errors: int | None
    certificate: str | None
    taken: WhyTaken | None


class WhyRelease(WireModel):
    """A release an item is in, and who signed it."""

    id: str
    name: str
    state: str
    digest: str | None
    signed_by: list[Person]
