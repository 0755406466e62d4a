"""A measured number beside the limit it is held against, and what that says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.kernel.estimate import Estimate
from assay.quality.calibration.evidence import Evidence

Side = Literal["at_least", "at_most"]
MeasuredState = Literal["ok", "warn", "stop", "none"]

ENOUGH = Evidence(enough=True, needs=None, unit="", why="")


@dataclass(frozen=True, slots=True)
class Measured:
    """A number, whether it may be read, and how it stands to its limit.

    Attributes:
        limit: what a policy demands; None when nothing is demanded.
        limit_side: whether the number must be at least or at most the limit.
        state: `ok` the whole interval is on the right side; `stop` the whole interval is on the wrong side; `warn`
            the value is on the wrong side but the interval reaches over; `none` the value is on the right side but
            not surely, or there is no limit, or not enough evidence.
    """

    estimate: Estimate
    evidence: Evidence
    limit: float | None = None
    limit_side: Side | None = None
    state: MeasuredState = "none"


def measured(
    estimate: Estimate, evidence: Evidence = ENOUGH, *, limit: float | None = None, side: Side = "at_least"
) -> Measured:
    """Hold a number against a limit."""
    if limit is None:
        return Measured(estimate, evidence)
    return Measured(estimate, evidence, limit, side, _state(estimate, evidence, limit, side))


def _state(estimate: Estimate, evidence: Evidence, limit: float, side: Side) -> MeasuredState:
    if not evidence.enough or estimate.value is None or estimate.low is None or estimate.high is None:
        return "none"
    value, low, high = estimate.value, estimate.low, estimate.high
    if side == "at_most":
        value, low, high, limit = -value, -high, -low, -limit
    if low >= limit:
        return "ok"
    if high < limit:
        return "stop"
    return "warn" if value < limit else "none"


def at_least_n(n: int, needs: int, unit: str) -> Evidence:
    """Whether there are enough units, in words."""
    if n >= needs:
        return Evidence(enough=True, needs=None, unit=unit, why="")
    return Evidence(enough=False, needs=needs, unit=unit, why=f"{n} {unit}, needs {needs}")
