"""Descriptions of items and selections of what to label next, as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import EstimateOut, Instant, Person, WireModel
from assay.wire.queue import BatchPolicyChange


class Refused(WireModel):
    """An item that cannot be described, and why."""

    item_id: str
    reason: str


class DescriptionRow(WireModel):
    """How far one kind of description has got.

    `dataset` is `statistics/1`, `embeddings/plain-1` or `embeddings/` and the beginning of an encoder's hash; `fault`
    says why an encoder cannot be used.
    """

    dataset: str
    name: str
    n_items: int
    n_described: int
    n_refused: int
    refused: list[Refused]
    fault: str | None


class EncoderOut(WireModel):
    """An encoder that was taken in: the items are described by it from now on."""

    dataset: str
    width: int
    side_px: int


class SelectionNew(WireModel):
    """What to choose, and how.

    `quotas` wants at least so many items by likeliest class; `alike` is the cosine similarity from which two items
    count as the same.
    """

    name: Annotated[str, Field(min_length=1, max_length=128)]
    n: Annotated[int, Field(ge=1, le=100_000)]
    method: Literal["auto", "typical", "clustered-margin", "margin", "random"] = "auto"
    typical_start: bool = True
    random_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    quotas: dict[str, Annotated[int, Field(ge=0, le=100_000)]] = Field(default_factory=dict)
    alike: Annotated[float, Field(ge=0, le=2)] = 0.995
    embedding: Annotated[str, Field(max_length=64)] = "embeddings/plain-1"
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0


class SelectionRulesOut(WireModel):
    """How a selection was made."""

    method: str
    typical_start: bool
    random_share: float
    alike: float
    quotas: dict[str, int]


class SelectionOut(WireModel):
    """Items chosen to be labelled next; `model` is what told how sure it is of each."""

    id: str
    name: str
    n: int
    n_pool: int
    n_labelled: int
    embedding: str
    model: str
    rules: SelectionRulesOut
    reasons: dict[str, int]
    batch_id: str | None
    created_by: Person
    created_at: Instant


class SelectionItem(WireModel):
    """One chosen item and why.

    `reason` is `typical`, `clustered-margin`, `margin`, `quota` or `random`; `score` in [0, 1] is what it was chosen
    by; `cluster` groups alike items; `passed_over` counts nearly equal ones it stands for.
    """

    rank: int
    item_id: str
    item_name: str
    thumb_url: str
    reason: str
    score: float | None
    cluster: int | None
    likeliest: str | None
    passed_over: int


class SelectionGain(WireModel):
    """What a choice was worth beside drawing at random, by the labels there are now.

    `chosen` and `random` are the shares of labelled items on which the model of the choice was wrong; `saving` is 1 -
    random / chosen: the share of items that need not be looked at to find as many of its errors. No value while one of
    the parts has fewer than `needs` labelled items.
    """

    chosen: EstimateOut
    random: EstimateOut
    saving: EstimateOut
    needs: int


class SelectionBatch(WireModel):
    """Turn a selection into a batch."""

    policy: BatchPolicyChange = Field(default_factory=BatchPolicyChange)
