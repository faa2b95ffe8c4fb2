"""SQL: one query by an SQLAlchemy URL, in a transaction that cannot write."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, ResourceClosedError, SQLAlchemyError

from loaders.uses.cells import cell_text
from loaders.uses.table import REMEDY, UseTable, explain_missing, find_header
from schema.errors import UseError
from schema.store.database import describe_fault

_CONNECT_SECONDS = 10
_BATCH_ROWS = 10_000
# As a spreadsheet would show it, the names are row 1.
_FIRST_ROW = 2
# Whatever the database enforces: a query reads, and a word that begins anything else is refused here.
_IS_QUERY = re.compile(
    r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:select|with|values|table)\b", re.IGNORECASE | re.DOTALL
)
_SECRETS = ("pass", "pwd", "secret", "token", "key")


def read_query(url: str, query: str, names: Sequence[str]) -> UseTable:
    """What the query gives, as one table.

    SQLite and PostgreSQL are told to refuse what writes; for others nothing is ever committed. Raises UseError:
    no URL, no driver, no connection, no columns, or what the database says; never with a password, and so
    without the driver's own error behind it.
    """
    if not _IS_QUERY.match(query):
        raise UseError("the query is refused", "it does not begin with SELECT or WITH", "give a query that reads")
    address = _read_address(url)
    engine = _open(address)
    try:
        with engine.connect() as connection:
            given, rows = _run(connection, query)
            connection.rollback()
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise UseError("the query failed", _tell(error, address), "check the url, the rights and the query") from None
    finally:
        engine.dispose()
    header = find_header([given], names)
    if header is None:
        raise UseError("the columns were not found", explain_missing([given], names), REMEDY)
    return UseTable(header, rows)


def _run(connection: Connection, query: str) -> tuple[list[str], Iterator[tuple[int, Sequence[str]]]]:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    result = connection.execution_options(no_parameters=True).exec_driver_sql(query)
    given = list(result.keys())
    rows = [[cell_text(value) for value in row] for part in result.partitions(_BATCH_ROWS) for row in part]
    return given, enumerate(rows, start=_FIRST_ROW)


def _read_address(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # It may hold a password, so nothing of it is repeated.
        why = "it has not the form of an SQLAlchemy URL"
        raise UseError("the url cannot be read", why, "write it as postgresql://USER@HOST/NAME") from None


def _open(address: URL) -> Engine:
    kind = address.get_backend_name()
    try:
        if kind == "sqlite":
            return _open_sqlite(address)
        if kind == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
            # Beside SET TRANSACTION: a query that ended the transaction would find the next one read only too.
            told = {"options": "-c default_transaction_read_only=on", "connect_timeout": str(_CONNECT_SECONDS)}
            return create_engine(address, connect_args={k: v for k, v in told.items() if k not in address.query})
        return create_engine(address)
    except (ArgumentError, NoSuchModuleError, TypeError) as error:
        raise UseError("the url cannot be read", _tell(error, address), "see SQLAlchemy's list of dialects") from None
    except ImportError as error:
        remedy = "pip install 'addenda[postgres]'" if kind == "postgresql" else "install the driver"
        raise UseError(f"the driver for {address.drivername} is not installed", str(error), remedy) from error


def _open_sqlite(address: URL) -> Engine:
    file = Path(address.database or "")
    if not file.is_file():
        raise UseError("the SQLite file is not there", f"no file at {file}", "check the url")
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True),
    )


def _tell(error: Exception, address: URL) -> str:
    """The first line of what was said, without the secrets of the address."""
    if isinstance(error, ResourceClosedError):
        return "it gives no rows"
    text = describe_fault(error)
    secrets = {str(address.password or "")}
    for key, value in address.query.items():
        if any(word in key.lower() for word in _SECRETS):
            secrets |= {value} if isinstance(value, str) else set(value)
    for secret in secrets | {quote(secret) for secret in secrets}:
        text = text.replace(secret, "***") if secret else text
    return text
