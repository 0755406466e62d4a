"""A small demonstration played to its end in seconds, and servers started as people start them."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay.demo import play
from assay.demo.console import Console
from assay.demo.material import N_PRACTICE, DrawnMaterial
from assay.demo.plan import Plan
from assay.demo.run import run_for_a_visitor
from assay.demo.truth import TruthItem

SEED = 7
N_PICTURES = 34
"""Of the small demonstration; ten of them become gold, the fewest that give everybody a figure."""


def played_demo(factory: pytest.TempPathFactory, home: Path) -> Path:
    """A copy at `home` of the small demonstration, which is played once for all workers of a test run."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demo").exists():
            play_demo(shared / "demo-under-way")
            (shared / "demo-under-way").rename(shared / "demo")
    return shutil.copytree(shared / "demo", home)


def play_demo(home: Path) -> dict[str, Any]:
    """Play the demonstration with few pictures and without its pauses; returns its report."""
    plan = Plan(house=home, data=None, seed=SEED, port=0, paced=True, n_pictures=N_PICTURES)
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in (("PACED_S", 0.0), ("_REVIEW_S", 0.0), ("_READ_S", 0.0), ("_LOOK_S", 0.2)):
            patch.setattr(play, name, seconds)
        report = run_for_a_visitor(plan, Console(None), keep_serving=lambda: False)
    assert report is not None
    assert report["release"]["verified"]
    return report


def practice_truth() -> dict[str, TruthItem]:
    """What is true of the practice round's pictures, by name."""
    return {item.name: item for item in DrawnMaterial(SEED, N_PICTURES, N_PRACTICE).material().practice}


@dataclass(frozen=True)
class Printed:
    """What a command printed while it started.

    Attributes:
        text: all of it.
        address: where the server answers.
        links: single-use links by role.
    """

    text: str
    address: str
    links: dict[str, str]


@contextmanager
def command(*words: str | Path, until: str) -> Iterator[Printed]:
    """Run `assay` with these words while the block runs, from the moment it has printed `until`; then Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from assay.cli import main; main()", *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    with process, closing(process.stdout):
        try:
            text = ""
            for line in process.stdout:
                text += line
                if until in line:
                    break
            assert until in text, f"It ended after printing: {text}"
            yield _printed(text)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _printed(text: str) -> Printed:
    address = re.search(r"answers at (http://\S+)", text)
    assert address is not None, text
    links = re.findall(r"(?m)^\s*(lead|approver|annotator|reviewer|First administrator).*?(http://\S+/link#\S+)$", text)
    return Printed(text, address[1], dict(links))


def rows(home: Path, query: str, **values: Any) -> list[dict[str, Any]]:
    """What the server's database holds, read beside the running server."""
    with closing(sqlite3.connect(f"file:{home / 'assay.db'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]
