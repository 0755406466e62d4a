"""Who calls what how: pairs of classes between which people draw the line at different places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from assay.quality.convention.camps import Camps, divide
from assay.quality.convention.evidence import Evidence, Floats
from assay.quality.marks import Longs

MIN_EVENTS: Final = 10  # contradictions between two classes, over all people, before the pair is looked at
LEAN: Final = -0.25  # the smaller of the two differences between camps may be this share of the larger, the other way
CLASS_FLOOR: Final = 0.06
CLASS_ERRORS: Final = 3.0
_OTHERS: Final = 2


@dataclass(frozen=True, eq=False)
class Boundary:
    """Two classes between which people draw the line differently.

    Attributes:
        first: one class.
        second: the other.
        p_value: corrected for the number of pairs.
        camps: people by the share they move from `first` to `second`, less the share they move back.
        moved: (n_people,) times a person said `second` where the others say `first`.
        moved_of: (n_people,) units where the others say `first`.
        back: (n_people,) times they said `first` where the others say `second`.
        back_of: (n_people,) units where the others say `second`.
        lean: (n_people,) share moved less share moved back.
        lean_error: (n_people,) its standard error, for contradictions as clustered in images as they are.
        cells: rows of the evidence with a contradiction between the two.
        at_first: rows of the evidence where the others say `first`.
        at_second: rows of the evidence where they say `second`.
    """

    first: int
    second: int
    p_value: float
    camps: Camps
    moved: Longs
    moved_of: Longs
    back: Longs
    back_of: Longs
    lean: Floats
    lean_error: Floats
    cells: Longs
    at_first: Longs
    at_second: Longs


def find_boundaries(
    evidence: Evidence, tested: Longs, *, level: float, n_draws: int, rng: np.random.Generator
) -> list[Boundary]:
    """Find pairs of classes whose line two camps draw differently, strongest first.

    A unit counts for a person when at least two others drew it and agree on its class. Given how often a person
    contradicts them between c and d, the direction is binomial, however careless the person is; people whose
    directions differ more than that draw the line elsewhere. Carelessness raises both directions, a moved line raises
    one and lowers the other.

    Args:
        evidence: who drew what.
        tested: numbers of the people to compare.
        level: for all pairs together.
        n_draws: for the distribution of the statistic.
        rng: the only source of randomness.
    """
    table = Contradictions(evidence, tested)
    pairs = [pair for pair in combinations(table.classes.tolist(), 2) if table.n_events(*pair) >= MIN_EVENTS]
    found = []
    for first, second in pairs:
        boundary = table.judge(first, second, len(pairs), n_draws, rng)
        if boundary is not None and boundary.p_value <= level and is_large(boundary):
            found.append(boundary)
    return sorted(found, key=lambda boundary: boundary.p_value)


def is_large(boundary: Boundary) -> bool:
    """Whether the camps move the line in opposite directions and far enough."""
    high = boundary.camps.high
    moved = _share(boundary.moved, boundary.moved_of, high) - _share(boundary.moved, boundary.moved_of, ~high)
    back = _share(boundary.back, boundary.back_of, ~high) - _share(boundary.back, boundary.back_of, high)
    if min(moved, back) < LEAN * max(moved, back):
        return False
    return boundary.camps.gap >= CLASS_FLOOR and boundary.camps.gap > CLASS_ERRORS * boundary.camps.gap_error


def _usual_share(part: Longs, whole: Longs) -> float:
    """Share over the half of the people with the lowest, half a count added, so that no practice counts as error."""
    lowest = np.argsort(part / np.maximum(whole, 1), kind="stable")[: (len(part) + 1) // 2]
    return float((part[lowest].sum() + 0.5) / (whole[lowest].sum() + 1))


def _share(part: Longs, whole: Longs, people: NDArray[np.bool_]) -> float:
    return float(part[people].sum() / max(int(whole[people].sum()), 1))


class Contradictions:
    """Units where at least two others agree on the class, and what each person said there."""

    def __init__(self, evidence: Evidence, tested: Longs) -> None:
        cells = evidence.cells
        place = np.full(len(evidence.people), -1, np.int64)
        place[tested] = np.arange(len(tested))
        self.classes, code = np.unique(cells.label_class[cells.drew], return_inverse=True)
        k = max(len(self.classes), 1)
        said = np.full(len(cells), -1, np.int64)
        said[cells.drew] = code
        votes = np.bincount(cells.unit[cells.drew] * k + code, minlength=evidence.n_units * k).reshape(-1, k)
        # If the others agree, theirs is the class with most votes, since there are at least two of them.
        best = votes.argmax(axis=1)[cells.unit] if evidence.n_units else np.empty(0, np.int64)
        agree = votes[cells.unit, best] - (said == best) == evidence.others_drew
        usable = cells.drew & (evidence.others_drew >= _OTHERS) & agree
        usable &= (place[cells.person] >= 0) & evidence.shared[evidence.image[cells.unit]]
        self.rows = np.flatnonzero(usable)
        self.said = said[self.rows]
        self.others = best[self.rows]
        self.person = place[cells.person[self.rows]]
        self.image = evidence.image[cells.unit[self.rows]]
        self.n_people = len(tested)
        self._code = {int(c): number for number, c in enumerate(self.classes)}

    def met(self, label_class: int) -> tuple[Longs, Longs, tuple[float, float], int]:
        """What there is to tell where people draw the line between a class and the most frequent other one.

        Returns:
            (n_people,) times the others agreed on the class, the same of the other class, how often people say
            otherwise here and there (of the half of the people who do so least), and how many pairs are looked at.
        """
        c = self._code.get(label_class, -1)
        totals = np.bincount(self.others, minlength=max(len(self.classes), 2))
        d = int(np.argmax(np.where(np.arange(len(totals)) == c, -1, totals)))
        here, there = self._count(self.others == c), self._count(self.others == d)
        moved = self._count((self.others == c) & (self.said == d))
        back = self._count((self.others == d) & (self.said == c))
        return here, there, (_usual_share(moved, here), _usual_share(back, there)), max(self._n_pairs, 1)

    @cached_property
    def _n_pairs(self) -> int:
        """Pairs of classes with enough contradictions to be looked at."""
        k = max(len(self.classes), 1)
        events = np.bincount(self.others * k + self.said, minlength=k * k).reshape(k, k)
        return int(np.count_nonzero(np.triu(events + events.T, 1) >= MIN_EVENTS))

    def n_events(self, first: int, second: int) -> int:
        """Contradictions between two classes."""
        c, d = self._code[first], self._code[second]
        return int((((self.others == c) & (self.said == d)) | ((self.others == d) & (self.said == c))).sum())

    def judge(self, first: int, second: int, n_pairs: int, n_draws: int, rng: np.random.Generator) -> Boundary | None:
        """Test one pair; None when no direction can be told."""
        c, d = self._code[first], self._code[second]
        moved_at, back_at = (self.others == c) & (self.said == d), (self.others == d) & (self.said == c)
        moved, back = self._count(moved_at), self._count(back_at)
        moved_of, back_of = self._count(self.others == c), self._count(self.others == d)
        total = moved + back
        forth, home = moved_of * (moved.sum() / max(moved_of.sum(), 1)), back_of * (back.sum() / max(back_of.sum(), 1))
        with np.errstate(invalid="ignore"):
            expected = np.where(forth + home > 0, forth / (forth + home), 0.0)
        variance = total * expected * (1 - expected)
        met = variance > 0
        if met.sum() < 2:  # noqa: PLR2004 - one person differs from nobody
            return None
        statistic = ((moved - total * expected)[met] ** 2 / variance[met]).sum()
        drawn = rng.binomial(total[met], expected[met], size=(n_draws, int(met.sum())))
        null = ((drawn - (total * expected)[met]) ** 2 / variance[met]).sum(axis=1)
        over = self._over_dispersion(moved_at, back_at, expected)
        mean, spread = float(null.mean()), float(null.var())
        p_value = float(gammaincc(mean**2 / spread, statistic / over * mean / spread)) if spread > 0 else 1.0
        lean, error = lean_of(moved, moved_of, back, back_of)
        return Boundary(
            first, second, min(1.0, p_value * n_pairs), divide(lean, error * np.sqrt(over)),
            moved, moved_of, back, back_of, lean, error * np.sqrt(over),
            self.rows[moved_at | back_at], self.rows[self.others == c], self.rows[self.others == d],
        )  # fmt: skip

    def _count(self, rows: NDArray[np.bool_]) -> Longs:
        return np.bincount(self.person[rows], minlength=self.n_people).astype(np.int64)

    def _over_dispersion(self, moved: NDArray[np.bool_], back: NDArray[np.bool_], expected: Floats) -> float:
        """How much more contradictions go the same way inside an image than single ones would; at least 1."""
        event = moved | back
        person = self.person[event]
        off = moved[event] - expected[person]
        # A person's mean direction is taken out, so that one who leans is not taken for one whose errors cluster.
        mean = np.bincount(person, off, self.n_people) / np.maximum(np.bincount(person, minlength=self.n_people), 1)
        own = off - mean[person]
        place = np.unique(person * (int(self.image.max(initial=0)) + 1) + self.image[event], return_inverse=True)[1]
        within = float((own**2).sum())
        return max(1.0, float((np.bincount(place, own) ** 2).sum()) / within) if within > 0 else 1.0


def lean_of(moved: Longs, moved_of: Longs, back: Longs, back_of: Longs) -> tuple[Floats, Floats]:
    """Share moved less share moved back for each person, with its standard error (half a count added)."""
    f, g = moved / np.maximum(moved_of, 1), back / np.maximum(back_of, 1)
    forth, home = (moved + 0.5) / (moved_of + 1), (back + 0.5) / (back_of + 1)
    variance = forth * (1 - forth) / (moved_of + 1) + home * (1 - home) / (back_of + 1)
    return np.asarray(f - g, np.float64), np.asarray(np.sqrt(variance), np.float64)
