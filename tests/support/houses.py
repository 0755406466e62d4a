"""Empty houses for tests: on SQLite in a temporary folder, on PostgreSQL copied from one made once a session."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from assay.bootstrap import load_tables
from assay.kernel.clock import FixedClock
from assay.storage import House, open_house
from assay.storage.postgres import PostgresDatabase
from tests.support.postgres import fresh_database, in_database, postgres_server

__all__ = ["clock", "database_url", "house", "postgres_server", "prepared_postgres"]


@pytest.fixture(scope="session")
def prepared_postgres(postgres_server: str) -> Iterator[str]:
    """The URL of a database that has every table and no row; others are copied from it."""
    load_tables()
    with fresh_database(postgres_server) as url:
        open_house(url).close()
        yield url


def copied(server: str, prepared: str) -> Iterator[str]:
    """The URL of a copy, dropped at the end."""
    name = f"assay_{secrets.token_hex(5)}"
    template = prepared.split("/")[3].split("?", maxsplit=1)[0]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    yield in_database(server, name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'house.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        yield from copied(server, request.getfixturevalue("prepared_postgres"))


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still."""
    return FixedClock()


@pytest.fixture
def house(database_url: str, clock: FixedClock) -> Iterator[House]:
    """An open house with every room's tables."""
    load_tables()
    # A copied database has its tables; asking for each again would be most of a short test's time.
    postgres = not database_url.startswith("sqlite")
    opened = House(PostgresDatabase(database_url), clock) if postgres else open_house(database_url, clock=clock)
    yield opened
    opened.close()
