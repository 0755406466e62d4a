"""Everything about one person's gold, as a state that takes one answer at a time and as a report for their page."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from assay.kernel.estimate import Estimate
from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.change_filter import JUMP_RATE, ChangeFilter, RateCurve
from assay.quality.calibration.change_point import ChangePoint, PutBack, locate_change, put_back
from assay.quality.calibration.evidence import STANDING_RULES, Evidence, EvidenceRules, judge_evidence
from assay.quality.calibration.period import PeriodRate, clustered_rate, period_rate
from assay.quality.calibration.personal_chart import PersonalChart, PersonalState
from assay.quality.calibration.policy_chart import ChartCurve, PolicyChart, PolicyState
from assay.quality.errors import CalibrationStateError

ChartName = Literal["policy", "personal"]

LAST_IMAGES: Final = 10
_SIZES: Final = struct.Struct("<4sBqqq")
_MAGIC: Final = b"APS1"


@dataclass(frozen=True, slots=True)
class CalibrationSetup:
    """How a project watches its people; a value of its policy.

    Attributes:
        policy: the chart against fixed limits.
        personal: the chart against a person's own past; None to leave it off, as in a short project.
        jump_rate: chance a gold image that a rate is drawn anew.
        rules: when a figure is too thin.
        limit: error limit a period's figure must lie clearly on one side of; None when none is at stake.
    """

    policy: PolicyChart
    personal: PersonalChart | None = None
    jump_rate: float = JUMP_RATE
    rules: EvidenceRules = field(default=STANDING_RULES)
    limit: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PersonState:
    """One person's filter and charts together; a value, `fold` returns a new one.

    An alarm of either chart restarts both. The filter never restarts: it believes in jumps as it is.

    Attributes:
        filter: current error rate.
        policy: state of the policy chart.
        personal: state of the personal chart; untouched while that chart is off.
    """

    filter: ChangeFilter
    policy: PolicyState
    personal: PersonalState

    @classmethod
    def fresh(cls, setup: CalibrationSetup) -> PersonState:
        """Start with nothing seen."""
        return cls(ChangeFilter.fresh(setup.jump_rate), PolicyState(), PersonalState.fresh())

    @property
    def rings(self) -> bool:
        """Whether the last gold image folded in rang a chart."""
        return self.policy.rings or self.personal.rings

    def fold(self, setup: CalibrationSetup, n_units: int, n_errors: int) -> PersonState:
        """Take in the answer to one gold image, in answer order; a fraction of a millisecond.

        Args:
            setup: the same for every fold of a state; after a change of setup fold again from scratch.
            n_units: units of the image; 0 counts as one right unit.
            n_errors: errors among them.
        """
        answer = GoldAnswers.of([n_units], [n_errors])
        n, e = int(answer.n_units[0]), int(answer.n_errors[0])
        policy, personal = self.policy, self.personal
        if self.rings:
            policy, personal = policy.restarted(), personal.restarted()
        policy = policy.fold(setup.policy, n, e)
        if setup.personal is not None:
            personal = personal.fold(setup.personal, n, e)
        return PersonState(self.filter.fold(n, e), policy, personal)

    def to_bytes(self) -> bytes:
        """Write the state as bytes that `from_bytes` reads back bit for bit; about 55 kB."""
        parts = (self.filter.to_bytes(), self.policy.to_bytes(), self.personal.to_bytes())
        return _SIZES.pack(_MAGIC, 1, *(len(part) for part in parts)) + b"".join(parts)

    @classmethod
    def from_bytes(cls, stored: bytes) -> PersonState:
        """Read a state written by `to_bytes`.

        Raises:
            CalibrationStateError: the bytes are of another kind, version or length.
        """
        if len(stored) < _SIZES.size or stored[:5] != _MAGIC + b"\x01":
            raise CalibrationStateError(f"{len(stored)} bytes are no person state of version 1")
        _, _, *sizes = _SIZES.unpack_from(stored)
        if min(sizes) < 0 or _SIZES.size + sum(sizes) != len(stored):
            raise CalibrationStateError(f"a person state of parts {sizes} has {len(stored)} bytes")
        edges = np.cumsum([_SIZES.size, *sizes]).tolist()
        filter_, policy, personal = (stored[a:b] for a, b in pairwise(edges))
        return cls(ChangeFilter.from_bytes(filter_), PolicyState.from_bytes(policy), PersonalState.from_bytes(personal))


@dataclass(frozen=True, slots=True)
class Alarm:
    """A chart rang.

    Attributes:
        chart: which one; `policy` when both did.
        number: gold image (from 1) at which it rang.
        change: since when the work seems worse.
        put_back: which work goes back.
    """

    chart: ChartName
    number: int
    change: ChangePoint
    put_back: PutBack


@dataclass(frozen=True, slots=True, eq=False)
class PersonReport:
    """What a person's page shows.

    Attributes:
        period: error rate over all the answers given, with its evidence.
        now: current error rate.
        now_evidence: whether `now` may be shown as a number.
        last_images: error rate of the last ten gold images alone, shown under `now`.
        curve: current rate after each gold image.
        policy: the policy chart.
        personal: the personal chart; None when it is off.
        alarms: every alarm in order, with its change point and what goes back.
        state: the final state, to fold further answers into.
    """

    period: PeriodRate
    now: Estimate
    now_evidence: Evidence
    last_images: Estimate
    curve: RateCurve
    policy: ChartCurve
    personal: ChartCurve | None
    alarms: tuple[Alarm, ...]
    state: PersonState

    @property
    def flagged(self) -> bool:
        """Whether any chart has rung."""
        return bool(self.alarms)


def person_report(answers: GoldAnswers, pool: float, setup: CalibrationSetup) -> PersonReport:
    """Measure everything a person's page shows, from scratch; a thousand gold images take a fraction of a second.

    Args:
        answers: all the person's gold answers that still count, in answer order.
        pool: the project's correlation, from `pool_rho`.
        setup: charts, filter and rules.
    """
    state, curve, policy, personal = _run(answers, setup)
    period = period_rate(answers, pool, limit=setup.limit, rules=setup.rules)
    alarms = _alarms(state, answers, period.rho.rho)
    since = None if not alarms else len(answers) - alarms[-1].change.median
    now = state.filter.now()
    now_evidence = judge_evidence(now, n_eff=period.n_eff, n_images=len(answers), since_change=since, rules=setup.rules)
    last = clustered_rate(answers[-LAST_IMAGES:], period.rho.rho)
    return PersonReport(period, now, now_evidence, last, curve, policy, personal, alarms, state)


def _run(answers: GoldAnswers, setup: CalibrationSetup) -> tuple[PersonState, RateCurve, ChartCurve, ChartCurve | None]:
    state = PersonState.fresh(setup)
    rates = np.empty((len(answers), 3), np.float64)
    scores = np.empty((len(answers), 2), np.float64)
    for i, (n, e) in enumerate(zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True)):
        state = state.fold(setup, n, e)
        rates[i] = state.filter.quantiles((0.5, 0.025, 0.975))
        scores[i] = state.policy.score, state.personal.score
    curve = RateCurve(rates[:, 0].copy(), rates[:, 1].copy(), rates[:, 2].copy())
    policy = ChartCurve(scores[:, 0].copy(), setup.policy.limit, state.policy.alarms)
    if setup.personal is None:
        return state, curve, policy, None
    limit = float(np.log(setup.personal.threshold))
    return state, curve, policy, ChartCurve(scores[:, 1].copy(), limit, state.personal.alarms)


def _alarms(state: PersonState, answers: GoldAnswers, rho: float) -> tuple[Alarm, ...]:
    """Look back from each alarm to the one before it, where the charts started again."""
    alarms: list[Alarm] = []
    start = 0
    for number in sorted({*state.policy.alarms, *state.personal.alarms}):
        chart: ChartName = "policy" if number in state.policy.alarms else "personal"
        change = locate_change(answers[start:number], rho, offset=start)
        alarms.append(Alarm(chart, number, change, put_back(change)))
        start = number
    return tuple(alarms)
