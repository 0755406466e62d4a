"""The house: the one place through which everything is read and written, tied to a project, audited, durable."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql, sqlite

from assay.kernel.actor import Actor
from assay.kernel.canonical import canonical_json
from assay.kernel.clock import Clock, SystemClock
from assay.kernel.ids import new_id
from assay.storage.bulk import Change, one_statement
from assay.storage.errors import ReplayChangedError, TenantUnboundError, UnauditedWriteError
from assay.storage.events import NO_PROJECT, Event, events, write_keys
from assay.storage.faults import fault_of
from assay.storage.tables import PROJECT_PARAMETER
from assay.storage.tenancy import require_project

logger = logging.getLogger(__name__)

Row = Any
Params = Mapping[str, Any]


class Database(Protocol):
    """What differs between SQLite and PostgreSQL: how a connection is had and how a change becomes durable."""

    name: str
    engine: sa.Engine

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A connection that sees one moment."""
        ...

    def writing(self, *, urgent: bool = False) -> AbstractContextManager[sa.Connection]:
        """A connection whose changes are durable when the block has ended without an exception.

        Who is urgent goes before others that wait.
        """
        ...

    def migrating(self) -> AbstractContextManager[sa.Connection]:
        """A connection that alone may change tables, all or nothing."""
        ...

    def take_stock(self, tables: Iterable[str]) -> None:
        """Let the planner look at tables that have grown much at once."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class Rx:
    """Reading, tied to one project (or, with project None, to the organisation as a whole)."""

    def __init__(self, connection: sa.Connection, actor: Actor, project: str | None, now_us: int) -> None:
        self._connection = connection
        self.actor = actor
        self._project = project
        self.now_us = now_us
        self._fault: Exception | None = None

    @property
    def project(self) -> str:
        """The open project's id."""
        if self._project is None:
            raise TenantUnboundError(["(no project is open)"])
        return self._project

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._connection.dialect.name

    def _run(self, statement: Any, params: Params | Sequence[Params] | None) -> sa.CursorResult[Any]:  # noqa: ANN401 - any statement
        if self._project is None:
            return self._execute(statement, params)
        require_project(statement)
        tenant = {PROJECT_PARAMETER: self._project}
        if isinstance(params, Sequence):
            return self._execute(statement, [{**row, **tenant} for row in params])
        return self._execute(statement, {**params, **tenant} if params else tenant)

    def _execute(self, statement: Any, params: Params | Sequence[Params] | None) -> sa.CursorResult[Any]:  # noqa: ANN401 - any statement
        return self._guarded(self._connection.execute, statement, params)

    def _guarded(self, run: Callable[..., sa.CursorResult[Any]], *what: Any) -> sa.CursorResult[Any]:  # noqa: ANN401 - statement, parameters
        """Run it; after a failure nothing more runs, on either database (PostgreSQL would refuse anyway)."""
        if self._fault is not None:
            raise self._fault
        try:
            return run(*what)
        except (exc.SQLAlchemyError, OverflowError, UnicodeEncodeError) as error:
            self._fault = fault_of(error) or error
            if self._fault is error:
                raise
            raise self._fault from error

    def rows(self, statement: Any, **params: Any) -> list[Row]:  # noqa: ANN401 - any statement
        """All rows."""
        return list(self._run(statement, params))

    def first(self, statement: Any, **params: Any) -> Row | None:  # noqa: ANN401 - any statement
        """The first row, or None."""
        return self._run(statement, params).first()

    def value(self, statement: Any, **params: Any) -> Any:  # noqa: ANN401 - any statement, any value
        """The first column of the first row, or None."""
        row = self._run(statement, params).first()
        return None if row is None else row[0]


class Tx(Rx):
    """Writing: everything of `Rx`, and changes that land together with their audit events or not at all.

    Attributes:
        replayed: True when this write's key was used before; the body must then change nothing.
    """

    def __init__(self, connection: sa.Connection, actor: Actor, project: str | None, now_us: int, why: str) -> None:
        super().__init__(connection, actor, project, now_us)
        self.why = why
        self.replayed = False
        self.events: list[Event] = []
        self._last: dict[tuple[sa.Table, tuple[str, ...]], list[Params]] = {}
        self._changes: list[tuple[Change, Params]] = []

    def new_id(self) -> str:
        """A time-ordered id made at this transaction's moment."""
        return new_id(self.now_us)

    def change(self, statement: Any, **params: Any) -> int:  # noqa: ANN401 - any statement
        """Run an UPDATE or DELETE; returns how many rows it touched."""
        self._refuse_replay()
        return self._run(statement, params).rowcount

    def change_last(self, statement: Change, **params: Any) -> None:  # noqa: ANN401 - values for parameters
        """Run an UPDATE or DELETE when the block has ended: of rows that nothing in this write looks at any more."""
        self._refuse_replay()
        if self._project is not None:
            require_project(statement)
            params[PROJECT_PARAMETER] = self._project
        self._changes.append((statement, params))

    def returning(self, statement: Any, **params: Any) -> list[Row]:  # noqa: ANN401 - any statement
        """Run a change with RETURNING; returns its rows."""
        self._refuse_replay()
        return list(self._run(statement, params))

    def insert(self, table: sa.Table, rows: Params | Iterable[Params]) -> None:
        """Insert one row or many; a tenant's table gets the open project by itself."""
        self._refuse_replay()
        many = [self._owned(table, row) for row in ([rows] if isinstance(rows, Mapping) else rows)]
        if many:
            self._insert_all([(table, many)])

    def insert_last(self, table: sa.Table, rows: Params | Iterable[Params]) -> None:
        """Insert when the block has ended, together with the events: for rows that nothing in this write looks at."""
        self._refuse_replay()
        many = [self._owned(table, row) for row in ([rows] if isinstance(rows, Mapping) else rows)]
        if many:
            self._last.setdefault((table, tuple(many[0])), []).extend(many)

    def _insert_all(
        self, inserts: Sequence[tuple[sa.Table, Sequence[Params]]], changes: Sequence[tuple[Change, Params]] = ()
    ) -> None:
        if self.dialect == "postgresql" and (changes or len(inserts) > 1 or len(inserts[0][1]) > 1):
            self._guarded(self._connection.exec_driver_sql, *one_statement(inserts, changes))
            return
        for change, params in changes:
            self._execute(change, params)
        for table, rows in inserts:
            self._execute(_insert(table), rows if len(rows) > 1 else rows[0])

    def insert_new(self, table: sa.Table, row: Params) -> bool:
        """Insert unless a unique constraint says it is there; returns whether it was new."""
        self._refuse_replay()
        statement = _insert_new(table, self.dialect)
        return self._execute(statement, self._owned(table, row)).rowcount == 1

    def _owned(self, table: sa.Table, row: Params) -> Params:
        if "project_id" not in table.c:
            return row
        if "project_id" not in row:
            return {**row, "project_id": self.project}
        if self._project is not None and row["project_id"] != self._project:
            raise TenantUnboundError([table.name])
        return row

    def _refuse_replay(self) -> None:
        if self.replayed:
            raise ReplayChangedError(self.why)

    def record(self, action: str, *, subject: str, **body: Any) -> None:  # noqa: ANN401 - JSON values
        """Put an audit event beside the change; consumers will see it once it is sealed."""
        self._refuse_replay()
        project = NO_PROJECT if self._project is None else self._project
        self.events.append(
            Event(
                id=self.new_id(),
                project_id=project,
                at_us=self.now_us,
                actor_id=self.actor.id,
                actor_kind=self.actor.kind,
                action=action,
                subject=subject,
                why=self.why,
                body=body,
            )
        )

    def finish(self) -> None:
        """Store the events; refuse a change that has none, or whose failure the body kept to itself."""
        if self._fault is not None:
            raise self._fault
        if self.replayed:
            return
        if not self.events:
            raise UnauditedWriteError(self.why)
        rows = [
            {
                "id": e.id,
                "project_id": e.project_id,
                "at_us": e.at_us,
                "actor_id": e.actor_id,
                "actor_kind": e.actor_kind,
                "action": e.action,
                "subject": e.subject,
                "why": e.why,
                "body": canonical_json(e.body).decode(),
            }
            for e in self.events
        ]
        self._insert_all([*((table, late) for (table, _), late in self._last.items()), (events, rows)], self._changes)


class House:
    """Reads and writes for one database.

    Args:
        database: SQLite or PostgreSQL behind one face.
        clock: tells the moment of each transaction.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self.clock: Clock = clock or SystemClock()
        self._listeners: list[tuple[Callable[[], None], frozenset[str] | None]] = []
        self._inside = threading.local()

    def on_commit(self, listener: Callable[[], None], actions: Iterable[str] | None = None) -> None:
        """Call `listener` after each durable change, or those with one of these actions; it must be quick, not fail."""
        self._listeners.append((listener, None if actions is None else frozenset(actions)))

    @contextmanager
    def read(self, actor: Actor, project: str | None) -> Iterator[Rx]:
        """Read one moment of one project; `project=None` is for what belongs to the organisation."""
        with self.database.reading() as connection:
            yield Rx(connection, actor, project, self.clock.now_us())

    @contextmanager
    def write(
        self, actor: Actor, project: str | None, why: str, key: str | None = None, *, urgent: bool = False
    ) -> Iterator[Tx]:
        """Change things, all or nothing; durable when the block has ended.

        Args:
            actor: who does it.
            project: whose data it is; None for what belongs to the organisation.
            why: the reason, in the audit log.
            key: makes the write happen once: a second write with the same key in the same project gets
                `tx.replayed` and stores nothing.
            urgent: somebody looks at an empty page until it is done; it goes before others that wait.

        Raises:
            UnauditedWriteError: the block recorded no event.
        """
        with self._alone(), self.database.writing(urgent=urgent) as connection:
            tx = Tx(connection, actor, project, self.clock.now_us(), why)
            if key is not None:
                row = {"project_id": project or NO_PROJECT, "key": key, "at_us": tx.now_us}
                tx.replayed = not tx.insert_new(write_keys, row)
            yield tx
            tx.finish()
        done = {event.action for event in tx.events}
        for listener, actions in self._listeners:
            if actions is not None and actions.isdisjoint(done):
                continue
            try:
                listener()
            except Exception:
                logger.exception("a commit listener failed; the change is stored nevertheless")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse a write inside a write: on SQLite it would wait for itself, on PostgreSQL not see the outer one."""
        if getattr(self._inside, "writing", False):
            raise AssertionError("A write was opened inside a write; it would wait for itself.")
        self._inside.writing = True
        try:
            yield
        finally:
            self._inside.writing = False

    @contextmanager
    def bookkeeping(self) -> Iterator[sa.Connection]:
        """A durable write without an event, for storage's own books only: seals, cursors, migrations."""
        with self._alone(), self.database.writing() as connection:
            yield connection

    def take_stock(self, *tables: sa.Table) -> None:
        """Let the planner look at tables that have grown much at once, instead of when it next comes round.

        What made them grow is stored already, so a failure here is nobody's error: it is logged.
        """
        try:
            self.database.take_stock([table.name for table in tables])
        except Exception:
            logger.exception("the planner could not look at the tables; it will by itself")

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


_inserts: dict[Any, Any] = {}


def _insert(table: sa.Table) -> Any:  # noqa: ANN401 - a cached statement
    if table not in _inserts:
        _inserts[table] = table.insert().inline()
    return _inserts[table]


def _insert_new(table: sa.Table, dialect: str) -> Any:  # noqa: ANN401 - a cached statement
    if (table, dialect) not in _inserts:
        make = postgresql.insert if dialect == "postgresql" else sqlite.insert
        # Without these two SQLAlchemy asks for defaults back, or leaves the count of an INSERT at -1.
        statement = make(table).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)
        _inserts[table, dialect] = statement
    return _inserts[table, dialect]


def event_of(row: Row) -> Event:
    """An event from its row."""
    return Event(
        id=row.id,
        project_id=row.project_id,
        at_us=row.at_us,
        actor_id=row.actor_id,
        actor_kind=row.actor_kind,
        action=row.action,
        subject=row.subject,
        why=row.why,
        body=json.loads(row.body),
        seq=row.seq,
    )
