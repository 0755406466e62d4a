"""The tenant rule: which statements are tied to the open project, and which would read everybody's rows."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from assay.storage import TenantUnboundError
from assay.storage.tables import PROJECT, identifier, project_id
from assay.storage.tenancy import require_project

tables = sa.MetaData()
a = sa.Table("a", tables, identifier(primary_key=True), project_id(), sa.Column("x", sa.Integer))
b = sa.Table("b", tables, identifier(primary_key=True), project_id(), sa.Column("a_id", sa.String(32)))
free = sa.Table("free", tables, identifier(primary_key=True))
other = a.alias("other")

mine = a.c.project_id == PROJECT
same = sa.and_(b.c.a_id == a.c.id, b.c.project_id == a.c.project_id)
b_mine = b.c.project_id == PROJECT
most = sa.select(sa.func.max(b.c.id))
closed_sub = sa.select(b.c.a_id, b.c.project_id).where(b_mine).subquery()
open_sub = sa.select(b.c.a_id).subquery()
closed_cte = sa.select(a.c.id, a.c.project_id).where(mine).cte("closed")
walk = sa.select(a.c.id).where(mine).cte("walk", recursive=True)
walk_closed = walk.union_all(sa.select(b.c.id).join(walk, walk.c.id == b.c.a_id).where(b_mine))
walk_open = walk.union_all(sa.select(b.c.id).join(walk, walk.c.id == b.c.a_id))
pick = (
    sa.select(other.c.id)
    .where(other.c.project_id == PROJECT)
    .order_by(other.c.x)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)

TIED: dict[str, Any] = {
    "a comparison": sa.select(a).where(mine),
    "a comparison the other way round": sa.select(a).where(a.c.project_id == PROJECT),
    "no tenant's table": sa.select(free),
    "a join on the project": sa.select(a, b).join(b, same).where(mine),
    "a join tied at its far end": sa.select(a, b).join(b, same).where(b_mine),
    "a join over three": sa.select(a.c.id).join(b, same).join(other, other.c.project_id == b.c.project_id).where(mine),
    "an outer join on the project": sa.select(a, b).outerjoin(b, same).where(mine),
    "an outer join that names it": sa.select(a, b).outerjoin(b, sa.and_(b.c.a_id == a.c.id, b_mine)).where(mine),
    "an alias": sa.select(other).where(other.c.project_id == PROJECT),
    "exists, leaning on the outside": sa.select(a).where(mine, sa.exists().where(same)),
    "not exists, by itself": sa.select(a).where(mine, ~sa.exists(sa.select(b.c.id).where(b_mine))),
    "in": sa.select(a).where(mine, a.c.id.in_(sa.select(b.c.a_id).where(b_mine))),
    "a column": sa.select(a.c.id, sa.select(sa.func.count()).where(same).scalar_subquery()).where(mine),
    "a sub-select": sa.select(a).join(closed_sub, closed_sub.c.a_id == a.c.id).where(mine),
    "tied through a sub-select": sa.select(a).join(closed_sub, closed_sub.c.project_id == a.c.project_id),
    "a common table": sa.select(closed_cte),
    "a recursive common table": sa.select(walk_closed),
    "a union": sa.union_all(sa.select(a.c.id).where(mine), sa.select(b.c.id).where(b_mine)),
    "an update": sa.update(a).where(mine).values(x=1),
    "an update that picks": sa.update(a).where(mine, a.c.id == pick).values(x=a.c.x + 1).returning(a),
    "an update from": sa.update(a).where(mine, same).values(x=2),
    "an update by a sub-select": sa.update(a)
    .where(mine)
    .values(x=sa.select(sa.func.max(b.c.id)).where(b_mine).scalar_subquery()),
    "a delete": sa.delete(a).where(mine),
    "an insert": sa.insert(a).values(id="1", project_id=PROJECT, x=1),
    "an insert from": sa.insert(a).from_select(["id"], sa.select(b.c.id).where(b_mine)),
    "plain SQL": sa.text("SELECT * FROM a WHERE project_id = :tenant_project_id"),
    "a count": sa.select(sa.func.count()).select_from(sa.select(a.c.id).where(mine).subquery()),
    "a window": sa.select(sa.func.row_number().over(partition_by=a.c.x, order_by=a.c.id)).where(mine),
}

OPEN: dict[str, Any] = {
    "nothing": sa.select(a),
    "another parameter": sa.select(a).where(a.c.project_id == sa.bindparam("project")),
    "a literal": sa.select(a).where(a.c.project_id == "p"),
    "one side of an or": sa.select(a).where(sa.or_(mine, a.c.x == 1)),
    "a negation": sa.select(a).where(~mine),
    "a join on ids only": sa.select(a, b).join(b, b.c.a_id == a.c.id).where(mine),
    "the kept side of an outer join": sa.select(a, b).outerjoin(b, sa.and_(same, b_mine)),
    "a full join": sa.select(a).join(b, sa.and_(same, mine), full=True),
    "exists": sa.select(other).where(
        other.c.project_id == PROJECT, sa.exists(sa.select(a.c.id).where(a.c.x == other.c.x))
    ),
    "in": sa.select(a).where(mine, a.c.id.in_(sa.select(b.c.a_id))),
    "a column": sa.select(a.c.id, sa.select(sa.func.count(b.c.id)).scalar_subquery()).where(mine),
    "an order": sa.select(a).where(mine).order_by(sa.select(b.c.a_id).where(b.c.id == a.c.id).scalar_subquery()),
    "a sub-select": sa.select(a).join(open_sub, open_sub.c.a_id == a.c.id).where(mine),
    "a sub-select cut off from the outside": sa.select(a).where(mine, a.c.id.in_(sa.select(a.c.id).correlate(None))),
    "one half of a union": sa.union_all(sa.select(a.c.id).where(mine), sa.select(b.c.id)),
    "a common table": sa.select(sa.select(a).cte("open")),
    "a recursive common table": sa.select(walk_open),
    "the second use of a table": sa.select(a, other).where(mine),
    "an update": sa.update(a).values(x=1),
    "an update from": sa.update(a).where(mine, b.c.a_id == a.c.id).values(x=2),
    "an update by a sub-select": sa.update(a).where(mine).values(x=most.scalar_subquery()),
    "a delete": sa.delete(a),
    "an insert": sa.insert(a).values(id="1", project_id="p"),
    "an insert without values": sa.insert(a),
    "an insert from": sa.insert(a).from_select(["id"], sa.select(b.c.id)),
    "plain SQL": sa.text("SELECT * FROM a"),
}


@pytest.mark.parametrize("how", TIED)
def test_a_tied_statement_passes(how: str) -> None:
    require_project(TIED[how])


@pytest.mark.parametrize("how", OPEN)
def test_an_open_statement_is_refused_each_time(how: str) -> None:
    for _ in range(2):
        with pytest.raises(TenantUnboundError):
            require_project(OPEN[how])


def test_the_error_names_the_tables_left_open() -> None:
    with pytest.raises(TenantUnboundError, match=r"\bb\b does not name"):
        require_project(OPEN["a join on ids only"])
