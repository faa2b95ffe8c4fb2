"""Dataclasses in tables whose columns have the names of their fields: saved by key, read back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from schema.errors import AuditError
from schema.store.values import decode_value, encode_value

AnyValue = TypeVar("AnyValue")


def save_values(connection: Connection, table: Table, values: Iterable[Any]) -> None:
    """Insert or replace the values by the table's primary key."""
    upsert_rows(connection, table, [encode_value(value) for value in values])


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace the rows, which have all the same columns, by the table's primary key."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def read_values(connection: Connection, kind: type[AnyValue], query: Select[Any]) -> Iterator[AnyValue]:
    """The rows of a query, whose columns are the fields; raises AuditError at one that cannot be read."""
    try:
        rows = connection.execute(query).mappings().all()
    except (TypeError, ValueError) as error:
        # An instant or a date that is none fails in SQLAlchemy already.
        raise AuditError(f"a stored {kind.__name__} cannot be read", str(error), "see the audit") from error
    for row in rows:
        yield decode_value(kind, row)
