"""What a database really holds, read from its own catalogue: columns, keys, indexes and triggers of each table."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

_SQLITE = """
SELECT 'column', m.name, c.name || ' ' || c.type || ' null ' || (1 - c."notnull") || ' default '
       || ifnull(c.dflt_value, '-') || ' pk ' || c.pk
  FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table'
UNION ALL
SELECT 'key', m.name, f."from" || ' -> ' || f."table" || '.' || ifnull(f."to", '-') || ' ' || f.on_delete
  FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
UNION ALL
SELECT 'index', m.name, i.name || ' unique ' || i."unique" || ' ' ||
       (SELECT group_concat(x.name, ',') FROM pragma_index_info(i.name) x) || ' ' ||
       ifnull((SELECT sql FROM sqlite_master s WHERE s.name = i.name), '-')
  FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table'
UNION ALL
SELECT 'trigger', m.tbl_name, m.sql FROM sqlite_master m WHERE m.type = 'trigger'
"""

_POSTGRES = """
SELECT 'column', c.relname::text, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' null ' ||
       (NOT a.attnotnull) || ' default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind = 'r'
UNION ALL
SELECT 'key', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'c', 'x')
UNION ALL
SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


def catalog(connection: sa.Connection) -> dict[str, set[tuple[str, str]]]:
    """For each table but the migration tool's own: its columns, keys, indexes and triggers as the database tells."""
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    found: dict[str, set[tuple[str, str]]] = {}
    rows: Any = connection.exec_driver_sql(query).all()
    for kind, table, text in rows:
        if table != "alembic_version" and not table.startswith("sqlite_"):
            found.setdefault(table, set()).add((kind, re.sub(r"\s+", " ", text)))
    return found
