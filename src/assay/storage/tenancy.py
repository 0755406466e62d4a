"""The tenant rule: no statement runs in which a tenant's table is not tied to the open project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators
from sqlalchemy.sql.selectable import CompoundSelect, Lateral, Select, SelectBase, TextualSelect

from assay.storage.errors import TenantUnboundError
from assay.storage.tables import PROJECT_PARAMETER

_KEEP = 4096
_bound: set[Any] = set()
"""Cache keys of statements that passed: a key tells a statement's whole structure and its parameters' names."""


def require_project(statement: Any) -> None:  # noqa: ANN401 - any SQL statement
    """Refuse a statement in which a tenant's table is not tied to the open project.

    A table is tied when its `project_id` is compared with `PROJECT`, or with the `project_id` of a tied table, in a
    condition every row must meet: a WHERE, or the ON of a join (an outer join's ON ties only the side that may be
    absent). Every sub-select is looked at by itself; it may lean on the tied tables around it.

    Raises:
        TenantUnboundError: names the tables that are left open. This is a mistake in our code, never a caller's.
    """
    cache_key = statement._generate_cache_key()  # noqa: SLF001 - the only key that SQLAlchemy gives; a look costs 300 us
    if cache_key is not None and cache_key.key in _bound:
        return
    _Scope(frozenset()).check(statement)
    if cache_key is not None:
        if len(_bound) >= _KEEP:
            _bound.clear()
        _bound.add(cache_key.key)


class _Scope:
    """One SELECT, UPDATE, DELETE or INSERT and the tied tables around it."""

    def __init__(self, around: frozenset[Any], seen: frozenset[Any] = frozenset()) -> None:
        self._around = around
        self._seen = seen
        self._tenants: set[Any] = set()
        self._tied: set[Any] = set()
        self._links: list[tuple[Any, Any]] = []

    def check(self, statement: Any) -> None:  # noqa: ANN401 - any SQL statement
        """Look at one statement and everything inside it."""
        for extra in getattr(statement, "_independent_ctes", ()):
            self._inner(extra.element, frozenset())
        if isinstance(statement, Select):
            self._check_select(statement)
        elif isinstance(statement, CompoundSelect):
            for part in statement.selects:
                self._inner(part, self._around)
        elif isinstance(statement, (sa.Update, sa.Delete)):
            self._check_change(statement)
        elif isinstance(statement, sa.Insert):
            self._check_insert(statement)
        elif isinstance(statement, (sa.TextClause, TextualSelect)):
            text: Any = statement if isinstance(statement, sa.TextClause) else statement.element
            if PROJECT_PARAMETER not in text._bindparams:  # noqa: SLF001 - text has no public list of its parameters
                raise TenantUnboundError(["(plain SQL)"])
        elif isinstance(statement, SelectBase):  # a select in brackets
            self._inner(getattr(statement, "element", statement), self._around)

    def _inner(self, statement: Any, around: frozenset[Any]) -> None:  # noqa: ANN401 - any SQL statement
        _Scope(around, self._seen).check(statement)

    def _check_select(self, select: Select[Any]) -> None:
        if not _correlates(select):
            self._around = frozenset()
        for source in select.get_final_froms():
            self._source(source)
        if select.whereclause is not None:
            self._condition(select.whereclause, None)
        self._settle()
        self._nested(select.get_children(), self._around | self._tied)

    def _check_change(self, change: sa.Update | sa.Delete) -> None:
        values = (getattr(change, "_values", None) or {}).values()
        named = sa.select(sa.literal(1)).select_from(change.table).where(*change._where_criteria)  # noqa: SLF001 - only compiling tells the tables of UPDATE ... FROM
        for source in named.add_columns(*values).get_final_froms():
            self._source(source)
        if change.whereclause is not None:
            self._condition(change.whereclause, None)
        self._settle()
        self._nested((*change.get_children(), *values), frozenset(self._tied))

    def _check_insert(self, insert: sa.Insert) -> None:
        table: Any = insert.table
        select = insert.select
        if select is not None:
            self._inner(select, frozenset())
        elif "project_id" in table.c:
            values = {getattr(k, "name", k): v for k, v in (getattr(insert, "_values", None) or {}).items()}
            if not _is_project_parameter(values.get("project_id")):
                raise TenantUnboundError([table.name])
        self._nested((v for v in (getattr(insert, "_values", None) or {}).values()), frozenset())

    def _source(self, source: Any) -> None:  # noqa: ANN401 - any FROM element
        """Take in a table, alias, join or sub-select of the FROM clause."""
        if isinstance(source, sa.Join):
            self._source(source.left)
            self._source(source.right)
            if not source.full:
                self._condition(source.onclause, _tables_in(source.right) if source.isouter else None)
            return
        element = source
        while isinstance(element, (sa.Alias, sa.TableSample)):
            element = element.element
        if isinstance(element, sa.Table):
            if "project_id" in source.c and source not in self._around:
                self._tenants.add(source)
        elif isinstance(source, (sa.Subquery, sa.CTE, Lateral)):
            self._tied.add(source)  # what comes out of it was looked at inside
            if source.element not in self._seen:
                lateral = self._around | self._tied if isinstance(source, Lateral) else frozenset()
                _Scope(lateral, self._seen | {source.element}).check(source.element)

    def _condition(self, clause: Any, only: set[Any] | None) -> None:  # noqa: ANN401 - any SQL condition
        """Note what a condition ties; `only` are the tables an outer join's ON may tie."""
        if isinstance(clause, sa.BooleanClauseList) and clause.operator is operators.and_:
            for part in clause.clauses:
                self._condition(part, only)
        elif isinstance(clause, sa.Grouping):
            self._condition(clause.element, only)
        elif isinstance(clause, sa.BinaryExpression) and clause.operator is operators.eq:
            left, right = _project_table(clause.left), _project_table(clause.right)
            if left is not None and right is not None:
                if only is None or right in only:
                    self._links.append((left, right))
                if only is None or left in only:
                    self._links.append((right, left))
            elif left is not None and _is_project_parameter(clause.right) and (only is None or left in only):
                self._tied.add(left)
            elif right is not None and _is_project_parameter(clause.left) and (only is None or right in only):
                self._tied.add(right)

    def _settle(self) -> None:
        """Follow the links from the tied tables; complain about tables that none reaches."""
        reached = self._tied | self._around
        grew = True
        while grew:
            more = {b for a, b in self._links if a in reached} - reached
            reached |= more
            grew = bool(more)
        self._tied = reached
        loose = {getattr(t, "name", str(t)) for t in self._tenants - reached}
        if loose:
            raise TenantUnboundError(sorted(loose))

    def _nested(self, elements: Iterable[Any], around: frozenset[Any]) -> None:
        """Look at the sub-selects in columns, conditions and orderings."""
        for select in _selects_in(elements):
            self._inner(select, around)


def _selects_in(elements: Iterable[Any]) -> Iterator[Any]:
    for element in elements:
        if isinstance(element, (SelectBase, sa.TextClause)):
            if isinstance(element, SelectBase):
                yield element
        elif isinstance(element, sa.FromClause):
            continue  # sources are looked at where they are taken in
        elif hasattr(element, "get_children"):
            yield from _selects_in(element.get_children())


def _correlates(select: Select[Any]) -> bool:
    """Whether a sub-select may lean on the tables around it: not after `.correlate(None)`."""
    return bool(select._auto_correlate or select._correlate or select._correlate_except)  # noqa: SLF001 - no public way to ask


def _tables_in(source: Any) -> set[Any]:  # noqa: ANN401 - any FROM element
    return _tables_in(source.left) | _tables_in(source.right) if isinstance(source, sa.Join) else {source}


def _project_table(side: Any) -> Any:  # noqa: ANN401 - any SQL element
    """The table whose `project_id` this is, or None."""
    return side.table if isinstance(side, sa.ColumnClause) and side.name == "project_id" else None


def _is_project_parameter(side: Any) -> bool:  # noqa: ANN401 - any SQL element
    return getattr(side, "key", None) == PROJECT_PARAMETER
