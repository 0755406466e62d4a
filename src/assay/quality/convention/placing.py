"""Who places sides where: looseness, one side, width, height or a shift, found by the outward offsets of sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.convention.camps import Camps, divide
from assay.quality.convention.evidence import Evidence, Flags, Floats
from assay.quality.convention.features import CLASS, COVERED, COVERED_CUTS, EDGE_CUTS, FLAG, Feature, edge_distance
from assay.quality.intervals import z_value
from assay.quality.marks import Longs

PLACE_FLOOR: Final = 0.04  # of the side
LOOSENESS: Final = "all"  # the only pattern that people are said to be spread in
PLACE_FLOOR_PX: Final = 1.0
MOST_PATTERNS: Final = 3
MOST_CLASSES: Final = 12
MIN_MASK_UNITS: Final = 20
MIN_MASK_IMAGES: Final = 10
_NOISE: Final = "median-ranks-by-image"
_ROBUST: Final = 1.4826  # of a normal distribution, deviation over median absolute deviation
_FEWEST_IMAGES: Final = 2
_FARTHEST: Final = 1.0  # an offset of more than the side itself is cut there

# Sign of each side (left, top, right, bottom) in outward offsets.
PATTERNS: Final[dict[str, tuple[int, int, int, int]]] = {
    "all": (1, 1, 1, 1),
    "left": (1, 0, 0, 0),
    "top": (0, 1, 0, 0),
    "right": (0, 0, 1, 0),
    "bottom": (0, 0, 0, 1),
    "width": (1, 0, 1, 0),
    "height": (0, 1, 0, 1),
    "shift_x": (-1, 0, 1, 0),
    "shift_y": (0, -1, 0, 1),
}
_ON_A_PART: Final = ("all", "bottom")
_SIDES_FOR_ALL: Final = 2  # "all sides" is judged by at least two sides inside the image


@dataclass(frozen=True, eq=False)
class Pattern:
    """A way to place sides differently.

    Attributes:
        name: a key of `PATTERNS`.
        part: the kind of unit it is about, None for all.
        holds: (n_units,) which units.
    """

    name: str
    part: Feature | None
    holds: Flags

    @property
    def signs(self) -> NDArray[np.float64]:
        """(4,) of left, top, right, bottom."""
        return np.array(PATTERNS[self.name], np.float64)


@dataclass(frozen=True, eq=False)
class Placement:
    """A pattern that people differ in.

    Attributes:
        pattern: which.
        p_value: over all patterns together.
        effect: (n_people,) outward offset of the pattern in shares of the side, about the mean of all.
        error: (n_people,) its standard error, by images.
        camps: people by effect.
        side_px: median length of the sides concerned.
    """

    pattern: Pattern
    p_value: float
    effect: Floats
    error: Floats
    camps: Camps
    side_px: float

    @property
    def is_large(self) -> bool:
        """Whether the camps are far enough apart to matter."""
        return self.camps.gap >= PLACE_FLOOR and self.camps.gap * self.side_px >= PLACE_FLOOR_PX

    def is_rest_of(self, earlier: Placement) -> bool:
        """Whether the same people do the same, on one kind of object, as on all: what is left of it after its mean."""
        if earlier.pattern.part is not None or earlier.pattern.name != self.pattern.name:
            return False
        same = self.camps.high == earlier.camps.high
        return bool(same.all() or not same.any())


@dataclass(frozen=True, eq=False)
class Steadiness:
    """How well a pattern can be told.

    Attributes:
        error: (n_people,) standard errors of the people's offsets.
        side_px: median length of the sides concerned.
        n_images: images that show it.
    """

    error: Floats
    side_px: float
    n_images: int


class Offsets:
    """Outward offsets of everybody's sides from their unit's median; patterns found are taken out one by one.

    Attributes:
        unit: (n,) unit of each mark that has a partner.
        person: (n,) who drew it.
        sides: (n, 4) offsets left, top, right, bottom in shares of the unit's width or height; NaN where the unit's
            side lies on the image's edge.
    """

    def __init__(self, evidence: Evidence) -> None:
        cells = evidence.cells
        rows = np.flatnonzero(cells.drew & (evidence.n_drew[cells.unit] > 1))
        self.unit, self.person = cells.unit[rows], cells.person[rows]
        median = evidence.box[self.unit]
        extent = np.tile(median[:, 2:] - median[:, :2], 2)
        outward = np.array([-1.0, -1.0, 1.0, 1.0]) * (cells.box[rows] - median) / extent
        self.sides = np.clip(outward, -_FARTHEST, _FARTHEST)
        at_edge = edge_distance(evidence.box, evidence.size_px) <= EDGE_CUTS[0]
        self.sides[at_edge[self.unit]] = np.nan
        self._extent = extent
        self.image = evidence.image[self.unit]
        self._n_people, self._n_units = len(evidence.people), evidence.n_units

    def find(
        self, patterns: list[Pattern], tested: Longs, *, level: float, n_draws: int, rng: np.random.Generator
    ) -> list[Placement]:
        """Find patterns in which the tested people differ, each after those before it were taken out.

        The signs of whole images are flipped at random; the largest standardised statistic over all patterns is held
        against its distribution. Among the significant ones, the pattern that explains most of what people differ in is
        taken.
        """
        found: list[Placement] = []
        left = list(patterns)
        while left and len(found) < MOST_PATTERNS:
            tried = [trial for pattern in left if (trial := self._try(pattern, tested)) is not None]
            best = _strongest(tried, level, n_draws, rng)
            if best is None:
                break
            trial, p_value = best
            placement = self._measured(trial, tested, p_value)
            found.append(placement)
            self._take_out(trial)
            left = [pattern for pattern in left if pattern is not trial.pattern]
        return found

    def steadiness(self, pattern: Pattern, tested: Longs) -> Steadiness | None:
        """How well a pattern can be told of the tested people; None where too few marks show it."""
        trial = self._try(pattern, tested)
        if trial is None:
            return None
        sides = self._extent[trial.rows][:, pattern.signs != 0]
        return Steadiness(trial.errors()[tested], float(np.median(sides)), trial.n_images)

    def noise(self) -> list[Estimate]:
        """Robust deviation of what is left of each person's offsets; a value of None where there are none.

        The interval is that of the median of absolute deviations by ranks, widened by how much marks of one image are
        alike in lying above or below it.
        """
        return [self._noise_of(self.person == person) for person in range(self._n_people)]

    def _noise_of(self, mine: Flags) -> Estimate:
        sides, image = self.sides[mine], np.repeat(self.image[mine], 4)
        known = ~np.isnan(sides.ravel())
        values, image = sides.ravel()[known], image[known]
        n_marks, n_images = int((~np.isnan(sides)).any(axis=1).sum()), len(np.unique(image))
        if not len(values):
            return nothing_measured(_NOISE)
        off = np.abs(values - np.median(values))
        middle = float(np.median(off))
        above = (off > middle) - 0.5
        place = np.unique(image, return_inverse=True)[1]
        together = max(1.0, float((np.bincount(place, above) ** 2).sum() / (above**2).sum()))
        reach = z_value() * np.sqrt(together / len(off)) / 2
        low, high = np.quantile(off, [max(0.5 - reach, 0.0), min(0.5 + reach, 1.0)])
        if n_images < _FEWEST_IMAGES:
            return Estimate(_ROBUST * middle, None, None, n_marks, n_images, _NOISE)
        return Estimate(_ROBUST * middle, _ROBUST * float(low), _ROBUST * float(high), n_marks, n_images, _NOISE)

    def _value(self, pattern: Pattern) -> tuple[Floats, Flags]:
        """Mean signed offset over the sides of a pattern, and where it can be told."""
        signs = pattern.signs
        used = signs != 0
        known = ~np.isnan(self.sides[:, used])
        needed = _SIDES_FOR_ALL if pattern.name == "all" else int(used.sum())
        total = np.nansum(self.sides[:, used] * signs[used], axis=1)
        n = known.sum(axis=1)
        usable = (n >= needed) & pattern.holds[self.unit]
        return total / np.maximum(n, 1), usable

    def _try(self, pattern: Pattern, tested: Longs) -> _Trial | None:
        value, usable = self._value(pattern)
        partners = np.bincount(self.unit[usable], minlength=self._n_units)
        usable &= partners[self.unit] > 1
        rows = np.flatnonzero(usable)
        images, image = np.unique(self.image[rows], return_inverse=True)
        if len(images) < MIN_MASK_IMAGES or len(np.unique(self.unit[rows])) < MIN_MASK_UNITS:
            return None
        return _Trial(
            pattern, rows, value[rows], self.unit[rows], self.person[rows], images, image, self._n_people, tested
        )

    def _take_out(self, trial: _Trial) -> None:
        signs = trial.pattern.signs
        rows = np.flatnonzero(trial.pattern.holds[self.unit])
        self.sides[rows] -= np.where(signs == 0, 0.0, signs) * trial.effect[self.person[rows], None]

    def _measured(self, trial: _Trial, tested: Longs, p_value: float) -> Placement:
        effect, error = trial.effect[tested], trial.errors()[tested]
        effect = effect - np.average(effect, weights=1 / np.maximum(error, 1e-9) ** 2)
        sides = self._extent[trial.rows][:, trial.pattern.signs != 0]
        return Placement(trial.pattern, p_value, effect, error, divide(effect, error), float(np.median(sides)))


class _Trial:
    """One pattern's offsets, explained by unit and person (least squares)."""

    def __init__(
        self,
        pattern: Pattern,
        rows: Longs,
        value: Floats,
        unit: Longs,
        person: Longs,
        images: Longs,
        image: Longs,
        n_people: int,
        tested: Longs,
    ) -> None:
        self.pattern, self.rows, self.images, self._tested = pattern, rows, images, tested
        self._value, self._person, self._image, self._n_people = value, person, image, n_people
        units, self._unit = np.unique(unit, return_inverse=True)
        self._in_unit = np.bincount(self._unit)
        self.n_images = len(images)
        self.scores = self._by_image(value)
        self.inverse = _pseudo_inverse(self._normal_matrix(len(units)))
        self.effect = self.inverse @ self.scores.sum(axis=0)
        seen = np.bincount(person, minlength=n_people) > 0
        self.effect = np.where(seen, self.effect - self.effect[seen].mean(), 0.0)

    def _by_image(self, value: Floats) -> Floats:
        """(n_images, n_people) sums of deviations from the unit's mean."""
        off = value - (np.bincount(self._unit, value) / self._in_unit)[self._unit]
        cell = self._image * self._n_people + self._person
        sums = np.bincount(cell, off, self.n_images * self._n_people)
        return np.asarray(sums.reshape(self.n_images, self._n_people), np.float64)

    def _normal_matrix(self, n_units: int) -> Floats:
        drawn = csr_array((np.ones(len(self._unit)), (self._unit, self._person)), shape=(n_units, self._n_people))
        shared = drawn.T @ csr_array(drawn.multiply((1.0 / self._in_unit)[:, None]))
        own = np.diag(np.bincount(self._person, minlength=self._n_people))
        return np.asarray(own - shared.toarray(), np.float64)

    def statistics(self, scores: Floats) -> tuple[Floats, Floats]:
        """Squared scores over variance, and variance explained by people; scores (n_draws, n_people)."""
        variance = (self.scores**2).sum(axis=0)
        mine = self._tested[variance[self._tested] > 0]
        ratio = (scores[:, mine] ** 2 / variance[mine]).sum(axis=1)
        explained = ((scores @ self.inverse) * scores).sum(axis=1)
        return ratio, explained * np.count_nonzero(self.pattern.signs)

    def errors(self) -> Floats:
        """(n_people,) standard errors of the effects from what images leave unexplained."""
        rest = self._by_image(self._value - self.effect[self._person])
        inside = rest.T @ rest
        return np.asarray(np.sqrt(np.maximum(np.diag(self.inverse @ inside @ self.inverse), 0.0)), np.float64)


def _pseudo_inverse(normal: Floats) -> Floats:
    """The pseudo-inverse of normal equations whose effects have no zero of their own among people who are linked."""
    _, group = connected_components((np.abs(normal) > 0).astype(np.float64), directed=False)
    alike = group[:, None] == group[None, :]
    free = alike / alike.sum(axis=1)  # adds the same to everybody linked
    return np.asarray(np.linalg.inv(normal + free) - free, np.float64)


def _strongest(
    trials: list[_Trial], level: float, n_draws: int, rng: np.random.Generator
) -> tuple[_Trial, float] | None:
    """The significant trial that explains most, with its p-value over all trials; None when there is none."""
    if not trials:
        return None
    n_images, n_people = 1 + max(int(trial.images[-1]) for trial in trials), trials[0].scores.shape[1]
    side_by_side = np.zeros((n_images, len(trials), n_people))
    for number, trial in enumerate(trials):
        side_by_side[trial.images, number] = trial.scores
    signs = np.ones((n_draws + 1, n_images))
    signs[1:] -= 2 * rng.integers(0, 2, (n_draws, n_images), np.int8)
    flipped = (signs @ side_by_side.reshape(n_images, -1)).reshape(n_draws + 1, len(trials), n_people)
    scores, nulls, gains = [], [], []
    for number, trial in enumerate(trials):
        ratio, explained = trial.statistics(flipped[:, number])
        mean, spread = ratio[1:].mean(), max(float(ratio[1:].std()), 1e-12)
        scores.append((ratio[0] - mean) / spread)
        nulls.append((ratio[1:] - mean) / spread)
        gains.append(explained[0] - explained[1:].mean())
    largest = np.max(nulls, axis=0)
    p_values = [(1 + int((largest >= score).sum())) / (1 + n_draws) for score in scores]
    passing = [i for i, p in enumerate(p_values) if p <= level]
    if not passing:
        return None
    best = max(passing, key=lambda i: gains[i])
    return trials[best], p_values[best]


def patterns_for(evidence: Evidence, features: list[Feature]) -> list[Pattern]:
    """All patterns on all units, and looseness and the lower side on units of some class, flag or overlap.

    Never on kinds that follow from the shape itself: the offset changes them. Of classes, the most frequent twelve.
    """
    everywhere = np.ones(evidence.n_units, bool)
    classes = sorted((f for f in features if f.kind == CLASS), key=lambda f: -int(f.holds.sum()))[:MOST_CLASSES]
    others = [f for f in features if f.kind == FLAG or (f.kind == COVERED and f.cut == COVERED_CUTS[1])]
    parts = [*(classes if len(classes) > 1 else []), *others]
    return [
        *(Pattern(name, None, everywhere) for name in PATTERNS),
        *(Pattern(name, part, part.holds) for part in parts for name in _ON_A_PART),
    ]
