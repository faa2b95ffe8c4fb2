"""Many rows at once, each database in the way it likes best; SQLAlchemy's row objects left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, cast

from sqlalchemy import Connection

# SQLite takes several rows in one statement: 60 rows of 10 columns cost a quarter less CPU than 60
# single ones, more gain nothing. Its oldest limit is 999 values in a statement.
_VALUES_IN_STATEMENT = 600


def insert_columns(connection: Connection, table: str, columns: Mapping[str, Iterable[Any]], size: int) -> None:
    """Insert `size` rows, given as columns by name (dates as ISO text), inside the transaction.

    Names of tables and columns come from this package alone, never from input.
    """
    if not size:
        return
    rows = zip(*columns.values(), strict=True)
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection was given back to its pool")
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    width = len(columns)
    at_once = max(1, _VALUES_IN_STATEMENT // width)
    whole, rest = divmod(size, at_once)
    row_marks = f"({', '.join('?' * width)})"
    statement = f"INSERT INTO {table} ({names}) VALUES "
    values = chain.from_iterable(rows)
    cursor = connection.connection.cursor()
    try:
        if whole:
            batches = (tuple(islice(values, at_once * width)) for _ in range(whole))
            # The driver takes any iterable, whatever its type says: the batches are never all in memory.
            cursor.executemany(statement + ", ".join([row_marks] * at_once), cast(Sequence[Any], batches))
        if rest:
            cursor.execute(statement + ", ".join([row_marks] * rest), tuple(values))
    finally:
        cursor.close()


def fetch_rows(connection: Connection, table: str, columns: Sequence[str], key: str, value: int) -> list[Any]:
    """The rows of `table` whose integer column `key` is `value`, as the driver's own tuples.

    Names come from this package alone, never from input.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {key} = {value:d}")
        return cast(list[Any], cursor.fetchall())
    finally:
        cursor.close()
