"""PostgreSQL for teams: READ COMMITTED plus constraints, one transaction a change."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc

from assay.storage.errors import OutcomeUnknownError, StoreAwayError, StoreUnfitError
from assay.storage.faults import fault_of
from assay.storage.turnstile import Gate, TurnTimeoutError

OLDEST = 140000
_MIGRATION_LOCK = 0x4153_5341_5A
WAIT_S = 30.0
"""How long a change waits for its turn before the caller is told to try again."""
SESSION = {
    "idle_in_transaction_session_timeout": "60000",
    "statement_timeout": "120000",
    "lock_timeout": "20000",
    "synchronous_commit": "on",  # a database set to `off` would acknowledge what a power cut takes back
    "timezone": "UTC",
}


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that tells its columns cheaply: the driver builds an object a column, for each statement anew."""

    @property
    def description(self) -> Any:  # noqa: ANN401 - rows of DB-API's seven entries
        result = self.pgresult
        if result is None or result.nfields == 0:
            return None
        rest = (None,) * 5
        return [((result.fname(n) or b"").decode(), result.ftype(n), *rest) for n in range(result.nfields)]


def _give_up_all(other: sa.Engine, what: sa.ExceptionContext) -> None:
    """When a connection is lost the others are lost too; SQLAlchemy gives up those of the same pool by itself."""
    if what.is_disconnect:
        other.dispose()


def _engine(url: str, pool_size: int, session: Mapping[str, str]) -> sa.Engine:
    """Connections with these settings; as many again as `pool_size` are opened under load."""
    parsed = sa.engine.make_url(url).set(drivername="postgresql+psycopg")
    own = parsed.query.get("options", "")
    options = f"{own if isinstance(own, str) else ' '.join(own)} " + " ".join(f"-c {k}={v}" for k, v in session.items())
    return sa.create_engine(
        parsed.difference_update_query(["options"]),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_recycle=1800,
        connect_args={"prepare_threshold": 2, "options": options.strip(), "cursor_factory": _Cursor},
    )


class PostgresDatabase:
    """A PostgreSQL database that many processes may share.

    Args:
        url: `postgresql://...`; `?host=/folder` for a socket.
        pool_size: connections kept; as many again are opened under load.
        n_writers: changes at the same moment; more wait, the urgent ones first, else in the order they came. More at
            once would only wait for each other inside PostgreSQL, in no order.
    """

    name = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 24, n_writers: int = 16) -> None:
        self._gate = Gate(n_writers)
        self.engine = _engine(url, pool_size, SESSION)
        # Changes are the same few statements by key: planning them each time costs more than it finds.
        self._changing = _engine(url, n_writers, {**SESSION, "plan_cache_mode": "force_generic_plan"})
        for one, other in ((self.engine, self._changing), (self._changing, self.engine)):
            sa.event.listen(one, "handle_error", functools.partial(_give_up_all, other))
        try:
            self._inspect()
        except BaseException:
            self.close()
            raise

    def _inspect(self) -> None:
        """Refuse a server that cannot keep the promises."""
        with self.reading() as connection:
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if version < OLDEST:
            raise StoreUnfitError(f"PostgreSQL {version // 10000} is too old.", hint="Use PostgreSQL 14 or newer.")
        if encoding != "UTF8":
            raise StoreUnfitError(
                f"The database's encoding is {encoding}.", hint="Create it with ENCODING 'UTF8' TEMPLATE template0."
            )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment and changes nothing (30 us dearer than READ COMMITTED)."""
        options: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            raise (fault_of(error) or error) from error

    def writing(self, *, urgent: bool = False) -> AbstractContextManager[sa.Connection]:
        """Run a change and commit it."""
        return self._changed(self._changing, urgent=urgent)

    @contextmanager
    def _changed(self, engine: sa.Engine, *, urgent: bool = False) -> Iterator[sa.Connection]:
        committing = False
        try:
            with self._gate.place(WAIT_S, urgent=urgent), engine.begin() as connection:
                yield connection
                committing = True
        except TurnTimeoutError:
            raise StoreAwayError("others kept it busy") from None
        except exc.SQLAlchemyError as error:
            fault = fault_of(error)
            if committing and isinstance(fault, StoreAwayError):
                raise OutcomeUnknownError from error
            raise (fault or error) from error

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Change tables, all or nothing; other processes that start at the same time wait for it."""
        with self._changed(self.engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            yield connection

    def take_stock(self, tables: Iterable[str]) -> None:
        """Count anew now; statements that were planned for an empty table are planned again."""
        with self._changed(self.engine) as connection:
            for table in tables:
                connection.exec_driver_sql(f'ANALYZE (SKIP_LOCKED) "{table}"')

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        self._changing.dispose()
