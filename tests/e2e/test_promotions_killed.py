"""A promotion survives kill -9 at its steps on both databases: never promoted twice, never without its approvals."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.houses import copied, postgres_server, prepared_postgres
from tests.support.promoting import STAGING, check, opened, prepare, run_killed

from assay.models import PRODUCTION, alias_moves, version_of_alias
from assay.promotions import PromotionState, list_promotions

__all__ = ["postgres_server", "prepared_postgres"]
POINTS = (
    "after measure",
    "in keep_gate",
    "in take_into_use",
    "after settle",
    "in roll_back_in",
)
"""A choice of those in `tests.support.promoting`; `tests/bench/promotions.py` dies at each of them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'house.db'}"
    else:
        yield from copied(request.getfixturevalue("postgres_server"), request.getfixturevalue("prepared_postgres"))


@pytest.mark.slow
def test_killed_at_each_step_it_goes_on_and_nothing_happens_twice_or_unsigned(url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes.json"
    prepare(url, notes)
    for point in POINTS:
        assert run_killed(url, tmp_path, notes, point) == -signal.SIGKILL, point
        project = opened(url, notes)
        assert check(project) == [], point
        project.house.close()
    assert run_killed(url, tmp_path, notes) == 0
    project = opened(url, notes)
    assert check(project) == []
    with project.house.read(STAGING, project.id) as rx:
        states = sorted(p.state for p in list_promotions(rx))
        moves = alias_moves(rx, PRODUCTION)
        in_use = version_of_alias(rx, PRODUCTION)
    project.house.close()
    assert states == [PromotionState.ROLLED_BACK, PromotionState.ROLLED_BACK]
    assert len(moves) == 4  # one in, two in, two back, one back
    assert in_use is None
