"""What a month of many more images will come to, with an interval, and what another policy would change.

The cost of an image is taken to be log-normal from month to month around a level that moves slowly. With few months
behind it, its spread leans on a prior (`PRIOR_SD`, `PRIOR_MONTHS`), and the forecast is Student-t. More images need
more people, whose pace is not known yet: that adds the spread between people over how many there are. Checked by
simulation in `tests/bench/cost_forecast.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assay.costs.errors import NoHistoryError, WhatIfInvalidError
from assay.costs.history import MIN_ITEMS, History, Knobs, Month
from assay.costs.model import PEOPLE, Stage

Draws = NDArray[np.float64]

N_DRAWS = 8000
PRIOR_SD = 0.12
"""Month-to-month spread (log) of what an image costs, where the months cannot say."""
FADING = 0.8
"""A month counts this much of the one after it."""
PRIOR_MONTHS = 2.5
"""How many months the prior weighs."""
PEOPLE_SD = 0.25
"""Spread (log) between people's seconds for an answer, where too few people can say; research: 0.25."""
PRIOR_PEOPLE = 4.0
POLICY_SD = 0.10
"""How far off (log) the effect of a policy may be that has not been tried here; assumed, and said so."""
WEEKS_A_MONTH = 52.1775 / 12
LIMITS: Mapping[str, tuple[float, float]] = {
    "overlap": (1, 20),
    "gold_rate": (0, 0.5),
    "review_share": (0, 1),
    "auto_share": (0, 0.95),
}
MAX_SCALE = 1000.0


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its 50 and 80 % forecast intervals."""

    value: float
    low: float
    high: float
    low50: float
    high50: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """One month at some scale under some policy; money in micro-units.

    Attributes:
        hours: of people on pictures.
        annotators: people at the rate card's hours a week.
        weeks: for 10,000 images at this pace.
        stored_gb: kept at the end of the way there; grows with what was ever taken in.
        compute: money for machines, training among it.
        by_stage: the middle of each stage; parts of the same sum.
    """

    money: Range
    hours: Range
    annotators: Range
    weeks: Range
    stored_gb: float
    storage: float
    compute: Range
    per_item: Range
    by_stage: Mapping[Stage, float]


@dataclass(frozen=True, slots=True)
class Change:
    """What one turned knob alone would save a month; a negative saving costs more."""

    name: str
    before: float
    after: float
    saves: Range


@dataclass(frozen=True, slots=True)
class Forecast:
    """The answer.

    Attributes:
        items_now: images a month today.
        items_then: images a month at the scale asked for.
        now: this month's size under today's policy.
        then: the scale asked for under today's policy.
        changed: the same with the knobs turned; None when none was.
        path: month by month on the way, under today's policy: (images, money).
        changed_path: the same with the knobs turned.
        n_months: whole months the level rests on; 0 while the first one runs.
    """

    currency: str
    scale: float
    items_now: float
    items_then: float
    now: Scenario
    then: Scenario
    changed: Scenario | None
    changes: tuple[Change, ...]
    path: tuple[tuple[float, Range], ...]
    changed_path: tuple[tuple[float, Range], ...]
    n_months: int
    n_answers: int
    n_people: int
    knobs: Knobs
    method: str = "log-normal-months-t80"


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """What an image costs and takes: micro-units and seconds by stage, and draws of the factor that is not known."""

    cost: Mapping[Stage, float]
    seconds: Mapping[Stage, float]
    machines: Draws


def forecast(
    history: History,
    *,
    scale: float,
    turned: Knobs | None = None,
    items_a_month: float | None = None,
    n_months: int = 7,
    seed: int = 0,
) -> Forecast:
    """Forecast a month at `scale` times today's images, and the way there.

    Args:
        history: the past.
        scale: times today's images, up to 1000.
        turned: the policy to compare with; None for none.
        items_a_month: today's images a month; None for what the history says.
        n_months: on the way; the scale is reached in the last but one.
        seed: of the draws, so that the same question has the same answer.

    Raises:
        NoHistoryError: nothing was paid for yet.
        WhatIfInvalidError: a scale or a knob that cannot be.
    """
    _check("scale", scale, 0.01, MAX_SCALE)
    for name, (low, high) in LIMITS.items():
        if turned is not None:
            _check(name, getattr(turned, name), low, high)
    told = history.telling
    if not told:
        raise NoHistoryError("no image has been paid for")
    items_now = history.items_a_month if items_a_month is None else items_a_month
    rng = np.random.default_rng(seed)
    basics = _Basics(history, told, items_now, rng, n_months, scale)
    names = [n for n in LIMITS if turned is not None and getattr(turned, n) != getattr(history.knobs, n)]
    changes = []
    for name in names:
        assert turned is not None
        after = getattr(turned, name)
        alone = replace(history.knobs, **{name: after}, audit_share=turned.audit_share)
        saved = basics.money(scale, history.knobs) - basics.money(scale, alone)
        changes.append(Change(name, getattr(history.knobs, name), after, range_of(saved)))
    ways = tuple(_way(scale, n_months))
    return Forecast(
        currency=history.currency,
        scale=scale,
        items_now=items_now,
        items_then=items_now * scale,
        now=basics.scenario(1.0, history.knobs),
        then=basics.scenario(scale, history.knobs),
        changed=basics.scenario(scale, turned) if turned is not None and names else None,
        changes=tuple(changes),
        path=tuple((items_now * s, range_of(basics.money(s, history.knobs))) for s in ways),
        changed_path=tuple((items_now * s, range_of(basics.money(s, turned))) for s in ways)
        if turned is not None and names
        else (),
        n_months=sum(m.complete for m in told),
        n_answers=history.n_answers,
        n_people=len(history.people),
        knobs=history.knobs,
    )


def track_record(history: History) -> tuple[int, int]:
    """How often the 80 % interval held: each whole month, forecast for its images from the months before it alone.

    Returns:
        Months that lay inside, and months that could be tried.
    """
    whole = [m for m in history.months if m.complete]
    held = tried = 0
    for place in range(1, len(whole)):
        past = replace(history, months=tuple(whole[:place]), monthly={}, gb_month=0)
        month = whole[place]
        if month.n_items < MIN_ITEMS or not past.telling:
            continue
        rng = np.random.default_rng(0)
        level, unknown = month_factor(past.telling, rng, N_DRAWS)
        low, high = np.quantile(level + unknown, (0.1, 0.9))
        tried += 1
        held += bool(low <= np.log(max(month.people_spent, 1.0) / month.n_items) <= high)
    return held, tried


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise WhatIfInvalidError(name, value, low, high)


def _way(scale: float, n_months: int) -> list[float]:
    """Scales month by month: even steps in the logarithm, the last two months at full scale."""
    steps = max(1, n_months - 1)
    return [float(scale ** min(1.0, (k + 1) / steps)) for k in range(n_months)]


def range_of(draws: Draws) -> Range:
    """Median, 80 and 50 % interval."""
    low, low50, value, high50, high = np.quantile(draws, (0.1, 0.25, 0.5, 0.75, 0.9))
    return Range(float(value), float(low), float(high), float(low50), float(high50))


def month_factor(told: tuple[Month, ...], rng: np.random.Generator, n: int) -> tuple[float, Draws]:
    """Log level of what an image's people cost, and draws of a coming month around it (log).

    Months count less the older they are (`FADING`), for teams change: m is then their effective number. With squared
    residuals from m months and a prior of `PRIOR_MONTHS` months of spread `PRIOR_SD`, the coming month is Student-t
    around the weighed mean with scale s sqrt(1 + 1/m).
    """
    logs = np.array([np.log(m.people_spent * _answers_ratio(m, told[-1]) / m.n_items) for m in told])
    weights = FADING ** np.arange(len(logs))[::-1]
    m = float(weights.sum() ** 2 / (weights**2).sum())
    level = float(np.average(logs, weights=weights))
    squares = float(np.average((logs - level) ** 2, weights=weights)) * m
    degrees = PRIOR_MONTHS + m - 1
    spread = np.sqrt((PRIOR_MONTHS * PRIOR_SD**2 + squares) / degrees)
    return level, spread * np.sqrt(1 + 1 / m) * rng.standard_t(degrees, n)


def _answers_ratio(month: Month, newest: Month) -> float:
    """What a month's answers for an image would be under the newest month's policy, where the two clearly differ."""
    if not month.n_answers or not newest.n_answers:
        return 1.0
    ratio = (newest.n_answers / newest.n_items) / (month.n_answers / month.n_items)
    return ratio if abs(np.log(ratio)) > 0.1 else 1.0  # noqa: PLR2004 - a tenth: another overlap, not chance


def people_spread(history: History) -> tuple[float, float]:
    """Spread (log) between people's seconds for an answer, and how many people the past weighs."""
    told = [p for p in history.people if p.n >= 10 and p.seconds > 0]  # noqa: PLR2004 - fewer say nothing
    counts = np.array([p.n for p in history.people if p.n], np.float64)
    weigh = float(counts.sum() ** 2 / (counts**2).sum()) if counts.size else 1.0
    squares = 0.0
    if len(told) > 1:
        logs = np.log([p.seconds / p.n for p in told])
        squares = float(((logs - logs.mean()) ** 2).sum())
    degrees = PRIOR_PEOPLE + max(0, len(told) - 1)
    return float(np.sqrt((PRIOR_PEOPLE * PEOPLE_SD**2 + squares) / degrees)), max(1.0, weigh)


class _Basics:
    """The past, once, and draws that every scenario shares, so that differences between them are not blurred."""

    def __init__(
        self,
        history: History,
        told: tuple[Month, ...],
        items_now: float,
        rng: np.random.Generator,
        n_months: int,
        scale: float,
    ) -> None:
        self._history, self._items, self._n_months, self._scale = history, items_now, n_months, scale
        level, self._month = month_factor(told, rng, N_DRAWS)
        n_items = sum(m.n_items for m in told)
        cost = {s: sum(m.spent.get(s, 0) for m in told) / n_items for s in Stage}
        people = sum(cost[s] for s in PEOPLE)
        self._cost = {s: v * (np.exp(level) / people if s in PEOPLE else 1.0) for s, v in cost.items()}
        self._seconds = {s: sum(m.seconds.get(s, 0.0) for m in told) / n_items for s in PEOPLE}
        spread, weigh = people_spread(history)
        self._team = spread / np.sqrt(weigh) * rng.standard_normal(N_DRAWS)
        self._machines = np.exp(PRIOR_SD * rng.standard_normal(N_DRAWS))
        self._off = {name: POLICY_SD * rng.standard_normal(N_DRAWS) for name in LIMITS}

    def _unknown(self, scale: float) -> Draws:
        """The factor on people's cost: the month, and new people whose pace nobody has seen."""
        new = np.sqrt(1 - 1 / scale) if scale > 1 else 0.0
        factor: Draws = np.exp(self._month + new * self._team)
        return factor

    def _stages(self, scale: float, knobs: Knobs, unit: Mapping[Stage, float]) -> dict[Stage, Draws]:
        """Each people stage's cost (or seconds) of a month."""
        base = self._items * scale * self._unknown(scale)
        ratios = self._ratios(knobs, unit)
        return {stage: base * value for stage, value in ratios.items()}

    def _ratios(self, knobs: Knobs, unit: Mapping[Stage, float]) -> dict[Stage, Draws | float]:
        """Cost (or seconds) of an image by people stage under a policy."""
        now = self._history.knobs
        by_hand = (1 - knobs.auto_share) / (1 - now.auto_share)
        answers = by_hand * (knobs.overlap / now.overlap) * self._doubt("overlap", knobs)
        answers = answers * self._doubt("auto_share", knobs)
        gold = _odds(knobs.gold_rate) / _odds(now.gold_rate) if now.gold_rate else 0.0
        one_answer = unit[Stage.ANNOTATE] / now.overlap
        review = unit[Stage.REVIEW] / now.review_share if now.review_share and unit[Stage.REVIEW] else None
        # Without a review so far, one is taken to last as long as an answer.
        review = review if review is not None else one_answer * now.overlap
        # With one answer nothing can be disputed; what is disputed nevertheless today goes on as it is.
        several = 0.0 if knobs.overlap < min(1.5, now.overlap) else 1.0
        return {
            Stage.ANNOTATE: unit[Stage.ANNOTATE] * answers,
            Stage.REWORK: unit[Stage.REWORK] * answers,
            Stage.GOLD: (
                unit[Stage.GOLD] * gold if now.gold_rate else one_answer * now.overlap * _odds(knobs.gold_rate)
            )
            * answers
            * self._doubt("gold_rate", knobs),
            Stage.PRACTICE: unit[Stage.PRACTICE],
            Stage.REVIEW: review * knobs.review_share * answers * self._doubt("review_share", knobs),
            Stage.ADJUDICATE: unit[Stage.ADJUDICATE] * by_hand * several,
            Stage.AUDIT: one_answer * knobs.auto_share * knobs.audit_share,
        }

    def _doubt(self, name: str, knobs: Knobs) -> Draws | float:
        """How far off the effect of turning a knob may be; nothing where it is not turned."""
        if getattr(knobs, name) == getattr(self._history.knobs, name):
            return 1.0
        doubt: Draws = np.exp(self._off[name])
        return doubt

    def stored_gb(self, scale: float) -> float:
        """What is kept at the end of the way to a scale."""
        history = self._history
        per_item = history.stored_gb / history.n_items_ever if history.n_items_ever else 0.0
        way = _way(scale, self._n_months) if scale != 1.0 else []
        return history.stored_gb + per_item * self._items * sum(way)

    def money(self, scale: float, knobs: Knobs) -> Draws:
        """Draws of a month's money."""
        people = sum(self._stages(scale, knobs, self._cost).values(), np.zeros(N_DRAWS))
        total: Draws = people + self._machine_money(scale) + self._fixed() + self._storage(scale)
        return total

    def _machine_money(self, scale: float) -> Draws:
        draws: Draws = self._items * scale * (self._cost[Stage.COMPUTE]) * self._machines + self._training()
        return draws

    def _training(self) -> float:
        """Training is paid by the run, not by the image: the mean of the months told."""
        told = self._history.telling
        return float(np.mean([m.spent.get(Stage.TRAIN, 0) for m in told]))

    def _fixed(self) -> float:
        return float(sum(self._history.monthly.values()))

    def _storage(self, scale: float) -> float:
        return self.stored_gb(scale) * self._history.gb_month

    def scenario(self, scale: float, knobs: Knobs) -> Scenario:
        """Everything about a month."""
        money = self.money(scale, knobs)
        hours = sum(self._stages(scale, knobs, self._seconds).values(), np.zeros(N_DRAWS)) / 3600
        items = self._items * scale
        pace = self._unknown(scale) / np.median(self._unknown(scale))
        stages = {s: float(np.median(d)) for s, d in self._stages(scale, knobs, self._cost).items()}
        stages[Stage.COMPUTE] = float(np.median(self._machine_money(scale))) - self._training()
        stages[Stage.TRAIN] = self._training()
        stages[Stage.STORAGE] = self._storage(scale)
        stages |= {stage: float(fee) for stage, fee in self._history.monthly.items()}
        return Scenario(
            money=range_of(money),
            hours=range_of(hours),
            annotators=range_of(hours / (self._history.hours_a_week * WEEKS_A_MONTH)),
            weeks=range_of(10_000 / max(items, 1e-9) * WEEKS_A_MONTH * pace),
            stored_gb=self.stored_gb(scale),
            storage=self._storage(scale),
            compute=range_of(self._machine_money(scale)),
            per_item=range_of(money / max(items, 1e-9)),
            by_stage=stages,
        )


def _odds(rate: float) -> float:
    return rate / (1 - rate)
