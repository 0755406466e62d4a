"""The house under test, once on SQLite and once on PostgreSQL, each with an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.storage.tables import open_storage
from tests.support.postgres import fresh_postgres_url, postgres_server

from assay.kernel.clock import FixedClock
from assay.storage import House

__all__ = ["fresh_postgres_url", "postgres_server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'house.db'}"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still."""
    return FixedClock()


@pytest.fixture
def house(database_url: str, clock: FixedClock) -> Iterator[House]:
    """An open house with the test's own tables."""
    opened = open_storage(database_url, clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    """An open house on SQLite alone."""
    opened = open_storage(f"sqlite:///{tmp_path / 'house.db'}")
    yield opened
    opened.close()
