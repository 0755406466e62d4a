"""One house a test run and database, in which every test founds a project of its own: tenants never see each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay.bootstrap import load_tables
from assay.kernel.clock import FixedClock
from assay.storage import House, open_house
from assay.storage.postgres import PostgresDatabase
from tests.support.houses import copied


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def open_shared_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with every room's tables and a clock that moves only when told to."""
    load_tables()
    if request.param == "sqlite":
        house = open_house(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'house.db'}", clock=FixedClock())
        yield house
        house.close()
        return
    server, prepared = request.getfixturevalue("postgres_server"), request.getfixturevalue("prepared_postgres")
    for url in copied(server, prepared):
        house = House(PostgresDatabase(url), FixedClock())
        yield house
        house.close()


@pytest.fixture
def house(open_shared_house: House) -> House:
    """The shared house; found a project of your own in it, and follow its events by `Project.follow`."""
    return open_shared_house
