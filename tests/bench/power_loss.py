"""The long power-loss run: cuts at many points of many runs, with and without waiting for the disk.

python -m tests.bench.power_loss --cuts 200 --runs 5
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support import apsw_driver
from tests.support.power_loss import Summary, cut_everywhere, record


def measure(synchronous: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Cut `arguments.cuts` times in all, spread over the runs; returns the figures."""
    started = time.monotonic()
    total = Summary()
    checkpoints = 0
    for run in range(arguments.runs):
        folder = Path(tempfile.mkdtemp(prefix="assay-power-"))
        try:
            diary = record(
                folder / f"{synchronous}-{run}",
                n_threads=arguments.threads,
                n_each=arguments.each,
                synchronous=synchronous,
            )
            checkpoints += sum((step.kind, step.name) == ("sync", "house.db") for step in diary)
            n_cuts = arguments.cuts * (run + 1) // arguments.runs - arguments.cuts * run // arguments.runs
            found = cut_everywhere(diary, n_cuts, folder / "cuts", seed=arguments.seed + run)
        finally:
            shutil.rmtree(folder)
        for name in ("cuts", "lost", "broken", "rows_lost", "acknowledged"):
            setattr(total, name, getattr(total, name) + getattr(found, name))
        total.examples.extend(found.examples)
    return {
        "synchronous": synchronous,
        "cuts": total.cuts,
        "cuts_that_lost_acknowledged_work": total.lost,
        "cuts_that_broke_something": total.broken,
        "acknowledged": total.acknowledged,
        "acknowledged_things_lost": total.rows_lost,
        "database_syncs": checkpoints,
        "seconds": round(time.monotonic() - started, 1),
        "examples": total.examples[:5] if synchronous == "FULL" else [],
    }


def main() -> int:
    """Run from the command line; fails when FULL loses or breaks anything, or when NORMAL loses nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--each", type=int, default=40, help="claims and submissions of each thread")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    full, normal = measure("FULL", arguments), measure("NORMAL", arguments)
    print(json.dumps({"sqlite": apsw_driver.sqlite_version, "runs": [full, normal]}, indent=2))
    bites = normal["cuts_that_lost_acknowledged_work"] > 0
    holds = not full["cuts_that_lost_acknowledged_work"] and not full["cuts_that_broke_something"]
    return 0 if bites and holds else 1


if __name__ == "__main__":
    sys.exit(main())
