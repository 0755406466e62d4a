"""Monitors on arriving items, what their checks found, and questions put to experts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Monitor:
    """A watch on the items that arrive.

    Attributes:
        state: `watching` or `stopped`.
        level: of the last check: `quiet`, `notice`, `alarm`.
        embedding: dataset of the lake whose embeddings are compared.
        window: items in a window.
        harm_line: loss of quality from which a notice is an alarm.
        seed: fixes the calibration.
        reference: ids of the clean items, in the order they came.
        seen_item_id: newest item the last check looked at; of the reference before the first.
    """

    id: str
    name: str
    state: str
    level: str
    embedding: str
    window: int
    harm_line: float
    seed: int
    reference: tuple[str, ...]
    seen_item_id: str
    created_at_us: int


@dataclass(frozen=True, slots=True)
class Check:
    """What a monitor found once.

    Attributes:
        since_item_id: first item of the change, most likely; None while it is quiet.
        result: `DriftCheck` as JSON, and `since_items`: ids of the earliest, likeliest and latest first changed item.
    """

    id: str
    monitor_id: str
    at_us: int
    level: str
    n_items: int
    first_item_id: str
    last_item_id: str
    since_item_id: str | None
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Capsule:
    """A time capsule that experts are labelling, or have labelled.

    Attributes:
        state: `asked` or `concluded`.
        spec: ids of current and archived items, the model, and the experts' known misses.
        result: `Diagnosis` as JSON.
    """

    id: str
    name: str
    state: str
    monitor_id: str | None
    batch_id: str
    spec: Mapping[str, Any]
    result: Mapping[str, Any] | None
    created_at_us: int
    concluded_at_us: int | None
