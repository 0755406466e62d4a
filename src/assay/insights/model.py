"""What the pages that decide show, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.annotations import Box
from assay.datasets import Gate
from assay.kernel.estimate import Estimate
from assay.quality.agreement import PairAgreement
from assay.quality.convention import Proof
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
    """A mark on a crop: drawn, expected (by gold or by others), left out, or near and not what it is about."""

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
        counts: for each side of a finding, how many of those asked drew it (or called it by the first side's class).
    """

    item_id: str
    width_px: int
    height_px: int
    bbox: Box
    marks: tuple[CropMark, ...]
    caption: str
    at_us: int | None
    mark: Box | None = None
    counts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FindingSide:
    """People who do the same.

    Attributes:
        does: what they do, plural ("leave them out").
        people: who surely does.
        value: share left out, share called so, or mean offset of the sides of boxes.
        elsewhere: the same on all other objects; None where there is no such thing.
    """

    does: str
    people: tuple[str, ...]
    value: Estimate
    elsewhere: Estimate | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Practice that differs: a gap in the guideline, with who stands where and a clause that would settle it.

    Attributes:
        form: `split` two or more people on each side; `one_apart` one person alone, which may also be a misreading;
            `spread` people differ by degrees, without sides.
        part: `existence`, `label_class` or `geometry`.
        feature: what it is about, with ids of label classes; one finding for each in a project.
        sides: two, first the one that departs; none for `spread`.
        undecided: people compared who stand on neither side surely.
        values: each person's own effect: log odds of leaving out, share moved, or offset in shares of the side.
        p_value: chance of a difference as large when there is none, over everything of its part looked at.
        difference: between the sides, in the units of their values; for `spread` the deviation between people.
        clause_hint: words to find the guideline's clause by.
        drafted_clause: title and text of a rule that would settle it.
        other_clause: the rule the other way round.
        crops: places where the sides part.
        n_places: how many such places there are; at most 200 are kept.
        n_images: images compared.
        proof: why it is called a practice; None for `spread`.
        state: `open`, `published`, `dismissed`, or `gone` when newer work no longer shows it.
    """

    id: str
    form: str
    part: str
    feature: str
    title: str
    sides: tuple[FindingSide, ...]
    undecided: tuple[str, ...]
    values: tuple[tuple[str, float], ...]
    p_value: float
    difference: float
    clause_hint: str
    drafted_clause: str
    other_clause: str
    crops: tuple[Crop, ...]
    n_places: int
    n_images: int
    proof: Proof | None
    state: str

    @property
    def people(self) -> tuple[str, ...]:
        """Whose figures it explains: the side that leaves out, else the smaller one; nobody for `spread`."""
        if not self.sides:
            return ()
        if self.part == "existence" and self.form == "split":
            return self.sides[0].people
        return min((side.people for side in self.sides if side.people), key=len, default=())


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether the answers would have shown a practice about one kind of object; see `quality.convention.Reach`.

    Attributes:
        kind: as in `Finding.feature`.
        whom: what such objects are called.
        says: all of it, as a phrase.
    """

    kind: str
    whom: str
    state: str
    found: bool
    n: int
    chance: float | None
    needs_images: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Look:
    """Whether one part of practice could be judged.

    Attributes:
        part: `existence`, `label_class` or `geometry`.
        state: `looked`, `not_enough_evidence` or `needs_three_people`.
        why: in words; empty when all is well.
        needs_images: images that would do, None when unknown or enough.
        thin: kinds of object met too seldom to judge, with the images that would do.
        answer: what was found and what could not be judged, in words; empty in looks kept before there were any.
        kinds: every kind of object.
    """

    part: str
    state: str
    why: str
    needs_images: int | None
    n_people: int
    n_images: int
    thin: dict[str, int]
    answer: str = ""
    kinds: tuple[Reach, ...] = ()


@dataclass(frozen=True, slots=True)
class Care:
    """How careful one person's work is, apart from practice that differs.

    Attributes:
        misses: share left out of what two others drew, where no practice differs.
        noise: robust deviation of the sides of boxes in shares of the side, practice taken out; None when unknown.
    """

    user_id: str
    n_images: int
    misses: Estimate
    noise: float | None


@dataclass(frozen=True, slots=True)
class Looked:
    """When practice was last compared, and what could be judged.

    Attributes:
        at_us: when.
        n_answers: answers to work and gold there were then.
        n_images: images compared.
        looks: existence, class, geometry.
        care: one row a person.
    """

    at_us: int
    n_answers: int
    n_images: int
    looks: tuple[Look, ...]
    care: tuple[Care, ...]


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
