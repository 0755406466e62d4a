"""Cuts every request of a run of 60 pictures in a real browser, and ends the login at every save; counts the marks.

Four runs: each request is cut once before it reaches the server, each answer once after the server has acted, the two
by turns, and the session is ended at the server before each save of a mark or an answer. After a run the marks that the
server holds are compared with those that were on the canvas, picture by picture; any difference ends it with an error.

    python -m tests.bench.cut_connection --pictures 60 --marks 2
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser
from tests.support.browser import chromium
from tests.support.labelling_run import WAYS, Cutter, end_session, labelling, pictures_to_label

HEAD = "| cut | requests | cut before | cut after | logins ended | drawn | on the server | seconds |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--marks", type=int, default=2)
    parser.add_argument("--only", choices=[*WAYS, "login"], nargs="*", default=[*WAYS, "login"])
    chosen = parser.parse_args(arguments)
    print(f"{HEAD}\n|{'---|' * 8}", flush=True)
    with chromium() as browser:
        for what in chosen.only:
            print(once(browser, what, chosen.pictures, chosen.marks), flush=True)
    return 0


def once(browser: Browser, what: str, n: int, n_marks: int) -> str:
    """One run; returns its line of the table."""
    cutter = next((Cutter(way) for way in WAYS if way == what), None)
    ended: list[None] = []
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        pictures_to_label(Path(folder) / "data", n) as server,
        labelling(browser, server, "ann", n, n_marks=n_marks, cutter=cutter) as run,
    ):
        run.all(before_save=lambda: None if cutter else ended.append(end_session(run.you)))
        kept = run.compare()
        drawn = sum(map(len, run.handed_in.values()))
    assert kept == drawn == n * n_marks
    cut = cutter or Cutter("both")
    figures = [cut.n_requests, cut.n_cut["before"], cut.n_cut["after"], len(ended), drawn, kept]
    return f"| {what} | {' | '.join(map(str, figures))} | {time.monotonic() - begun:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
