"""A measured number as it appears everywhere: value, interval, counts and method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


class EstimateJson(TypedDict):
    """The documented JSON shape of every measured number."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_items: int
    method: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured number with its 95 % interval.

    Attributes:
        value: the estimate; None when nothing was measured.
        low: lower end of the interval; None when it does not exist.
        high: upper end of the interval; None when it does not exist.
        n: marks (or other units) it rests on.
        n_items: items (images) those marks lie on.
        method: how value and interval were made, short and stable, such as `wilson-pooled-rho`.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_items: int
    method: str

    def to_json(self) -> EstimateJson:
        """The documented shape `{value, low, high, n, n_items, method}`."""
        return EstimateJson(
            value=self.value, low=self.low, high=self.high, n=self.n, n_items=self.n_items, method=self.method
        )

    @property
    def half_width(self) -> float | None:
        """Half the interval; None when there is none."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2


def nothing_measured(method: str, *, n: int = 0, n_items: int = 0) -> Estimate:
    """An estimate that says only how much there was to go on."""
    return Estimate(None, None, None, n, n_items, method)
