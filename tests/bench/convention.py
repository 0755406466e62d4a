"""Measures how often practices that differ are found, with the right people, and how often none is invented.

`python -m tests.bench.convention [--seeds 20] [--start 1000] [--only PATTERN]`; `--list` shows what there is;
`--promised` measures what docs/convention.md promises and prints it beside its limits; `--reach` sets what answers say
about their evidence beside how often a practice is found.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from tests.support.crowd import crowd_boxes, looseness_against_gold
from tests.support.nodules import shuffled_readers
from tests.support.practice_trials import Tally, World, run_trials
from tests.support.practices import a_team, careful, careless, work
from tests.support.practices_too import a_shift
from tests.support.scenes import Scenes, boards, cells, street

from assay.quality.convention import find_conventions

SCENES = {"cells": cells, "street": street, "boards": boards}
Make = Callable[[np.random.Generator], World]


def planted(
    scenes: Callable[[], Scenes],
    practices: dict[str, float],
    *,
    n_images: int | None = None,
    n_people: int = 8,
    n_followers: int = 3,
    overlap: int = 3,
    n_careless: int = 2,
) -> Make:
    def make(rng: np.random.Generator) -> World:
        here = scenes() if n_images is None else scenes().draw(n_images, rng)
        asked = {practice: (n_followers, strength) for practice, strength in practices.items()}
        team = a_team(rng, n_people, n_careless=n_careless, practices=asked)
        people, shown = work(here, team, rng, overlap=overlap)
        followers = {p: {f"p{n:02}" for n, who in enumerate(team) if p in who.follows} for p in practices}
        usual = int(np.bincount(here.truth.classes).argmax())
        return World(people, shown, here.sizes, followers, (usual, (usual + 1) % len(here.classes)))

    return make


def sloppy(scenes: Callable[[], Scenes], kind: str, *, n_images: int | None = None, overlap: int = 3) -> Make:
    def make(rng: np.random.Generator) -> World:
        here = scenes() if n_images is None else scenes().draw(n_images, rng)
        team = [careless(rng) if n < 3 else careful(rng) for n in range(8)]
        for person in team[:3]:
            if kind == "lapses":
                person.misses, person.lapses = 0.03, 0.25
            if kind == "invents":
                person.invented = 3.0
            if kind == "small":
                person.small_misses = 2.5
        if kind == "continuum":
            for person in team:
                person.bias = person.bias + rng.normal(0, 0.03)
        people, shown = work(here, team, rng, overlap=overlap)
        return World(people, shown, here.sizes, {})

    return make


def catalogue() -> dict[str, Make]:
    """Every trial by name."""
    trials: dict[str, Make] = {}
    pairs = [
        ("edge + loose", {"edge": 0.8, "loose": 0.08}),
        ("class + edge", {"class": 0.8, "edge": 0.8}),
        ("covered + bottom", {"covered": 0.8, "bottom": 0.8}),
        ("edge + small", {"edge": 0.8, "small": 0.8}),
        ("small + loose", {"small": 0.8, "loose": 0.08}),
        ("class + bottom", {"class": 0.8, "bottom": 0.8}),
    ]
    for name, scenes in SCENES.items():
        for size in (None, 100):
            for label, practices in pairs:
                if name == "boards" and ({"edge", "covered"} & set(practices)):
                    continue
                trials[f"{name} {size or 'all'} {label}"] = planted(scenes, practices, n_images=size)
            for kind in ("plain", "lapses", "invents", "small", "continuum"):
                trials[f"{name} {size or 'all'} careless {kind}"] = sloppy(scenes, kind, n_images=size)
        for practice, strength in [
            (p, s) for p in ("edge", "small", "covered", "elongated", "class") for s in (0.5, 0.7, 0.9)
        ] + [("bottom", 0.6), ("loose", 0.04), ("loose", 0.06), ("loose", 0.1)]:
            trials[f"{name} all only {practice} {strength}"] = planted(scenes, {practice: strength})
    for label, practices in [
        *pairs,
        *((p, {p: 0.8}) for p in ("edge", "small", "covered", "bottom", "class")),
        ("loose", {"loose": 0.08}),
    ]:
        trials[f"cells, 2nd generator, {label}"] = partial(a_shift, practices=practices, on_cells=True, ticks=0.85)
        trials[f"belt 320 {label}"] = partial(a_shift, practices=practices)
        trials[f"belt 100 {label}"] = partial(a_shift, practices=practices, n_pictures=100)
    trials["belt 320 covered + bottom, ticked"] = partial(a_shift, practices=dict(pairs[2][1]), ticks=0.85)
    trials["cells, 2nd generator, covered + bottom, no ticks"] = partial(
        a_shift, practices=dict(pairs[2][1]), on_cells=True
    )
    trials["cells, 2nd generator, careless"] = partial(a_shift, practices={}, sloppy=3, on_cells=True)
    trials["belt 320 careless"] = partial(a_shift, practices={}, sloppy=3)
    trials["belt 100 careless"] = partial(a_shift, practices={}, sloppy=3, n_pictures=100)
    trials["belt 320 all fine"] = partial(a_shift, practices={}, sloppy=0)
    trials["nodules"] = shuffled_readers
    trials["nodules small 0.8"] = partial(shuffled_readers, small_px=12.0, strength=0.8)
    trials["nodules small 0.5"] = partial(shuffled_readers, small_px=12.0, strength=0.5)
    trials["nodules loose 0.1"] = partial(shuffled_readers, loose=0.1)
    trials["nodules loose 0.06"] = partial(shuffled_readers, loose=0.06)
    trials["cells all edge + loose, 6 people"] = planted(cells, dict(pairs[0][1]), n_people=6, n_followers=2)
    trials["cells all edge + loose, 12 people"] = planted(cells, dict(pairs[0][1]), n_people=12, n_followers=4)
    trials["cells all edge + loose, overlap 4"] = planted(cells, dict(pairs[0][1]), overlap=4)
    trials["cells all edge + loose, overlap 2"] = planted(cells, dict(pairs[0][1]), overlap=2)
    trials["cells all careless plain, overlap 2"] = sloppy(cells, "plain", overlap=2)
    return trials


@dataclass(frozen=True)
class Promise:
    """One line of what is promised.

    Attributes:
        words: what for.
        trials: names in the catalogue, counted together.
        limit: in words; of 20 seeds each.
        holds: whether a tally is within it, for so many seeds of each trial.
    """

    words: str
    trials: tuple[str, ...]
    limit: str
    holds: Callable[[Tally], bool]


def both(at_least: float) -> Callable[[Tally], bool]:
    """Both practices found often enough, with the right people on their sides."""
    return lambda t: t.all_found >= at_least * t.n and t.right_share >= 0.97 and t.undecided_share <= 0.20


SIDES = "sides named right at least 97 %, undecided at most 20 %"
SECOND = "cells, 2nd generator, "
PROMISES = [
    Promise("edge + loose 8 %", ("cells all edge + loose",), f"both in 18; {SIDES}", both(0.9)),
    Promise("the same, second generator", (SECOND + "edge + loose",), f"both in 18; {SIDES}", both(0.9)),
    Promise("class + edge", ("cells all class + edge",), f"both in 18; {SIDES}", both(0.9)),
    Promise("the same, second generator", (SECOND + "class + edge",), f"both in 18; {SIDES}", both(0.9)),
    Promise("overlap + bottom", ("cells all covered + bottom",), f"both in 17; {SIDES}", both(0.85)),
    Promise("the same, second generator", (SECOND + "covered + bottom",), f"both in 17; {SIDES}", both(0.85)),
    Promise(
        "careless only: plain, whole-image lapses, inventions",
        tuple(f"cells all careless {kind}" for kind in ("plain", "lapses", "invents")),
        "a split in at most 1 of 60",
        lambda t: t.runs_with_split <= t.n / 60,
    ),
    Promise(
        "the same, second generator: cells, belt, short belt",
        (SECOND + "careless", "belt 320 careless", "belt 100 careless"),
        "a split in at most 1 of 60",
        lambda t: t.runs_with_split <= t.n / 60,
    ),
    Promise(
        "looseness a continuum",
        ("cells all careless continuum",),
        "spread in at least 10, a split in at most 1",
        lambda t: t.spreads >= t.n / 2 and t.runs_with_split <= t.n / 20,
    ),
    Promise("100 images, edge + loose", ("cells 100 edge + loose",), "both in 17", lambda t: t.all_found >= 0.85 * t.n),
    Promise(
        "100 images of few small objects",
        ("boards 100 small + loose",),
        "every answer says not enough evidence and the images that would do, none says that no practice differs",
        lambda t: t.too_little == t.n and t.denied == 0,
    ),
    Promise(
        "overlap 2, edge + loose",
        ("cells all edge + loose, overlap 2",),
        "existence and class need three people; loose in 19",
        lambda t: t.three_needed == t.n and t.found.get("loose", 0) >= 0.95 * t.n and "edge" not in t.found,
    ),
    Promise("real nodule readers, shuffled", ("nodules",), "no split", lambda t: t.runs_with_split == 0),
    Promise(
        "the same, small ones skipped by three of eight",
        ("nodules small 0.8",),
        "found in 18",
        lambda t: t.all_found >= 0.9 * t.n,
    ),
]


CROWD = "196 real people on 200 images"


def promised(n_seeds: int, start: int, alpha: float, only: str) -> None:
    """Print every promise, its limit and what came out, as the table of docs/convention.md."""
    trials = catalogue()
    print("| case | promised (of 20 seeds) | measured | holds |\n|---|---|---|---|")
    for promise in PROMISES:
        if not re.search(only, promise.words):
            continue
        tally = Tally()
        for name in promise.trials:
            run_trials(trials[name], range(start, start + n_seeds), tally=tally, alpha=alpha)
        print(
            f"| {promise.words} | {promise.limit} | {tally} | {'yes' if promise.holds(tally) else 'NO'} |", flush=True
        )
    if re.search(only, CROWD):
        crowd(start)


def crowd(start: int) -> None:
    """The line about real people."""
    people, asked, gold = crowd_boxes()
    report = find_conventions(people, rng=np.random.default_rng(start), assigned=asked, alpha=0.01)
    n_people, rank = looseness_against_gold(report, people, asked, gold)
    spread = any(c.kind == "spread" and c.feature == "all" for c in report.conventions)
    holds = "yes" if spread and not report.splits and rank >= 0.85 else "NO"
    found = f"{'spread' if spread else 'no spread'}, {len(report.splits)} splits; {rank:.3f} over {n_people} people"
    limit = "spread, no split; rank correlation of looseness with gold at least .85"
    print(f"| {CROWD} | {limit} | {found} | {holds} |")


REACHES = [
    ("boards", 100, "small", "small"),
    ("boards", 100, "elongated", "elongated"),
    ("boards", 100, "class", "class"),
    ("boards", 210, "small", "small"),
    ("street", 100, "edge", "edge"),
    ("street", 100, "small", "small"),
    ("street", 100, "covered", "covered"),
    ("street", 100, "elongated", "elongated"),
    ("cells", 60, "edge", "edge"),
    ("cells", 60, "small", "small"),
    ("cells", 100, "covered", "covered"),
    ("cells", 100, "class", "class"),
]


def reached(n_seeds: int, start: int, only: str) -> None:
    """Print how surely an answer says that a practice would be seen, beside how often one that is planted is found."""
    print("| images, practice | said, where nothing is planted | images that would do | found when planted |")
    print("|---|---|---|---|")
    for scenes, n_images, practice, kind in REACHES:
        if not re.search(only, f"{scenes} {practice}"):
            continue
        said = []
        for seed in range(start, start + max(2, n_seeds // 4)):
            world = planted(SCENES[scenes], {}, n_images=n_images)(np.random.default_rng([7919, seed]))
            report = find_conventions(
                world.people, rng=np.random.default_rng(seed), sizes_px=world.sizes, assigned=world.asked, n_draws=99
            )
            kinds = report.label_class.kinds if practice == "class" else report.existence.kinds
            said.append(next((k for k in kinds if k.kind == kind), kinds[0]))
        tally = run_trials(planted(SCENES[scenes], {practice: 0.8}, n_images=n_images), range(start, start + n_seeds))
        needs = sorted(k.needs_images or n_images for k in said)
        chances = np.array([k.chance for k in said])
        print(
            f"| {scenes} {n_images}, {practice} | {chances.mean():.2f} ({chances.min():.2f} to {chances.max():.2f}) "
            f"| {needs[len(needs) // 2]} | {tally.found.get(practice, 0)} of {tally.n} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--start", type=int, default=1000)
    parser.add_argument("--only", default="")
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--promised", action="store_true")
    parser.add_argument("--reach", action="store_true")
    asked = parser.parse_args()
    if asked.reach:
        reached(asked.seeds, asked.start, asked.only)
        return
    if asked.promised:
        promised(asked.seeds, asked.start, asked.alpha, asked.only)
        return
    for name, make in catalogue().items():
        if not re.search(asked.only, name):
            continue
        if asked.list:
            print(name)
            continue
        began = time.process_time()
        tally = run_trials(make, range(asked.start, asked.start + asked.seeds), alpha=asked.alpha)
        print(f"{name:40} {tally}; {(time.process_time() - began) / tally.n:.2f} s", flush=True)


if __name__ == "__main__":
    main()
