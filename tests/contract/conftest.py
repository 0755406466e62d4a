"""Fixtures for the rooms above storage and access: one house a run and database, a project for each test."""

from __future__ import annotations

from tests.support.houses import postgres_server, prepared_postgres
from tests.support.shared_house import house, open_shared_house

__all__ = ["house", "open_shared_house", "postgres_server", "prepared_postgres"]
