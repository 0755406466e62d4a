"""Power loss: whatever a cut leaves on the disk, nothing acknowledged is lost and nothing is half there.

See `tests/support/power_loss.py` for what is simulated; `tests/bench/power_loss.py` is the long version.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.power_loss import cut_everywhere, record


@pytest.mark.slow
def test_no_power_cut_loses_acknowledged_work(tmp_path: Path) -> None:
    diary = record(tmp_path / "full", n_threads=4, n_each=40)
    summary = cut_everywhere(diary, 80, tmp_path / "cuts", seed=1)
    assert summary.acknowledged > 200
    assert sum((step.kind, step.name) == ("sync", "house.db") for step in diary) > 5  # checkpoints are cut too
    assert (summary.cuts, summary.lost, summary.broken) == (80, 0, 0), summary.examples


@pytest.mark.slow
def test_the_same_cuts_do_lose_work_when_commits_do_not_wait_for_the_disk(tmp_path: Path) -> None:
    """The negative control: a test that finds nothing here would find nothing there.

    One thread alone: how many changes share a commit, and so how many cuts lose one, is else the scheduler's choice.
    """
    diary = record(tmp_path / "normal", n_threads=1, n_each=100, synchronous="NORMAL")
    summary = cut_everywhere(diary, 40, tmp_path / "cuts", seed=2)
    assert summary.lost >= 20
