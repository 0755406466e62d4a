"""What the pages that decide show, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.annotations import Box
from assay.datasets import Gate
from assay.kernel.estimate import Estimate
from assay.quality.agreement import PairAgreement
from assay.quality.measured import Measured
from assay.reliability import RaisedAlarm

StandingState = Literal["ok", "warn", "stop", "none", "practice_differs"]


@dataclass(frozen=True, slots=True)
class StandingWord:
    """How a person's work stands, in a word and a sentence."""

    state: StandingState
    text: str


@dataclass(frozen=True, slots=True)
class AlarmView:
    """An alarm with what was put back for it."""

    alarm: RaisedAlarm
    n_put_back: int
    n_sampled: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in the quality table.

    Attributes:
        accuracy: 1 - error rate on hidden gold.
        kinds: error rate by kind; the denominator of each is what could have gone wrong.
    """

    user_id: str
    paused: bool
    accuracy: Measured
    error: Measured
    kinds: dict[str, Measured]
    n_gold_images: int
    n_gold_marks: int
    standing: StandingWord
    alarm: AlarmView | None
    n_submissions: int


@dataclass(frozen=True, slots=True)
class CropMark:
    """A mark on a crop: drawn, expected (by gold or by others) or left out."""

    bbox: Box
    label_class: str
    style: str
    author: str | None


@dataclass(frozen=True, slots=True)
class Crop:
    """A place in a picture that proves something.

    Attributes:
        bbox: what is shown, with surroundings; may leave the picture.
        mark: what it is about, in the middle; None in findings kept by earlier versions.
    """

    item_id: str
    width_px: int
    height_px: int
    bbox: Box
    marks: tuple[CropMark, ...]
    caption: str
    at_us: int | None
    mark: Box | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Practice that differs: evidence, who, and a clause that would settle it."""

    id: str
    feature: str
    title: str
    people: tuple[str, ...]
    others: tuple[str, ...]
    value: Estimate
    reference: Estimate
    clause_hint: str
    drafted_clause: str
    crops: tuple[Crop, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work has got, and when it will end.

    Attributes:
        end_at_us: (value, low, high) when the rate of the last half hour holds; None when nothing moves.
    """

    n_answers: int
    n_answers_wanted: int
    n_items: int
    n_complete: int
    n_in_review: int
    n_disputed: int
    end_at_us: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a series with its interval."""

    at_us: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Overview:
    """The project at a glance.

    Attributes:
        strip: one character an item: a digit for answers in, `d` disputed, `r` in review, `s` settled; the first
            2,000 items.
        strip_items: the items behind them.
    """

    as_of_us: int
    title: str
    n_people_live: int
    progress: Progress
    agreement: Measured
    mean_iou: Measured
    throughput: Measured
    seconds_per_mark: Measured
    people: tuple[PersonRow, ...]
    by_class: tuple[tuple[str, Measured], ...]
    split: dict[str, Measured]
    gates: tuple[Gate, ...]
    findings: tuple[Finding, ...]
    strip: str
    strip_items: tuple[str, ...]
    series: tuple[Point, ...]
    alarms: tuple[AlarmView, ...]
    pairs: tuple[PairAgreement, ...]


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One gold image on a control chart.

    Attributes:
        value: current error rate, with its band.
        evidence: the cumulative score of the alarm chart.
    """

    gold_image: int
    at_us: int
    value: float
    low: float
    high: float
    errors: int
    units: int
    evidence: float


@dataclass(frozen=True, slots=True)
class Series:
    """A control chart of one error kind.

    Attributes:
        limit: error rate that is still allowed.
        alarm_line: score at which the chart rings; None for kinds that are drawn but silent.
        run_length: gold images between false alarms.
    """

    kind: str
    points: tuple[ChartPoint, ...]
    limit: float
    alarm_line: float | None
    run_length: float | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything about one person's work."""

    row: PersonRow
    title: str
    text: str
    series: tuple[Series, ...]
    alarms: tuple[AlarmView, ...]
    confusion: tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]
    confusion_since_us: int | None
    by_clause: tuple[tuple[str, Estimate | None, Measured], ...]
    by_class: tuple[tuple[str, Measured], ...]
    note: str | None
