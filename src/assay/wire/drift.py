"""Monitors and their checks as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import EstimateOut, Instant, Person, WireModel

Level = Literal["quiet", "notice", "alarm"]


class MonitorNew(WireModel):
    """Watch what arrives from now on; the newest `n_reference` described items are taken as clean."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    window: Annotated[int, Field(ge=30, le=2000)] = 300
    n_reference: Annotated[int, Field(ge=150, le=10_000)] = 3000
    harm_line: Annotated[float, Field(ge=0, le=1)] = 0.01
    embedding: Annotated[str, Field(max_length=64)] = "embeddings/plain-1"
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0


class MonitorOut(WireModel):
    """A watch on arriving items and the level of its last check."""

    id: str
    name: str
    state: Literal["watching", "stopped"]
    level: Level
    window: int
    n_reference: int
    harm_line: float
    embedding: str
    created_at: Instant


class ViewOut(WireModel):
    """One test's verdict: `p` is the share of replayed clean windows that reach `value`."""

    name: str
    method: str
    value: float
    threshold: float
    p: float
    fired: bool


class MovedOut(WireModel):
    """A statistic's shift in standard deviations of the reference."""

    name: str
    shift_sd: EstimateOut
    before: float
    now: float
    significant: bool


class HarmOut(WireModel):
    """Loss of quality against the reference; `low` is its one-sided 95 % lower bound."""

    loss: EstimateOut
    low: float | None
    source: str


class SinceOut(WireModel):
    """Since which item: not before `first`, most likely `best`, not after `last` (positions among those looked at).

    The instants say when these items came; null for checks that were made before they were kept.
    """

    first: int
    best: int
    last: int
    first_at: Instant | None
    best_at: Instant | None
    last_at: Instant | None


class CheckOut(WireModel):
    """What a monitor found once: an alarm is a notice that harms."""

    id: str
    monitor_id: str
    at: Instant
    level: Level
    n: int
    first_item_id: str
    last_item_id: str
    first_at: Instant
    last_at: Instant
    since_item_id: str | None
    since: SinceOut | None
    views: list[ViewOut]
    moved: list[MovedOut]
    harm: HarmOut | None
    harm_line: float
    words: list[str]


class DriftPicture(WireModel):
    """A picture behind a check; `at` is when it came."""

    item_id: str
    item_name: str
    thumb_url: str
    at: Instant


class PicturePair(WireModel):
    """Two pictures that show nearly the same, one of the reference and one since the change."""

    before: DriftPicture
    now: DriftPicture


class DiagnosisNew(WireModel):
    """Ask experts why quality fell: a blind packet of current and archived items through the queue.

    `expert_wrong` of `expert_n` is how often the same experts missed gold that did not change; `monitor_id` names the
    watch whose notice is evidence.
    """

    name: Annotated[str, Field(min_length=1, max_length=128)]
    n_now: Annotated[int, Field(ge=30, le=5000)] = 400
    n_then: Annotated[int, Field(ge=30, le=5000)] = 200
    expert_wrong: Annotated[int, Field(ge=0, le=100_000)]
    expert_n: Annotated[int, Field(ge=1, le=100_000)]
    monitor_id: Annotated[str, Field(max_length=32)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0


class EffectOut(WireModel):
    """One possible cause: its part of the change, one-sided p, and whether it is shown."""

    cause: Literal["covariate", "concept", "labels", "echo"]
    size: EstimateOut
    p: float
    significant: bool
    test: str


class CauseOut(WireModel):
    """The named cause with its evidence and what follows; labels and echo never start a retraining."""

    cause: Literal["none", "covariate", "concept", "labels", "echo"]
    also: list[Literal["covariate", "concept", "labels", "echo"]]
    observed: EstimateOut
    effects: list[EffectOut]
    label_part: float
    action: str
    starts_retraining: bool
    words: list[str]


class DiagnosisOutlook(WireModel):
    """What a question to experts would rest on: who could answer, the model in use, and how sure these experts are.

    `expert_wrong` of `expert_n` of their answers to gold were another answer than gold (F1 below .5).
    """

    experts: list[Person]
    model: str | None
    expert_wrong: int
    expert_n: int


class DiagnosisOut(WireModel):
    """A question to experts; `result` is there once it is concluded.

    `n_answered_now` and `n_answered_then` count what experts have answered by now, of current and of archived items; a
    conclusion needs `needs` of each. Null once it is concluded.
    """

    id: str
    name: str
    state: Literal["asked", "concluded"]
    monitor_id: str | None
    batch_id: str
    n_now: int
    n_then: int
    n_answered_now: int | None
    n_answered_then: int | None
    needs: int
    expert_wrong: int
    expert_n: int
    experts: list[Person]
    result: CauseOut | None
    created_at: Instant
    concluded_at: Instant | None
