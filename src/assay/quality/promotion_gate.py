"""May a challenger take the place of the model in use? Paired tests on the same frozen gold, overall and per slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.errors import PairedScoresError
from assay.quality.paired import (
    clustered_difference,
    holm,
    is_right_or_wrong,
    mcnemar_worse,
    tango_interval,
    tango_p_value,
)


@dataclass(frozen=True, slots=True)
class GateRules:
    """How sure the gate must be.

    Attributes:
        margin: how much worse the challenger may be overall, in units of the score: .01 is one point.
        level: one-sided error rate of the overall test.
        slice_level: error rate over all slices together of calling a slice harmed that is not.
        min_items: items below which nothing is decided.
        min_slice_items: items below which a slice is too small to judge.
    """

    margin: float = 0.01
    level: float = 0.05
    slice_level: float = 0.05
    min_items: int = 100
    min_slice_items: int = 30


@dataclass(frozen=True, slots=True)
class PairedScores:
    """What two models scored on the same items.

    Attributes:
        challenger: (N,) score in [0, 1] per item; right or wrong is 1 or 0.
        incumbent: (N,) the same for the model in use.
        groups: (N,) the physical object an item shows, as a number; None when every item stands alone.
        slices: by name, (N,) whether an item belongs to it; slices may overlap.
    """

    challenger: NDArray[np.float64]
    incumbent: NDArray[np.float64]
    groups: NDArray[np.int64] | None = None
    slices: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse scores that do not belong together."""
        shape = self.challenger.shape
        others = [self.incumbent.shape, *[mask.shape for mask in self.slices.values()]]
        others += [] if self.groups is None else [self.groups.shape]
        if len(shape) != 1 or any(other != shape for other in others):
            raise PairedScoresError(f"shapes {shape} and {others} differ or are no plain list")
        for name, scores in (("challenger", self.challenger), ("incumbent", self.incumbent)):
            # Written so that NaN is refused too.
            if not bool(np.all((scores >= 0) & (scores <= 1))):
                raise PairedScoresError(f"{name} holds scores outside 0 to 1")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One difference, challenger minus model in use.

    Attributes:
        name: of the slice; empty for all items.
        difference: with its 95 % interval.
        p_value: of the test that the gate asks here; 1 where nothing could be tested.
        wins: items on which the challenger is better.
        losses: items on which it is worse.
        verdict: `pass`, `fail`, or `too few to judge`.
    """

    name: str
    difference: Estimate
    p_value: float
    wins: int
    losses: int
    verdict: str


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What the gate says of a challenger.

    Attributes:
        passed: whether it may go on to the approvals.
        overall: the non-inferiority test.
        slices: the harm tests, in the order they were given.
        reasons: why it did not pass, each a sentence; empty when it did.
    """

    passed: bool
    overall: Comparison
    slices: tuple[Comparison, ...]
    reasons: tuple[str, ...]


def judge_challenger(scores: PairedScores, rules: GateRules | None = None) -> GateVerdict:
    """Let a challenger pass when it is shown not to be worse overall by `margin`, and no slice is shown to be worse.

    Overall: one-sided score test for paired proportions (Tango 1998) where every score is 0 or 1 and items stand
    alone, else Student's t on differences summed per physical object. Slices: exact one-sided McNemar test, or the
    same t, with Holm's correction over all slices that are large enough. Asking every slice to prove that it is not
    worse would need several times as much gold.
    """
    rules = rules or GateRules()
    everything = np.ones(scores.challenger.shape, dtype=np.bool_)
    overall = _compare(scores, everything, "", rules, worse=False)
    named = [_compare(scores, mask, name, rules, worse=True) for name, mask in scores.slices.items()]
    judged = [n for n, c in enumerate(named) if c.verdict != "too few to judge"]
    harmed = holm([named[n].p_value for n in judged], rules.slice_level)
    for place, harm in zip(judged, harmed, strict=True):
        if harm:
            named[place] = _with_verdict(named[place], "fail")
    reasons = [*_overall_reason(overall, rules), *[_slice_reason(c) for c in named if c.verdict == "fail"]]
    return GateVerdict(not reasons, overall, tuple(named), tuple(reasons))


def _compare(scores: PairedScores, mask: NDArray[np.bool_], name: str, rules: GateRules, *, worse: bool) -> Comparison:
    """One difference and its test: of harm where `worse`, of non-inferiority otherwise."""
    mine, theirs = scores.challenger[mask], scores.incumbent[mask]
    groups = None if scores.groups is None else scores.groups[mask]
    wins, losses, n = int((mine > theirs).sum()), int((mine < theirs).sum()), len(mine)
    too_few = n < (rules.min_slice_items if worse else rules.min_items)
    plain = groups is None and is_right_or_wrong(mine) and is_right_or_wrong(theirs)
    if n == 0:
        estimate, p_value = Estimate(None, None, None, 0, 0, "none"), 1.0
    elif plain:
        low, high = tango_interval(wins, losses, n)
        estimate = Estimate((wins - losses) / n, low, high, n, n, "tango-paired")
        p_value = mcnemar_worse(wins, losses) if worse else tango_p_value(wins, losses, n, rules.margin)
    else:
        found = clustered_difference(mine - theirs, groups, margin=0.0 if worse else rules.margin)
        estimate = Estimate(found.mean, found.low, found.high, n, n, "t-by-object")
        p_value = found.p_below if worse else found.p_above
    if too_few:
        return Comparison(name, estimate, 1.0, wins, losses, "too few to judge")
    verdict = "pass" if worse or p_value <= rules.level else "fail"
    return Comparison(name, estimate, p_value, wins, losses, verdict)


def _with_verdict(found: Comparison, verdict: str) -> Comparison:
    return Comparison(found.name, found.difference, found.p_value, found.wins, found.losses, verdict)


def _overall_reason(overall: Comparison, rules: GateRules) -> list[str]:
    n = overall.difference.n_items
    if overall.verdict == "too few to judge":
        return [f"Not enough evidence: {n} gold items, needs {rules.min_items}."]
    if overall.verdict == "pass":
        return []
    where = f"within {_points(rules.margin)} of the model in use"
    return [f"Not shown to be {where}: {_words(overall)}, p = {overall.p_value:.3f}, needs at most {rules.level:g}."]


def _slice_reason(found: Comparison) -> str:
    return f"Worse on {found.name}: {_words(found)}, p = {found.p_value:.2g} (Holm over all slices)."


def _words(found: Comparison) -> str:
    """A difference in points with its interval and n."""
    d = found.difference
    if d.value is None or d.low is None or d.high is None:
        return f"no difference measured, n {d.n_items}"
    return f"{100 * d.value:+.1f} points ({100 * d.low:+.1f} to {100 * d.high:+.1f}), n {d.n_items}"


def _points(margin: float) -> str:
    return f"{100 * margin:g} point{'' if margin == 0.01 else 's'}"  # noqa: PLR2004 - one point


@dataclass(frozen=True, slots=True)
class FloorCheck:
    """One absolute floor, for the first model of a project, which has nobody to be compared with.

    Attributes:
        name: of the measure, such as `f1` or `recall/crack`.
        floor: what the lower end of its interval must reach.
        measured: what was measured; None when it was not.
        verdict: `pass`, `fail` or `not measured`.
    """

    name: str
    floor: float
    measured: Estimate | None
    verdict: str


def check_floors(
    measured: Mapping[str, Estimate], floors: Mapping[str, float], *, min_items: int
) -> tuple[tuple[FloorCheck, ...], tuple[str, ...]]:
    """Hold the lower ends of measured qualities against absolute floors.

    Returns:
        The checks in the order of `floors`, and the reasons against, each a sentence. Without any floor there is a
        reason too: a first model is never taken for good because nobody said what good is.
    """
    if not floors:
        return (), ("The policy names no floor for a first model (gate.first.floors).",)
    checks, reasons = [], []
    for name, floor in floors.items():
        found = measured.get(name)
        if found is None or found.low is None or found.value is None:
            checks.append(FloorCheck(name, floor, found, "not measured"))
            reasons.append(f"{name} was not measured; the policy asks for at least {floor:g}.")
            continue
        enough = found.n_items >= min_items
        passed = found.low >= floor and enough
        checks.append(FloorCheck(name, floor, found, "pass" if passed else "fail"))
        if not enough:
            reasons.append(f"Not enough evidence for {name}: {found.n_items} gold items, needs {min_items}.")
        elif not passed:
            reasons.append(
                f"{name} is {found.value:.3f} ({found.low:.3f} to {found.high:.3f}); "
                f"its lower end must reach {floor:g}."
            )
    return tuple(checks), tuple(reasons)
