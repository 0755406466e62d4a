"""Counts how often the time capsule names the right cause, on cifar-n with known causes.

python -m tests.bench.diagnosis --trials 100 --now 400 --then 200
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace

import numpy as np
from tests.support.capsules import CapsuleWorld
from tests.support.photos import load_photos

from assay.quality.diagnosis import Cause, diagnose

NAMED = (Cause.NONE, Cause.COVARIATE, Cause.CONCEPT, Cause.LABELS)


def main() -> None:
    """Print the table of docs/diagnosis.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("trials", 100), ("now", 400), ("then", 200), ("archives", 10)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--no-watch", action="store_true", help="leave out what the watch noticed")
    args = parser.parse_args()
    worlds = [CapsuleWorld(load_photos(), seed) for seed in range(args.archives)]
    right = wrong = 0
    print(f"{args.trials} trials a cause, {args.now} current and {args.then} archived items, expert errors 2 %")
    print("truth      " + "".join(f"{c.value:>11}" for c in (*NAMED, Cause.ECHO)))
    for cause in (*NAMED, Cause.ECHO):
        named: Counter[Cause] = Counter()
        for number in range(args.trials):
            rng = np.random.default_rng([number, NAMED.index(cause) if cause in NAMED else 9])
            trial = worlds[number % len(worlds)].trial(cause, rng, kind=number, n_now=args.now, n_then=args.then)
            packet = replace(trial.packet, drift_noticed=None) if args.no_watch else trial.packet
            named[diagnose(trial.archive, packet).cause] += 1
        print(f"{cause.value:<11}" + "".join(f"{named[c]:>11}" for c in (*NAMED, Cause.ECHO)))
        if cause in NAMED:
            right += named[cause]
            wrong += 0 if cause is Cause.NONE else args.trials - named[cause] - named[Cause.NONE]
    print(f"right {right / (4 * args.trials):.3f}, wrong cause {wrong / (3 * args.trials):.3f}")


if __name__ == "__main__":
    main()
