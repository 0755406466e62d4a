"""PostgreSQL for teams: READ COMMITTED plus constraints, one transaction a change."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
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
_UNSEEN_BYTES = 8192
"""So much may be under way unanswered. The driver can wait for an answer to what it has only half sent; this fits any
socket's buffer."""
WAIT_S = 30.0
"""How long a change waits for its turn before the caller is told to try again."""
SESSION = {
    "idle_in_transaction_session_timeout": "60000",
    "statement_timeout": "120000",
    "lock_timeout": "20000",
    "synchronous_commit": "on",  # a database set to `off` would acknowledge what a power cut takes back
    "timezone": "UTC",
}


class _Connection(psycopg.Connection[Any]):
    """A connection that knows how much it has sent since the last answer."""

    unseen_bytes = 0
    pipeline_now: psycopg.Pipeline | None = None

    def rollback(self) -> None:
        """Take back what was sent, without a word about statements that a failed one before them has stopped."""
        if self.pipeline_now is not None and not self.closed:
            with contextlib.suppress(psycopg.Error):
                self.pipeline_now.sync()
        super().rollback()


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that waits only for answers that say something, and tells its columns cheaply.

    Connections for changes are in pipeline mode: BEGIN and plain INSERTs travel with the statement after them. What the
    server refuses is raised at the next statement whose answer is waited for, COMMIT at the latest. And the driver
    builds an object a column, for each statement anew.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> _Cursor:  # noqa: ANN401 - the driver's own
        """Send a statement; wait for its answer unless it is a plain INSERT."""
        super().execute(query, params, **options)
        if not (isinstance(query, str) and _says_nothing(query) and self._is_small()):
            self._fetch_pipeline()  # what fetching a row would do, before SQLAlchemy asks for the columns
            self.connection.unseen_bytes = 0
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:  # noqa: ANN401 - the driver's own
        """Send a statement many times; wait for all answers."""
        super().executemany(query, params_seq, **options)
        if self.connection.pipeline_now is not None:
            self.connection.pipeline_now.sync()
            self.connection.unseen_bytes = 0

    def _is_small(self) -> bool:
        """Whether all that was sent since the last answer may stay unanswered."""
        sent = self._query.params if self._query else None
        self.connection.unseen_bytes += sum(len(value) for value in sent or () if value is not None)
        return self.connection.unseen_bytes < _UNSEEN_BYTES

    @property
    def connection(self) -> _Connection:
        """The connection it belongs to."""
        assert isinstance(self._conn, _Connection)
        return self._conn

    @property
    def description(self) -> Any:  # noqa: ANN401 - rows of DB-API's seven entries
        result = self.pgresult
        if result is None or result.nfields == 0:
            return None
        rest = (None,) * 5
        return [((result.fname(n) or b"").decode(), result.ftype(n), *rest) for n in range(result.nfields)]


@functools.lru_cache(maxsize=4096)
def _says_nothing(query: str) -> bool:
    """Whether a statement's answer tells nothing but that it went well."""
    return query.startswith("INSERT INTO") and "RETURNING" not in query and "ON CONFLICT" not in query


def _enter_pipeline(raw: _Connection, record: Any) -> None:  # noqa: ANN401 - the pool's own
    record.info["pipeline"] = stack = contextlib.ExitStack()
    raw.pipeline_now = stack.enter_context(raw.pipeline())


def _leave_pipeline(raw: _Connection, record: Any) -> None:  # noqa: ANN401 - the pool's own
    raw.pipeline_now = None
    stack = record.info.pop("pipeline", None)
    if stack is not None:
        with contextlib.suppress(psycopg.Error):  # a broken connection is given up anyway
            stack.close()


def _give_up_all(other: sa.Engine, what: sa.ExceptionContext) -> None:
    """When a connection is lost the others are lost too; SQLAlchemy gives up those of the same pool by itself."""
    if what.is_disconnect:
        other.dispose()


def _engine(url: str, pool_size: int, session: Mapping[str, str]) -> sa.Engine:
    """Connections with these settings; as many again as `pool_size` are opened under load."""
    parsed = sa.engine.make_url(url).set(drivername="postgresql+psycopg")
    own = parsed.query.get("options", "")
    options = f"{own if isinstance(own, str) else ' '.join(own)} " + " ".join(f"-c {k}={v}" for k, v in session.items())
    engine = sa.create_engine(
        parsed.difference_update_query(["options"]),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_recycle=1800,
        connect_args={"prepare_threshold": 2, "options": options.strip(), "cursor_factory": _Cursor},
    )
    sa.event.listen(engine, "do_connect", lambda _dialect, _record, args, kwargs: _Connection.connect(*args, **kwargs))
    return engine


class PostgresDatabase:
    """A PostgreSQL database that many processes may share.

    Args:
        url: `postgresql://...`; `?host=/folder` for a socket.
        pool_size: connections kept; as many again are opened under load.
        n_writers: changes at the same moment; more wait in the order they came. More would only wait for each other
            inside PostgreSQL, in no order.
    """

    name = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 24, n_writers: int = 16) -> None:
        self._gate = Gate(n_writers)
        self.engine = _engine(url, pool_size, SESSION)
        # Changes are the same few statements by key: planning them each time costs more than it finds.
        self._changing = _engine(url, n_writers, {**SESSION, "plan_cache_mode": "force_generic_plan"})
        sa.event.listen(self._changing, "connect", _enter_pipeline)
        sa.event.listen(self._changing, "close", _leave_pipeline)
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

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Run a change and commit it."""
        return self._changed(self._changing)

    @contextmanager
    def _changed(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        committing = False
        try:
            with self._gate.place(WAIT_S), engine.begin() as connection:
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
        """Change tables, all or nothing; other processes that start at the same time wait for it.

        Not in pipeline mode, which knows neither COPY nor several statements in one text.
        """
        with self._changed(self.engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        self._changing.dispose()
