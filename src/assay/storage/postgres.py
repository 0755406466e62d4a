"""PostgreSQL for teams: READ COMMITTED plus constraints, one transaction a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from assay.storage.errors import StoreAwayError, WriteConflictError

RETRYABLE = {"40001", "40P01"}
"""Serialization failure and deadlock: true a moment ago, try again."""


class PostgresDatabase:
    """A PostgreSQL database that many processes may share."""

    name = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 24) -> None:
        parsed = sa.engine.make_url(url).set(drivername="postgresql+psycopg")
        self.engine = sa.create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=False,
            connect_args={
                "prepare_threshold": 2,
                "options": "-c idle_in_transaction_session_timeout=60000 -c statement_timeout=120000",
            },
        )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment."""
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Run a change and commit it."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) in RETRYABLE:
                raise WriteConflictError from error
            raise StoreAwayError(type(error.orig).__name__) from error

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
