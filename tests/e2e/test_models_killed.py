"""A real server dies by kill -9 in a training and in rollbacks, on both databases: it goes on, and nothing comes twice.

`tests/bench/killed_models.py` dies at every point, and on PostgreSQL of the worker alone and of both processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.dying import deaths
from tests.support.houses import copied, postgres_server, prepared_postgres
from tests.support.killing_models import live, stage

__all__ = ["postgres_server", "prepared_postgres"]
SQLITE = {"in the watch": "self", "amid fit": "self"}
POSTGRES = {"did fit": "all"}
"""On PostgreSQL the watch and trainings are the worker's; here the answering process dies with it."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'house.db'}"
    else:
        yield from copied(request.getfixturevalue("postgres_server"), request.getfixturevalue("prepared_postgres"))


@pytest.mark.slow
def test_a_server_killed_in_a_rollback_or_a_training_goes_on_and_does_each_once(url: str, tmp_path: Path) -> None:
    points = SQLITE if url.startswith("sqlite") else POSTGRES
    graves = tmp_path / "graves"
    assert live(stage(tmp_path, url), graves, points) == []
    assert deaths(graves) == sorted(points)
