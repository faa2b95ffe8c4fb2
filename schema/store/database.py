"""Opening the database: SQLite by default, PostgreSQL by URL; brought to the present schema first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from schema.errors import StoreError

# The newest migration in schema/migrations/versions; a test holds the two together.
SCHEMA_REVISION = "0002"
# Seconds that a second writer waits for the first: a whole load takes about one.
LOCK_TIMEOUT = 120
# Any constant will do, as long as every addenda uses the same one in the same database.
_ADVISORY_LOCK = 0x61646465
_ADDRESS_FORMS = "use sqlite:///FILE or postgresql://USER@HOST/NAME"


def open_database(url: str) -> Engine:
    """An engine on an existing or new database with the present schema.

    Raises StoreError when the address is not understood, the database cannot be reached, or it was
    made by a newer version of addenda.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        # It may hold a password, so nothing of it is repeated.
        raise StoreError("cannot read the database address", "it has not the form of one", _ADDRESS_FORMS) from error
    try:
        engine = _create_engine(address)
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError("cannot read the database address", str(error), _ADDRESS_FORMS) from error
    except ImportError as error:
        raise StoreError(
            f"the driver for {address.drivername} is not installed", str(error), "pip install 'addenda[postgres]'"
        ) from error
    try:
        _bring_to_present(engine)
    except BaseException as error:
        engine.dispose()
        if not isinstance(error, SQLAlchemyError):
            raise
        raise StoreError(
            f"cannot open the database {address.render_as_string(hide_password=True)}",
            describe_fault(error),
            "check the address, the rights and the disk",
        ) from error
    return engine


def sqlite_address(file: Path) -> str:
    """The address of a SQLite file; its name may hold signs that mean something in an address."""
    return URL.create("sqlite", database=str(file)).render_as_string()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection inside one read transaction: everything read belongs together."""
    with naming_read_faults(engine), engine.begin() as connection:
        yield connection


@contextmanager
def naming_read_faults(engine: Engine) -> Iterator[None]:
    """What the driver says while something is read, as a StoreError."""
    try:
        yield
    except driver_errors(engine) as error:
        raise name_read_fault(error) from error


def name_read_fault(error: Exception) -> StoreError:
    """The StoreError for what the driver said while something was read."""
    return StoreError("the database cannot be read", describe_fault(error), "check the disk, or see the server's log")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection inside the one write transaction that may run at a time.

    All or nothing: an error, or the death of the process, leaves no trace. A second writer waits.
    """
    try:
        with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            yield connection
    except driver_errors(engine) as error:
        raise StoreError(
            "the database cannot be written", describe_fault(error), "nothing was changed; try again"
        ) from error


def driver_errors(engine: Engine) -> tuple[type[Exception], ...]:
    """SQLAlchemy's errors, and the driver's own, which bulk writing meets without its wrapping."""
    return (DBAPIError, engine.dialect.loaded_dbapi.Error)


def describe_fault(error: Exception) -> str:
    """The first line of what the driver said, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def _create_engine(address: URL) -> Engine:
    if address.get_backend_name() == "postgresql":
        return create_engine(address.set(drivername="postgresql+psycopg"))
    if address.get_backend_name() != "sqlite":
        raise ArgumentError(f"unknown kind of database {address.drivername!r}")
    if address.query and "uri" not in address.query:
        raise ArgumentError(f"SQLite does not know the option {min(address.query)!r}")
    if address.database and address.database != ":memory:":
        parent = Path(address.database).parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder {parent}", str(error), "choose another ADDENDA_HOME") from error
    # isolation_level None: the driver begins nothing by itself, so that a writer can begin IMMEDIATE
    # and is refused at once, not in the middle of its work, when another writer is there.
    engine = create_engine(address, connect_args={"timeout": LOCK_TIMEOUT, "isolation_level": None})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _bring_to_present(engine: Engine) -> None:
    with engine.connect() as connection:
        if _read_revision(connection) == SCHEMA_REVISION:
            return
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        if _read_revision(connection) != SCHEMA_REVISION:
            _upgrade(connection)


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, SCHEMA_REVISION)
    except CommandError as error:
        raise StoreError(
            "the database was made by a newer version of addenda", str(error), "install that version"
        ) from error
