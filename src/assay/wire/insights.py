"""The pages that decide, as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Box, EstimateOut, Instant, Measured, Person, WireModel
from assay.wire.gold import GoldVerdict


class Action(WireModel):
    """What would clear a gate, and the page where."""

    label: str
    to: str


class Count(WireModel):
    """Things that are counted rather than measured."""

    n: int
    of: int


class Gate(WireModel):
    """One thing a release must satisfy."""

    id: str
    name: str
    rule: str
    state: Literal["pass", "block", "wait", "none"]
    measured: Measured | None
    count: Count | None
    reason: str
    action: Action | None


class Changed(WireModel):
    """When a person's error rate changed: most likely, and the 90 % interval; images are their n-th gold answers."""

    median_at: Instant | None
    low_at: Instant | None
    high_at: Instant | None
    median_image: int
    low_image: int
    high_image: int


class Alarm(WireModel):
    """A chart rang."""

    id: str
    user: Person
    raised_at: Instant
    gold_image: int
    changed: Changed
    n_put_back: int
    n_sampled: int
    state: Literal["open", "closed"]


class CropMark(WireModel):
    """A mark on a crop."""

    bbox: Box
    label_class: str
    style: Literal["drawn", "expected", "left_out", "near"]
    author: str | None


class Crop(WireModel):
    """A place in a picture that proves something: `mark` with surroundings; `bbox` may leave the picture."""

    item_id: str
    image_url: str
    width_px: int
    height_px: int
    bbox: Box
    mark: Box
    marks: list[CropMark]
    caption: str
    at: Instant | None
    counts: list[Count]


class PacedItem(WireModel):
    """An image beside what others took for it; `ratio` is times as long as usual for this person beside them."""

    item_id: str
    name: str
    thumb_url: str
    seconds: float
    others_seconds: float
    n_others: int
    n_marks: int
    ratio: float
    at: Instant


class Pace(WireModel):
    """Slow and fast items of one person among those that others answered too; `usual` is own over others' time."""

    slow: list[PacedItem]
    fast: list[PacedItem]
    n_shared: int
    usual: float | None


class FindingSide(WireModel):
    """People who do the same; `value` is a share left out, a share called so, or a mean offset of sides of boxes."""

    does: str
    people: list[Person]
    value: EstimateOut
    elsewhere: EstimateOut | None


class Grade(WireModel):
    """One degree of what is told about, and the share of such objects that each side draws."""

    label: str
    shares: Annotated[list[EstimateOut], Field(min_length=2, max_length=2)]


class PersonValue(WireModel):
    """One person's own effect: log odds of leaving out, share moved, or offset in shares of the side."""

    user: Person
    value: float


class Proof(WireModel):
    """Why it is called a practice, and what a rule would change.

    `within` and `across` say how alike two people of one side and of two sides are on such objects; `agreement` is F1
    (for geometry, mean IoU) of all pairs, `without` the same where people read the rule alike; `n_marks` on `n_images`
    images are to be looked at again if the drafted clause is published.
    """

    within: EstimateOut
    across: EstimateOut
    agreement: EstimateOut
    without: EstimateOut
    n_marks: int
    n_images: int
    grades: list[Grade]


class Finding(WireModel):
    """Practice that differs, with the clause that would settle it.

    `split` has people on both sides, first the one that departs; `one_apart` one person on one of them, which may also
    be a misreading; `spread` has no sides. Where names are blind, people are called by letters.
    """

    id: str
    kind: Literal["practice"]
    form: Literal["split", "one_apart", "spread"]
    part: Literal["existence", "label_class", "geometry"]
    title: str
    feature: str
    sides: list[FindingSide]
    undecided: list[Person]
    values: list[PersonValue]
    p_value: float
    difference: float
    n_images: int
    n_places: int
    clause_id: str | None
    next_clause_id: str
    drafted_clause: str
    other_clause: str
    crops: list[Crop]
    proof: Proof | None
    state: Literal["open", "published", "dismissed"]


class Reach(WireModel):
    """Whether the answers would have shown a practice about one kind of object, whether or not one was found.

    `chance` is how surely one that three of eight people follow four times in five would be shown; `n` such objects a
    person met; `needs_images` how many images would do; `says` all of it in words.
    """

    kind: str
    whom: str
    state: Literal["enough", "not_enough_evidence", "none_met"]
    found: bool
    n: int
    chance: float | None
    needs_images: int | None
    says: str


class Look(WireModel):
    """Whether one part of practice could be judged.

    `thin` names kinds of object that were met too seldom, with the images that would do; `answer` says in words what
    was found and what could not be judged.
    """

    part: Literal["existence", "label_class", "geometry"]
    state: Literal["looked", "not_enough_evidence", "needs_three_people"]
    why: str
    needs_images: int | None
    n_people: int
    n_images: int
    thin: dict[str, int]
    answer: str
    kinds: list[Reach]


class Care(WireModel):
    """How careful one person's work is where no practice differs; `noise` is in shares of a box's side."""

    user: Person
    n_images: int
    misses: EstimateOut
    noise: float | None


class LookedOut(WireModel):
    """When practice was last compared, and what could be judged; `at` is null before the first time."""

    at: Instant | None
    n_answers: int
    n_images: int
    looks: list[Look]
    care: list[Care]


class Kinds(WireModel):
    """Error rate by kind; the denominator is what could have gone wrong that way."""

    missed: Measured
    spurious: Measured
    misclassified: Measured
    mislocalised: Measured


class Standing(WireModel):
    """How a person's work stands, in a word."""

    state: Literal["ok", "warn", "stop", "none", "practice_differs"]
    text: str


class PersonRow(WireModel):
    """One line of the quality table; `f1` is accuracy on hidden gold."""

    user: Person
    state: Literal["active", "paused"]
    f1: Measured
    error: Measured
    kinds: Kinds
    n_gold_images: int
    n_gold_marks: int
    standing: Standing
    alarm: Alarm | None
    n_submissions: int


class Live(WireModel):
    """Who is labelling now."""

    n_people: int
    simulated: bool


class ExpectedEnd(WireModel):
    """When the rest will be in, with its interval."""

    value_at: Instant | None
    low_at: Instant | None
    high_at: Instant | None


class Progress(WireModel):
    """How far the work has got."""

    n_answers: int
    n_answers_wanted: int
    n_items: int
    n_complete: int
    n_in_review: int
    n_disputed: int
    expected_end: ExpectedEnd | None


class ClassAgreement(WireModel):
    """Agreement on one class."""

    label_class: str
    name: str
    f1: Measured


class Split(WireModel):
    """Agreement taken apart: does it exist, which class, where is its edge."""

    existence: Measured
    label_class: Measured
    geometry: Measured


class SeriesPoint(WireModel):
    """One point of a series with its interval."""

    at: Instant
    value: float
    low: float
    high: float


class Overview(WireModel):
    """The project at a glance."""

    as_of_at: Instant
    title: str
    live: Live
    progress: Progress
    agreement: Measured
    mean_iou: Measured
    throughput: Measured
    seconds_per_mark: Measured
    people: list[PersonRow]
    by_class: list[ClassAgreement]
    split: Split
    blockers: list[Gate]
    findings: list[Finding]
    strip: str
    throughput_series: list[SeriesPoint]
    alarms: list[Alarm]


class ChartPoint(WireModel):
    """One gold image on a control chart."""

    gold_image: int
    at: Instant
    value: float
    low: float
    high: float
    error: int
    units: int
    evidence: float


class Series(WireModel):
    """A control chart of one error kind; only `all` rings."""

    kind: Literal["all", "missed", "spurious", "misclassified", "mislocalised"]
    points: list[ChartPoint]
    limit: float
    alarm_line: float | None
    run_length: float | None


class Confusion(WireModel):
    """Gold (rows) against answers (columns); "nothing" last in both."""

    classes: list[str]
    counts: list[list[int]]
    since_at: Instant | None


class ClauseRow(WireModel):
    """Share of marks that went wrong by clause, now and before the change."""

    clause_id: str
    title: str
    before: EstimateOut | None
    now: Measured


class ClassRow(WireModel):
    """Share of marks that went wrong by class."""

    label_class: str
    name: str
    now: Measured


class PutBack(WireModel):
    """A stretch of work that went back."""

    id: str
    since_at: Instant | None
    why: str
    n_review: int
    n_sampled: int
    at: Instant


class PersonPage(PersonRow):
    """Everything about one person's work."""

    title: str
    text: str
    series: list[Series]
    alarms: list[Alarm]
    confusion: Confusion
    by_clause: list[ClauseRow]
    by_class: list[ClassRow]
    put_backs: list[PutBack]
    note: str | None


class AgreementOverall(WireModel):
    """Agreement over all pairs."""

    f1: Measured
    mean_iou: Measured


class AgreementMatrix(WireModel):
    """Agreement of every two people; null where they share no image."""

    people: list[Person]
    f1: list[list[float | None]]
    n_items: list[list[int]]


class AgreementPage(WireModel):
    """How alike people's marks are."""

    overall: AgreementOverall
    matrix: AgreementMatrix
    by_class: list[ClassAgreement]


class Blockers(WireModel):
    """What blocks the release."""

    title: str
    gates: list[Gate]


class PracticeFigures(WireModel):
    """The practice round, which counts at once and for nothing else."""

    n_done: int
    n_total: int
    accuracy: Measured
    verdicts: list[GoldVerdict]


class OwnFigures(WireModel):
    """One's own figures; they move once a day, so that they give no gold away."""

    as_of_at: Instant
    accuracy: Measured
    kinds: Kinds
    practice: PracticeFigures
    verdicts: list[GoldVerdict]


ClauseId = Annotated[str, Field(pattern=r"^\d{1,4}(\.\d{1,4}){0,3}$")]


class Draft(WireModel):
    """The whole guideline with a drafted clause in it."""

    markdown: str


class PublishIn(WireModel):
    """The clause that settles a difference in practice; with `whole`, the whole guideline with it instead."""

    clause_id: ClauseId
    markdown: Annotated[str, Field(min_length=1, max_length=400_000)]
    whole: bool = False
    why: Annotated[str, Field(min_length=1, max_length=2000)]


class WhyIn(WireModel):
    """A reason."""

    why: Annotated[str, Field(min_length=1, max_length=2000)]
