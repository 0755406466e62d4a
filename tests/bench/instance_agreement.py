"""Measures how often the intervals of instance-level agreement hold, and what they cost.

`python -m tests.bench.instance_agreement [--draws 1000] [--images 100] [--people 3] [--scenes cells street]`
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from tests.support.alike import people_at
from tests.support.scenes import Scenes, boards, cells, street

from assay.quality import Boxes
from assay.quality.instance_agreement import InstanceAgreement, instance_agreement

PARTS = ("existence", "label_class", "geometry", "total")
HABITS = {"misses": 0.10, "jitter": 0.05, "confusion": 0.05, "empty": 0.10}
SCENES = {"cells": cells, "street": street, "boards": boards}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--overlap", type=int)
    parser.add_argument("--population", type=int, default=12_000)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--scenes", nargs="+", default=["cells", "street"], choices=SCENES)
    asked = parser.parse_args()
    for name in asked.scenes:
        cover(name, SCENES[name](), asked)


def cover(name: str, scenes: Scenes, asked: argparse.Namespace) -> None:
    """Draw many small samples out of one large set and count how often their intervals hold its value."""
    rng = np.random.default_rng(2026)
    everything = many(scenes, asked.population, rng)
    whole, whole_asked = people_at(everything, rng, asked.people, overlap=asked.overlap, **HABITS)
    truth = measure(whole, whole_asked, everything.sizes, rng, 0)
    inside, width, bias = np.zeros(4), np.zeros(4), np.zeros(4)
    began = time.process_time()
    for _ in range(asked.draws):
        chosen = rng.choice(asked.population, asked.images, replace=False)
        people = {who: boxes.take(chosen) for who, boxes in whole.items()}
        shown = {who: mask[chosen] for who, mask in whole_asked.items()}
        found = measure(people, shown, everything.sizes[chosen], rng, asked.replicates)
        for place, part in enumerate(PARTS):
            estimate, true = getattr(found, part), getattr(truth, part).value
            inside[place] += estimate.low <= true <= estimate.high
            width[place] += (estimate.high - estimate.low) / 2
            bias[place] += estimate.value - true
    cost = 1000 * (time.process_time() - began) / asked.draws
    print(f"{name}, {asked.images} images, {asked.people} people, {asked.draws} samples, {cost:.0f} ms each")
    for place, part in enumerate(PARTS):
        rate, half = 100 * inside[place] / asked.draws, width[place] / asked.draws
        print(f"  {part:12} covered {rate:5.1f} %  half-width {half:.3f}  bias {bias[place] / asked.draws:+.4f}")


def many(scenes: Scenes, n_images: int, rng: np.random.Generator) -> Scenes:
    """As many images as wanted, the same ones again and again: people draw each anew."""
    chosen = rng.integers(0, len(scenes.sizes), n_images)
    truth = scenes.truth
    rows = np.concatenate([np.arange(truth.offsets[i], truth.offsets[i + 1]) for i in chosen])
    return Scenes(
        truth.take(chosen), scenes.sizes[chosen], scenes.classes, scenes.hidden[rows], scenes.has_shadow[rows]
    )


def measure(
    people: dict[str, Boxes], asked: dict[str, np.ndarray], sizes: np.ndarray, rng: np.random.Generator, n: int
) -> InstanceAgreement:
    return instance_agreement(people, rng=rng, assigned=asked, sizes_px=sizes, n_replicates=max(n, 2))


if __name__ == "__main__":
    main()
