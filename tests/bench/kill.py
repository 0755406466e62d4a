"""The long kill run: a writing process killed many times, on either database.

python -m tests.bench.kill --kills 200 --database sqlite
python -m tests.bench.kill --kills 200 --database postgres
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.killing import Killing, prepare
from tests.support.postgres import own_cluster


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="assay-kill-") as folder:
            yield f"sqlite:///{Path(folder) / 'house.db'}"
    else:
        with own_cluster(durable=True) as cluster:
            yield cluster.url()


def main() -> int:
    """Run from the command line; fails when anything is lost, doubled or half there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=0.4, help="seconds a process lives after its first write")
    arguments = parser.parse_args()
    started = time.monotonic()
    with _database(arguments.database) as url:
        prepare(url)
        killing = Killing(url)
        killing.lives(arguments.kills, arguments.seed, arguments.longest)
        wrong = killing.verdict()
    report = {
        "database": arguments.database,
        "kills": killing.kills,
        "acknowledged": killing.n_acknowledged,
        "wrong": len(wrong),
        "seconds": round(time.monotonic() - started, 1),
        "examples": wrong[:10],
    }
    print(json.dumps(report, indent=2))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
