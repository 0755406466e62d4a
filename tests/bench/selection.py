"""Labels needed to come near a model trained on everything, chosen against at random.

python -m tests.bench.selection digits --seeds 5
python -m tests.bench.selection photos --seeds 3
python -m tests.bench.selection tiles --seeds 5
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from tests.support.selection_trials import Task, accuracy, digits, replay, steps
from tests.support.tiles import tile_task

from assay.quality.selection import SelectionRules

PLAIN = {"random_share": 0.0}
METHODS = {
    "random": SelectionRules(method="random"),
    "margin": SelectionRules(method="margin", typical_start=False, **PLAIN),
    "clustered margin": SelectionRules(method="clustered-margin", typical_start=False, **PLAIN),
    "typical start, clustered margin, margin": SelectionRules(**PLAIN),
    "the same with a random share of 10 %": SelectionRules(),
}


def photos(seed: int) -> Task:
    """Photos by embedding: 10,000 to choose from."""
    from tests.support.photos import load_photos

    world = load_photos()
    order = np.random.default_rng(seed).permutation(10_000)
    pool = world.embeddings["train"][order]
    test = world.embeddings["test"]
    return Task(pool, world.truth["train"][order], test, world.truth["test"], 10, 50.0, accuracy)


TASKS = {
    "digits": (digits, steps(1168)),
    "photos": (photos, steps(7500, first=20, small=100, small_until=1000, large=500)),
    "tiles": (tile_task, steps(250, first=12, small=12, small_until=400)),
}


def main() -> None:
    """Print the table of docs/selection.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--methods", nargs="*", default=list(METHODS))
    args = parser.parse_args()
    make, sizes = TASKS[args.task]
    baseline: dict[float, float] = {}
    for name in args.methods:
        began = time.perf_counter()
        curves = [replay(make(seed), METHODS[name], sizes, seed, until=0.99) for seed in range(args.seeds)]
        n_pool, full = len(make(0).pool), np.median([c.full for c in curves])
        cells = []
        for share in (0.95, 0.99):
            needed = np.array([c.needed(share) for c in curves])
            middle = float(np.median(needed))
            baseline.setdefault(share, middle)
            text = "not reached" if middle > n_pool else f"{middle:.0f} ({100 * middle / n_pool:.0f} %)"
            if middle <= n_pool:
                high = needed.max()
                text += f" [{needed.min()}-{high if high <= n_pool else 'not reached'}]"
                text += f" saves {100 * (1 - middle / baseline[share]):.0f} %" if baseline[share] <= n_pool else ""
            cells.append(text)
        print(f"{name:<42}{cells[0]:<40}{cells[1]:<40}{time.perf_counter() - began:.0f} s", flush=True)
    print(f"pool {n_pool}, full score {full:.3f}, {args.seeds} seeds: median [range] and saving against random")


if __name__ == "__main__":
    main()
