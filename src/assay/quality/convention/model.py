"""What is said about practices that differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.convention.evidence import Evidence

Kind = Literal["split", "one_apart", "spread"]
Part = Literal["existence", "label_class", "geometry"]
ReachState = Literal["enough", "not_enough_evidence", "none_met"]
State = Literal["looked", "not_enough_evidence", "needs_three_people"]


@dataclass(frozen=True, slots=True)
class Side:
    """People who do the same.

    Attributes:
        does: what they do, in words, plural ("leave them out").
        people: who surely does (posterior at least .90), by name.
        value: of everybody nearer to this side: share left out, share called so, or offset of sides in shares of the
            side.
        elsewhere: the same on all other objects; None where there is no such thing.
    """

    does: str
    people: tuple[str, ...]
    value: Estimate
    elsewhere: Estimate | None = None


@dataclass(frozen=True, eq=False)
class Convention:
    """A practice that differs between people: a gap in the guideline, not a fault of anybody.

    Attributes:
        kind: `split` two or more people on each side; `one_apart` one person alone, which may also be a misreading;
            `spread` people place boxes more and less tightly without two camps.
        part: what it is about.
        feature: `edge`, `small`, `large`, `covered`, `elongated`, `crowded`, `class:<number>` or `flag:<name>` for
            existence; `class:<number>|class:<number>` for a class boundary; a pattern such as `all`, `bottom` or
            `shift_x` for geometry, with `@` and a feature where it is about one kind of object only.
        family: cuts of one family answer the same question (`size` holds `small` and `large`).
        cut: where the line was drawn; pixels for sizes.
        runner_up: the next best explanation, None when there is none.
        sides: two, first the one that departs (leaves out, says the second class, has the larger boxes); none for
            `spread`.
        undecided: people nearer to one side or the other, but not surely.
        people_values: each person's effect, by name: log odds, share moved, or offset.
        p_value: over everything of its part that was looked at.
        difference: between the two sides, in the units of `Side.value`; for `spread`, the deviation between people.
        title: one sentence that blames nobody.
        clause_hint: words by which to find the guideline's clause.
        clause_title: what the rule is about, as the title of a clause.
        clause: a rule that would settle it, to be edited.
        other_clause: the rule the other way round.
        holds: (n_units,) the kind of object it is about.
        places: units (rows of the evidence) where the sides part, best first.
        people_measured: `people_values` with intervals, about what is common to all; n counts what a person was judged
            by.
        difference_measured: `difference` with its interval.
    """

    kind: Kind
    part: Part
    feature: str
    family: str
    cut: float
    runner_up: str | None
    sides: tuple[Side, ...]
    undecided: tuple[str, ...]
    people_values: dict[str, float]
    p_value: float
    difference: float
    title: str
    clause_hint: str
    clause_title: str
    clause: str
    other_clause: str
    holds: NDArray[np.bool_] = field(repr=False)
    places: NDArray[np.int64] = field(repr=False)
    people_measured: dict[str, Estimate] = field(default_factory=dict)
    difference_measured: Estimate | None = None

    @property
    def departing(self) -> tuple[str, ...]:
        """Whose figures it explains: who leaves out what others draw, else the smaller side; nobody for `spread`."""
        if not self.sides:
            return ()
        if self.part == "existence" and self.kind == "split":
            return self.sides[0].people
        return min((side.people for side in self.sides if side.people), key=len, default=())


@dataclass(frozen=True, slots=True)
class Grade:
    """One degree of what is told about, and the share of such objects that each side draws.

    Attributes:
        label: in words, such as "20 to 31 px".
        shares: of the two sides, in their order.
    """

    label: str
    shares: tuple[Estimate, Estimate]


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a difference is called a practice, and what a rule would change.

    Attributes:
        within: how alike two people of one side are on such objects: share of the same decision (existence), the same
            class, or mean IoU (geometry).
        across: the same of two people on different sides.
        agreement: F1 between people over everything; for geometry, mean IoU of what both drew.
        without: the same without those pairs of people, on such objects, that stand on different sides: what it would
            be if all read the rule alike.
        n_marks: marks of the departing side to look at again if the drafted clause is published.
        n_images: on so many images.
        grades: by degree, for existence; where there are no degrees, such objects and all others.
    """

    within: Estimate
    across: Estimate
    agreement: Estimate
    without: Estimate
    n_marks: int
    n_images: int
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class PersonCare:
    """How careful one person's work is, apart from any practice that differs.

    Attributes:
        name: who.
        n_images: images they were asked about together with at least two others.
        misses: share of units left out that two others drew, on units without any feature found.
        noise: robust deviation of sides from the unit's median in shares of the side, patterns found taken out; None
            when nobody else drew what they drew.
        unsteadiness: the same with its interval.
    """

    name: str
    n_images: int
    misses: Estimate
    noise: float | None
    unsteadiness: Estimate


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether the evidence would have shown a practice about one kind of object, whether or not one was found.

    The practice meant is one that three of eight people follow four times in five (sides of boxes: by 8 %; the line of
    a class: about the fifth of its objects that is doubtful).

    Attributes:
        kind: as in `Convention.feature`; for a class line `class:<number>`, the class that objects are moved from.
        whom: in words, such as "objects cut by the image edge".
        state: `enough`, such a practice would be shown in at least nine of ten cases; `not_enough_evidence`; or
            `none_met`, there are no such objects.
        found: whether practice was found to differ about them.
        n: such objects that a person met together with two others (geometry: drew together with one), mean over people.
        chance: how surely such a practice would be shown; None where none was met.
        needs_images: how many images of this kind, with as many people on each, would do; None when enough or unknown.
    """

    kind: str
    whom: str
    state: ReachState
    found: bool
    n: int
    chance: float | None
    needs_images: int | None


@dataclass(frozen=True, slots=True)
class Looked:
    """Whether one part could be judged, apart from what was found.

    Attributes:
        state: `looked`; `not_enough_evidence`, when the evidence would not surely show a practice about the most usual
            kind (the smallest fifth of the objects, the most frequent class, all sides of boxes), even where one was
            found; or `needs_three_people`, when too few images were given to three.
        why: one sentence; empty when all is well.
        needs_images: how many images of this kind, with as many people on each, would do; None when unknown or enough.
        n_people: people compared.
        n_images: images used.
        answer: what was found and what could not be judged, in a sentence or two.
        kinds: for every kind of object, whether the evidence would have shown a practice about it.
    """

    state: State
    why: str
    needs_images: int | None
    n_people: int
    n_images: int
    answer: str
    kinds: tuple[Reach, ...] = ()

    @property
    def thin(self) -> dict[str, int]:
        """Kinds of object that were met too seldom to judge, with the images that would do."""
        return {kind.kind: kind.needs_images for kind in self.kinds if kind.needs_images is not None}


@dataclass(frozen=True, eq=False)
class ConventionReport:
    """Practices that differ, what could be judged, and care.

    Attributes:
        conventions: strongest first: splits, then one person apart, then spreads.
        existence: whether leaving out could be judged.
        label_class: whether class boundaries could be judged.
        geometry: whether the placing of sides could be judged.
        care: one row a person.
        evidence: the units, to show places.
    """

    conventions: tuple[Convention, ...]
    existence: Looked
    label_class: Looked
    geometry: Looked
    care: tuple[PersonCare, ...]
    evidence: Evidence = field(repr=False)

    @property
    def splits(self) -> tuple[Convention, ...]:
        """Only those with people on both sides."""
        return tuple(c for c in self.conventions if c.kind == "split")
