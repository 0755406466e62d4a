"""May this batch pass: a sequential sample with an exact false-acceptance risk, and the defect rate it shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, sqrt
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, logsumexp

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.errors import CalibrationSettingError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Decision = Literal["accept", "review more", "send back", "undecided"]

TARGET: Final = 0.05
RISK: Final = 0.05
_PRIOR: Final = (1.0, 49.0)  # a batch is expected to have 2 % defects, worth 50 images
_CAP_SHARE: Final = 0.4
_CAP_IMAGES: Final = 600
_WIDE_LOOKS_FROM: Final = 5_000
_LARGEST_BATCH: Final = 5_000_000
_BISECTIONS: Final = 50


@dataclass(frozen=True, slots=True)
class AcceptancePlan:
    """When to stop reading a batch, and with which verdict.

    The unit is an image with any defect above tolerance, drawn at random without replacement, so that defects
    clustering inside an image do no harm.

    Attributes:
        n_batch: images in the batch.
        target: defect rate that is still good.
        looks: images read at each look, ascending.
        accept_at: at each look, accept with this many defects or fewer; -1 where it is too early.
        stop_at: at each look, stop as bad with this many defects or more.
        allowed_risk: the chance asked for of accepting a batch just worse than the target.
        risk: the exact chance this plan has, at most the allowed one.
        evidence: how many times likelier the sample must be under a good batch than under the just-bad one.
    """

    n_batch: int
    target: float
    looks: tuple[int, ...]
    accept_at: tuple[int, ...]
    stop_at: tuple[int, ...]
    allowed_risk: float
    risk: float
    evidence: float


@dataclass(frozen=True, slots=True)
class BatchVerdict:
    """Where a batch stands after part of it was read.

    Attributes:
        decision: `accept`; `send back`; `review more`; or `undecided` when the plan's reading is used up.
        more_at_best: images still to read if no further defect turns up; None when decided.
        more_expected: mean images still to read if the rest is like what was read; None when decided.
        defect_rate: share of defective images with an interval that holds however often one looks.
    """

    decision: Decision
    more_at_best: int | None
    more_expected: float | None
    defect_rate: Estimate


@dataclass(frozen=True, slots=True)
class PlanPower:
    """What a plan does to a batch with a given number of defective images; exact.

    Attributes:
        accepted: chance that it is accepted.
        sent_back: chance that it is sent back.
        mean_read: mean images read.
    """

    accepted: float
    sent_back: float
    mean_read: float


@lru_cache(maxsize=128)
def plan_acceptance(
    n_batch: int,
    *,
    target: float = TARGET,
    risk: float = RISK,
    cap: int | None = None,
    look_every: int | None = None,
) -> AcceptancePlan:
    """Design the sequential plan whose exact chance of accepting a batch just above the target is at most `risk`.

    A batch is just bad with D* = floor(target N) + 1 defective images. After each look the sample is weighed under
    good batches (beta-binomial weights on D < D*) against the just-bad one; accept when that ratio reaches a constant
    found by bisection on the exact recursion.

    Args:
        n_batch: images in the batch.
        target: defect rate that is still good, in (0, 1).
        risk: allowed chance of accepting a just-bad batch.
        cap: images read at most; by default 40 % of the batch and no more than 600, but always enough to accept a
            batch in which no defect is found.
        look_every: images between looks; by default 10, and 20 from 5,000 images on.
    """
    _check(n_batch, target, risk)
    bad = _just_bad(n_batch, target)
    clean = smallest_clean_sample(n_batch, target=target, risk=risk)
    most = min(n_batch, max(clean, min(floor(_CAP_SHARE * n_batch), _CAP_IMAGES) if cap is None else cap))
    every = look_every or (20 if n_batch >= _WIDE_LOOKS_FROM else 10)
    looks = tuple(sorted({*range(every, most + 1, every), most}))
    stop_at = tuple(min(_stop_bound(n, target), bad) for n in looks)
    log_ratio = _log_ratios(n_batch, bad, looks, max(stop_at))
    steps = _transitions(n_batch, bad, looks, max(stop_at))

    def bounds(log_constant: float) -> tuple[int, ...]:
        passing = log_ratio >= log_constant
        counts = [int(np.flatnonzero(row)[-1]) if row.any() else -1 for row in passing]
        return tuple(min(c, stop - 1) for c, stop in zip(counts, stop_at, strict=True))

    low, high = -2.0, 40.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _walk(steps, looks, bounds(middle), stop_at).accepted <= risk:
            high = middle
        else:
            low = middle
    accept_at = bounds(high)
    if accept_at[-1] < 0 and most < n_batch:  # the chance at `clean` is the risk itself, and rounding put it above
        return plan_acceptance(n_batch, target=target, risk=risk, cap=most + 1, look_every=look_every)
    exact = _walk(steps, looks, accept_at, stop_at).accepted
    return AcceptancePlan(n_batch, target, looks, accept_at, stop_at, risk, exact, float(np.exp(high)))


def plan_power(plan: AcceptancePlan, n_defective: int) -> PlanPower:
    """Give what the plan does to a batch with `n_defective` defective images."""
    if not 0 <= n_defective <= plan.n_batch:
        raise CalibrationSettingError("n_defective", n_defective, allowed=f"between 0 and {plan.n_batch}")
    steps = _transitions(plan.n_batch, n_defective, plan.looks, max(plan.stop_at))
    return _walk(steps, plan.looks, plan.accept_at, plan.stop_at)


def judge_batch(plan: AcceptancePlan, n_read: int, n_defects: int) -> BatchVerdict:
    """Say whether the batch passes after `n_read` of its images, drawn at random, showed `n_defects` defective ones.

    Call it when a look of the plan is reached. In between, a batch passes only if it passed the last look with even
    this many defects, and is sent back only if the next look would do so. Reading may go on beyond an undecided plan,
    at the price of up to the allowed risk once more.

    Args:
        plan: made before reading began.
        n_read: images read.
        n_defects: defective ones among them.
    """
    rate = defect_rate_at_any_time(plan.n_batch, n_read, n_defects)
    decision = _decide(plan, n_read, n_defects)
    if decision in {"accept", "send back"}:
        return BatchVerdict(decision, None, None, rate)
    if decision == "undecided":
        return BatchVerdict(decision, _more_beyond(plan, n_read, n_defects), None, rate)
    best = [n for n, c in zip(plan.looks, plan.accept_at, strict=True) if n > n_read and n_defects <= c]
    more = min(best) - n_read if best else _more_beyond(plan, n_read, n_defects)
    return BatchVerdict(decision, more, _more_expected(plan, n_read, n_defects), rate)


def smallest_clean_sample(n_batch: int, *, target: float = TARGET, risk: float = RISK) -> int:
    """Count the images to read so that finding no defect accepts, at the stated risk, in a plan with a single look."""
    _check(n_batch, target, risk)
    bad = _just_bad(n_batch, target)
    n = np.arange(n_batch + 1)
    none_found = _log_hyper(np.zeros_like(n), n_batch, np.full_like(n, bad), n)
    return int(np.flatnonzero(none_found <= np.log(risk))[0])


def sample_defect_rate(n_batch: int, n_read: int, n_defects: int, *, level: float = 0.95) -> Estimate:
    """Measure a batch's defect rate from a sample whose size was fixed beforehand; exact, never below its level.

    For a sample that is looked at repeatedly use `defect_rate_at_any_time`.

    Reference: inversion of two one-sided hypergeometric tests; Buonaccorsi (1987).
    """
    _check_counts(n_batch, n_read, n_defects)
    method = "exact-hypergeometric"
    if n_read == 0:
        return nothing_measured(method)
    totals = np.arange(n_defects, n_batch - (n_read - n_defects) + 1)
    tail = (1 - level) / 2
    at_most = _cumulative(n_batch, totals, n_read, n_defects)
    at_least = 1.0 - _cumulative(n_batch, totals, n_read, n_defects - 1)
    low, high = totals[at_least > tail][0], totals[at_most > tail][-1]
    return Estimate(n_defects / n_read, float(low) / n_batch, float(high) / n_batch, n_read, n_read, method)


def defect_rate_at_any_time(n_batch: int, n_read: int, n_defects: int, *, level: float = 0.95) -> Estimate:
    """Measure a batch's defect rate with an interval that holds at all looks together.

    Keeps every number of defects whose prior weight is less than 1 / (1 - level) times its posterior one.

    Reference: Waudby-Smith and Ramdas (2020), "Confidence sequences for sampling without replacement", section 2.
    """
    _check_counts(n_batch, n_read, n_defects)
    method = "sampled-any-time"
    if n_read == 0:
        return nothing_measured(method)
    totals = np.arange(n_defects, n_batch - (n_read - n_defects) + 1)
    log_seen = _log_hyper(np.full_like(totals, n_defects), n_batch, totals, n_read)
    log_weight = _log_prior(n_batch)[totals] + log_seen
    kept = totals[log_seen - logsumexp(log_weight) > np.log(1 - level)]
    low, high = float(kept[0]) / n_batch, float(kept[-1]) / n_batch
    value = n_defects / n_read
    return Estimate(value, min(low, value), max(high, value), n_read, n_read, method)


def _check(n_batch: int, target: float, risk: float) -> None:
    if not 1 <= n_batch <= _LARGEST_BATCH:
        raise CalibrationSettingError("n_batch", n_batch, allowed=f"between 1 and {_LARGEST_BATCH:,} images")
    if not 0.0 < target < 1.0:
        raise CalibrationSettingError("target", target, allowed="above 0 and below 1")
    if not 0.0 < risk < 1.0:
        raise CalibrationSettingError("risk", risk, allowed="above 0 and below 1")


def _check_counts(n_batch: int, n_read: int, n_defects: int) -> None:
    if not 0 <= n_defects <= n_read <= n_batch:
        counts = (n_defects, n_read)
        raise CalibrationSettingError("n_defects, n_read", counts, allowed=f"with defects <= read <= {n_batch}")


def _just_bad(n_batch: int, target: float) -> int:
    """Give D*, the fewest defective images that are one too many; the product is freed of rounding first."""
    return floor(round(target * n_batch, 9)) + 1


def _stop_bound(n: int, target: float) -> int:
    """Give the defects at which a sample is hopeless: two standard errors above the target, and never one alone."""
    return max(2, ceil(target * n + 2 * sqrt(target * (1 - target) * n) + 0.5))


def _log_factorials(n: ArrayLike) -> FloatArray:
    return np.asarray(gammaln(np.asarray(n, np.float64) + 1), np.float64)


def _log_hyper(found: ArrayLike, n_batch: int, defective: ArrayLike, n_read: ArrayLike) -> FloatArray:
    """Give ln P(found | defective of n_batch, n_read drawn); -inf where impossible."""
    d, total, n = np.broadcast_arrays(np.asarray(found), np.asarray(defective), np.asarray(n_read))
    good, rest = n - d, n_batch - total
    possible = (d >= 0) & (d <= total) & (good >= 0) & (good <= rest)
    d, good = np.where(possible, d, 0), np.where(possible, good, 0)
    drawn = d + good

    def choose(n_from: IntArray, k: IntArray) -> FloatArray:
        return _log_factorials(n_from) - _log_factorials(k) - _log_factorials(n_from - k)

    logs = choose(total, d) + choose(rest, good) - choose(np.full_like(drawn, n_batch), drawn)
    return np.where(possible, logs, -np.inf)


def _log_prior(n_batch: int) -> FloatArray:
    """Give ln beta-binomial(1, 49) weights of 0 to n_batch defects."""
    a, b = _PRIOR
    total = np.arange(n_batch + 1, dtype=np.float64)
    choose = _log_factorials(n_batch) - _log_factorials(total) - _log_factorials(n_batch - total)
    return np.asarray(choose + betaln(a + total, b + n_batch - total) - betaln(a, b), np.float64)


def _log_ratios(n_batch: int, bad: int, looks: tuple[int, ...], largest: int) -> FloatArray:
    """Give ln E(n, d), good batches against the just-bad one, for each look and d = 0 to largest."""
    good = np.arange(bad)
    prior = _log_prior(n_batch)[:bad]
    prior = prior - logsumexp(prior)
    ratios = np.full((len(looks), largest + 1), -np.inf)
    for i, n in enumerate(looks):
        for d in range(min(largest, n, bad) + 1):
            under_good = logsumexp(prior + _log_hyper(d, n_batch, good, n))
            under_bad = float(_log_hyper(d, n_batch, bad, n))
            ratios[i, d] = np.inf if np.isneginf(under_bad) and np.isfinite(under_good) else -np.inf
            if np.isfinite(under_bad):
                ratios[i, d] = under_good - under_bad
    return ratios


def _transitions(n_batch: int, defective: int, looks: tuple[int, ...], largest: int) -> list[FloatArray]:
    """Give for each look the (largest + 1, largest + 1) chances of going from d to d' defects since the last look.

    What leaves the table at its upper end has been stopped as bad and is collected in the last column.
    """
    steps, before = [], 0
    start, found = np.arange(largest + 1)[:, None], np.arange(largest + 1)[None, :]
    for n in looks:
        left = np.maximum(defective - start, 0)
        more = found - start
        block, rest = n - before, n_batch - before
        chance = np.exp(_log_hyper_rest(more, rest, left, block))
        chance[:, -1] += np.maximum(0.0, 1.0 - chance.sum(axis=1))
        steps.append(chance)
        before = n
    return steps


def _log_hyper_rest(found: IntArray, n_rest: int, defective: IntArray, n_read: int) -> FloatArray:
    return _log_hyper(found, n_rest, np.minimum(defective, n_rest), n_read)


def _walk(
    steps: list[FloatArray], looks: tuple[int, ...], accept_at: tuple[int, ...], stop_at: tuple[int, ...]
) -> PlanPower:
    """Follow the exact distribution of defects from look to look."""
    size = len(steps[0])
    alive = np.zeros(size)
    alive[0] = 1.0
    counts = np.arange(size)
    accepted = sent_back = read = 0.0
    for step, n, accept, stop in zip(steps, looks, accept_at, stop_at, strict=True):
        alive = alive @ step
        good, bad = counts <= accept, counts >= stop
        passing, failing = float(alive[good].sum()), float(alive[bad].sum())
        accepted, sent_back, read = accepted + passing, sent_back + failing, read + n * (passing + failing)
        alive = np.where(good | bad, 0.0, alive)
    return PlanPower(accepted, sent_back, read + looks[-1] * float(alive.sum()))


def _decide(plan: AcceptancePlan, n_read: int, n_defects: int) -> Decision:
    if n_read == plan.n_batch:  # all read: the rate is known
        return "accept" if n_defects < _just_bad(plan.n_batch, plan.target) else "send back"
    bounds = list(zip(plan.looks, plan.accept_at, plan.stop_at, strict=True))
    if any(n <= n_read and n_defects <= accept for n, accept, _ in bounds):
        return "accept"
    ahead = [stop for n, _, stop in bounds if n >= n_read]
    if n_defects >= (ahead[0] if ahead else plan.stop_at[-1]):
        return "send back"
    if n_read < plan.looks[-1]:
        return "review more"
    return "undecided" if _more_beyond(plan, n_read, n_defects) else "accept"


def _more_beyond(plan: AcceptancePlan, n_read: int, n_defects: int) -> int:
    """Count the further clean images at which the batch would pass beyond the plan's reading.

    There the ratio must reach 1 / allowed risk, and no less than within the plan. By Ville's inequality a just-bad
    batch ever gets there with at most that chance, however long one reads; it adds to the plan's own risk.
    """
    bad = _just_bad(plan.n_batch, plan.target)
    if n_defects >= bad:
        return plan.n_batch - n_read
    prior = _log_prior(plan.n_batch)[:bad]
    prior = prior - logsumexp(prior)
    wanted = max(-np.log(plan.allowed_risk), np.log(plan.evidence))
    low, high = max(n_read, plan.looks[-1]), plan.n_batch
    while low < high:
        middle = (low + high) // 2
        under_bad = float(_log_hyper(n_defects, plan.n_batch, bad, middle))
        under_good = float(logsumexp(prior + _log_hyper(n_defects, plan.n_batch, np.arange(bad), middle)))
        if under_good - under_bad >= wanted:
            high = middle
        else:
            low = middle + 1
    return high - n_read


def _more_expected(plan: AcceptancePlan, n_read: int, n_defects: int) -> float:
    """Follow the plan from here if the unread images are as defective as the read ones (with half a defect added)."""
    rate = (n_defects + 0.5) / (n_read + 1)
    rest = plan.n_batch - n_read
    ahead = [i for i, n in enumerate(plan.looks) if n > n_read]
    looks = tuple(plan.looks[i] - n_read for i in ahead)
    largest = max(plan.stop_at)
    steps = _transitions(rest, round(rate * rest), looks, largest)
    accept_at = tuple(plan.accept_at[i] - n_defects for i in ahead)
    stop_at = tuple(plan.stop_at[i] - n_defects for i in ahead)
    return _walk(steps, looks, accept_at, stop_at).mean_read


def _cumulative(n_batch: int, totals: IntArray, n_read: int, most: int) -> FloatArray:
    """Give P(found <= most) for each total number of defects."""
    chances = np.zeros(len(totals))
    for d in range(most + 1):
        chances += np.exp(_log_hyper(d, n_batch, totals, n_read))
    return chances
