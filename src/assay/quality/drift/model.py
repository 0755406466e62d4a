"""What a watch on arriving pictures says: views, what moved, harm, notice or alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from assay.kernel.estimate import Estimate

Level = Literal["quiet", "notice", "alarm"]


@dataclass(frozen=True, slots=True)
class ViewResult:
    """One view's verdict on a window.

    Attributes:
        name: `statistics` or `embeddings`.
        method: `hotelling-t2` or `mmd-fourier`.
        value: the test's statistic.
        threshold: what clean windows exceed at the calibrated rate.
        p: share of replayed clean windows that reach `value`, never below 1 / (replays + 1).
        fired: whether this view alone makes the notice.
    """

    name: str
    method: str
    value: float
    threshold: float
    p: float
    fired: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """How far one statistic's mean has moved, in standard deviations of the reference.

    Attributes:
        shift: positive when it grew; its interval allows for the error of the reference too.
        before: mean of the reference, in the statistic's own unit.
        now: mean of the window.
        significant: by Holm over all statistics at 5 %.
    """

    name: str
    shift: Estimate
    before: float
    now: float
    significant: bool


@dataclass(frozen=True, slots=True)
class Since:
    """When the change began, as positions among the items in the order they came.

    Attributes:
        first: the change is not earlier than this item.
        best: most likely the first changed item.
        last: the change is not later than this item.
    """

    first: int
    best: int
    last: int


@dataclass(frozen=True, slots=True)
class Harm:
    """What a change costs in quality.

    Attributes:
        loss: share of answers lost against the reference; positive is worse; None inside when it cannot be said.
        low: one-sided 95 % lower bound of the loss.
        source: `confidence` (the sum of calibrated confidences) or `labels` (a blind sample that people labelled).
    """

    loss: Estimate
    low: float | None
    source: str


@dataclass(frozen=True, slots=True)
class DriftCheck:
    """One look at a window.

    Attributes:
        level: `alarm` is a notice that harms: the lower bound of the loss is above the line.
        harm: None when nothing tells of quality.
        harm_line: loss from which a notice is an alarm.
        words: what a person reads, one sentence each.
    """

    level: Level
    n: int
    views: tuple[ViewResult, ...]
    moved: tuple[Moved, ...]
    since: Since | None
    harm: Harm | None
    harm_line: float
    words: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape."""
        return {
            "level": self.level,
            "n": self.n,
            "views": [
                {
                    "name": v.name,
                    "method": v.method,
                    "value": v.value,
                    "threshold": v.threshold,
                    "p": v.p,
                    "fired": v.fired,
                }
                for v in self.views
            ],
            "moved": [
                {
                    "name": m.name,
                    "shift_sd": m.shift.to_json(),
                    "before": m.before,
                    "now": m.now,
                    "significant": m.significant,
                }
                for m in self.moved
            ],
            "since": None
            if self.since is None
            else {"first": self.since.first, "best": self.since.best, "last": self.since.last},
            "harm": None
            if self.harm is None
            else {"loss": self.harm.loss.to_json(), "low": self.harm.low, "source": self.harm.source},
            "harm_line": self.harm_line,
            "words": list(self.words),
        }
