"""Statements that are asked with every page: compiled once, and run by the driver itself.

SQLAlchemy's own execution costs several times what an indexed query does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Date, DateTime, Engine, Select

from schema.store.database import naming_read_faults

Row = Mapping[str, Any]


class Prepared:
    """A query with named parameters (`bindparam`). Rows are mappings by the labels of its columns, each with the value
    that SQLAlchemy would give: instants in UTC, dates as dates."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        self._columns = [column.name for column in query.selected_columns]
        self._instants = [c.name for c in query.selected_columns if _is_instant(c.type)]
        self._dates = [c.name for c in query.selected_columns if isinstance(c.type, Date)]
        self._lock = Lock()
        self._compiled: WeakKeyDictionary[Engine, tuple[str, list[str] | None]] = WeakKeyDictionary()

    def fetch(self, connection: Connection, **values: Any) -> list[Row]:
        """The rows, inside the transaction of `connection`."""
        with closing(connection.connection.cursor()) as cursor:
            return self._run(connection.engine, cursor, values)

    def fetch_alone(self, engine: Engine, **values: Any) -> list[Row]:
        """The rows, in a transaction of their own; raises StoreError."""
        with naming_read_faults(engine), _borrowing(engine) as cursor:
            return self._run(engine, cursor, values)

    def _run(self, engine: Engine, cursor: Any, values: Mapping[str, Any]) -> list[Row]:
        text, names = self._compiled.get(engine) or self._compile(engine)
        cursor.execute(text, values if names is None else [values[name] for name in names])
        return [self._read(row) for row in cursor.fetchall()]

    def _read(self, row: Any) -> Row:
        found = dict(zip(self._columns, row, strict=True))
        for name in self._instants:
            found[name] = _read_instant(found[name])
        for name in self._dates:
            found[name] = _read_date(found[name])
        return found

    def _compile(self, engine: Engine) -> tuple[str, list[str] | None]:
        compiled = self._query.compile(dialect=engine.dialect)
        made = str(compiled), list(compiled.positiontup or ()) if compiled.positional else None
        with self._lock:
            self._compiled[engine] = made
        return made


@contextmanager
def _borrowing(engine: Engine) -> Iterator[Any]:
    # Without SQLAlchemy's BEGIN: one statement sees one state by itself; the pool rolls back what a driver began.
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        yield cursor


def _is_instant(kind: Any) -> bool:
    return isinstance(getattr(kind, "impl", kind), DateTime)


def _read_instant(value: Any) -> Any:
    """SQLite's driver gives a text without a zone, PostgreSQL's an instant in the zone of the session. What is neither
    stays as it is, for the one who decodes the row to refuse."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _read_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value
