"""Alarms, and how a project watches its people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WatchRules:
    """Limits of the policy chart, from the project's policy.

    Attributes:
        accepted_error: error rate that is still accepted, 0..1.
        max_error: error rate the chart is tuned to find.
        run_length: gold images between false alarms of a person exactly at the accepted rate.
        match_iou: IoU from which two boxes may be the same thing.
        tight_iou: IoU below which a matched box is badly placed.
    """

    accepted_error: float
    max_error: float
    run_length: float
    match_iou: float
    tight_iou: float


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """A chart rang for a person.

    Attributes:
        gold_image: their n-th gold answer at which it rang, from 1.
        median_image: the change happened after their n-th gold answer, most likely; 0 is from the beginning.
        sample_image: 20 % quantile of the same: work between it and the median is sampled.
        median_at_us: when that answer was given; work after it goes back.
        state: open, or closed once the work has been looked at.
    """

    id: str
    user_id: str
    chart: str
    gold_image: int
    median_image: int
    low_image: int
    high_image: int
    sample_image: int
    median_at_us: int
    low_at_us: int
    high_at_us: int
    sample_at_us: int
    state: str
    raised_at_us: int
