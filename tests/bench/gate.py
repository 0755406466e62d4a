"""Measures how many harmless and how many harmful challengers the promotion gate lets through.

`python -m tests.bench.gate [--trials 1000] [--seed 0] [--slices 8] [--discordance .06] [--worse .04]`
"""

from __future__ import annotations

import argparse
import time

from tests.support.challengers import share_promoted


def main() -> None:
    """Print one line for each size of a slice."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--trials", type=int, default=1000)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--slices", type=int, default=8)
    ask.add_argument("--discordance", type=float, default=0.06)
    ask.add_argument("--worse", type=float, default=0.04)
    ask.add_argument("--sizes", type=int, nargs="*", default=[500, 1000, 2000])
    args = ask.parse_args()
    print(f"{args.trials} challengers a cell, {args.slices} slices, discordance {args.discordance:g}, seed {args.seed}")
    for size in args.sizes:
        began = time.perf_counter()
        shape = {"n_slices": args.slices, "per_slice": size, "discordance": args.discordance}
        harmless = share_promoted(args.seed, args.trials, **shape)
        harmful = share_promoted(args.seed + 1, args.trials, **shape, worse_by=args.worse)
        took = time.perf_counter() - began
        print(f"{size:6} items a slice: harmless {harmless:6.1%}  harmful {harmful:6.1%}  ({took:.0f} s)")


if __name__ == "__main__":
    main()
