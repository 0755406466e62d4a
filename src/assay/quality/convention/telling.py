"""Turns what was found into statements: who is on which side, by how much, in which words, seen where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.stats import chi2

from assay.kernel.estimate import Estimate
from assay.quality.convention import words
from assay.quality.convention.camps import SURE, Camps, divide
from assay.quality.convention.care import meetings, misses_of
from assay.quality.convention.evidence import Evidence, Flags, Floats
from assay.quality.convention.features import CLASS, Feature
from assay.quality.convention.flagging import VALUE
from assay.quality.convention.leaving_out import Informative, Selected
from assay.quality.convention.model import Convention, Kind, Side
from assay.quality.convention.naming import Boundary
from assay.quality.convention.placing import LOOSENESS, Pattern, Placement
from assay.quality.image_shares import share_by_image
from assay.quality.intervals import z_value
from assay.quality.marks import Longs

POINTS_FLOOR: Final = 0.20  # difference of the camps in the share left out
LOG_ODDS_FLOOR: Final = (
    1.5  # and in log odds; an effect on one scale only is what lapses mixed with difficulty look like
)
MIN_APART: Final = 20  # times each side met objects of the kind that have no other feature found
MIN_DISCORDANT: Final = 3  # times a person met an object of the kind that somebody drew and somebody did not
MOST_PLACES: Final = 200
_BY_IMAGE: Final = "normal-by-image"
_OF_SHARES: Final = "difference-of-shares"
SHOWS_WELL: Final = 0.9  # places are shown whose difference is about this quantile of all


class Teller:
    """Knows the words for this project."""

    def __init__(self, evidence: Evidence, things: str, class_names: Sequence[str]) -> None:
        self._evidence, self._things, self._class_names = evidence, things, class_names
        self._aside = np.ones(evidence.n_units, bool)

    def left_out(
        self,
        selected: Selected,
        others: list[Selected],
        tested: Longs,
        told: Informative,
        effect: tuple[Floats, Floats],
    ) -> Convention | None:
        """A feature that people leave out or not; None when the difference is too small to write a rule about.

        It is judged on units that have none of the `others`; where there are too few of those, it cannot be told apart
        from them and nothing is said. `effect` is delta and its error.
        """
        holds, (delta, error) = selected.feature.holds, effect
        self._aside = ~np.any([np.zeros(len(holds), bool), *(other.feature.holds for other in others)], axis=0)
        met = np.bincount(told.cells.person[holds[told.unit][told.cells.unit]], minlength=told.n_people)
        judged = np.flatnonzero(met >= MIN_DISCORDANT)
        if len(judged) < 2:  # noqa: PLR2004 - no two sides
            return None
        camps = divide(delta[judged], error[judged])
        people = tested[judged]
        low, high = people[~camps.high], people[camps.high]
        on, off = self._misses(low, holds), self._misses(high, holds)
        turned = _over(off[1], off[0]) > _over(on[0], on[1])
        leavers, keepers = (high, low) if turned else (low, high)
        kind = ~holds if turned else holds
        leaving, keeping = self._misses(leavers, kind), self._misses(keepers, kind)
        if min(leaving[0].n, keeping[0].n) < MIN_APART:
            return None
        if _over(leaving[0], keeping[0]) < POINTS_FLOOR or camps.gap < LOG_ODDS_FLOOR:
            return None
        said = self._kind_words(selected.feature, turned=turned)
        names = self._named(people, camps)
        first, second = (names[1], names[0]) if turned else (names[0], names[1])
        sides = (
            Side("leave them out", first, leaving[0], leaving[1]),
            Side("draw them", second, keeping[0], keeping[1]),
        )
        return Convention(
            kind=_kind(camps),
            part="existence",
            feature=self._key(selected.feature, turned=turned),
            family=selected.feature.family,
            cut=selected.feature.cut,
            runner_up=None if selected.runner_up is None else selected.runner_up.key,
            sides=sides,
            undecided=self._undecided(tested, {*first, *second}),
            people_values=self._values(tested, delta),
            p_value=selected.p_value,
            difference=_over(leaving[0], keeping[0]),
            title=words.sentence(
                f"{said.whom}: {words.people(len(leavers))} {_verb(len(leavers), 'leave')} them out, "
                f"{words.count(len(keepers))} {_verb(len(keepers), 'draw')} them"
            ),
            clause_hint=said.hint,
            clause_title=words.sentence(said.whom),
            clause=said.keep,
            other_clause=said.leave,
            holds=kind,
            places=self._places(kind, leavers, keepers),
            people_measured=self._measured(
                tested, delta, error, tested[told.cells.person], told.unit[told.cells.unit], holds
            ),
            difference_measured=_apart(leaving[0], keeping[0]),
        )

    def renamed(self, boundary: Boundary, tested: Longs) -> Convention | None:
        """A line between two classes that people draw at different places; the smaller camp is the one that departs."""
        cells, rows = self._evidence.cells, np.union1d(boundary.at_first, boundary.at_second)
        from_, to = self._name(boundary.first), self._name(boundary.second)
        high, low = tested[boundary.camps.high], tested[~boundary.camps.high]
        sure_low, sure_high = self._named(tested, boundary.camps)
        moves = (
            Side(f"call it {to} where others say {from_}", sure_high, self._moves(boundary, high, back=False)),
            high,
        )
        moves_back = (
            Side(f"call it {from_} where others say {to}", sure_low, self._moves(boundary, low, back=True)),
            low,
        )
        (first, fewer), (second, more) = (moves, moves_back) if len(high) <= len(low) else (moves_back, moves)
        says, instead_of = (to, from_) if len(high) <= len(low) else (from_, to)
        clause, other = words.boundary_clauses(instead_of, says)
        return Convention(
            kind=_kind(boundary.camps),
            part="label_class",
            feature=f"class:{boundary.first}|class:{boundary.second}",
            family=f"class:{boundary.first}|class:{boundary.second}",
            cut=0.0,
            runner_up=None,
            sides=(first, second),
            undecided=self._undecided(tested, {*sure_low, *sure_high}),
            people_values=self._values(tested, boundary.lean),
            p_value=boundary.p_value,
            difference=boundary.camps.gap,
            title=words.sentence(
                f"{words.people(len(fewer))} {_verb(len(fewer), 'call')} some {self._things} {says} that "
                f"{words.people(len(more))} {_verb(len(more), 'call')} {instead_of}"
            ),
            clause_hint=f"{from_} {to} class",
            clause_title=words.sentence(f"{from_} or {to}"),
            clause=clause,
            other_clause=other,
            holds=np.isin(self._evidence.label_class, (boundary.first, boundary.second)),
            places=self._contradicted(boundary, high, low),
            people_measured=self._measured(
                tested, boundary.lean, boundary.lean_error, cells.person[rows], cells.unit[rows]
            ),
            difference_measured=self._gap(boundary.camps, cells.unit[rows]),
        )

    def placed(self, placement: Placement, tested: Longs) -> Convention | None:
        """A way of placing sides in which people differ; None when too small."""
        camps, pattern, cells = placement.camps, placement.pattern, self._evidence.cells
        rows = np.flatnonzero(cells.drew & pattern.holds[cells.unit] & (self._evidence.others_drew > 0))
        rows = rows[np.isin(cells.person[rows], tested)]
        units = cells.unit[rows]
        if not placement.is_large or not (camps.is_clear or pattern.name == LOOSENESS):
            return None
        further, nearer, hint = words.place_words(pattern.name)
        about = "" if pattern.part is None else f" around {self._kind_words(pattern.part, turned=False).whom}"
        key = pattern.name if pattern.part is None else f"{pattern.name}@{pattern.part.key}"
        clause, other = words.place_clauses(pattern.name, camps.gap)
        high, low = tested[camps.high], tested[~camps.high]
        names = self._named(tested, camps)
        sides: tuple[Side, ...] = (
            Side(further + about, names[1], self._offset(placement, camps.high, tested)),
            Side(nearer + about, names[0], self._offset(placement, ~camps.high, tested)),
        )
        title = f"{words.people(len(high))} {_verb_phrase(further, len(high))}{about} than {words.others(len(low))}"
        kind: Kind = _kind(camps)
        if not camps.is_clear:
            kind, sides = "spread", ()
            percent = 100 * float(np.std(placement.effect))
            title = f"people {further}{about} to different degrees, by {percent:.0f} % of the side between them"
        return Convention(
            kind=kind,
            part="geometry",
            feature=key,
            family=key,
            cut=0.0,
            runner_up=None,
            sides=sides,
            undecided=() if kind == "spread" else self._undecided(tested, {*names[0], *names[1]}),
            people_values=self._values(tested, placement.effect),
            p_value=placement.p_value,
            difference=float(np.std(placement.effect)) if kind == "spread" else camps.gap,
            title=words.sentence(title),
            clause_hint=hint,
            clause_title=words.place_title(pattern.name) + about,
            clause=clause,
            other_clause=other,
            holds=pattern.holds,
            places=self._apart(pattern, high, low),
            people_measured=self._measured(tested, placement.effect, placement.error, cells.person[rows], units),
            difference_measured=self._spread(placement, units) if kind == "spread" else self._gap(camps, units),
        )

    def whom(self, feature: Feature) -> str:
        """What objects of a kind are called."""
        return self._kind_words(feature, turned=False).whom

    def _kind_words(self, feature: Feature, *, turned: bool) -> words.Words:
        name = self._name(int(feature.cut)) if feature.kind == CLASS else feature.name.replace(VALUE, " ")
        kind = _OPPOSITE.get(feature.kind, feature.kind) if turned else feature.kind
        if VALUE in feature.name:
            kind = _ONE_OF
        said = words.kind_words(kind, things=self._things, cut=feature.cut, name=name)
        if not turned or feature.kind in _OPPOSITE:
            return said
        whom = f"{self._things} other than {said.whom}"
        keep, leave = f"Draw {whom}, too.", f"Draw only {said.whom}."
        return words.Words(whom, said.hint, keep, leave)

    def _key(self, feature: Feature, *, turned: bool) -> str:
        if not turned:
            return feature.key
        return _OPPOSITE.get(feature.kind, f"not:{feature.key}")

    def _name(self, label_class: int) -> str:
        return self._class_names[label_class] if label_class < len(self._class_names) else f"class {label_class}"

    def _misses(self, people: Longs, holds: Flags) -> tuple[Estimate, Estimate]:
        """Share left out of units that hold, and of those that do not, both without the other features."""
        cells = self._evidence.cells
        theirs = meetings(self._evidence) & np.isin(cells.person, people) & self._aside[cells.unit]
        held = holds[cells.unit]
        return misses_of(self._evidence, theirs & held), misses_of(self._evidence, theirs & ~held)

    def _moves(self, boundary: Boundary, people: Longs, *, back: bool) -> Estimate:
        cells = self._evidence.cells
        others_say, said = (
            boundary.at_second if back else boundary.at_first,
            boundary.first if back else boundary.second,
        )
        rows = others_say[np.isin(cells.person[others_say], people)]
        return share_by_image(cells.label_class[rows] == said, self._evidence.image[cells.unit[rows]])

    def _offset(self, placement: Placement, side: Flags, tested: Longs) -> Estimate:
        """Mean outward offset of one side's people, with an interval from their standard errors."""
        weight = 1 / np.maximum(placement.error[side], 1e-9) ** 2
        value = float(np.average(placement.effect[side], weights=weight))
        reach = z_value() / float(np.sqrt(weight.sum()))
        cells = self._evidence.cells
        mine = cells.drew & np.isin(cells.person, tested[side]) & placement.pattern.holds[cells.unit]
        mine &= self._evidence.others_drew > 0
        n_images = len(np.unique(self._evidence.image[cells.unit[mine]]))
        return Estimate(value, value - reach, value + reach, int(mine.sum()), n_images, "offsets-by-image")

    def _named(self, people: Longs, camps: Camps) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """People who are surely low, and surely high."""
        names = self._evidence.people
        low = tuple(names[p] for p, chance in zip(people, camps.chance_high, strict=True) if 1 - chance >= SURE)
        high = tuple(names[p] for p, chance in zip(people, camps.chance_high, strict=True) if chance >= SURE)
        return low, high

    def _undecided(self, tested: Longs, named: set[str]) -> tuple[str, ...]:
        return tuple(name for p in tested if (name := self._evidence.people[p]) not in named)

    def _values(self, tested: Longs, values: Floats) -> dict[str, float]:
        return {self._evidence.people[p]: float(value) for p, value in zip(tested, values, strict=True)}

    def _measured(
        self, tested: Longs, values: Floats, errors: Floats, person: Longs, unit: Longs, holds: Flags | None = None
    ) -> dict[str, Estimate]:
        """Each person's value with its interval; `person` and `unit` are what it rests on, of the kind that `holds`."""
        out = {}
        for number, p in enumerate(tested.tolist()):
            mine = unit[(person == p) & (True if holds is None else holds[unit])]
            value, reach = float(values[number]), z_value() * float(errors[number])
            n_images = len(np.unique(self._evidence.image[mine]))
            out[self._evidence.people[p]] = Estimate(
                value, value - reach, value + reach, len(mine), n_images, _BY_IMAGE
            )
        return out

    def _gap(self, camps: Camps, unit: Longs) -> Estimate:
        """How far the two sides lie apart."""
        reach = z_value() * camps.gap_error
        n_images = len(np.unique(self._evidence.image[unit]))
        return Estimate(camps.gap, camps.gap - reach, camps.gap + reach, len(unit), n_images, _BY_IMAGE)

    def _spread(self, placement: Placement, unit: Longs) -> Estimate:
        """Deviation between people, with the interval of that of as many normal values."""
        value, n = float(np.std(placement.effect)), len(placement.effect)
        low, high = (value * float(np.sqrt(n / chi2.isf(tail, n - 1))) for tail in (0.025, 0.975))
        n_images = len(np.unique(self._evidence.image[unit]))
        return Estimate(value, low, high, len(unit), n_images, "deviation-of-people")

    def _places(self, holds: Flags, leavers: Longs, keepers: Longs) -> Longs:
        """Units that most of one side left out and most of the other drew."""
        cells, n = self._evidence.cells, self._evidence.n_units
        on_leaving, on_keeping = np.isin(cells.person, leavers), np.isin(cells.person, keepers)
        apart = np.bincount(cells.unit, on_leaving & ~cells.drew, n) * (
            np.bincount(cells.unit, on_keeping & cells.drew, n)
        )
        against = np.bincount(cells.unit, (on_leaving & cells.drew) | (on_keeping & ~cells.drew), n)
        return _best(np.where(holds & (self._evidence.n_drew > 1), apart - 0.5 * against, 0.0))

    def _contradicted(self, boundary: Boundary, high: Longs, low: Longs) -> Longs:
        """Units that one side calls the second class and the other the first, best those on which each side is one."""
        cells, n = self._evidence.cells, self._evidence.n_units
        is_high, is_low = np.isin(cells.person, high), np.isin(cells.person, low)
        says_first, says_second = cells.label_class == boundary.first, cells.label_class == boundary.second
        apart = np.bincount(cells.unit, is_high & says_second, n) * np.bincount(cells.unit, is_low & says_first, n)
        against = np.bincount(cells.unit, (is_high & says_first) | (is_low & says_second), n)
        return _best(apart - 0.5 * against)

    def _apart(self, pattern: Pattern, high: Longs, low: Longs) -> Longs:
        """Units drawn by both sides, best those where the difference shows well, and yet not the oddest."""
        cells, n = self._evidence.cells, self._evidence.n_units
        box = self._evidence.box[cells.unit]
        extent = np.tile(box[:, 2:] - box[:, :2], 2)
        outward = np.array([-1.0, -1.0, 1.0, 1.0]) * (cells.box - box) / extent
        offset = np.where(cells.drew, np.nan_to_num(outward) @ pattern.signs / np.abs(pattern.signs).sum(), 0.0)
        totals, counts = [], []
        for side in (high, low):
            mine = cells.drew & np.isin(cells.person, side)
            totals.append(np.bincount(cells.unit, offset * mine, n))
            counts.append(np.bincount(cells.unit, mine, n))
        met = pattern.holds & (counts[0] > 0) & (counts[1] > 0)
        gap = totals[0] / np.maximum(counts[0], 1) - totals[1] / np.maximum(counts[1], 1)
        plain = float(np.quantile(gap[met], SHOWS_WELL)) if met.any() else 0.0
        return _best(np.where(met, 1.0 / (1.0 + np.abs(gap - plain)), 0.0))


_ONE_OF: Final = "value"
_OPPOSITE: Final = {"small": "large", "large": "small"}


def _kind(camps: Camps) -> Kind:
    return "split" if camps.smaller > 1 else "one_apart"


def _over(one: Estimate, other: Estimate) -> float:
    """One value less another; 0 when either is missing."""
    return 0.0 if one.value is None or other.value is None else one.value - other.value


def _apart(one: Estimate, other: Estimate) -> Estimate:
    """One share less another with its interval from theirs (Newcombe 1998, method 10)."""
    value, n, n_images = _over(one, other), one.n + other.n, max(one.n_items, other.n_items)
    ends = (one.value, one.low, one.high, other.value, other.low, other.high)
    if any(end is None for end in ends):
        return Estimate(value, None, None, n, n_images, _OF_SHARES)
    p, p_low, p_high, q, q_low, q_high = (float(end or 0.0) for end in ends)
    low, high = np.hypot(p - p_low, q_high - q), np.hypot(p_high - p, q - q_low)
    return Estimate(value, value - float(low), value + float(high), n, n_images, _OF_SHARES)


def _verb(n: int, verb: str) -> str:
    return f"{verb}s" if n == 1 else verb


def _verb_phrase(phrase: str, n: int) -> str:
    verb, _, rest = phrase.partition(" ")
    return f"{_verb(n, verb)} {rest}"


def _best(score: Floats) -> Longs:
    order = np.argsort(-score, kind="stable")
    return order[score[order] > 0][:MOST_PLACES]
