"""Kills a real server with `kill -9` at every step of a training and of both kinds of rollback, on both databases.

`python -m tests.bench.killed_models [--only sqlite] [--who self] [--each]`: a life with a death at each of the points;
with `--each` one life a point; on PostgreSQL once with the worker alone and once with the answering process too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.promotions import a_database
from tests.support.dying import BY_COMMAND, BY_WATCH, TRAINING, deaths
from tests.support.killing_models import live, stage

POINTS = (*BY_WATCH, *BY_COMMAND, *TRAINING)


def one_life(kind: str, points: Mapping[str, str]) -> tuple[int, list[str]]:
    """How many died, and what was wrong."""
    with tempfile.TemporaryDirectory() as scratch, a_database(kind, Path(scratch)) as url:
        folder = Path(scratch)
        graves = folder / "graves"
        wrong = live(stage(folder, url), graves, points)
        return len(deaths(graves)), wrong


def lives_of(kind: str, *, each: bool, who: str) -> list[dict[str, str]]:
    """The points of each life. Only the worker has somebody above it that can die with it."""
    apart = kind == "postgresql"
    whole = [who] if who else ["self", "all"] if apart else ["self"]
    if each:
        found = [{p: w} for w in whole for p in (*BY_WATCH, *TRAINING)]
        return found + [{p: "self"} for p in BY_COMMAND]
    return [{p: "self" if p in BY_COMMAND else w for p in POINTS} for w in whole]


def main() -> None:
    """Print deaths and what was wrong."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--each", action="store_true")
    ask.add_argument("--who", choices=["self", "all"], default="")
    args = ask.parse_args()
    for kind in [args.only] if args.only else ["sqlite", "postgresql"]:
        began, n_dead, faults, lives = time.perf_counter(), 0, 0, lives_of(kind, each=args.each, who=args.who)
        for points in lives:
            dead, wrong = one_life(kind, points)
            n_dead += dead
            faults += len(wrong)
            for line in wrong:
                print(f"  {kind}, {points}: {line}", flush=True)
        took = time.perf_counter() - began
        print(f"{kind}: {len(lives)} lives, {n_dead} deaths, {faults} faults ({took:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
