"""Simulated annotators whose true error rates are known: errors cluster by image, people keep, change or slip."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SPURIOUS_SHARE = 0.25  # of a person's errors, the share that are marks too many
SPARSE_UNITS = np.repeat([1, 2, 3, 4], [30, 30, 25, 15])  # mean 2.25


@dataclass(frozen=True)
class Geometry:
    """The marks of a project's images.

    Attributes:
        name: `dense`, `sparse` or `single`.
        source: where the counts come from, in words.
        marks: (images,) known marks of each image.
        edge_marks: (images,) of these, how many touch the edge of the picture.
    """

    name: str
    source: str
    marks: IntArray
    edge_marks: IntArray


def dense_geometry(annotations: Path | None) -> Geometry:
    """Count the marks of the blood-cell set, or draw 364 images like them when it is not there."""
    if annotations is not None and annotations.is_dir():
        counts = [_count_voc(path) for path in sorted(annotations.glob("*.xml"))]
        marks, edge = np.array(counts, np.int64).T
        return Geometry("dense", f"BCCD, {len(marks)} images", np.maximum(marks, 1), edge)
    rng = np.random.default_rng(364)
    marks = np.clip(rng.normal(13.4, 4.4, 364).round(), 1, 30).astype(np.int64)
    edge = rng.binomial(marks, 0.24)
    return Geometry("dense", "364 drawn images, normal(13.4, 4.4) marks, 24 % at an edge (BCCD absent)", marks, edge)


def sparse_geometry() -> Geometry:
    """Give images with one to four marks."""
    return Geometry("sparse", "1 to 4 marks, mean 2.25", SPARSE_UNITS, np.zeros_like(SPARSE_UNITS))


def single_geometry() -> Geometry:
    """Give images with one mark each."""
    return Geometry("single", "one mark an image", np.ones(1, np.int64), np.zeros(1, np.int64))


def _count_voc(path: Path) -> tuple[int, int]:
    root = ET.parse(path).getroot()  # noqa: S314 - the project's own research data
    width, height = (int(root.findtext(f"size/{side}", "0")) for side in ("width", "height"))
    edge = 0
    boxes = root.findall("object/bndbox")
    for box in boxes:
        x0, y0, x1, y1 = (float(box.findtext(side, "0")) for side in ("xmin", "ymin", "xmax", "ymax"))
        edge += x0 <= 1 or y0 <= 1 or x1 >= width - 1 or y1 >= height - 1
    return len(boxes), edge


def draw_image_rates(
    rng: np.random.Generator, mean: float | FloatArray, rho: float, shape: tuple[int, ...]
) -> FloatArray:
    """Draw each image's own error rate: Beta with this mean and intra-image correlation."""
    if rho == 0.0:
        return np.broadcast_to(np.asarray(mean, np.float64), shape).copy()
    strength = (1 - rho) / rho
    return rng.beta(
        np.broadcast_to(np.asarray(mean) * strength, shape), np.broadcast_to((1 - np.asarray(mean)) * strength, shape)
    )


def image_rates(place: FloatArray, mean: float | FloatArray, rho: float) -> FloatArray:
    """Give each image's own error rate at a place in [0, 1) of its distribution."""
    if rho == 0.0:
        return np.broadcast_to(np.asarray(mean, np.float64), place.shape)
    strength = (1 - rho) / rho
    return np.asarray(betaincinv(np.asarray(mean) * strength, (1 - np.asarray(mean)) * strength, place), np.float64)


def draw_errors(rng: np.random.Generator, units: IntArray, mean: float | FloatArray, rho: float) -> IntArray:
    """Draw the errors on each image, as section 1 of the method has it."""
    return rng.binomial(units, draw_image_rates(rng, mean, rho, units.shape))


@dataclass(frozen=True)
class Person:
    """One of the simulated people.

    Attributes:
        name: what they do.
        rate: share of units wrong at first, the marks of a habit aside.
        later: the same after half time; None for steady people.
        clause: the marks a habit is about: `edge` or `shadow`; None for people without one.
        habit: mean chance that such a mark is wrong.
        expected: `ok`, `flag`, `habit`, or `any`.
    """

    name: str
    rate: float
    later: float | None = None
    clause: str | None = None
    habit: float = 0.0
    expected: str = "ok"


CLAUSES = ("edge", "shadow")


def demo_cast(habit: float) -> tuple[Person, ...]:
    """Give the six people of the demo."""
    return (
        Person("careful", 0.035),
        Person("skips edges", 0.03, clause="edge", habit=habit, expected="habit"),
        Person("boxes shadows", 0.03, clause="shadow", habit=habit, expected="habit"),
        Person("confuses two classes", 0.14, expected="any"),
        Person("slips halfway", 0.05, later=0.17, expected="flag"),
        Person("spammer", 0.55, expected="flag"),
    )


@dataclass(frozen=True)
class Answers:
    """What one person answered in one run.

    Attributes:
        units: (G,) known marks plus spurious ones.
        errors: (G,) wrong among them.
        clause_units: (2, G) marks of each clause on the image.
        clause_errors: (2, G) wrong among those.
    """

    units: IntArray
    errors: IntArray
    clause_units: IntArray
    clause_errors: IntArray


@dataclass
class CastRun:
    """A project of `n_gold` gold images that six people all answer, each in an order of their own.

    An image on which a person is careless is so throughout: one draw an image places the rate of plain marks and the
    rate of a habit's marks in their distributions, each Beta around its mean with correlation `rho`. With `apart` the
    habit has a draw of its own, and such people cluster less than everybody else.

    Attributes:
        geometry: the project's images.
        rho: intra-image correlation of everybody's errors.
        rng: source of randomness.
        n_gold: gold images.
        apart: whether a habit's image rates are drawn independently of the others.
        share: of all marks, how many each of the two clauses is about.
        clauses: (2, images) marks of the clauses: some of those at an edge, and as many of the others.
    """

    geometry: Geometry
    rho: float
    rng: np.random.Generator
    n_gold: int = 36
    share: float = 0.11
    apart: bool = False
    clauses: IntArray = field(init=False)
    _expected: dict[tuple[str, float], tuple[float, float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        marks, edge = self.geometry.marks, self.geometry.edge_marks
        fixed = np.random.default_rng(4)
        cut = fixed.binomial(edge, min(1.0, self.share * marks.sum() / edge.sum()))
        shadow = np.minimum(fixed.binomial(marks, self.share), marks - cut)
        self.clauses = np.stack([cut, shadow])

    def answer(self, person: Person, gold: IntArray) -> Answers:
        """Let a person answer the gold images in a random order."""
        order = self.rng.permutation(gold)
        marks, special = self.geometry.marks[order], self.clauses[:, order]
        place = self.rng.random(self.n_gold)
        rates = image_rates(place, self.rate_by_image(person), self.rho)
        known, extra = split_rate(rates)
        others = self.rng.binomial(marks - special.sum(axis=0), known)
        habits = np.stack([known, known])
        if person.clause is not None:
            place = self.rng.random(self.n_gold) if self.apart else place
            habits[CLAUSES.index(person.clause)] = image_rates(place, person.habit, self.rho)
        by_clause = self.rng.binomial(special, habits)
        spurious = self.rng.poisson(marks * extra)
        return Answers(marks + spurious, others + by_clause.sum(axis=0) + spurious, special, by_clause)

    def rate_by_image(self, person: Person) -> FloatArray:
        """Give the person's mean rate at each gold image in their order; a slip comes after half of them."""
        late = np.arange(self.n_gold) >= self.n_gold // 2
        later = person.rate if person.later is None else person.later
        return np.where(late, later, person.rate)

    def true_rate(self, person: Person, n_images: int) -> tuple[float, float]:
        """Give the true error rate over the first `n_images` gold images, and at the last of them.

        Expected errors over expected units on the whole project's images, the image rates integrated out.
        """
        sums = [self._expected_counts(person, rate) for rate in self.rate_by_image(person)[:n_images].tolist()]
        errors, units = np.array(sums).sum(axis=0)
        return float(errors / units), sums[-1][0] / sums[-1][1]

    def _expected_counts(self, person: Person, rate: float) -> tuple[float, float]:
        key = (person.name, rate)
        if key not in self._expected:
            known, extra = split_rate(draw_image_rates(np.random.default_rng(9), rate, self.rho, (400_000,)))
            marks = float(self.geometry.marks.mean())
            habit = 0.0 if person.clause is None else float(self.clauses[CLAUSES.index(person.clause)].mean())
            wrong = (marks - habit) * float(known.mean()) + habit * person.habit + marks * float(extra.mean())
            self._expected[key] = (wrong, marks * (1 + float(extra.mean())))
        return self._expected[key]


def split_rate(rate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split a rate per unit into errors per known mark and spurious marks per known mark."""
    extra = SPURIOUS_SHARE * rate
    return (rate - extra) / (1 - extra), extra / (1 - extra)
