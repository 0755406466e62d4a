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
    """Counts over trials.

    Attributes:
        too_little: trials that say there is not enough evidence on what is left out, and how many images would do,
            whether or not something was found.
        denied: trials in which a planted practice of leaving out was not found and the answer says that none differs.
    """

    n: int = 0
    found: dict[str, int] = field(default_factory=dict)
    all_found: int = 0
    right: int = 0
    wrong: int = 0
    undecided: int = 0
    extra: int = 0
    runs_with_split: int = 0
    spreads: int = 0
    too_little: int = 0
    denied: int = 0
    three_needed: int = 0
    extras: list[str] = field(default_factory=list)

    def add(self, world: World, report: ConventionReport) -> None:
        """Count one trial."""
        self.n += 1
        self.runs_with_split += bool(report.splits)
        self.spreads += any(c.kind == "spread" for c in report.conventions)
        too_little = report.existence.state == "not_enough_evidence" and report.existence.needs_images is not None
        self.too_little += too_little
        self.three_needed += report.existence.state == report.label_class.state == "needs_three_people"
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
        left_out = {p for p in world.followers if p not in ("class", "bottom", "loose")}
        self.denied += bool(left_out - set(hits)) and "no practice differs" in report.existence.answer.lower()
        self.all_found += len(hits) == len(world.followers) > 0

    def __str__(self) -> str:
        found = " ".join(f"{practice} {n}" for practice, n in sorted(self.found.items())) or "nothing"
        said = [f"of {self.n}: {found}"]
        if self.found:
            said.append(f"all {self.all_found}")
        if self.right + self.wrong:
            said.append(f"sides right {100 * self.right_share:.1f} % of {self.right + self.wrong}")
            said.append(f"undecided {100 * self.undecided_share:.0f} %")
        said.append(f"runs with a split {self.runs_with_split}")
        counts = {"extra": self.extra, "spread": self.spreads, "not enough evidence": self.too_little}
        counts |= {"needs three people": self.three_needed, "says that none differs, wrongly": self.denied}
        said += [f"{what} {n}" for what, n in counts.items() if n]
        return "; ".join(said)

    @property
    def right_share(self) -> float:
        """Of the people named on a side, those who belong there; 1 when nobody was named."""
        return self.right / max(1, self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def undecided_share(self) -> float:
        """Of the people compared, those put on no side."""
        return self.undecided / max(1, self.right + self.wrong + self.undecided)


def is_about(convention: Convention, practice: str, world: World) -> bool:
    """Whether a split is the planted one."""
    if practice == "class":
        first, second = sorted(world.boundary)
        return convention.feature == f"class:{first}|class:{second}"
    name = convention.feature.partition("@")[0]
    return name in ALIASES.get(practice, {practice})


def run_trials(
    make: Callable[[np.random.Generator], World], seeds: range, *, tally: Tally | None = None, **options: float
) -> Tally:
    """Make a world for each seed and search it; counts go on in `tally` where one is given."""
    tally = tally or Tally()
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
