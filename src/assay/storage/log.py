"""The sealer: gives each committed event its place in an append-only Merkle log (RFC 9162), and checks that log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.kernel.merkle import Frontier, leaf_hash
from assay.storage.errors import LogDamagedError
from assay.storage.events import events, leaf_value, log_heads
from assay.storage.house import House

SEAL_AT_ONCE = 2000
_ADVISORY_LOCK = 0x4153_5341_59  # "ASSAY": only one sealer at a time on PostgreSQL


@dataclass(frozen=True, slots=True)
class Head:
    """The log's size and Merkle root: whoever keeps one can later prove that nothing before it was changed.

    Attributes:
        size: sealed events.
        root: hex SHA-256 over all leaves, RFC 9162 section 2.1.
    """

    size: int
    root: str
    at_us: int


_unsealed = sa.select(events).where(events.c.seq.is_(None)).order_by(events.c.id).limit(SEAL_AT_ONCE)
_seal = (
    sa.update(events)
    .where(events.c.id == sa.bindparam("event_id"))
    .values(seq=sa.bindparam("new_seq"), leaf=sa.bindparam("new_leaf"))
)
_seal_many = sa.text(
    "UPDATE events SET seq = v.seq, leaf = v.leaf"
    " FROM unnest(CAST(:ids AS text[]), CAST(:seqs AS bigint[]), CAST(:leaves AS text[])) AS v(id, seq, leaf)"
    " WHERE events.id = v.id"
)
_head = sa.select(log_heads).where(log_heads.c.id == 1)


def seal(house: House) -> int:
    """Seal what was committed since the last call; returns how many events."""
    with house.database.reading() as connection:
        if connection.execute(_unsealed.limit(1)).first() is None:
            return 0
    with house.bookkeeping() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        head = connection.execute(_head).first()
        frontier = Frontier.from_json(json.loads(head.frontier)) if head else Frontier()
        rows = connection.execute(_unsealed).all()
        updates = []
        for row in rows:
            leaf = leaf_hash(canonical_json(leaf_value(row)))
            updates.append({"event_id": row.id, "new_seq": frontier.size, "new_leaf": leaf.hex()})
            frontier.append(leaf)
        if updates:
            _write_seals(connection, updates)
            values = {
                "size": frontier.size,
                "root": frontier.root().hex(),
                "frontier": canonical_json(frontier.to_json()).decode(),
                "at_us": house.clock.now_us(),
            }
            if head:
                connection.execute(sa.update(log_heads).where(log_heads.c.id == 1).values(**values))
            else:
                connection.execute(sa.insert(log_heads).values(id=1, **values))
    return len(updates)


def _write_seals(connection: sa.Connection, updates: list[dict[str, Any]]) -> None:
    """Give the events their places; by one statement on PostgreSQL, where each costs a message."""
    if connection.dialect.name == "postgresql":
        names = {"ids": "event_id", "seqs": "new_seq", "leaves": "new_leaf"}
        connection.execute(_seal_many, {key: [row[name] for row in updates] for key, name in names.items()})
    else:
        connection.execute(_seal, updates)


def read_head(house: House) -> Head:
    """The newest head; size 0 when nothing was sealed yet."""
    with house.database.reading() as connection:
        row = connection.execute(_head).first()
    if row is None:
        return Head(0, Frontier().root().hex(), 0)
    return Head(row.size, row.root, row.at_us)


def check_log(house: House, *, trusted: Head | None = None) -> Head:
    """Recompute every leaf and the root from the events themselves.

    Args:
        trusted: a head kept outside; the log must still begin with exactly those events.

    Raises:
        LogDamagedError: names the first event that does not fit.
    """
    frontier = Frontier()
    page = sa.select(events).where(events.c.seq >= sa.bindparam("start")).order_by(events.c.seq).limit(5000)
    with house.database.reading() as connection:
        head = connection.execute(_head).first()
        while rows := connection.execute(page, {"start": frontier.size}).all():
            for row in rows:
                leaf = leaf_hash(canonical_json(leaf_value(row)))
                if row.seq != frontier.size or leaf.hex() != row.leaf:
                    raise LogDamagedError(row.seq, row.id)
                frontier.append(leaf)
                if trusted and frontier.size == trusted.size and frontier.root().hex() != trusted.root:
                    raise LogDamagedError(row.seq, row.id)
    root = frontier.root().hex()
    size = head.size if head else 0
    damaged = size != frontier.size or (trusted and trusted.size > frontier.size)
    if damaged or (head and (head.root != root or json.loads(head.frontier) != frontier.to_json())):
        raise LogDamagedError(frontier.size, "head")
    return Head(frontier.size, root, head.at_us if head else 0)


_of_project = events.c.project_id == sa.bindparam("of_project")
# The concatenation keeps the planner from the index that holds all events of the project, not only the few unsealed.
_newest_unsealed = sa.select(sa.func.max(events.c.id)).where(
    (events.c.project_id + sa.literal("")) == sa.bindparam("of_project"), events.c.seq.is_(None)
)
_newest_sealed = (
    sa.select(events.c.id).where(_of_project, events.c.seq.is_not(None)).order_by(events.c.seq.desc()).limit(1)
)


def newest_event(house: House, project: str) -> str:
    """Id of the newest event of a project; empty when nothing has happened.

    Two looks at small or ordered indexes, however many events there are: the few that wait for their seal, then the
    last sealed one of this project.
    """
    with house.database.reading() as connection:
        for statement in (_newest_unsealed, _newest_sealed):
            found: str | None = connection.execute(statement, {"of_project": project}).scalar()
            if found is not None:
                return found
    return ""
