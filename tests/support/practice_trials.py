"""Trials of the search for practices that differ: what was planted, what was found, who was put on which side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from assay.quality import Boxes
from assay.quality.convention import Convention, ConventionReport, find_conventions

ALIASES = {"small": {"small", "large"}, "loose": {"all"}, "covered": {"covered", "flag:occluded"}}


@dataclass
class World:
    """Marks with known practices.

    Attributes:
        people: what everybody drew.
        asked: who was asked about what.
        sizes: (n_images, 2) width and height.
        followers: practice to the names of those who follow it.
        boundary: the two classes between which the line was moved.
        flags: flag to person to whether each of their marks has it.
    """

    people: dict[str, Boxes]
    asked: dict[str, np.ndarray]
    sizes: np.ndarray
    followers: dict[str, set[str]]
    boundary: tuple[int, int] = (0, 1)
    flags: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)


@dataclass
class Tally:
    """Counts over trials."""

    n: int = 0
    found: dict[str, int] = field(default_factory=dict)
    all_found: int = 0
    right: int = 0
    wrong: int = 0
    undecided: int = 0
    extra: int = 0
    runs_with_split: int = 0
    spreads: int = 0
    extras: list[str] = field(default_factory=list)

    def add(self, world: World, report: ConventionReport) -> None:
        """Count one trial."""
        self.n += 1
        self.runs_with_split += bool(report.splits)
        self.spreads += any(c.kind == "spread" for c in report.conventions)
        hits = {}
        for split in report.splits:
            practice = next((p for p in world.followers if is_about(split, p, world)), None)
            if practice is None or practice in hits:
                self.extra += 1
                self.extras.append(f"{split.feature} {split.difference:.2f}")
            else:
                hits[practice] = split
        for practice, split in hits.items():
            self.found[practice] = self.found.get(practice, 0) + 1
            first, second = (set(side.people) for side in split.sides)
            right = len(first & world.followers[practice]) + len(second - world.followers[practice])
            self.right += right
            self.wrong += len(first) + len(second) - right
            self.undecided += len(split.undecided)
        self.all_found += len(hits) == len(world.followers) > 0

    def __str__(self) -> str:
        named = self.right + self.wrong
        found = " ".join(f"{practice} {n}" for practice, n in sorted(self.found.items())) or "-"
        share = f"{100 * self.wrong / named:.1f} %" if named else "-"
        loose = f"{100 * self.undecided / (named + self.undecided):.0f} %" if named else "-"
        return (
            f"of {self.n}: {found}; all {self.all_found}; wrong sides {share} of {named}, undecided {loose}; "
            f"extra {self.extra} {self.extras}; with split {self.runs_with_split}; spread {self.spreads}"
        )


def is_about(convention: Convention, practice: str, world: World) -> bool:
    """Whether a split is the planted one."""
    if practice == "class":
        first, second = sorted(world.boundary)
        return convention.feature == f"class:{first}|class:{second}"
    name = convention.feature.partition("@")[0]
    return name in ALIASES.get(practice, {practice})


def run_trials(make: Callable[[np.random.Generator], World], seeds: range, **options: float) -> Tally:
    """Make a world for each seed and search it."""
    tally = Tally()
    for seed in seeds:
        world = make(np.random.default_rng([7919, seed]))
        report = find_conventions(
            world.people,
            rng=np.random.default_rng(seed),
            sizes_px=world.sizes,
            assigned=world.asked,
            flags=world.flags,
            **options,
        )
        tally.add(world, report)
    return tally
