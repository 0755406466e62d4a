"""Chance-corrected agreement on tags and attributes: Cohen's and Fleiss' kappa, Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel.estimate import Estimate
from assay.quality.errors import AlphaUndefinedError, UnknownNameError, VotesInvalidError
from assay.quality.intervals import bootstrap_estimate, bootstrap_sums

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
KappaWeights = Literal["linear", "quadratic"]

MISSING: Final = -1
MOST_CELLS: Final = 4_000_000  # of the tables of coincidences by item that an interval is drawn from
FEW_REPLICATES: Final = 200  # draws when there are so many different values that those tables would not fit


def cohen_kappa(
    first: ArrayLike, second: ArrayLike, *, weights: KappaWeights | None = None, rng: np.random.Generator | None = None
) -> Estimate:
    """Measure how far two people agree beyond chance, each having their own habits.

    Args:
        first: (n_items,) class numbers from 0; `MISSING` where not judged. Items not judged by both do not count.
        second: the same by the other person.
        weights: none counts every difference alike; `linear` and `quadratic` count how far apart the class numbers are.
        rng: gives an interval by drawing items; none when left out.

    Reference: Cohen (1960), "A Coefficient of Agreement for Nominal Scales"; Cohen (1968) for weights.
    """
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape or a.ndim != 1:
        raise VotesInvalidError(f"One person judged {a.shape} items, the other {b.shape}.")
    if weights not in {None, "linear", "quadratic"}:
        raise UnknownNameError("kappa weights", str(weights), ("linear", "quadratic"))
    both = (a != MISSING) & (b != MISSING)
    a, b = a[both].astype(np.int64), b[both].astype(np.int64)
    n_classes = int(max(a.max(initial=0), b.max(initial=0))) + 1
    apart = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes))).astype(np.float64)
    cost = {None: (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]
    cells = np.zeros((len(a), n_classes**2))
    cells[np.arange(len(a)), a * n_classes + b] = 1.0

    def kappa(sums: Floats) -> Floats:
        table = sums.reshape(-1, n_classes, n_classes)
        total = table.sum(axis=(1, 2))
        observed = (table * cost).sum(axis=(1, 2)) / total
        chance = np.einsum("ri,rj,ij->r", table.sum(axis=2), table.sum(axis=1), cost) / total**2
        return np.asarray(1 - observed / chance, np.float64)

    return _estimate("cohen-kappa", cells, kappa, n=2 * len(a), rng=rng)


def fleiss_kappa(counts: ArrayLike, *, rng: np.random.Generator | None = None) -> Estimate:
    """Measure how far any people, the same number for every item, agree beyond chance.

    Args:
        counts: (n_items, n_classes) how many people gave each class; every row adds up to the same number, at least 2.
        rng: gives an interval by drawing items; none when left out.

    Reference: Fleiss (1971), "Measuring Nominal Scale Agreement among Many Raters".
    """
    table = np.asarray(counts, np.float64)
    if table.ndim != 2 or (table < 0).any():  # noqa: PLR2004 - items and classes
        raise VotesInvalidError(f"Counts of shape {table.shape} are not (n_items, n_classes) of numbers from 0.")
    people = table.sum(axis=1)
    if len(table) and (people.min() != people.max() or people[0] < 2):  # noqa: PLR2004 - one cannot agree
        raise VotesInvalidError(
            f"Items have {people.min():g} to {people.max():g} judgements; all need the same, 2 or more."
        )
    m = people[0] if len(table) else 2.0
    agreeing = ((table**2).sum(axis=1) - m) / (m * (m - 1))

    def kappa(sums: Floats) -> Floats:
        n_items = sums[:, 0]
        chance = ((sums[:, 2:] / (n_items * m)[:, None]) ** 2).sum(axis=1)
        return np.asarray((sums[:, 1] / n_items - chance) / (1 - chance), np.float64)

    columns = np.column_stack([np.ones(len(table)), agreeing, table])
    return _estimate("fleiss-kappa", columns, kappa, n=int(people.sum()), rng=rng)


def krippendorff_alpha(
    values: ArrayLike, *, level: Level = "nominal", rng: np.random.Generator | None = None, n_replicates: int = 1000
) -> Estimate:
    """Measure how far any number of people agree beyond chance, with gaps and on any scale.

    Args:
        values: (n_items, n_people) numbers; NaN where somebody was not asked. Whole numbers are classes on the nominal
            and ordinal levels.
        level: `nominal` counts differences, `ordinal` ranks between, `interval` squared distances, `ratio` squared
            distances relative to the size (numbers from 0).
        rng: gives an interval by drawing items; none when left out.
        n_replicates: draws; at most 200 are taken when there are very many different values.

    Returns:
        Alpha: 1 is full agreement, 0 what chance gives, below 0 worse. n counts judgements on items with at least two.

    Reference: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability".
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - items and people
        raise VotesInvalidError(f"Values of shape {table.shape} are not (n_items, n_people).")
    given = ~np.isnan(table)
    table, given = table[given.sum(axis=1) > 1], given[given.sum(axis=1) > 1]
    kinds, code = np.unique(table[given], return_inverse=True)
    counts = np.zeros((len(table), len(kinds)))
    np.add.at(counts, (np.nonzero(given)[0], code), 1.0)
    return alpha_from_counts(counts, kinds, level=level, rng=rng, n_replicates=n_replicates)


def alpha_from_counts(
    counts: ArrayLike,
    kinds: ArrayLike | None = None,
    *,
    level: Level = "nominal",
    rng: np.random.Generator | None = None,
    n_replicates: int = 1000,
) -> Estimate:
    """As `krippendorff_alpha`, from (n_items, n_kinds) counts of each value; `kinds` are the values, ascending."""
    if level not in _SQUARED_DISTANCE:
        raise UnknownNameError("level of measurement", level, tuple(_SQUARED_DISTANCE))
    table = np.asarray(counts, np.float64)
    people = table.sum(axis=1)
    table, people = table[people > 1], people[people > 1]
    names = np.arange(table.shape[1], dtype=np.float64) if kinds is None else np.asarray(kinds, np.float64)
    scaled = table / np.maximum(people - 1, 1)[:, None]

    def alpha_of(coincidences: Floats) -> float:
        totals = coincidences.sum(axis=1)
        distance = _SQUARED_DISTANCE[level](names, totals)
        expected = (np.outer(totals, totals) * distance).sum()
        if expected <= 0:
            return float("nan")
        return float(1 - (totals.sum() - 1) * (coincidences * distance).sum() / expected)

    value = alpha_of(_coincidences(table, scaled, np.ones(len(table))))
    n, n_items, method = int(people.sum()), len(table), f"krippendorff-alpha-{level}"
    if np.isnan(value):
        raise AlphaUndefinedError("Krippendorff's alpha", n_items=n_items)
    if rng is None or n_items < 2:  # noqa: PLR2004 - one item says nothing about how items differ
        return Estimate(value, None, None, n, n_items, method)
    replicates = np.array([alpha_of(drawn) for drawn in _drawn_coincidences(table, scaled, rng, n_replicates)])
    low, high = np.nanquantile(replicates, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value), n, n_items, f"{method}-bootstrap-items")


def _coincidences(table: Floats, scaled: Floats, weights: Floats) -> Floats:
    """(n_kinds, n_kinds) how often two values met on one item, every item counting once for each judgement."""
    weighted = scaled * weights[:, None]
    return np.asarray(table.T @ weighted - np.diag(weighted.sum(axis=0)), np.float64)


def _drawn_coincidences(table: Floats, scaled: Floats, rng: np.random.Generator, n_replicates: int) -> Iterator[Floats]:
    """The table of coincidences of items drawn with replacement, again and again."""
    n_items, n_kinds = table.shape
    if n_items * n_kinds**2 <= MOST_CELLS:
        each = table[:, :, None] * scaled[:, None, :]
        each[:, np.arange(n_kinds), np.arange(n_kinds)] -= scaled
        sums = bootstrap_sums(each.reshape(n_items, -1), rng=rng, n_replicates=n_replicates)
        yield from sums.reshape(-1, n_kinds, n_kinds)
        return
    for _ in range(min(n_replicates, FEW_REPLICATES)):
        weights = rng.multinomial(n_items, np.full(n_items, 1 / n_items)).astype(np.float64)
        yield _coincidences(table, scaled, weights)


def _nominal(kinds: Floats, totals: Floats) -> Floats:
    del totals
    return 1.0 - np.eye(len(kinds))


def _ordinal(kinds: Floats, totals: Floats) -> Floats:
    """Squared number of judgements between two values, half of each end counted."""
    del kinds
    middle = np.cumsum(totals) - totals / 2
    return np.asarray(np.subtract.outer(middle, middle) ** 2, np.float64)


def _interval(kinds: Floats, totals: Floats) -> Floats:
    del totals
    return np.asarray(np.subtract.outer(kinds, kinds) ** 2, np.float64)


def _ratio(kinds: Floats, totals: Floats) -> Floats:
    del totals
    whole = np.add.outer(kinds, kinds)
    apart = np.subtract.outer(kinds, kinds)
    return np.asarray(np.divide(apart, whole, out=np.zeros_like(apart), where=whole != 0) ** 2, np.float64)


_SQUARED_DISTANCE: Final[dict[str, Callable[[Floats, Floats], Floats]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}


def _estimate(
    method: str, table: Floats, statistic: Callable[[Floats], Floats], *, n: int, rng: np.random.Generator | None
) -> Estimate:
    """The statistic of the column sums, with an interval when there is a generator; refuses what does not exist."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(table.sum(axis=0, keepdims=True))[0]) if len(table) else float("nan")
    if not np.isfinite(value):
        raise AlphaUndefinedError(method.replace("-", " ").capitalize(), n_items=len(table))
    if rng is None:
        return Estimate(value, None, None, n, len(table), method)
    drawn = bootstrap_estimate(table, statistic, rng=rng, n=n)
    return Estimate(value, drawn.low, drawn.high, n, len(table), f"{method}-bootstrap-items")
