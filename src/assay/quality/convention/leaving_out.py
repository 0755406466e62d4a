"""Who leaves out what: a model of pairs in which carelessness and difficulty cancel, and its test by random drawing.

For two people asked about a unit that exactly one of them drew, P(a drew it, b did not) = sigma(eta_a - eta_b) with
eta_a = theta_a + sum_k delta_ak x_k, the conditional form of Rasch's model: how hard the unit is falls out, theta
takes up carelessness, and delta is what a person does differently with units that have feature x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from scipy.sparse import csr_array, hstack
from scipy.special import expit

from assay.quality.convention.chances import Lineup, lineup
from assay.quality.convention.evidence import Cells, Evidence, Flags, Floats
from assay.quality.convention.features import Feature
from assay.quality.marks import Longs

RIDGE: Final = 0.1
MIN_UNITS: Final = 20  # informative units with the feature, and without
MIN_FEATURE_IMAGES: Final = 10
MOST_FEATURES: Final = 4
FIRST_DRAWS: Final = 199
HOPELESS: Final = 0.1  # share of the first draws beyond which the rest is not made
LEAST_VARIANCE: Final = 0.5  # below, a person has not met the feature often enough to count in its test
_N_STEPS: Final = 25

Finer = Callable[[Feature], list[Feature]]
"""Gives the same question with more cuts."""


@dataclass(frozen=True, eq=False)
class Informative:
    """Units that some of the tested people drew and some did not, among units that at least two people drew.

    Attributes:
        cells: tested people asked about these units; `unit` counts from 0 here.
        unit: (n,) number of each among all units.
        image: (n_cells,) image of each cell.
        n_people: tested people; `cells.person` counts from 0 among them.
    """

    cells: Cells
    unit: Longs
    image: Longs
    n_people: int

    def holds(self, features: list[Feature]) -> Floats:
        """(n_cells, n_features) 1 where a feature holds."""
        if not features:
            return np.empty((len(self.cells), 0))
        return np.column_stack([f.holds[self.unit] for f in features]).astype(np.float64)[self.cells.unit]


@dataclass(frozen=True, eq=False)
class Fit:
    """The fitted model.

    Attributes:
        theta: (n_people,) log odds of drawing, up to a constant.
        delta: (n_people, n_selected) what a feature adds to it, up to a constant for each feature.
        delta_error: (n_people, n_selected) standard errors that allow for images.
    """

    theta: Floats
    delta: Floats
    delta_error: Floats


@dataclass(frozen=True, eq=False)
class Selected:
    """A feature that people treat differently.

    Attributes:
        feature: which.
        p_value: over all features and cuts together.
        runner_up: the next best feature of another family in the same round, None when there is none.
    """

    feature: Feature
    p_value: float
    runner_up: Feature | None


def informative(evidence: Evidence, tested: Longs) -> Informative:
    """Pick the units that tell something about the tested people (numbers of people)."""
    place = np.full(len(evidence.people), -1, np.int64)
    place[tested] = np.arange(len(tested))
    counted = evidence.shared[evidence.image] & (evidence.n_drew >= 2)  # noqa: PLR2004 - a lone mark may be invented
    cells = evidence.cells.where(counted[evidence.cells.unit] & (place[evidence.cells.person] >= 0))
    drawn = np.bincount(cells.unit, cells.drew, evidence.n_units)
    asked = np.bincount(cells.unit, minlength=evidence.n_units)
    tells = (drawn > 0) & (drawn < asked)
    cells = cells.where(tells[cells.unit])
    unit, renumbered = np.unique(cells.unit, return_inverse=True)
    image = evidence.image[cells.unit]
    moved = Cells(renumbered.astype(np.int64), place[cells.person], cells.drew, cells.box, cells.label_class)
    return Informative(moved, unit, image, len(tested))


def select_features(
    told: Informative, features: list[Feature], finer: Finer, *, level: float, n_draws: int, rng: np.random.Generator
) -> list[Selected]:
    """Find features that people treat differently, each tested given those before it.

    The largest standardised statistic over all features and cuts is held against its distribution when in every unit
    the people who failed to draw it are drawn from the fitted model. A family is used once; its line is then moved to
    where it explains most, so that a badly drawn line does not leave a rest for related features to pick up.
    """
    usable = [feature for feature in features if has_enough(told, feature)]
    found: list[Selected] = []
    while usable and len(found) < MOST_FEATURES:
        chosen = [selected.feature for selected in found]
        scores, p_value = _test(told, usable, fit(told, chosen), chosen, n_draws, rng)
        order = np.argsort(-scores, kind="stable")
        best = usable[order[0]]
        if p_value > level:
            break
        rest = [usable[i] for i in order if usable[i].family != best.family]
        found.append(Selected(_sharpest(told, best, finer(best), chosen), p_value, rest[0] if rest else None))
        usable = [feature for feature in usable if feature.family != best.family]
    return _still_needed(told, found, level, n_draws, rng)


def _still_needed(
    told: Informative, found: list[Selected], level: float, n_draws: int, rng: np.random.Generator
) -> list[Selected]:
    """Drop what a later feature explains better: each, in the order found, is tested given all the others."""
    kept = list(found)
    for selected in found if len(found) > 1 else []:
        others = [other.feature for other in kept if other is not selected]
        if others and _test(told, [selected.feature], fit(told, others), others, n_draws, rng)[1] > level:
            kept.remove(selected)
    return kept


def _sharpest(told: Informative, feature: Feature, cuts: list[Feature], chosen: list[Feature]) -> Feature:
    """The cut whose statistic lies furthest above what chance gives (its mean is the people it rests on)."""
    usable = [cut for cut in [feature, *cuts] if has_enough(told, cut)]
    line = _line(told, fit(told, chosen), chosen)
    scored = _Scored(told, _orthogonal(told, told.holds(usable), told.holds(chosen), line.chance), line)
    statistic = scored.of(told.cells.drew[:, None], by_images=True)[0]
    n_met = np.maximum(scored.n_met, 1)
    return usable[int(np.argmax((statistic - n_met) / np.sqrt(2.0 * n_met)))]


def far_above_chance(told: Informative, feature: Feature, given: Sequence[Feature]) -> float:
    """How many deviations the statistic of a feature lies above its mean by chance, the `given` ones being known.

    By chance it is about a chi square of as many degrees as people met the feature often enough.
    """
    line = _line(told, fit(told, list(given)), list(given))
    scored = _Scored(told, _orthogonal(told, told.holds([feature]), told.holds(list(given)), line.chance), line)
    n_met = float(scored.n_met[0])
    if n_met == 0:
        return 0.0
    return (float(scored.of(told.cells.drew[:, None], by_images=True)[0, 0]) - n_met) / sqrt(2 * n_met)


def has_enough(told: Informative, feature: Feature) -> bool:
    """Whether enough units tell something about a feature, with it and without, on enough images."""
    holds = feature.holds[told.unit]
    with_it = np.zeros(len(told.unit), np.int64)
    with_it[told.cells.unit] = told.image
    n_images = len(np.unique(with_it[holds]))
    return bool(holds.sum() >= MIN_UNITS and (~holds).sum() >= MIN_UNITS and n_images >= MIN_FEATURE_IMAGES)


def fit(told: Informative, features: list[Feature]) -> Fit:
    """Fit by Newton's method with a ridge, every pair of a person who drew and one who did not being one row."""
    design, row_image = _pairs(told, features)
    n_people, n_columns = told.n_people, told.n_people * (1 + len(features))
    beta = np.zeros(n_columns)
    slope_of = np.zeros(len(row_image))
    hessian = np.eye(n_columns)
    for _ in range(_N_STEPS):
        chance = expit(-(design @ beta))
        slope_of = chance
        bend = design.T @ design.multiply((chance * (1 - chance))[:, None])
        hessian = np.asarray(bend.todense()) + RIDGE * np.eye(n_columns)
        step = np.linalg.solve(hessian, design.T @ chance - RIDGE * beta)
        beta += step
        if np.abs(step).max(initial=0) < 1e-6:  # noqa: PLR2004 - converged
            break
    tables = beta.reshape(1 + len(features), n_people)
    error = _errors(design, slope_of, row_image, hessian).reshape(1 + len(features), n_people)
    return Fit(tables[0], tables[1:].T, error[1:].T)


def _pairs(told: Informative, features: list[Feature]) -> tuple[csr_array, Longs]:
    """(n_pairs, n_people * (1 + n_features)) +1 for who drew, -1 for who did not; and each pair's image."""
    cells = told.cells
    drew, left = np.flatnonzero(cells.drew), np.flatnonzero(~cells.drew)
    begins = np.searchsorted(cells.unit[left], np.arange(len(told.unit) + 1))
    n_left = np.diff(begins)[cells.unit[drew]]
    ends = np.cumsum(n_left)
    a = np.repeat(drew, n_left)
    b = left[np.arange(len(a)) + np.repeat(begins[cells.unit[drew]] - (ends - n_left), n_left)]
    n = len(a)
    both = (np.tile(np.arange(n), 2), np.concatenate([cells.person[a], cells.person[b]]))
    signs = csr_array((np.repeat([1.0, -1.0], n), both), shape=(n, told.n_people))
    holds = told.holds(features)[a]
    blocks = [signs, *(signs.multiply(column[:, None]) for column in holds.T)]
    return csr_array(hstack(blocks).tocsr()), told.image[a]


def _errors(design: csr_array, slope: Floats, row_image: Longs, hessian: Floats) -> Floats:
    """Standard errors from the scores of images (sandwich form)."""
    images, place = np.unique(row_image, return_inverse=True)
    by_image = csr_array((slope, (place, np.arange(len(place)))), shape=(len(images), len(place))) @ design
    middle = np.asarray((by_image.T @ by_image).todense())
    inverse = np.linalg.inv(hessian)
    return np.asarray(np.sqrt(np.maximum(np.diag(inverse @ middle @ inverse), np.diag(inverse) * 0.25)), np.float64)


def _test(
    told: Informative,
    features: list[Feature],
    fitted: Fit,
    chosen: list[Feature],
    n_draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    """(n_features,) standardised statistics, and the p-value of the largest."""
    cells = told.cells
    line = _line(told, fitted, chosen)
    scored = _Scored(told, _orthogonal(told, told.holds(features), told.holds(chosen), line.chance), line)
    observed = scored.of(cells.drew[:, None], by_images=True)[0]
    null, n_done = np.empty((0, len(features))), 0
    for part in (min(FIRST_DRAWS, n_draws), n_draws - min(FIRST_DRAWS, n_draws)):
        null = np.concatenate([null, *(scored.of(drawn, by_images=False) for drawn in line.draws(part, rng))])
        n_done += part
        scores, beyond = _standardised(observed, null)
        if beyond > HOPELESS * n_done:  # far from any level; more draws would not change that
            break
    return scores, (1 + beyond) / (1 + n_done)


def _line(told: Informative, fitted: Fit, chosen: list[Feature]) -> Lineup:
    person = told.cells.person
    return lineup(told.cells, fitted.theta[person] + (fitted.delta[person] * told.holds(chosen)).sum(axis=1))


def _standardised(observed: Floats, null: Floats) -> tuple[Floats, int]:
    """(n_features,) observed statistics in deviations of null values, and how many draws have a larger maximum."""
    middle, spread = null.mean(axis=0), np.maximum(null.std(axis=0), 1e-12)
    scores = (observed - middle) / spread
    largest = ((null - middle) / spread).max(axis=1)
    return scores, int((largest >= scores.max()).sum())


def _orthogonal(told: Informative, tried: Floats, given: Floats, chance: Floats) -> Floats:
    """Each feature with the part removed that the person's own level and the features already found explain."""
    weight = chance * (1 - chance)
    out = np.empty_like(tried)
    for person in range(told.n_people):
        mine = told.cells.person == person
        base = np.column_stack([np.ones(int(mine.sum())), given[mine]])
        weighted = base * weight[mine][:, None]
        gram = weighted.T @ base + 1e-9 * np.eye(base.shape[1])
        out[mine] = tried[mine] - base @ np.linalg.solve(gram, weighted.T @ tried[mine])
    return out


class _Scored:
    """Sums of squared scores over people, in units of their variance."""

    def __init__(self, told: Informative, tried: Floats, line: Lineup) -> None:
        self._people = [_Mine(told, person, tried, line.chance) for person in range(told.n_people)]
        self._n_features = tried.shape[1]
        self.n_met = np.sum(
            [mine.met for mine in self._people], axis=0
        )  # people that each feature's statistic rests on

    def of(self, drew: Flags, *, by_images: bool) -> Floats:
        """(n_draws, n_features) from who drew what, (n_cells, n_draws).

        What was really drawn is judged by the larger of the model's variance and that shown by images; drawn anew,
        units are independent and the model's is right (so the test errs on the quiet side).
        """
        total = np.zeros((drew.shape[1], self._n_features))
        for mine in self._people:
            if mine.met.any():
                total[:, mine.met] += mine.ratio(drew, by_images=by_images)
        return total


class _Mine:
    """One person's cells, by image.

    Attributes:
        met: (n_features,) features of which the person met enough units.
    """

    def __init__(self, told: Informative, person: int, tried: Floats, chance: Floats) -> None:
        rows = np.flatnonzero(told.cells.person == person)
        rows = rows[np.argsort(told.image[rows], kind="stable")]
        weight = chance[rows] * (1 - chance[rows])
        variance = (tried[rows] ** 2 * weight[:, None]).sum(axis=0)
        self.met = variance >= LEAST_VARIANCE
        self._rows, self._variance = rows, variance[self.met]
        self._tried = tried[rows][:, self.met].astype(np.float32)
        self._chance = chance[rows, None].astype(np.float32)
        self._starts = np.flatnonzero(np.diff(told.image[rows], prepend=-1))

    def ratio(self, drew: Flags, *, by_images: bool) -> Floats:
        """(n_draws, n_met) squared score over its variance."""
        off = drew[self._rows] - self._chance
        variance = self._variance
        if by_images:
            sums = np.add.reduceat(off[:, :, None] * self._tried[:, None, :], self._starts, axis=0)
            variance = np.maximum((sums**2).sum(axis=0), variance)
        return np.asarray((off.T @ self._tried) ** 2 / variance, np.float64)
