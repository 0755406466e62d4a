"""Does the 80 % interval hold in 75 to 85 % of months? Simulated projects whose truth the forecast does not know.

    python -m tests.bench.cost_forecast --projects 2000

Each project has people whose pace differs (log-normal, 0.15 to 0.35), pictures that differ (coefficient of variation
0.3 to 0.8), months that differ (log-normal, 0.04 to 0.22, heavy-tailed in a third of projects), a random share of
reviews, disputes, months in which a person's work went back, and people who leave. The forecast sees the monthly sums
of 1 to 12 months and must cover the next one: once at the same size, once at ten times the images, with new people.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from assay.costs import History, Knobs, Month, Pace, Stage, forecast

RATE = {"annotator": 15.0, "reviewer": 22.0, "expert": 35.0}
MICRO = 1_000_000


@dataclass
class World:
    """One project's truth."""

    rng: np.random.Generator
    pace: list[float]
    people_sd: float
    item_cv: float
    month_sd: float
    heavy: bool
    overlap: int
    review_share: float
    dispute: float
    gold_rate: float
    seconds: float


def a_world(rng: np.random.Generator) -> World:
    """Draw a project."""
    people_sd = float(rng.uniform(0.15, 0.35))
    return World(
        rng=rng,
        pace=list(np.exp(people_sd * rng.standard_normal(int(rng.integers(3, 13))))),
        people_sd=people_sd,
        item_cv=float(rng.uniform(0.3, 0.8)),
        month_sd=float(rng.uniform(0.04, 0.22)),
        heavy=bool(rng.random() < 1 / 3),
        overlap=int(rng.integers(1, 4)),
        review_share=float(rng.uniform(0.02, 0.25)),
        dispute=float(rng.uniform(0.02, 0.2)),
        gold_rate=float(rng.uniform(0.02, 0.1)),
        seconds=float(rng.uniform(8, 120)),
    )


def a_month(world: World, name: str, n_items: int, pace: list[float]) -> tuple[Month, dict[int, tuple[int, float]]]:
    """Work through a month; returns its sums, and answers and seconds by person."""
    rng = world.rng
    shock = rng.standard_t(4) / np.sqrt(2) if world.heavy else rng.standard_normal()
    effect = float(np.exp(world.month_sd * shock))
    sigma = np.sqrt(np.log1p(world.item_cv**2))
    item = world.seconds * effect * np.exp(sigma * rng.standard_normal(n_items) - sigma**2 / 2)
    who = rng.choice(len(pace), (n_items, world.overlap), p=_shares(world, len(pace)))
    seconds = item[:, None] * np.array(pace)[who] * np.exp(0.2 * rng.standard_normal((n_items, world.overlap)))
    n_answers = n_items * world.overlap
    n_gold = rng.binomial(n_answers, world.gold_rate)
    n_review = rng.binomial(n_answers, world.review_share)
    n_disputes = rng.binomial(n_items, world.dispute)
    spent_s = {
        Stage.ANNOTATE: float(seconds.sum()),
        Stage.GOLD: n_gold * float(seconds.mean()),
        Stage.REVIEW: float(0.4 * rng.choice(seconds.ravel(), n_review).sum()),
        Stage.ADJUDICATE: float(1.5 * rng.choice(item, n_disputes).sum()),
        Stage.REWORK: 0.0,
    }
    if rng.random() < 0.15:  # somebody's work of a stretch went back
        spent_s[Stage.REWORK] = float(rng.uniform(0.1, 0.5) * seconds[who == rng.integers(len(pace))].sum())
    role = {Stage.REVIEW: "reviewer", Stage.ADJUDICATE: "expert", Stage.REWORK: "reviewer"}
    spent = {s: v / 3600 * RATE[role.get(s, "annotator")] * MICRO for s, v in spent_s.items()}
    persons = {p: (int((who == p).sum()), float(seconds[who == p].sum())) for p in range(len(pace))}
    return Month(name, n_items, n_answers, spent, spent_s), persons


def _shares(world: World, n: int) -> np.ndarray:
    weights = world.rng.dirichlet(np.full(n, 4.0))
    return weights / weights.sum()


def trial(seed: int, n_months: int) -> dict[float, tuple[bool, bool, float]]:
    """One project; for each scale: whether the 80 and the 50 % interval held, and the 80 % one's relative width."""
    world = a_world(np.random.default_rng(seed))
    rng = world.rng
    volume = int(rng.integers(150, 1500))
    months, persons = [], defaultdict(lambda: [0, 0.0])
    ids = list(range(len(world.pace)))
    for k in range(n_months):
        for place in range(len(world.pace)):  # people leave, others come
            if rng.random() < 0.05:
                ids[place] = 1000 * (k + 1) + place
                world.pace[place] = float(np.exp(world.people_sd * rng.standard_normal()))
        month, found = a_month(world, f"2026-{k + 1:02}", int(volume * rng.uniform(0.8, 1.2)), world.pace)
        months.append(month)
        for place, (n, seconds) in found.items():
            persons[ids[place]][0] += n
            persons[ids[place]][1] += seconds
    knobs = Knobs(world.overlap, world.gold_rate, world.review_share)
    paces = tuple(Pace(str(p), n, s) for p, (n, s) in persons.items())
    history = History("EUR", tuple(months), paces, knobs)
    out = {}
    for scale in (1.0, 10.0):
        n_items = int(history.items_a_month * scale)
        n_more = int(len(world.pace) * (scale - 1))
        more = [float(pace) for pace in np.exp(world.people_sd * rng.standard_normal(n_more))]
        real, _ = a_month(world, "2027-01", n_items, world.pace + more)
        said = forecast(history, scale=scale).then.money
        truth = real.people_spent
        held = said.low <= truth <= said.high
        out[scale] = (held, said.low50 <= truth <= said.high50, (said.high - said.low) / said.value)
    return out


def run(n_projects: int, lengths: tuple[int, ...] = (1, 2, 3, 5, 8, 12), seed: int = 1) -> dict[str, object]:
    """Coverage by months of history and scale, and over all."""
    cells: dict[str, list[tuple[bool, bool, float]]] = defaultdict(list)
    for k in range(n_projects):
        n_months = lengths[k % len(lengths)]
        for scale, result in trial(seed * 1_000_003 + k, n_months).items():
            cells[f"{n_months} months, x{scale:g}"].append(result)
            cells["all"].append(result)
            cells[f"x{scale:g}"].append(result)
    return {
        name: {
            "n": len(found),
            "held_80": round(float(np.mean([h for h, _, _ in found])), 3),
            "held_50": round(float(np.mean([h for _, h, _ in found])), 3),
            "width": round(float(np.median([w for _, _, w in found])), 3),
        }
        for name, found in cells.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.projects, seed=arguments.seed), indent=1))
