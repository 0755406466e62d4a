"""A person's day in full: 20 pictures of blood cells, 5 of ball screws, 3 with the brush, in a real browser.

Signs in, reads the guideline, passes the entry quiz, labels, asks an expert, loses the network twice, corrects what a
model suggests, hands everything in; a reviewer sends one answer back and settles a dispute; the lead reads it all.
After each act the server is asked by a client of the script's own; the first difference ends the day with an error.

    python -m tests.bench.day --times 3
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.browser import chromium
from tests.support.day import Size, a_day, live_a_day


def main(arguments: Sequence[str] | None = None) -> int:
    """Live the day and print how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=20)
    parser.add_argument("--polygons", type=int, default=5)
    parser.add_argument("--brush", type=int, default=3)
    parser.add_argument("--times", type=int, default=1)
    chosen = parser.parse_args(arguments)
    size = Size(chosen.boxes, chosen.polygons, chosen.brush)
    for _ in range(chosen.times):
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, chromium() as browser, a_day(Path(folder), browser, size) as day:
            live_a_day(day)
        print(f"{size}: {len(day.acts)} acts, each compared, {time.monotonic() - begun:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
