"""From which confidence on may a model's labels be taken without a person? A threshold with an exact promise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv, betaln, gammaln

from assay.quality.errors import CertificateSettingError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SURENESS: Final = 0.9
SELECT_SHARE: Final = 0.3
CHANCES: Final = (0.97, 0.9, 0.75, 0.5, 0.3, 0.15)
"""Predicted chances of success of the thresholds that are tried, the safest first."""
MOST_CANDIDATES: Final = 120
GROWTH: Final = (1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)
NEEDED_CHANCE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Certificate:
    """What calibration says about taking labels from a confidence on.

    Attributes:
        target: share wrong among accepted labels that is promised not to be exceeded.
        sureness: how sure the promise is, over fresh calibration sets.
        threshold: accept where confidence is at least this; None when nothing can be certified.
        n_items: calibration items, both stages.
        n_accepted: items of the second stage at or above the threshold (of the safest one tried, when none passed).
        n_wrong: of these, wrong.
        upper: exact upper bound of the share wrong among accepted at `sureness`; None when nothing was accepted.
        floor: accepted items that even a faultless model needs.
        accepted_share: share of second-stage items that would be accepted; 0 without a threshold.
        needs: further calibration labels with which a certificate is likely (8 in 10), None when certified or when no
            amount that was tried would do.
        words: the answer as a sentence.
    """

    target: float
    sureness: float
    threshold: float | None
    n_items: int
    n_accepted: int
    n_wrong: int
    upper: float | None
    floor: int
    accepted_share: float
    needs: int | None
    words: str


def certificate_floor(target: float, sureness: float = SURENESS) -> int:
    """Accepted calibration items without a single error that a certificate needs at least: 45 for 5 % at .9.

    The smallest n with (1 - target)^n <= 1 - sureness.
    """
    _check(target, sureness)
    return math.ceil(math.log1p(-sureness) / math.log1p(-target) - 1e-9)


def error_upper_bound(n_wrong: int, n: int, sureness: float = SURENESS) -> float:
    """The exact one-sided upper bound of a share: what is refused above it at level 1 - sureness.

    Reference: Clopper and Pearson (1934), one side.
    """
    return 1.0 if n_wrong >= n else float(betaincinv(n_wrong + 1, n - n_wrong, sureness))


def certify_threshold(
    confidences: NDArray[Any],
    wrong: NDArray[Any],
    *,
    target: float,
    rng: np.random.Generator,
    sureness: float = SURENESS,
    select_share: float = SELECT_SHARE,
) -> Certificate:
    """Find the lowest threshold whose accepted labels are at most `target` wrong, and promise it at `sureness`.

    Two stages on a random split. The first part chooses a few thresholds, from the safest on, by the predicted chance
    (beta-binomial) that the second part will bear them out. The second part tests them in that order with the exact
    binomial test, each at level 1 - sureness, and stops at the first that fails: a fixed sequence, so the chance of
    promising too much is at most 1 - sureness however many are tried. The calibration items must be a random sample
    of what the model will meet, labelled by people who did not see its answers.

    Args:
        confidences: (N,) the model's confidence in its label for each item, in [0, 1].
        wrong: (N,) whether that label is wrong.
        target: in (0, 1).
        rng: makes the split.
        sureness: in (0, 1).
        select_share: part of the items in the first stage.

    Reference: Angelopoulos, Bates, Candès, Jordan, Lei (2025), "Learn then Test", section 4 (fixed sequence testing).
    """
    floor = certificate_floor(target, sureness)
    c, bad = np.asarray(confidences, np.float64), np.asarray(wrong, np.bool_)
    if c.shape != bad.shape or c.ndim != 1 or not bool(np.all((c >= 0) & (c <= 1))):
        raise CertificateSettingError("confidences", c.shape, allowed="one number from 0 to 1 for each item")
    order = rng.permutation(len(c))
    n_select = round(select_share * len(c))
    first, second = order[:n_select], order[n_select:]
    curve = _curve(c[first], bad[first])
    tried = _choose(curve, len(second), target, sureness)
    passed, last = None, (0, 0)
    for threshold in tried:
        taken = c[second] >= threshold
        n, x = int(taken.sum()), int((taken & bad[second]).sum())
        if passed is None:
            last = (n, x)
        if n == 0 or float(bdtr(x, n, target)) > 1 - sureness:
            break
        passed, last = threshold, (n, x)
    return _answer(passed, last, floor, curve, len(second), (target, sureness, len(c)))


def oracle_share(confidences: NDArray[Any], wrong: NDArray[Any], target: float) -> float:
    """The largest share that any threshold could accept with at most `target` wrong, the truth being known."""
    curve = _curve(np.asarray(confidences, np.float64), np.asarray(wrong, np.bool_), most=None)
    allowed = curve.n_wrong <= target * curve.n
    return float(curve.n[allowed].max() / max(len(confidences), 1)) if allowed.any() else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """Of items at or above each threshold, descending: how many, how many wrong; and how many items there are."""

    thresholds: Floats
    n: Floats
    n_wrong: Floats
    n_items: float


def _curve(confidences: Floats, wrong: Flags, most: int | None = MOST_CANDIDATES) -> _Curve:
    """Counts at every distinct confidence, thinned evenly to `most`."""
    order = np.argsort(-confidences, kind="stable")
    sorted_c = confidences[order]
    ends = np.flatnonzero(np.append(sorted_c[1:] != sorted_c[:-1], len(sorted_c) > 0))
    if most is not None and len(ends) > most:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, most).round().astype(np.int64))]
    sums = np.cumsum(wrong[order], dtype=np.float64)
    return _Curve(sorted_c[ends], (ends + 1).astype(np.float64), sums[ends], len(confidences))


def _choose(curve: _Curve, n_second: int, target: float, sureness: float) -> list[float]:
    """The lowest thresholds with each of the predicted chances, safest first; else the one with the best chance."""
    if len(curve.n) == 0 or n_second == 0:
        return []
    chance = _chances(curve, n_second, target, sureness)
    chosen: list[float] = []
    for wanted in CHANCES:
        good = np.flatnonzero(chance >= wanted)
        if len(good):
            threshold = float(curve.thresholds[good[-1]])
            if not chosen or threshold < chosen[-1]:
                chosen.append(threshold)
    return chosen or [float(curve.thresholds[int(np.argmax(chance))])]


def _chances(curve: _Curve, n_second: float, target: float, sureness: float) -> Floats:
    """(T,) predicted chance that each threshold passes on a second stage of `n_second` items."""
    n_next = np.round(curve.n * (n_second / max(curve.n_items, 1))).astype(np.int64)
    return np.array(
        [
            _beta_binomial_cdf(_most_wrong(int(m), target, sureness), int(m), x + 0.5, n - x + 0.5)
            for m, n, x in zip(n_next, curve.n, curve.n_wrong, strict=True)
        ]
    )


def _most_wrong(n: int, target: float, sureness: float) -> int:
    """The most errors among n accepted that the test still passes; -1 when even none is too many."""
    low, high = -1, n
    while low < high:
        middle = (low + high + 1) // 2
        if float(bdtr(middle, n, target)) <= 1 - sureness:
            low = middle
        else:
            high = middle - 1
    return low


def _beta_binomial_cdf(k: int, n: int, a: float, b: float) -> float:
    """P(X <= k) of the beta-binomial."""
    if k < 0:
        return 0.0
    x = np.arange(k + 1, dtype=np.float64)
    logs = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1) + betaln(x + a, n - x + b) - betaln(a, b)
    return float(min(np.exp(logs).sum(), 1.0))


def _more_labels(curve: _Curve, n_second: int, target: float, sureness: float) -> int | None:
    """Further calibration items with which some threshold is likely to pass; None when no growth tried would do.

    What more items will show is taken to be more of the same.
    """
    n_items = curve.n_items + n_second
    if len(curve.n) == 0:
        return None
    for growth in GROWTH:
        larger = _Curve(curve.thresholds, curve.n * growth, curve.n_wrong * growth, curve.n_items * growth)
        if float(_chances(larger, n_second * growth, target, sureness).max()) >= NEEDED_CHANCE:
            return max(math.ceil(n_items * (growth - 1)), 1)
    return None


def _answer(
    threshold: float | None,
    counts: tuple[int, int],
    floor: int,
    curve: _Curve,
    n_second: int,
    asked: tuple[float, float, int],
) -> Certificate:
    """The certificate, or the refusal with how many labels are missing."""
    (n, x), (target, sureness, n_items) = counts, asked
    upper = error_upper_bound(x, n, sureness) if n else None
    needs = None
    if threshold is not None:
        words = f"At most {_percent(target)} wrong among accepted, {_percent(sureness)} sure, n = {n}, {x} wrong."
    else:
        needs = _more_labels(curve, n_second, target, sureness)
        words = _refusal(n, x, floor, needs, target)
    share = n / n_second if threshold is not None and n_second else 0.0
    return Certificate(target, sureness, threshold, n_items, n, x, upper, floor, share, needs, words)


def _refusal(n: int, x: int, floor: int, needs: int | None, target: float) -> str:
    wanted = f"at least {floor} without an error are needed for {_percent(target)}"
    why = f"{n} accepted calibration items, {x} wrong; {wanted}"
    if needs is None:
        return f"Cannot certify: {why}. No number of labels that was tried would do; the model errs too often."
    return f"Cannot certify yet: {needs} more calibration labels ({why})."


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _check(target: float, sureness: float) -> None:
    for name, value in (("target", target), ("sureness", sureness)):
        if not 0 < value < 1:
            raise CertificateSettingError(name, value, allowed="a share between 0 and 1")
