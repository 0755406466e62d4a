"""A control chart: the current rate of errors on gold with its band, and the evidence that it is too high."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from assay.quality import GoldAnswers, Score
from assay.quality.calibration import demo_policy_chart, policy_curve, rate_curve
from assay.quality.calibration.run_length import UnitHistogram
from assay.reports.documents import figure

WIDTH: Final = 560.0
_LEFT, _TOP, _RATE, _GAP, _SUM = 34.0, 6.0, 84.0, 16.0, 44.0
FEWEST: Final = 10
MOST_TICKS: Final = 5
_LIMIT: Final = 0.15


def control_chart(found: Score) -> str:
    """The chart of one person; grey words below ten gold pictures."""
    answers = GoldAnswers.of(found.n_units, found.n_errors)
    n = len(answers)
    if n < FEWEST:
        return f'<p class="thin">not enough evidence <span class="soft">{n} gold images, needs {FEWEST}</span></p>'
    curve, _ = rate_curve(answers)
    chart = demo_policy_chart(UnitHistogram.of(answers.n_units))
    scores, _ = policy_curve(chart, answers)
    top = min(1.0, max(float(curve.high.max()) * 1.05, _LIMIT * 1.3))
    most = max(float(scores.scores.max()), scores.limit) * 1.1

    def x(i: float) -> float:
        return _LEFT + (WIDTH - _LEFT - 6) * (i + 0.5) / n

    def rate(v: float) -> float:
        return _TOP + _RATE * (1 - v / top)

    def evidence(v: float) -> float:
        return _TOP + _RATE + _GAP + _SUM * (1 - v / most)

    band = (
        _line([(x(i), rate(v)) for i, v in enumerate(curve.high)])
        + " L"
        + _line([(x(i), rate(v)) for i, v in reversed(list(enumerate(curve.low)))]).removeprefix("M")
    )
    base = _TOP + _RATE + _GAP + _SUM
    wrong = "".join(
        f'<path d="M{x(i):.1f} {_TOP + _RATE:.0f}v5" stroke="var(--text-2)"/>'
        for i in np.flatnonzero(found.n_errors).tolist()
    )
    first = scores.alarms[0] if scores.alarms else None  # after it the chart starts anew; one alarm is enough to act
    lane = scores.scores[:first]
    alarm = ""
    if first is not None:
        at = f'cx="{x(first - 1):.1f}" cy="{evidence(float(lane[-1])):.1f}"'
        alarm = f'<circle {at} r="3.5" fill="var(--stop)"/>'
    middle = _line([(x(i), rate(v)) for i, v in enumerate(curve.value)])
    score = _line([(x(i), evidence(v)) for i, v in enumerate(lane)])
    words = "no alarm" if first is None else f"alarm at gold image {first}"
    promise = f"{words}; red line: one false alarm in {chart.target:,.0f}"
    right, foot = f"H{WIDTH - 6:.0f}", base + 15
    return (
        f'<svg width="100%" viewBox="0 0 {WIDTH:.0f} {base + 20:.0f}" role="img" aria-label="control chart, {words}">'
        f'{_grid(top, rate)}<path d="{band}Z" fill="var(--text)" fill-opacity=".12"/>'
        f'<path d="{middle}" fill="none" stroke="var(--text)" stroke-width="1.5"/>'
        f'<path d="M{_LEFT:.0f} {rate(_LIMIT):.1f}{right}" stroke="var(--text-3)" stroke-dasharray="3 3"/>{wrong}'
        f'<path d="M{_LEFT:.0f} {evidence(scores.limit):.1f}{right}" stroke="var(--stop)" stroke-dasharray="4 3"/>'
        f'<path d="{score}" fill="none" stroke="var(--accent)" stroke-width="1.5"/>'
        f'{alarm}<text x="{_LEFT:.0f}" y="{foot:.0f}">1</text>'
        f'<text x="{WIDTH - 6:.0f}" y="{foot:.0f}" text-anchor="end">{n} gold images</text>'
        f'<text x="{WIDTH / 2:.0f}" y="{foot:.0f}" text-anchor="middle">{promise}</text></svg>'
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{a:.1f} {b:.1f}" for a, b in points)


def _grid(top: float, rate: Callable[[float], float]) -> str:
    step = next(s for s in (0.05, 0.1, 0.2, 0.25, 0.5) if top / s <= MOST_TICKS)
    ticks = [step * i for i in range(int(top / step) + 1)]
    words = [figure(t)[:4].rstrip("0") if t else "0" for t in ticks]
    return "".join(
        f'<path d="M{_LEFT:.0f} {rate(t):.1f}H{WIDTH - 6:.0f}" stroke="var(--line)"/>'
        f'<text x="{_LEFT - 5:.0f}" y="{rate(t) + 4:.1f}" text-anchor="end">{word}</text>'
        for t, word in zip(ticks, words, strict=True)
    )
