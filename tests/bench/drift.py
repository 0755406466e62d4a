"""Measures the watch on cifar-10h's images and cifar-n's shifted sets: false notices, power, notice or alarm.

python -m tests.bench.drift --references 20 --windows 40 --reference-items 5000 --window 300
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
from tests.support.photos import PhotoWorld, load_photos

from assay.quality.drift import Features, calibrate, check


def part(world: PhotoWorld, name: str, rows: np.ndarray) -> Features:
    """Some rows of one set."""
    return Features(world.statistics[name][rows], world.embeddings[name][rows], world.confidence[name][rows])


def one_reference(world: PhotoWorld, seed: int, args: argparse.Namespace) -> dict[str, Counter[str]]:
    """Calibrate on some test images, then judge windows of others and of every shifted set."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(world.statistics["test"]))
    kept, fresh = order[: args.reference_items], order[args.reference_items :]
    watch = calibrate(part(world, "test", kept), args.window, rng)
    counts: dict[str, Counter[str]] = {}
    for name in ("fresh", *world.shifts):
        counts[name] = Counter()
        for _ in range(args.windows):
            if name == "fresh":
                window = part(world, "test", rng.choice(fresh, args.window, replace=False))
                earlier = part(world, "test", rng.choice(fresh, args.window, replace=False))
            else:
                rows = rng.permutation(1000)
                window = part(world, name, rows[: args.window])
                earlier = part(world, name, rows[args.window :][: args.since])
            counts[name][check(watch, window).level] += 1
            counts[name]["later " + check(watch, window, earlier=earlier).level] += 1
    return counts


def main() -> None:
    """Print the table of docs/drift.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("references", 20), ("windows", 40), ("reference-items", 5000), ("window", 300)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--since", type=int, default=700, help="changed items that came before the window")
    args = parser.parse_args()
    world, began = load_photos(), time.perf_counter()
    total: dict[str, Counter[str]] = {}
    for seed in range(args.references):
        for name, counts in one_reference(world, seed, args).items():
            total.setdefault(name, Counter()).update(counts)
    n = args.references * args.windows
    print(f"reference {args.reference_items}, window {args.window}, {n} windows a row, {args.since} changed before")
    print("set               noticed   alarm at once   alarm with those before   accuracy")
    powers = []
    for name, c in total.items():
        noticed = (c["notice"] + c["alarm"]) / n
        accuracy = world.accuracy["test" if name == "fresh" else name]
        print(f"{name:<18}{noticed:>6.3f}{c['alarm'] / n:>12.3f}{c['later alarm'] / n:>18.3f}{accuracy:>22.3f}")
        if name not in {"fresh", "shift_clean"}:
            powers.append(noticed)
    print(f"mean power over {len(powers)} shifts {np.mean(powers):.3f}; {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
