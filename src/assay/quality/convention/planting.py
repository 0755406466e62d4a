"""How surely this much evidence shows a practice of the reference strength: one is planted in these very answers.

The reference is what the tables of docs/convention.md promise: three of eight people follow it, four times in five;
for a class line, four in five of the fifth of objects that is doubtful; for sides of boxes, 8 % of the side. What is
asked is whether the search would have shown it, so the answer holds whatever was or was not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

import numpy as np
from scipy.stats import chi2, norm

from assay.quality.convention.care import meetings
from assay.quality.convention.evidence import Evidence, Flags, Floats
from assay.quality.convention.features import COVERED, ELONGATED, SMALL, Feature, covered_share, side_px
from assay.quality.convention.leaving_out import far_above_chance, has_enough, informative
from assay.quality.convention.naming import CLASS_ERRORS, CLASS_FLOOR, MIN_EVENTS, Contradictions, lean_of
from assay.quality.convention.placing import PLACE_FLOOR_PX, Offsets, Pattern
from assay.quality.marks import Longs

FOLLOWERS: Final = 3 / 8
STRENGTH: Final = 0.8
DOUBTFUL: Final = 0.2  # share of a class whose objects could be called another
OFFSET: Final = 0.08  # of the side
ENOUGH: Final = 0.9  # chance from which evidence is called enough; where this says so, .8 and more were found in trials
SURELY: Final = 0.95  # the chance at the number of images that would do
_PLANTINGS: Final = 8
_FIRST: Final = 3  # plantings after which a clear answer is taken
_PLAINLY: Final = 2.0  # times as far above chance as needed, or below it, is a clear answer
_AMPLE: Final = 400  # objects with and without the feature that everybody met, from which nothing is planted
_UNEVEN: Final = 0.2  # how much which people follow it moves the statistic, as a share of it; from simulation
_BLUR: Final = {SMALL: 0.05, COVERED: 0.2, ELONGATED: 0.2}  # people's line is not ours: log deviation of what they see
_ON_TOP: Final = 0.5  # of two boxes that overlap one lies on top, and the boxes do not say which
_TRIALS: Final = 400
_FEWEST_PEOPLE: Final = 3
_MOST_TIMES: Final = 50.0


@dataclass(frozen=True, slots=True)
class Chance:
    """How surely a planted practice is shown.

    Attributes:
        value: chance that the search shows it.
        times: how many times as many images would make it `SURELY`; 1 when it is `ENOUGH`, None when unknown.
    """

    value: float
    times: float | None


_SURE: Final = Chance(1.0, 1.0)
_BLIND: Final = Chance(0.0, None)


def chance_left_out(
    evidence: Evidence,
    tested: Longs,
    feature: Feature,
    given: Sequence[Feature],
    *,
    level: float,
    n_features: int,
    rng: np.random.Generator,
) -> Chance:
    """Plant the leaving out of one kind of object, and see how far above chance it comes out.

    On such objects everybody is given their own share of misses elsewhere, so that what was found about them does not
    count; three of eight, drawn anew each time, then leave out four in five.

    Args:
        evidence: who drew what.
        tested: numbers of the people compared.
        feature: the kind of object.
        given: other kinds that people are known to treat differently.
        level: chance of a false report over all `n_features`.
        n_features: questions asked in the search.
        rng: the only source of randomness.
    """
    if _everybody_met(evidence, tested, feature.holds) >= _AMPLE:
        return _SURE
    d = len(tested)
    least = float((chi2.isf(level / max(n_features, 1), d) - d) / sqrt(2 * d))
    scores: list[float] = []
    for _ in range(_PLANTINGS):
        told = informative(_without(evidence, tested, feature, rng), tested)
        scores.append(far_above_chance(told, feature, given) if has_enough(told, feature) else 0.0)
        mean = float(np.mean(scores))
        if len(scores) >= _FIRST and not least / _PLAINLY < mean < _PLAINLY * _needed(least, d, ENOUGH):
            break
    return _of_score(mean, least, d)


def _needed(least: float, d: int, chance: float) -> float:
    """The mean score at which a chance is reached."""
    grid = least * np.linspace(1, 8, 400)
    return float(grid[np.argmax(_passes(grid, least, d) >= chance)])


def _of_score(score: float, least: float, d: int) -> Chance:
    value = float(_passes(np.array(score), least, d))
    if value >= ENOUGH:
        return Chance(value, 1.0)
    needed = _needed(least, d, SURELY)
    return Chance(value, needed / score if score * _MOST_TIMES > needed else None)


def _passes(score: Floats, least: float, d: int) -> Floats:
    """Chance that a statistic of `d` people whose mean is `score` deviations above chance lies above `least`."""
    spread = np.sqrt(1 + 2 * np.maximum(score, 0) * sqrt(2 / d) + (_UNEVEN * score) ** 2)
    return np.asarray(norm.cdf((score - least) / spread), np.float64)


def _everybody_met(evidence: Evidence, tested: Longs, holds: Flags) -> float:
    """The median over people of what they met with or without the feature, whichever is less."""
    met, cells = meetings(evidence), evidence.cells
    counts = [
        np.bincount(cells.person[met & rows[cells.unit]], minlength=len(evidence.people))[tested]
        for rows in (holds, ~holds)
    ]
    return float(min(np.median(counts[0]), np.median(counts[1])))


def _without(evidence: Evidence, tested: Longs, feature: Feature, rng: np.random.Generator) -> Evidence:
    cells = evidence.cells
    theirs = meetings(evidence) & ~feature.holds[cells.unit]
    n_people = len(evidence.people)
    n_met = np.bincount(cells.person[theirs], minlength=n_people)
    n_missed = np.bincount(cells.person[theirs], ~cells.drew[theirs], n_people)
    draws = 1 - (n_missed + 0.5) / (n_met + 1)
    n_followers = max(2, round(FOLLOWERS * len(tested)))
    follows = np.isin(cells.person, rng.choice(tested, min(n_followers, len(tested)), replace=False))
    seen = _as_people_see_it(evidence, feature, rng)
    counted = (feature.holds | seen) & (evidence.n_drew > 1)
    chance = draws[cells.person] * np.where(follows & seen[cells.unit], 1 - STRENGTH, 1.0)
    drew = np.where(counted[cells.unit], rng.random(len(cells)) < chance, cells.drew)
    return replace(evidence, cells=replace(cells, drew=drew))


def _as_people_see_it(evidence: Evidence, feature: Feature, rng: np.random.Generator) -> Flags:
    """(n_units,) of which units somebody would say that the feature holds."""
    blur = np.exp(rng.normal(0, _BLUR.get(feature.kind, 0.0), evidence.n_units))
    if feature.kind == SMALL:
        return np.asarray(side_px(evidence.box) * blur <= feature.cut)
    if feature.kind == COVERED:
        share = covered_share(evidence.box, evidence.image, evidence.n_drew > 1)
        return np.asarray((share * blur >= feature.cut) & (rng.random(evidence.n_units) < _ON_TOP))
    if feature.kind == ELONGATED:
        extent = evidence.box[:, 2:] - evidence.box[:, :2]
        return np.asarray(extent.max(axis=1) / extent.min(axis=1) * blur >= feature.cut)
    return feature.holds


def chance_renamed(table: Contradictions, label_class: int, *, level: float, rng: np.random.Generator) -> Chance:
    """Plant a moved line between a class and the most frequent other one.

    Args:
        table: what everybody said where others agree.
        label_class: from which objects are called otherwise.
        level: chance of a false report over all pairs of classes.
        rng: the only source of randomness.
    """
    here, there, errors, n_pairs = table.met(label_class)
    if not here.any() or len(here) < _FEWEST_PEOPLE:
        return _BLIND
    n_followers = max(2, round(FOLLOWERS * len(here)))
    follows = np.argsort(rng.random((_TRIALS, len(here))), axis=1) < n_followers
    value = None
    for times in (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, _MOST_TIMES):
        met = (np.round(here * times).astype(np.int64), np.round(there * times).astype(np.int64))
        shown = float(_shown(*met, errors, follows, level / n_pairs, rng).mean())
        value = shown if value is None else value
        if shown >= (ENOUGH if times == 1.0 else SURELY):
            return Chance(value, times)
    return Chance(value or 0.0, None)


def _shown(
    here: Longs, there: Longs, errors: tuple[float, float], follows: Flags, level: float, rng: np.random.Generator
) -> Flags:
    """(n_trials,) whether the test and its floors let a planted line through, three people on each image.

    A follower contradicts the others only where none of them follows, too; where both do, it is the third who seems to
    call the other class otherwise.
    """
    n_others = len(here) - 1
    n_more = int(follows[0].sum()) - 1
    alone = (1 - STRENGTH * n_more / n_others) ** 2
    outvoted = STRENGTH**2 * (n_more + 1) * n_more / (n_others * (n_others - 1))
    moved = rng.binomial(here, np.where(follows, errors[0] + DOUBTFUL * STRENGTH * alone, errors[0]))
    seeming = rng.binomial(here, np.where(follows, 0.0, DOUBTFUL * outvoted))
    back = rng.binomial(there, np.full(follows.shape, errors[1])) + seeming
    back_of = there + seeming
    total = moved + back
    forth = here * (moved.sum(axis=1) / max(int(here.sum()), 1))[:, None]
    home = back_of * (back.sum(axis=1) / np.maximum(back_of.sum(axis=1), 1))[:, None]
    q = forth / np.maximum(forth + home, 1e-12)
    variance = total * q * (1 - q)
    statistic = ((moved - total * q) ** 2 / np.maximum(variance, 1e-9) * (variance > 0)).sum(axis=1)
    tells = statistic > chi2.isf(level, np.maximum((variance > 0).sum(axis=1), 1))
    lean, error = lean_of(moved, here, back, back_of)
    weight = 1 / error**2
    sums = [(weight * side).sum(axis=1) for side in (follows, ~follows)]
    gap = (weight * lean * follows).sum(axis=1) / sums[0] - (weight * lean * ~follows).sum(axis=1) / sums[1]
    clear = gap > np.maximum(CLASS_FLOOR, CLASS_ERRORS * np.sqrt(1 / sums[0] + 1 / sums[1]))
    return np.asarray((total.sum(axis=1) >= MIN_EVENTS) & tells & clear)


def chance_placed(offsets: Offsets, pattern: Pattern, tested: Longs, *, level: float, n_patterns: int) -> Chance:
    """How surely 8 % of the side would be shown: from the errors of everybody's offsets.

    Args:
        offsets: of all sides, before anything was taken out.
        pattern: which sides, on which objects.
        tested: numbers of the people compared.
        level: chance of a false report over all patterns.
        n_patterns: ways of placing sides that are looked at.
    """
    measured = offsets.steadiness(pattern, tested)
    if measured is None or measured.side_px * OFFSET < PLACE_FLOOR_PX:
        return _BLIND
    d = len(tested)
    least = float((chi2.isf(level / max(n_patterns, 1), d) - d) / sqrt(2 * d))
    share = FOLLOWERS * (1 - FOLLOWERS)  # mean square of what is planted, about its mean
    apart = share * OFFSET**2 / np.maximum(measured.error, 1e-9) ** 2
    apart /= 1 + apart / measured.n_images  # the variance by images holds what is planted, too
    return _of_score(float(apart.sum()) / sqrt(2 * d), least, d)
