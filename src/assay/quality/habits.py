"""Finds practice that differs by the kind of object: who leaves out what others draw, or draws it differently.

A person's misses are compared with their own misses of other objects on the same image, so that a bad image, a bad day
or plain carelessness is no habit; then with what the other people do with such objects, so that what is hard for
everybody is none either. Both must show, and both must be large.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import hypergeom

from assay.kernel.estimate import Estimate
from assay.quality.habit_evidence import FEATURES, Flags, Opportunities
from assay.quality.habit_words import clause_for, hint_for, title_for
from assay.quality.image_shares import share_by_image

EXTENDS_DOWN: Final = "extends_down"

ALPHA: Final = 0.05
MIN_UNITS: Final = 20
MIN_IMAGES: Final = 10
MIN_OTHERS: Final = 2
MISS_GAP: Final = 0.20  # smallest difference in the share left out that is worth a clause
MISS_LOG_ODDS: Final = 1.5
REACH_GAP: Final = 0.05  # smallest difference in the share of boxes that reach down
REACHES_FROM: Final = 0.2  # a side this far outside, in shares of the box, is no matter of care
STILL: Final = 0.1  # the opposite side moved less than this, so the box is longer and not merely shifted
_BOTTOM: Final = 3


@dataclass(frozen=True, slots=True)
class Habit:
    """Something one or several people do differently with one kind of object. Practice differs; nobody is wrong by it.

    Attributes:
        feature: `touches_edge`, `partly_covered`, `small` or `extends_down`.
        people: who does it, in order of name.
        other_people: who does not, among those with enough evidence.
        value: share of such objects that `people` leave out (for `extends_down`: of boxes that reach down).
        others: the same of `other_people`.
        n: objects that `value` rests on.
        p_value: the largest of the people's, before any correction.
        title: one sentence.
        clause_hint: words to find the guideline clause by.
        drafted_clause: a rule that would settle it, to be edited.
        rows: rows of the evidence in which `people` did it, for showing the places.
    """

    feature: str
    people: tuple[str, ...]
    other_people: tuple[str, ...]
    value: Estimate
    others: Estimate
    n: int
    p_value: float
    title: str
    clause_hint: str
    drafted_clause: str
    rows: NDArray[np.int64]


def find_habits(evidence: Opportunities, *, alpha: float = ALPHA, things: str = "objects") -> list[Habit]:
    """Find habits, people with the same one together; strongest first.

    With nobody having a habit, any report at all has a chance of at most `alpha` (Bonferroni over people and
    features). Someone may have several: once one is found, those objects are set aside before the next is looked for,
    so that edge-cut objects being small too does not make a second habit.

    Args:
        evidence: from gold, from overlapping work, or both joined.
        alpha: chance of a false report in all.
        things: what the objects are called in titles and clauses, plural.
    """
    n_tests = max(1, len(evidence.people) * (len(FEATURES) + 1))
    level = alpha / n_tests
    found = [*_existence_habits(evidence, level, things), *_reach_habits(evidence, level, things)]
    return sorted(found, key=lambda habit: (habit.p_value, habit.feature))


def concentration_p(missed: Flags, flagged: Flags, image: NDArray[np.int64]) -> float:
    """Give the chance that as many misses fall on flagged objects if, on each image, any object was as likely missed.

    Exact and one-sided, conditional on every image's number of objects, flagged objects and misses, so an image on
    which much was missed says nothing by itself. 1 when no image tells.

    Reference: Mantel and Haenszel (1959); the exact form is the convolution of each stratum's hypergeometric law.
    """
    _, stratum = np.unique(image, return_inverse=True)
    total, with_flag, misses = (np.bincount(stratum, weights=w) for w in (np.ones(len(image)), flagged, missed))
    tells = (with_flag > 0) & (with_flag < total) & (misses > 0) & (misses < total)
    if not tells.any():
        return 1.0
    k, f, m = total[tells].astype(int), with_flag[tells].astype(int), misses[tells].astype(int)
    seen = int((missed & flagged & tells[stratum]).sum())
    most = np.minimum(f, m)
    grid = np.arange(int(most.max()) + 1)
    chances = np.asarray(hypergeom.pmf(grid[None, :], k[:, None], f[:, None], m[:, None]), np.float64)
    law = np.ones(1)
    for i in range(len(most)):
        law = np.convolve(law, chances[i, : most[i] + 1])
    return float(min(1.0, law[seen:].sum()))


def _existence_habits(evidence: Opportunities, level: float, things: str) -> list[Habit]:
    left = np.ones(len(evidence), bool)
    holders: dict[str, dict[int, float]] = {feature: {} for feature in FEATURES}
    for _ in FEATURES:
        found = _next_features(evidence, left, level, holders)
        if not found:
            break
        for person, (feature, p) in found.items():
            holders[FEATURES[feature]][person] = p
            left &= ~((evidence.person == person) & evidence.flags[:, feature])
    return [
        _habit(evidence, feature, who, evidence.flags[:, number], evidence.missed, things)
        for number, feature in enumerate(FEATURES)
        if (who := holders[feature])
    ]


def _next_features(
    evidence: Opportunities, left: Flags, level: float, holders: dict[str, dict[int, float]]
) -> dict[int, tuple[int, float]]:
    """The strongest habit of each person that is not yet known, with its p, among the rows that are left."""
    concentrated = {}
    for person in range(len(evidence.people)):
        mine = left & (evidence.person == person)
        for number, feature in enumerate(FEATURES):
            if person not in holders[feature] and _enough(evidence, mine, number):
                p = concentration_p(evidence.missed[mine], evidence.flags[mine, number], evidence.image[mine])
                if p <= level:
                    concentrated[person, number] = p
    best: dict[int, tuple[int, float]] = {}
    for (person, number), p in sorted(concentrated.items(), key=lambda entry: (entry[1], entry[0])):
        same = {who for who, feature in concentrated if feature == number} | set(holders[FEATURES[number]])
        if person not in best and _large(evidence, left, person, number, same):
            best[person] = (number, p)
    return best


def _enough(evidence: Opportunities, mine: Flags, feature: int) -> bool:
    flagged = mine & evidence.flags[:, feature]
    n_images = len(np.unique(evidence.image[flagged]))
    return flagged.sum() >= MIN_UNITS and (mine & ~flagged).sum() >= MIN_UNITS and n_images >= MIN_IMAGES


def _large(evidence: Opportunities, left: Flags, person: int, feature: int, same: set[int]) -> bool:
    """Whether the person's misses of such objects exceed the others' by enough, in points and in odds."""
    flagged = evidence.flags[:, feature]
    mine = left & (evidence.person == person)
    others = left & ~np.isin(evidence.person, list(same))
    if len(np.unique(evidence.person[others & flagged])) < MIN_OTHERS:
        return False
    gap = evidence.missed[mine & flagged].mean() - evidence.missed[others & flagged].mean()
    odds = _log_odds(evidence.missed, mine, flagged) - _log_odds(evidence.missed, others, flagged)
    return bool(gap >= MISS_GAP and odds >= MISS_LOG_ODDS)


def _log_odds(missed: Flags, rows: Flags, flagged: Flags) -> float:
    """How much likelier flagged objects are missed than the rest, in log odds (half a count added to each cell)."""
    a, b = missed[rows & flagged].sum() + 0.5, (~missed[rows & flagged]).sum() + 0.5
    c, d = missed[rows & ~flagged].sum() + 0.5, (~missed[rows & ~flagged]).sum() + 0.5
    return float(np.log(a * d / (b * c)))


def _reach_habits(evidence: Opportunities, level: float, things: str) -> list[Habit]:
    """People whose boxes often reach down beyond the object and seldom beyond any other side."""
    measured, longer = _one_sided(evidence.reach)
    usable, down = measured[:, _BOTTOM], longer[:, _BOTTOM]
    rates = {
        person: float(down[mine].mean())
        for person in range(len(evidence.people))
        if (mine := usable & (evidence.person == person)).sum() >= MIN_UNITS
        and len(np.unique(evidence.image[mine])) >= MIN_IMAGES
    }
    if len(rates) <= MIN_OTHERS:
        return []
    usual = float(np.sort(list(rates.values()))[: max(MIN_OTHERS, len(rates) // 2)].mean())
    loud = {person for person, rate in rates.items() if rate - usual >= REACH_GAP}
    quiet = usable & np.isin(evidence.person, [person for person in rates if person not in loud])
    holders = {}
    for person in sorted(loud) if len(rates) - len(loud) >= MIN_OTHERS else ():
        mine = evidence.person == person
        p = max(
            _difference_p(down, usable & mine, quiet, evidence.image),
            *(_leaning_p(longer, measured, mine, side, evidence.image) for side in range(_BOTTOM)),
        )
        if p <= level:
            holders[person] = p
    return [_habit(evidence, EXTENDS_DOWN, holders, usable, down, things)] if holders else []


def _one_sided(reach: NDArray[np.float64]) -> tuple[Flags, Flags]:
    """(N, 4) whether each side can be told, and whether the box is longer on it while the opposite side stays."""
    opposite = np.roll(reach, 2, axis=1)
    measured = ~np.isnan(reach)
    with np.errstate(invalid="ignore"):
        stays = np.isnan(opposite) | (np.abs(opposite) < STILL)
        return measured, measured & (reach >= REACHES_FROM) & stays


def _difference_p(events: Flags, mine: Flags, others: Flags, image: NDArray[np.int64]) -> float:
    """One-sided p of a person's share against the others', each with a variance that allows for clustering by image."""
    own, rest = share_by_image(events[mine], image[mine]), share_by_image(events[others], image[others])
    if own.value is None or rest.value is None or own.low is None or rest.high is None:
        return 1.0
    spread = np.hypot(own.value - own.low, rest.high - rest.value) / 1.96
    return float(ndtr(-(own.value - rest.value) / max(float(spread), 1e-9)))


def _leaning_p(longer: Flags, measured: Flags, mine: Flags, side: int, image: NDArray[np.int64]) -> float:
    """One-sided p that a person's boxes are no oftener longer below than on `side`, by flipping signs of image sums."""
    both = mine & measured[:, _BOTTOM] & measured[:, side]
    _, stratum = np.unique(image[both], return_inverse=True)
    lean = longer[both, _BOTTOM].astype(np.float64) - longer[both, side]
    sums = np.abs(np.bincount(stratum, weights=lean)).astype(int)
    law = np.ones(1)
    for size in sums[sums > 0]:  # the law of the sum when each image's lean is as likely up as down
        step = np.zeros(2 * size + 1)
        step[[0, -1]] = 0.5
        law = np.convolve(law, step)
    seen = int(lean.sum()) + int(sums.sum())
    return float(min(1.0, law[seen:].sum()))


def _habit(
    evidence: Opportunities, feature: str, holders: dict[int, float], slice_: Flags, events: Flags, things: str
) -> Habit:
    theirs = slice_ & np.isin(evidence.person, list(holders))
    others = slice_ & ~np.isin(evidence.person, list(holders))
    value = share_by_image(events[theirs], evidence.image[theirs])
    people = tuple(evidence.people[person] for person in sorted(holders))
    return Habit(
        feature=feature,
        people=people,
        other_people=_names(evidence, np.unique(evidence.person[others])),
        value=value,
        others=share_by_image(events[others], evidence.image[others]),
        n=value.n,
        p_value=max(holders.values()),
        title=title_for(feature, len(people), things),
        clause_hint=hint_for(feature),
        drafted_clause=clause_for(feature, things),
        rows=np.flatnonzero(theirs & events),
    )


def _names(evidence: Opportunities, people: Iterable[np.int64]) -> tuple[str, ...]:
    return tuple(evidence.people[int(person)] for person in people)
