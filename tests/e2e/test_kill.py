"""Kill -9 at random and at named moments: everything acknowledged is there once, nothing twice, nothing half.

`tests/bench/kill.py` is the long version. A kill shows nothing about power loss, since the kernel keeps what a process
has written; see `test_power_loss.py` for that.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.killing import Killing, prepare
from tests.support.killing_server import besiege
from tests.support.postgres import fresh_postgres_url, postgres_server

__all__ = ["fresh_postgres_url", "postgres_server"]

NAMED_MOMENTS = [
    "BEGIN IMMEDIATE",
    "SAVEPOINT change",
    "INSERT INTO write_keys",
    "INSERT INTO kill_submissions",
    "UPDATE kill_counters",
    "INSERT INTO events",
    "RELEASE change",
    "COMMIT",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def killing(request: pytest.FixtureRequest, tmp_path: Path) -> Killing:
    """A database ready to be written to by a process that will be killed."""
    postgres = request.param == "postgresql"
    url = request.getfixturevalue("fresh_postgres_url") if postgres else f"sqlite:///{tmp_path / 'house.db'}"
    prepare(url)
    return Killing(url)


@pytest.mark.slow
def test_a_process_killed_at_random_moments_loses_and_doubles_nothing(killing: Killing) -> None:
    killing.lives(6, seed=1)
    assert killing.verdict() == []
    assert killing.n_acknowledged > 100


@pytest.mark.slow
def test_a_process_that_dies_at_each_step_of_a_write_leaves_all_or_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'house.db'}"
    prepare(url)
    killing = Killing(url)
    for moment in NAMED_MOMENTS:
        killing.life(0.0, die_at=moment)
    assert killing.verdict() == []
    assert killing.kills == len(NAMED_MOMENTS)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_server_killed_under_eight_clients_keeps_every_receipt(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    postgres = database == "postgresql"
    url = request.getfixturevalue("fresh_postgres_url") if postgres else f"sqlite:///{tmp_path / 'assay.db'}"
    siege = besiege(tmp_path, url, kills=4, seed=1, longest_s=0.3, n_items=2000)
    assert siege.wrong == []
    assert siege.submitted > 50
