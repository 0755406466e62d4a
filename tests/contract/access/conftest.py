"""A house with nobody in it, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import pytest
from tests.support.houses import clock, database_url, house, postgres_server, prepared_postgres

from assay.access import Passwords, Throttle, cheap_passwords

__all__ = ["clock", "database_url", "house", "postgres_server", "prepared_postgres"]


@pytest.fixture
def passwords() -> Passwords:
    """Hashes that cost next to nothing."""
    return cheap_passwords()


@pytest.fixture
def throttle() -> Throttle:
    """Nobody has tried anything yet."""
    return Throttle()
