"""What becomes of each object in the hands of a simulated person: drawn for one item or for a whole data set at once.

Errors come by images: an image's error rate is drawn from a beta distribution whose mean is the person's rate and whose
intra-image correlation is the person's rho; each unit of the image then fails with that chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaincinv

from assay.demo.person import Kinds, SimulatedPerson
from assay.demo.truth import TruthItem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HALF_HIDDEN = 0.5
SKIPPING_RHO = 0.55  # who leaves out one cut object of an image mostly leaves out the others of that image too


class Fate(IntEnum):
    """What a person makes of an object."""

    RIGHT = 0
    MISSED = 1
    MISCLASSIFIED = 2
    MISLOCALISED = 3
    ECHOED = 4  # the box takes in the reflection or shadow
    CONFUSED = 5  # called by the other class of the pair


@dataclass(frozen=True, slots=True, eq=False)
class ObjectTable:
    """The objects of many items as arrays, items one after the other.

    Attributes:
        counts: (M,) objects on each item.
        item: (N,) the item each object lies on.
        edge: (N,) whether the picture's edge cuts it.
        hidden: (N,) whether others hide half of it.
        echo: (N,) whether it has a reflection or shadow to be taken in.
        confusable: (N,) whether it is of the pair of classes in question.
    """

    counts: NDArray[np.int64]
    item: NDArray[np.int64]
    edge: Flags
    hidden: Flags
    echo: Flags
    confusable: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """What one person made of many items: a `Fate` for each object (N,) and spurious marks for each item (M,)."""

    fate: NDArray[np.int8]
    n_spurious: NDArray[np.int64]


def object_table(items: Sequence[TruthItem], pair: tuple[str, str] | None) -> ObjectTable:
    """Lay out the objects of items; `pair` names the two classes that somebody confuses."""
    objects = [o for item in items for o in item.objects]
    counts = np.array([len(item.objects) for item in items], dtype=np.int64)
    return ObjectTable(
        counts,
        np.repeat(np.arange(len(items), dtype=np.int64), counts),
        np.array([o.touches_edge for o in objects], dtype=bool),
        np.array([o.covered_share >= HALF_HIDDEN for o in objects], dtype=bool),
        np.array([o.echo_box is not None for o in objects], dtype=bool),
        np.array([pair is not None and o.label_class in pair for o in objects], dtype=bool),
    )


def draw_fates(person: SimulatedPerson, table: ObjectTable, rng: Generator, slipped: Flags) -> Fates:
    """Draw what `person` makes of every object; `slipped` (M,) says on which items they have already slipped."""
    rates = np.where(slipped, person.rate(slipped=True), person.rate(slipped=False))
    of_image = _image_rates(rng, rates, person)
    per_mark = of_image / (1 - person.kinds.spurious * of_image)
    n_spurious = rng.binomial(np.maximum(table.counts, 1), person.kinds.spurious * per_mark)
    fails = (1 - person.kinds.spurious) * per_mark[table.item]
    fate = np.zeros(len(table.item), dtype=np.int8)
    draw = rng.random((6, len(fate)))
    failed = draw[0] < fails
    fate[failed] = _kinds_drawn(person.kinds, draw[1][failed])
    confusion = _by_image(person.confusion_rate, person.rho, table, rng)
    echoes = _by_image(person.boxes_echo, person.rho, table, rng)
    fate[(fate == Fate.RIGHT) & table.echo & (draw[2] < echoes)] = Fate.ECHOED
    fate[(fate == Fate.RIGHT) & table.confusable & (draw[3] < confusion)] = Fate.CONFUSED
    at_edge = table.edge & (draw[4] < _by_image(person.skips_edge, SKIPPING_RHO, table, rng))
    behind = table.hidden & (draw[5] < _by_image(person.skips_covered, SKIPPING_RHO, table, rng))
    fate[at_edge | behind] = Fate.MISSED
    return Fates(fate, n_spurious)


def error_counts(fates: Fates, table: ObjectTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units and errors of each item (M,) as the product counts them; an empty item left empty is one right unit."""
    wrong = np.bincount(table.item[fates.fate != Fate.RIGHT], minlength=len(table.counts))
    units = np.maximum(table.counts + fates.n_spurious, 1)
    return units, (wrong + fates.n_spurious).astype(np.int64)


def expected_rate(person: SimulatedPerson, table: ObjectTable, *, slipped: bool = False) -> float:
    """The share of units in error that `draw_fates` gives on average: expected errors over expected units."""
    per_mark = _mean_per_mark(_beta_mean(person.rate(slipped=slipped), person.rho, person.kinds.spurious), person)
    fail = (1 - person.kinds.spurious) * per_mark
    stays = (1 - person.skips_edge * table.edge) * (1 - person.skips_covered * table.hidden)
    right = stays * (1 - fail) * (1 - person.boxes_echo * table.echo)
    right = right * (1 - person.confusion_rate * table.confusable)
    spurious = person.kinds.spurious * per_mark * np.maximum(table.counts, 1)
    units = np.where(table.counts > 0, table.counts + spurious, 1)
    return float(((1 - right).sum() + spurious.sum()) / units.sum())


def _image_rates(rng: Generator, rates: Floats, person: SimulatedPerson) -> Floats:
    means = {rate: _beta_mean(rate, person.rho, person.kinds.spurious) for rate in np.unique(rates).tolist()}
    return _clustered(rng, np.vectorize(means.__getitem__, otypes=[float])(rates), person.rho)


def _by_image(mean: float, rho: float, table: ObjectTable, rng: Generator) -> Floats:
    """The chance for each object (N,), drawn once for each image around `mean`."""
    return _clustered(rng, np.full(len(table.counts), mean), rho)[table.item]


def _clustered(rng: Generator, means: Floats, rho: float) -> Floats:
    """One draw around each mean (M,) from a beta distribution with intra-image correlation rho."""
    if rho <= 0:
        return means
    strength = (1 - rho) / rho
    inside = (means > 0) & (means < 1)
    safe = np.where(inside, means, 0.5)
    return np.where(inside, rng.beta(safe * strength, (1 - safe) * strength), means)


def _kinds_drawn(kinds: Kinds, draw: Floats) -> NDArray[np.int8]:
    """Missed, misclassified or mislocalised, by the person's shares."""
    shares = np.array([kinds.missed, kinds.misclassified, kinds.mislocalised])
    ends = np.cumsum(shares / shares.sum())
    fates = np.array([Fate.MISSED, Fate.MISCLASSIFIED, Fate.MISLOCALISED], dtype=np.int8)
    return fates[np.minimum(np.searchsorted(ends, draw, side="right"), 2)]


@lru_cache(maxsize=256)
def _beta_mean(rate: float, rho: float, spurious: float) -> float:
    """The mean of the images' rates that makes the share of wrong units equal to `rate`.

    Bad images have more units (spurious marks count as units), so the mean must lie a little below the rate.
    """

    def gap(mean: float) -> float:
        per_mark = _mean_over_images(mean, rho, spurious)
        return per_mark / (1 + spurious * per_mark) - rate

    return float(brentq(gap, 1e-9, 1 - 1e-9))


def _mean_per_mark(mean: float, person: SimulatedPerson) -> float:
    return _mean_over_images(mean, person.rho, person.kinds.spurious)


@lru_cache(maxsize=4096)
def _mean_over_images(mean: float, rho: float, spurious: float) -> float:
    """The mean of p / (1 - spurious p) over images, p beta with this mean and correlation (midpoints of quantiles)."""
    if rho <= 0:
        return mean / (1 - spurious * mean)
    strength = (1 - rho) / rho
    levels = (np.arange(2000) + 0.5) / 2000
    p = betaincinv(mean * strength, (1 - mean) * strength, levels)
    return float((p / (1 - spurious * p)).mean())
