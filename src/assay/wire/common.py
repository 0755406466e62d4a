"""Shapes that every part of the API shares: instants, pages, measured numbers, people, boxes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from assay.kernel.clock import iso
from assay.kernel.estimate import Estimate

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WireModel(BaseModel):
    """What travels: exact types, no unknown fields, no NaN."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


def _read_instant(value: Any) -> Any:  # noqa: ANN401 - whatever a client sent
    if not isinstance(value, str):
        return value
    if not value.endswith("Z") or "T" not in value or not value.isascii():
        raise ValueError("an instant looks like 2026-11-24T09:30:00Z")
    moment = datetime.fromisoformat(value)
    return (moment - _EPOCH) // timedelta(microseconds=1)


InstantIn = Annotated[
    int,
    BeforeValidator(_read_instant),
    Field(ge=0, lt=2**53),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant a client sends, ISO 8601 UTC with a Z; UTC microseconds inside."""

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant the server sends, ISO 8601 UTC with a Z; make it with `instant`."""

Role = Literal["annotator", "reviewer", "expert", "lead", "approver", "auditor", "admin"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Box = Annotated[list[Finite], Field(min_length=4, max_length=4)]
"""x_min y_min x_max y_max in pixels, pixel edges, half-open."""


def instant(at_us: int) -> str:
    """UTC microseconds as the API writes them."""
    return iso(at_us)


def instant_or_none(at_us: int | None) -> str | None:
    """UTC microseconds as the API writes them; None stays None."""
    return None if at_us is None else iso(at_us)


class Page(WireModel, Generic[T]):
    """A slice of a table; `next` is the cursor of the slice after it, null at the end."""

    rows: list[T]
    next: str | None


class Rows(WireModel, Generic[T]):
    """A table that is short by nature and comes whole."""

    rows: list[T]


class EstimateOut(WireModel):
    """A measured number with its 95 % interval and what it rests on."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_items: int
    method: str

    @classmethod
    def of(cls, estimate: Estimate) -> EstimateOut:
        """From the house's value."""
        return cls(**estimate.to_json())


class Evidence(WireModel):
    """Whether there is enough to go on; `needs` says how much more, in `unit`."""

    enough: bool
    needs: int | None
    unit: str
    why: str


class Measured(WireModel):
    """A measured number beside the limit a policy sets for it."""

    estimate: EstimateOut
    evidence: Evidence
    limit: float | None
    limit_side: Literal["at_least", "at_most"] | None
    state: Literal["ok", "warn", "stop", "none"]


class Person(WireModel):
    """Somebody, as others see them."""

    id: str
    name: str
    simulated: bool


class ErrorBody(WireModel):
    """What went wrong, by a stable code, and what to do next."""

    code: str
    message: str
    hint: str
    details: Any = None


class ErrorOut(WireModel):
    """Every answer that is not a success."""

    error: ErrorBody
