"""Kills a process that promotes and rolls back at every step of it, on both databases, and checks the books each time.

`python -m tests.bench.promotions [--rounds 3] [--seed 0] [--only sqlite]`
"""

from __future__ import annotations

import argparse
import random
import secrets
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import fresh_database, shared_cluster
from tests.support.promoting import POINTS, check, opened, prepare, run_killed


@contextmanager
def a_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'house.db'}"
        return
    with shared_cluster(secrets.token_hex(8)) as server, fresh_database(server) as url:
        yield url


def one_round(kind: str, rng: random.Random, deaths: Counter[str]) -> list[str]:
    """One life of two promotions, with a death at each point in order and a few more at points drawn by chance."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, a_database(kind, Path(scratch)) as url:
        folder = Path(scratch)
        notes = folder / "notes.json"
        prepare(url, notes)
        # A point that ends a step is met again only in the second promotion, so only earlier ones are died at twice.
        again = [point for point in POINTS for _ in range(1 + (point in POINTS[:8] and rng.random() < 0.3))]
        for point in [*again, ""]:
            ended = run_killed(url, folder, notes, point)
            deaths[point] += ended == -signal.SIGKILL
            project = opened(url, notes)
            wrong += [f"{kind}, {point or 'the end'}: {what}" for what in check(project)]
            project.house.close()
            if ended == 0:
                break
    return wrong


def main() -> None:
    """Print deaths and what was wrong."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    args = ask.parse_args()
    rng = random.Random(args.seed)
    for kind in [args.only] if args.only else ["sqlite", "postgresql"]:
        began, deaths, wrong = time.perf_counter(), Counter[str](), []
        for _ in range(args.rounds):
            wrong += one_round(kind, rng, deaths)
        took = time.perf_counter() - began
        print(
            f"{kind}: {args.rounds} lives of 2 promotions, {deaths.total()} deaths, {len(wrong)} faults ({took:.0f} s)"
        )
        print("  " + ", ".join(f"{point}: {n}" for point, n in deaths.items() if point))
        for line in wrong:
            print(f"  {line}")


if __name__ == "__main__":
    main()
