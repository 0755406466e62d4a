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
from tests.support.killing_server import besiege
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
    parser.add_argument("--longest", type=float, default=0.6, help="seconds a process lives after its first writes")
    parser.add_argument("--bare", action="store_true", help="a process that writes to the house, without HTTP")
    arguments = parser.parse_args()
    started = time.monotonic()
    with _database(arguments.database) as url, tempfile.TemporaryDirectory(prefix="assay-kill-data-") as data:
        if arguments.bare:
            prepare(url)
            killing = Killing(url)
            killing.lives(arguments.kills, arguments.seed, arguments.longest)
            wrong, figures = killing.verdict(), {"acknowledged_writes": killing.n_acknowledged}
        else:
            siege = besiege(
                Path(data),
                url,
                kills=arguments.kills,
                seed=arguments.seed,
                longest_s=arguments.longest,
                n_items=100 * arguments.kills + 2000,
            )
            wrong = siege.wrong
            figures = {"acknowledged_claims": siege.claimed, "acknowledged_submissions": siege.submitted}
    report = {
        "database": arguments.database,
        "what": "storage alone" if arguments.bare else "server under 8 HTTP clients",
        "kills": arguments.kills,
        **figures,
        "wrong": len(wrong),
        "seconds": round(time.monotonic() - started, 1),
        "examples": wrong[:10],
    }
    print(json.dumps(report, indent=2))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
