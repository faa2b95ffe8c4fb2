"""Changing a store as somebody with all rights on its database would: guards first, then any cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Date, Table, and_, create_engine, delete, func, insert, select, text, update
from sqlmodel import SQLModel

from flows.review.replay import replay
from schema.acts import FIRST_HASH, Act, hash_act
from schema.records import canonical_json
from schema.store.act_log import iterate_acts
from schema.store.evidence import read_evidence
from schema.store.review_rows import TABLES, save_rows
from schema.tables import Instant
from schema.tables_acts import ACT, ACT_HEAD

# What no act gives: who is signed in, and who failed to, is gone after a day.
PASSING = {"session", "login_failure"}
# What the releases are made of; `addenda releases --verify` looks at them.
RELEASES = {"book", "record", "release", "source", "record_list", "run", "release_check", "check_result", "check"}

AUDITED: list[Table] = [table for table in SQLModel.metadata.sorted_tables if table.name not in PASSING | RELEASES]


@dataclass(frozen=True)
class Tampering:
    """One change of one cell."""

    table: Table
    key: tuple[Any, ...]
    column: str
    value: Any

    def do(self, connection: Connection) -> None:
        done = connection.execute(update(self.table).where(self._where()).values({self.column: self.value}))
        if done.rowcount != 1:
            raise AssertionError(f"{self} changed {done.rowcount} rows")

    def _where(self) -> Any:
        return where_key(self.table, self.key)

    def __str__(self) -> str:
        return f"{self.table.name}{self.key}.{self.column} = {str(self.value)[:60]!r}"


def where_key(table: Table, key: Sequence[Any]) -> Any:
    return and_(*(column == part for column, part in zip(table.primary_key.columns, key, strict=True)))


@contextmanager
def unguarded(url: str) -> Iterator[Connection]:
    """A connection for which no trigger, check and foreign key counts; what is done is kept at the end."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            lift_guards(connection)
            connection.commit()
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def lift_guards(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        return
    triggers = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    for name, table in connection.exec_driver_sql(triggers).all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON {table}')
    constraints = (
        "SELECT conname, conrelid::regclass::text FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid <> 0"
        " AND connamespace = 'public'::regnamespace"
    )
    for name, table in connection.exec_driver_sql(constraints).all():
        connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def read_keys(connection: Connection, table: Table, most: int = 1_000_000) -> list[tuple[Any, ...]]:
    """The keys of rows from all over the table, about as many as are wanted."""
    columns = table.primary_key.columns
    keys = [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]
    return keys[:: max(1, len(keys) // most)]


def list_tamperings(connection: Connection, table: Table, most_rows: int) -> Iterator[Tampering]:
    """Changes of every column, in rows from all over the table."""
    for key in read_keys(connection, table, most_rows):
        row = connection.execute(select(table).where(where_key(table, key))).mappings().one()
        for column in table.columns:
            for value in list_values(connection, table, column.name, row[column.name]):
                yield Tampering(table, key, column.name, value)


def list_values(connection: Connection, table: Table, name: str, value: Any) -> list[Any]:
    """Other values of the cell: near ones, one that stands in another row, and nothing where nothing may stand."""
    column = table.columns[name]
    if value is None:
        if isinstance(column.type, Instant):
            return [datetime(2024, 1, 1, tzinfo=UTC)]
        return [date(2024, 1, 1) if isinstance(column.type, Date) else "x"]
    values: list[Any] = [None] if column.nullable else []
    match value:
        case datetime():
            values.append(value + timedelta(microseconds=1))
        case date():
            values.append(value + timedelta(days=1))
        case int():
            values += [value + 1, -value - 1]
        case bytes():
            middle = len(value) // 2
            values += [value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :], value + b"x", b""]
        case str():
            others = select(column).where(column != value).distinct().order_by(column).limit(1)
            values += [value + "x", value + " ", *connection.execute(others).scalars()]
            values += [] if value == "" else [""]
    is_key = column.primary_key or (table.name, name) == ("token", "number")
    return [other for other in values if not (is_key and is_taken(connection, table, name, other))]


def is_taken(connection: Connection, table: Table, name: str, value: Any) -> bool:
    """Whether the key could collide: the database itself would refuse that."""
    return bool(connection.execute(select(func.count()).where(table.columns[name] == value)).scalar_one())


def copy_row(connection: Connection, table: Table, key: Sequence[Any]) -> None:
    """Put a second row beside this one, under another key."""
    row = dict(connection.execute(select(table).where(where_key(table, key))).mappings().one())
    last = list(table.primary_key.columns)[-1].name
    row[last] = row[last] + "x" if isinstance(row[last], str) else row[last] + 1_000_000
    if table.name == "token":
        row["number"] += 1_000_000
    connection.execute(insert(table).values(row))


def remove_row(connection: Connection, table: Table, key: Sequence[Any]) -> None:
    connection.execute(delete(table).where(where_key(table, key)))


def cut_tail(connection: Connection, count: int, *, is_head_cut: bool) -> None:
    """Remove the last acts, and let the head name the one that is last then."""
    last = connection.execute(select(func.max(ACT.c.sequence))).scalar_one() - count
    connection.execute(delete(ACT).where(ACT.c.sequence > last))
    if is_head_cut:
        digest = connection.execute(select(ACT.c.hash).where(ACT.c.sequence == last)).scalar_one()
        connection.execute(update(ACT_HEAD).values(sequence=last, hash=digest))


def write_log_anew(connection: Connection, acts: Sequence[Act]) -> None:
    """Put these acts in the place of the log: every sequence, hash and head as they have to be."""
    connection.execute(delete(ACT))
    previous = FIRST_HASH
    for sequence, act in enumerate(acts, start=1):
        made = replace(act, sequence=sequence, previous_hash=previous)
        previous = hash_act(made)
        values = {
            "sequence": sequence, "at": made.at, "actor": made.actor, "via": made.via.value, "kind": made.kind.value,
            "roles": canonical_json([role.value for role in made.roles]), "review": made.review,
            "subject": made.subject, "body": canonical_json(made.body), "previous_hash": made.previous_hash,
            "hash": previous,
        }  # fmt: skip
        connection.execute(insert(ACT).values(values))
    connection.execute(update(ACT_HEAD).values(sequence=len(acts), hash=previous))


def work_rows_out_anew(connection: Connection) -> None:
    """Bring every table to what the log adds up to, as somebody would who knows how addenda does it."""
    memory, _ = replay(list(iterate_acts(connection)), lambda digest: read_evidence(connection, digest))
    connection.execute(text("DELETE FROM review_item_detail"))
    for table in TABLES.values():
        connection.execute(delete(table))
    save_rows(connection, memory.rows())
